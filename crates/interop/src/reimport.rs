//! Importing again: what a resource changes in the record that an earlier import, or a person here, left.
//!
//! Three states are compared: what the source said last time (remembered as hashes), what it says now, and what the
//! record shows. Only an element that the source has changed since is written, so that an edit made here survives a
//! second import of the same or a newer file.

use crate::parse::Imported;
use crate::reject::Reason;
use crate::source::{Source, element_hash};
use std::collections::BTreeSet;
use wardkeep_record::field::{self, Kind, patient};
use wardkeep_record::fields::Fields;
use wardkeep_record::json;
use wardkeep_record::op::FieldKey;

/// What an imported resource does here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// There is no such record: all its fields are to be written.
    New,
    /// Nothing is to be written: the source says what it said last time, or an older version of it, or the record was
    /// made here and is not changed from outside.
    Unchanged,
    /// These fields are to be written, [`field::SOURCE`] among them. `None` clears.
    Update(Vec<(FieldKey, Option<Box<str>>)>),
}

/// Compares a resource with the record of the same id, if there is one: its kind and the fields that show.
///
/// # Errors
///
/// [`Reason::OtherType`] or [`Reason::IdentityMismatch`] when the id has been given to something else; nothing may be
/// written then.
pub fn compare(stored: Option<(Kind, &Fields)>, imported: &Imported) -> Result<Outcome, Reason> {
    let Some((kind, stored)) = stored else {
        return Ok(Outcome::New);
    };
    if kind != imported.kind {
        return Err(Reason::OtherType);
    }
    let Some(source) = Source::of(stored) else {
        return Ok(Outcome::Unchanged);
    };
    if source.has_said(&imported.content_hash) || is_older(kind, &imported.fields, stored) {
        return Ok(Outcome::Unchanged);
    }
    if kind == Kind::PATIENT && is_somebody_else(stored, &imported.fields) {
        return Err(Reason::IdentityMismatch);
    }
    let mut writes = changes(kind, &source, stored, &imported.fields);
    if writes.is_empty() {
        // Said in another way, or edited here to the same (an export of ours that comes back). What the source said last
        // stays remembered, so that its own file does not undo the edit later.
        return Ok(Outcome::Unchanged);
    }
    let key = FieldKey {
        field: field::SOURCE,
        item: None,
    };
    writes.push((key, imported.fields.get(key).map(Into::into)));
    Ok(Outcome::Update(writes))
}

/// For an update of a record that the same import has written already: remembers the former version beside the new one, so
/// that taking the same files in again finds both and changes nothing. `values` are those of [`Outcome::Update`].
pub fn keep_both(values: &mut [(FieldKey, Option<Box<str>>)], stored: &Fields) {
    let Some(former) = Source::of(stored) else { return };
    for (key, value) in values.iter_mut().filter(|(key, _)| key.field == field::SOURCE) {
        let now = value
            .take()
            .and_then(|text| Source::of(&Fields::from_vec(vec![(*key, text)])));
        *value = now.map(|now| now.beside(&former).to_json());
    }
}

/// What the source has changed since last time and the record does not show yet.
fn changes(kind: Kind, source: &Source, stored: &Fields, new: &Fields) -> Vec<(FieldKey, Option<Box<str>>)> {
    // Who opens a chart here is no other system's to say, once somebody here has said it.
    let said_here = |field| kind == Kind::PATIENT && field == patient::RESTRICTION && stored.one(field).is_some();
    let ours =
        |key: &FieldKey| matches!(key.field, field::SOURCE | field::SEALED | field::REMOVED) || said_here(key.field);
    let keys: BTreeSet<FieldKey> = stored
        .iter()
        .chain(new.iter())
        .map(|(key, _)| key)
        .filter(|key| !ours(key))
        .collect();
    let mut writes = Vec::new();
    for key in keys {
        let now = new.get(key);
        let before = source
            .elements
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, hash)| *hash);
        if now.map(element_hash) != before && now != stored.get(key) {
            writes.push((key, now.map(Into::into)));
        }
    }
    writes
}

/// Whether the source itself says that this version is older than the one taken in before.
fn is_older(kind: Kind, new: &Fields, stored: &Fields) -> bool {
    let updated = |fields: &Fields| -> Option<jiff::Timestamp> {
        let meta = match fields.one(field::META).filter(|_| kind.is_typed()) {
            Some(meta) => meta,
            None => json::member(fields.one(field::BODY)?, "meta")?.get(),
        };
        json::string(json::member(meta, "lastUpdated")?.get())?.parse().ok()
    };
    matches!((updated(new), updated(stored)), (Some(new), Some(stored)) if new < stored)
}

/// Whether both the family names and the birth dates are known on both sides, and have nothing in common.
fn is_somebody_else(stored: &Fields, new: &Fields) -> bool {
    let families = |fields: &Fields| -> BTreeSet<String> {
        let family = |name: &str| json::string(json::member(name, "family")?.get());
        fields
            .items(patient::NAME)
            .filter_map(|(_, name)| family(name))
            .map(|name| name.to_lowercase())
            .collect()
    };
    let (old_names, new_names) = (families(stored), families(new));
    let names_differ = !old_names.is_empty() && !new_names.is_empty() && old_names.is_disjoint(&new_names);
    let births = (stored.one(patient::BIRTH_DATE), new.one(patient::BIRTH_DATE));
    names_differ && matches!(births, (Some(old), Some(new)) if old != new)
}
