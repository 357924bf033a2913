//! One resource of a file into one record: checked, identified, its patient found.

use crate::check::{self, Resource};
use crate::export::BASE;
use crate::read::Raw;
use crate::reference::{Target, base_of, patient_elements, references_at};
use crate::reject::{Reason, Rejected};
use crate::source::{Source, key_of_content, record_id};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use wardkeep_record::field::{self, Kind};
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::json;
use wardkeep_record::op::{FieldKey, MAX_OP_BYTES};

/// What a record's fields may take of an op, which also holds its own frame.
const MAX_RECORD_BYTES: usize = MAX_OP_BYTES - 16 * 1024;

/// How many patients of one file may be known by two names.
const MAX_ALIASES: usize = 1_000_000;

/// Where the tag stands that says that a DocumentReference is a note written in Wardkeep.
pub(crate) const TAG_SYSTEM: &str = "https://wardkeep.example/fhir/tag";

/// The tag's code.
pub(crate) const NOTE_TAG: &str = "note";

/// A resource, ready to be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// What it is.
    pub kind: Kind,
    /// Its identity in its source: its id, most often (see [`crate::source`]).
    pub key: String,
    /// The record that it is here.
    pub record: RecordId,
    /// Whose chart it belongs to; `None` for patients themselves, for what is nobody's, and where it cannot be told.
    pub patient: Option<RecordId>,
    /// It names a patient in a way that leads to no record (a contained patient, an identifier alone, several patients).
    pub patient_unresolved: bool,
    /// Its elements, with what is to be remembered of this import in [`field::SOURCE`].
    pub fields: Fields,
    /// BLAKE3 of its JSON text without white space.
    pub content_hash: [u8; 32],
}

/// Makes records of the resources of one file.
pub struct Importer {
    label: String,
    file: Arc<str>,
    /// Patients whose record is not the one that a reference by its text leads to.
    aliases: HashMap<String, RecordId>,
}

impl Importer {
    /// For one file. The label names the system that the file came from (see [`crate::source`]); the file's name stands
    /// in faults.
    pub fn new(label: impl Into<String>, file: impl Into<Arc<str>>) -> Self {
        Self {
            label: label.into(),
            file: file.into(),
            aliases: HashMap::new(),
        }
    }

    /// Checks a resource and makes a record of it.
    pub fn take(&mut self, raw: &Raw) -> Result<Imported, Rejected> {
        let resource = match check::resource(&raw.json) {
            Ok(resource) => resource,
            Err((kind, fault)) => {
                let path = fault.path();
                return Err(self.reject(raw, kind, path, fault.reason));
            }
        };
        let content_hash = *blake3::hash(raw.json.as_bytes()).as_bytes();
        let kind = kind_of(&resource);
        let key = key_of(raw, &resource).unwrap_or_else(|| key_of_content(&content_hash));
        let record = record_id(&self.label, kind.resource_type(), &key);
        if kind == Kind::PATIENT {
            self.remember_aliases(raw, &resource, record);
        }
        let (patient, patient_unresolved) = self.patient_of(raw, &resource);
        let fields = Fields::from_json(kind, &raw.json)
            .map_err(|error| self.reject(raw, Some(kind), error.element, Reason::NotKept(error.reason)))?;
        let source = Source::new(&self.label, &key, raw.full_url.as_deref(), &content_hash, &fields);
        let mut list = fields.into_vec();
        list.push((
            FieldKey {
                field: field::SOURCE,
                item: None,
            },
            source.to_json(),
        ));
        if list.iter().map(|(_, value)| value.len() + 24).sum::<usize>() > MAX_RECORD_BYTES {
            return Err(self.reject(raw, Some(kind), None, Reason::TooLargeToKeep));
        }
        Ok(Imported {
            kind,
            key,
            record,
            patient,
            patient_unresolved,
            fields: Fields::from_vec(list),
            content_hash,
        })
    }

    fn reject(&self, raw: &Raw, kind: Option<Kind>, element: Option<String>, reason: Reason) -> Rejected {
        let element = element.map(String::into_boxed_str);
        let resource_type = kind.map(Kind::resource_type);
        Rejected {
            file: self.file.clone(),
            place: raw.place,
            offset: raw.offset,
            resource_type,
            element,
            reason,
        }
    }

    /// The patient that the resource names, and whether it names one in vain.
    fn patient_of(&self, raw: &Raw, resource: &Resource<'_>) -> (Option<RecordId>, bool) {
        let mut found = Vec::new();
        let mut named = false;
        for path in patient_elements(resource.kind.resource_type()) {
            let (first, rest) = path
                .split_once('.')
                .map_or((*path, None), |(first, rest)| (first, Some(rest)));
            let Some(value) = resource.member(first) else { continue };
            let mut references = Vec::new();
            references_at(value, rest, &mut references);
            // A subject without reference may be a patient known by an identifier or a name only.
            named |= references.is_empty() && (value.contains("\"identifier\"") || value.contains("\"display\""));
            for reference in references {
                let other_type = Target::of(&reference)
                    .and_then(|target| target.resource_type)
                    .is_some_and(|name| name != "Patient");
                if !other_type {
                    named = true;
                    found.push(self.patient_at(raw, &reference));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [Some(patient)] => (Some(*patient), false),
            _ => (None, named),
        }
    }

    /// The patient that a reference points at.
    fn patient_at(&self, raw: &Raw, reference: &str) -> Option<RecordId> {
        if let Some(known) = self.aliases.get(reference) {
            return Some(*known);
        }
        let target = Target::of(reference)?;
        let unique = Uuid::try_parse(target.id).is_ok();
        // Another server's Patient/1 is another patient.
        let here = raw
            .full_url
            .as_deref()
            .and_then(base_of)
            .filter(|base| !BASE.starts_with(base));
        let elsewhere = target.base.is_some() && here.is_some() && target.base != here;
        if !unique && (elsewhere || target.resource_type.is_none()) {
            return None;
        }
        Some(record_id(&self.label, "Patient", target.id))
    }

    /// Keeps the names of a patient that do not lead to the record by themselves: an entry may have an id and an address
    /// that differ, and others may refer to either.
    fn remember_aliases(&mut self, raw: &Raw, resource: &Resource<'_>, record: RecordId) {
        let id = resource.member("id").and_then(json::string);
        let names = [raw.full_url.clone(), id.map(|id| format!("Patient/{id}"))];
        for name in names.into_iter().flatten() {
            if self.aliases.len() < MAX_ALIASES && self.patient_at(raw, &name) != Some(record) {
                self.aliases.insert(name, record);
            }
        }
    }
}

/// The kind as which it is kept: a note that was written in Wardkeep comes back as one.
fn kind_of(resource: &Resource<'_>) -> Kind {
    let is_note = resource.kind.resource_type() == Kind::NOTE.resource_type()
        && resource.member("meta").is_some_and(has_note_tag)
        && resource
            .member("id")
            .and_then(json::string)
            .is_some_and(|id| is_own(&id));
    if is_note { Kind::NOTE } else { resource.kind }
}

fn is_own(id: &str) -> bool {
    Uuid::try_parse(id).is_ok_and(|uuid| uuid.get_version_num() == 7)
}

fn has_note_tag(meta: &str) -> bool {
    let tags = json::member(meta, "tag")
        .and_then(|tags| json::array(tags.get()))
        .unwrap_or_default();
    let text = |tag: &str, name| json::member(tag, name).and_then(|value| json::string(value.get()));
    let is_note = |tag: &str| {
        text(tag, "system").as_deref() == Some(TAG_SYSTEM) && text(tag, "code").as_deref() == Some(NOTE_TAG)
    };
    tags.iter().any(|tag| is_note(tag.get()))
}

/// The identity that the file gives the resource; `None` when it gives none.
fn key_of(raw: &Raw, resource: &Resource<'_>) -> Option<String> {
    let id = resource.member("id").and_then(json::string);
    let urn = raw.full_url.as_deref().and_then(|url| url.strip_prefix("urn:uuid:"));
    let urn = urn
        .and_then(|text| Uuid::try_parse(text).ok())
        .map(|uuid| uuid.to_string());
    match (urn, id) {
        (Some(urn), None) => Some(urn),
        (Some(urn), Some(_)) if !raw.put => Some(urn),
        (_, id) => id,
    }
}
