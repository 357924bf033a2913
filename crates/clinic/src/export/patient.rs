//! `export_patient`: one patient with everything, as a FHIR R4 bundle, sealed inside the vault.

use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::{BlobId, RecordId};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::blob;
use wardkeep_vault::store::{Action, AuditEntry};

/// Whom.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub id: RecordId,
}

/// What was sealed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct SealedExport {
    /// The sealed file.
    pub blob: BlobId,
    /// Resources in it.
    #[ts(type = "number")]
    pub resources: u64,
    /// Its length before sealing.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// The media type of FHIR bundles (RFC-less, registered by HL7).
const MEDIA_TYPE: &str = "application/fhir+json";

impl Command for Input {
    type Output = SealedExport;
    type Place = Session;
    const NEED: Need = Need::May(Permission::Export);

    fn run(self, session: &Session) -> Result<SealedExport, CommandError> {
        let bundle = super::bundle(session, self.id)?;
        let row = super::seal(session, &bundle.bytes, MEDIA_TYPE, self.id)?;
        let detail =
            serde_json::json!({ "to": "vault", "blob": row.id, "resources": bundle.resources, "bytes": row.size });
        let written = session.write(Compartment::Clinical, |tx| {
            tx.put_blob(&row)?;
            tx.audit(
                &AuditEntry::new(Action::Export)
                    .patient(self.id)
                    .record(self.id)
                    .detail(&detail),
            )?;
            Ok(())
        });
        if let Err(error) = written {
            // Without its row nobody can read the file: it only takes space.
            let _ = blob::remove(&session.env.home, row.id);
            return Err(error);
        }
        Ok(SealedExport {
            blob: row.id,
            resources: bundle.resources,
            bytes: row.size,
        })
    }
}
