//! What leaves the records: one patient with everything, as a FHIR bundle, sealed inside the vault or in clear where a
//! person asked for that.

mod disclosure;
mod file;
pub mod patient;

pub(crate) use disclosure::detail;
pub use disclosure::{Disclosure, Purpose};
pub(crate) use file::{fault as file_fault, write_new};

use crate::clinic::Clinic;
use crate::command::Need;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use std::collections::BTreeSet;
use std::io::Write;
use wardkeep_interop::export::{BundleWriter, Exported};
use wardkeep_interop::reference::references;
use wardkeep_record::field::Kind;
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::blob;
use wardkeep_vault::key::BlobKey;
use wardkeep_vault::store::{Action, AuditEntry, BlobRow, Stored, View};
use zeroize::Zeroizing;

/// Bytes of an export; a whole life takes a few million.
const EXPORT_LIMIT: usize = 1 << 30;

/// How deep references from shared records to shared records are followed (a role, its organization, that one's parent).
const DEPTH: usize = 4;

/// A patient's bundle.
pub(crate) struct Bundle {
    /// Its JSON text.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Entries in it.
    pub(crate) resources: u64,
}

/// Builds the bundle of one patient in memory: nothing readable touches the disk.
pub(crate) fn bundle(session: &Session, patient: RecordId) -> Result<Bundle, CommandError> {
    crate::policy::may_export(session)?;
    session.snapshot(|view| {
        let mut growing = Growing {
            writer: BundleWriter::new(Limited(Zeroizing::new(Vec::new()))).map_err(too_large)?,
            wanted: BTreeSet::new(),
        };
        let stored = crate::patient::load(view, patient)?;
        crate::restriction::require_open(session, &stored)?;
        growing.add(&stored)?;
        for at in [Compartment::Office, Compartment::Clinical]
            .into_iter()
            .filter(|at| view.has(*at))
        {
            view.each_of_patient(at, patient, |stored| growing.add(&stored))?;
        }
        growing.add_shared(view)?;
        let (out, resources) = growing.writer.finish().map_err(too_large)?;
        Ok(Bundle {
            bytes: out.0,
            resources,
        })
    })
}

/// A bundle on its way, with the shared records that it refers to.
struct Growing {
    writer: BundleWriter<Limited>,
    wanted: BTreeSet<(&'static str, RecordId)>,
}

impl Growing {
    fn add(&mut self, stored: &Stored) -> Result<(), CommandError> {
        let fields: &Fields = &stored.state.fields;
        self.wanted.extend(
            references(fields)
                .into_iter()
                .map(|known| (known.resource_type, known.record)),
        );
        let record = Exported {
            kind: stored.state.kind,
            record: stored.id,
            patient: stored.state.patient,
            fields,
        };
        self.writer.add(record).map_err(too_large)
    }

    /// Practitioners, organizations, places and medicines that the records refer to, and what those refer to.
    fn add_shared(&mut self, view: &View<'_>) -> Result<(), CommandError> {
        let mut done = BTreeSet::new();
        for _ in 0..DEPTH {
            let next: Vec<_> = self.wanted.difference(&done).copied().collect();
            for (resource_type, record) in next {
                done.insert((resource_type, record));
                let at = Kind::of_type(resource_type).map_or(Compartment::Office, Kind::compartment);
                if !view.has(at) {
                    continue;
                }
                // What belongs to a patient is in the bundle already, or is another patient's.
                let shared = view
                    .record(at, record)?
                    .filter(|stored| stored.state.patient.is_none() && !stored.state.is_removed());
                if let Some(stored) = shared {
                    self.add(&stored)?;
                }
            }
        }
        Ok(())
    }
}

/// A buffer that refuses to grow beyond the limit.
struct Limited(Zeroizing<Vec<u8>>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > EXPORT_LIMIT {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The one thing that can go wrong while writing into memory.
fn too_large(_: std::io::Error) -> CommandError {
    ErrorCode::TooLarge.into()
}

/// Seals bytes into a new blob file. The caller stores the row, with the key, or removes the file.
pub(crate) fn seal(
    session: &Session,
    bytes: &[u8],
    media_type: &str,
    record: RecordId,
) -> Result<BlobRow, CommandError> {
    let (id, key) = (session.new_blob_id(), BlobKey::generate(&*session.env.random));
    let most = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let size = blob::write(&session.env.home, &*session.env.random, id, &key, &mut &bytes[..], most)?;
    Ok(BlobRow {
        id,
        key: Zeroizing::new(*key.expose()),
        size: size.plain,
        media_type: media_type.to_owned(),
        digest: *blake3::hash(bytes).as_bytes(),
        record: Some(record),
        at_ms: 0,
    })
}

impl Clinic {
    /// Writes one patient's bundle in clear to where the person said; answers the number of resources. Written in the log, with whom it is
    /// for, before the first byte leaves.
    pub fn export_patient_to(
        &self,
        patient: RecordId,
        disclosure: Option<&Disclosure>,
        out: &mut dyn Write,
    ) -> Result<u64, CommandError> {
        self.with_session(|session| {
            session.allow(Need::May(Permission::Export))?;
            let bundle = bundle(session, patient)?;
            let mut detail = detail(disclosure)?;
            detail["resources"] = bundle.resources.into();
            detail["bytes"] = bundle.bytes.len().into();
            session.write(Compartment::Clinical, |tx| {
                Ok(tx.audit(
                    &AuditEntry::new(Action::Export)
                        .patient(patient)
                        .record(patient)
                        .detail(&detail),
                )?)
            })?;
            out.write_all(&bundle.bytes)
                .and_then(|()| out.flush())
                .map_err(|error| file_fault(&error))?;
            Ok(bundle.resources)
        })
    }
}
