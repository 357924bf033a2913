//! Records into a FHIR Bundle (type collection), written as it goes.
//!
//! What came in goes out as it was: ids, references, digits. Records made here get their record id as id, and their
//! patient under the name that this bundle gives it. No time is invented.

use crate::parse::{NOTE_TAG, TAG_SYSTEM};
use crate::source::Source;
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use wardkeep_record::field::{self, Kind};
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::json;
use wardkeep_record::op::FieldKey;

/// Before `Type/id` in the address of an entry that has none of its own. Nobody answers there.
pub(crate) const BASE: &str = "https://wardkeep.example/fhir/";

/// One record to be exported.
#[derive(Clone, Copy)]
pub struct Exported<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its id here.
    pub record: RecordId,
    /// Whose chart it belongs to.
    pub patient: Option<RecordId>,
    /// The fields that show.
    pub fields: &'a Fields,
}

/// A bundle being written. Patients go in before what belongs to them.
pub struct BundleWriter<W> {
    out: W,
    entries: u64,
    /// How other entries refer to the patients written so far, and the address of each.
    patients: HashMap<RecordId, Address>,
    /// The addresses given so far: each may stand once (rule bdl-7).
    taken: HashSet<String>,
}

#[derive(Clone)]
struct Address {
    full_url: String,
    reference: String,
}

impl<W: Write> BundleWriter<W> {
    /// Begins the bundle.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(b"{\"resourceType\":\"Bundle\",\"type\":\"collection\"")?;
        Ok(Self {
            out,
            entries: 0,
            patients: HashMap::new(),
            taken: HashSet::new(),
        })
    }

    /// Writes one record as an entry.
    pub fn add(&mut self, record: Exported<'_>) -> io::Result<()> {
        let mut address = self.address(record);
        if !self.taken.insert(address.full_url.clone()) {
            address.full_url = format!("{BASE}{}/{}", record.kind.resource_type(), record.record);
            self.taken.insert(address.full_url.clone());
        }
        let resource = match Source::of(record.fields) {
            Some(_) => record.fields.to_json(record.kind),
            None => self.own(record),
        };
        self.out
            .write_all(if self.entries == 0 { b",\"entry\":[" } else { b"," })?;
        write!(
            self.out,
            "\n{{\"fullUrl\":{},\"resource\":{resource}}}",
            json::quote(&address.full_url)
        )?;
        self.entries += 1;
        if record.kind == Kind::PATIENT {
            self.patients.insert(record.record, address);
        }
        Ok(())
    }

    /// Ends the bundle; yields the writer and the number of entries.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        self.out.write_all(if self.entries == 0 { b"}\n" } else { b"\n]}\n" })?;
        self.out.flush()?;
        Ok((self.out, self.entries))
    }

    /// The entry's address, and how others refer to it.
    fn address(&self, record: Exported<'_>) -> Address {
        let name = record.kind.resource_type();
        let restful = |id: &str| Address {
            full_url: format!("{BASE}{name}/{id}"),
            reference: format!("{name}/{id}"),
        };
        if let Some(source) = Source::of(record.fields) {
            let full_url = source.address(record.kind);
            let by_urn = full_url.starts_with("urn:");
            let id = id_of(record.kind, record.fields).unwrap_or(source.key);
            let reference = if by_urn {
                full_url.clone()
            } else {
                format!("{name}/{id}")
            };
            return Address { full_url, reference };
        }
        let id = record.record.to_string();
        match record.patient.and_then(|patient| self.patients.get(&patient)) {
            // Beside a patient with an address on a server, a relative reference needs one on the same server.
            Some(patient) if !patient.full_url.starts_with("urn:") => {
                let base = crate::reference::base_of(&patient.full_url).map(|base| format!("{base}/"));
                let full_url = format!("{}{name}/{id}", base.as_deref().unwrap_or(BASE));
                Address {
                    full_url,
                    ..restful(&id)
                }
            }
            _ => Address {
                full_url: format!("urn:uuid:{id}"),
                reference: format!("urn:uuid:{id}"),
            },
        }
    }

    /// A record made here, as a resource with all that FHIR asks of it.
    fn own(&self, record: Exported<'_>) -> String {
        let mut fields = record.fields.clone();
        let one = |field| FieldKey { field, item: None };
        if !record.kind.is_typed() {
            let body = fields.one(field::BODY).unwrap_or("{}").to_owned();
            if json::member(&body, "id").is_none() {
                let id = json::quote(&record.record.to_string());
                let comma = if body == "{}" { "" } else { "," };
                fields.set(
                    one(field::BODY),
                    Some(format!("{{\"id\":{id}{comma}{}", &body[1..]).into_boxed_str()),
                );
            }
            return fields.to_json(record.kind);
        }
        fields.set(one(field::ID), Some(json::quote(&record.record.to_string())));
        let patient = record.patient.and_then(|patient| self.patients.get(&patient));
        let element = field::field_of(record.kind, "subject").or_else(|| field::field_of(record.kind, "patient"));
        if let (Some(patient), Some(element)) = (patient, element) {
            let reference = format!("{{\"reference\":{}}}", json::quote(&patient.reference));
            fields.set(one(element), Some(reference.into_boxed_str()));
        }
        if record.kind == Kind::NOTE {
            let tag = format!("{{\"tag\":[{{\"system\":\"{TAG_SYSTEM}\",\"code\":\"{NOTE_TAG}\"}}]}}");
            fields.set(one(field::META), Some(tag.into_boxed_str()));
        }
        fields.to_json(record.kind)
    }
}

/// The resource's own id.
fn id_of(kind: Kind, fields: &Fields) -> Option<String> {
    let text = if kind.is_typed() {
        fields.one(field::ID)?
    } else {
        json::member(fields.one(field::BODY)?, "id")?.get()
    };
    json::string(text)
}

/// Writes a whole bundle; yields the number of entries. Patients come before what belongs to them.
pub fn export_bundle<'a>(records: impl IntoIterator<Item = Exported<'a>>, out: impl Write) -> io::Result<u64> {
    let mut bundle = BundleWriter::new(out)?;
    for record in records {
        bundle.add(record)?;
    }
    Ok(bundle.finish()?.1)
}
