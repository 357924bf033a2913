//! What the search index knows of a patient, taken from the record's fields.

use super::Shown;
use crate::search::{BirthDay, IndexedAddress, IndexedName, PatientIndexEntry, index_patient};
use crate::store::error::{At, StoreError};
use crate::store::row;
use rusqlite::Connection;
use wardkeep_record::field::Kind;
use wardkeep_record::gender::Gender;
use wardkeep_record::merge::RemovalState;
use wardkeep_record::name::primary;
use wardkeep_record::op::Compartment;
use wardkeep_record::patient::{
    Address, AddressUse, ContactPoint, ContactSystem, ContactUse, HumanName, draft_to_index, summary_of,
};

/// Changes the index rows of one patient.
pub(super) fn index(
    conn: &Connection,
    n: i64,
    old: Option<&PatientIndexEntry>,
    new: &PatientIndexEntry,
) -> Result<(), StoreError> {
    index_patient(conn, n, old, Some(new)).at(Compartment::Office)
}

/// Fills the index anew from all patients.
pub(super) fn rebuild(conn: &Connection) -> Result<(), StoreError> {
    let at = Compartment::Office;
    let mut query = conn.prepare(&row::columns(at)).at(at)?;
    let mut rows = query.query([]).at(at)?;
    let mut failed = None;
    let mut next = || -> Result<Option<(i64, PatientIndexEntry)>, StoreError> {
        while let Some(found) = rows.next().at(at)? {
            let stored = row::read(found, at)?;
            if stored.state.kind == Kind::PATIENT {
                let shown = Shown {
                    id: stored.id,
                    kind: stored.state.kind,
                    fields: &stored.state.fields,
                    removed: stored.removal == RemovalState::Removed,
                };
                return Ok(Some((stored.n, entry(shown))));
            }
        }
        Ok(None)
    };
    let entries = std::iter::from_fn(|| {
        next().unwrap_or_else(|error| {
            failed = Some(error);
            None
        })
    });
    crate::search::rebuild(conn, entries).at(at)?;
    failed.map_or(Ok(()), Err)
}

/// The index entry of a patient: a function of what shows, so that the old one can be computed again and taken away. Numbers
/// without a country code stay as they are, because which region they are dialled in differs from device to device.
pub(super) fn entry(shown: Shown<'_>) -> PatientIndexEntry {
    let draft = draft_to_index(shown.fields);
    let summary = summary_of(shown.fields, &draft);
    let birth = draft.birth_date.as_deref().map_or(BirthDay(0), BirthDay::from_fhir);
    let identifiers = draft.identifiers.into_iter().map(|known| known.value);
    let identifiers = identifiers
        .filter(|value| !value.is_empty() && *value != summary.mrn)
        .collect();
    PatientIndexEntry {
        id: *shown.id.as_bytes(),
        names: names(draft.names),
        preferred: summary.preferred,
        birth,
        gender: summary.gender.map_or(0, gender),
        phones: phones(draft.telecom),
        mrn: summary.mrn,
        identifiers,
        addresses: addresses(draft.addresses),
        deceased: summary.deceased,
        removed: shown.removed,
    }
}

/// All names, the one that identifies first; a name that is not divided stands as a family name.
fn names(names: Vec<HumanName>) -> Vec<IndexedName> {
    let first = primary(&names).and_then(|first| names.iter().position(|name| std::ptr::eq(name, first)));
    let mut all: Vec<IndexedName> = names
        .into_iter()
        .map(|name| {
            let undivided = name.family.is_empty() && name.given.is_empty();
            IndexedName {
                family: if undivided { name.text } else { name.family },
                given: name.given,
            }
        })
        .collect();
    all[..first.map_or(0, |first| first + 1)].rotate_right(usize::from(first.is_some()));
    all.retain(|name| !(name.family.is_empty() && name.given.is_empty()));
    all
}

/// Telephone numbers, a mobile one first of all, those of the past last.
fn phones(telecom: Vec<ContactPoint>) -> Vec<String> {
    let mut dialled: Vec<ContactPoint> = telecom
        .into_iter()
        .filter(|point| matches!(point.system, ContactSystem::Phone | ContactSystem::Sms) && !point.value.is_empty())
        .collect();
    dialled.sort_by_key(|point| match point.use_ {
        Some(ContactUse::Mobile) => 0,
        Some(ContactUse::Home) => 1,
        Some(ContactUse::Old) => 3,
        _ => 2,
    });
    dialled
        .into_iter()
        .map(|point| point.e164.unwrap_or(point.value))
        .collect()
}

/// Addresses, those of the past last.
fn addresses(mut addresses: Vec<Address>) -> Vec<IndexedAddress> {
    addresses.sort_by_key(|address| address.use_ == Some(AddressUse::Old));
    let indexed = |address: Address| IndexedAddress {
        line: address.line.replace('\n', " "),
        city: address.city,
        postal_code: address.postal_code,
    };
    addresses.into_iter().map(indexed).collect()
}

/// FHIR's administrative gender by its place in the value set.
fn gender(gender: Gender) -> u8 {
    match gender {
        Gender::Male => 1,
        Gender::Female => 2,
        Gender::Other => 3,
        Gender::Unknown => 4,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use super::*;
    use wardkeep_record::field::Kind;
    use wardkeep_record::fields::Fields;
    use wardkeep_record::id::RecordId;

    #[test]
    fn a_patient_is_indexed_as_it_shows() {
        let json = serde_json::json!({
            "resourceType": "Patient", "gender": "female", "birthDate": "1956-03", "deceasedDateTime": "2020",
            "name": [
                {"use": "maiden", "family": "Roe", "given": ["Jane"]},
                {"use": "official", "family": "O'Neill", "given": ["Jane", "Ann"]},
                {"use": "nickname", "given": ["Janey"]}, {"text": "Undivided Name"}, {"family": 5, "text": ""}
            ],
            "identifier": [
                {"value": "X-1"}, {"type": {"coding": [{"code": "MR"}]}, "value": "WK-7"}, {"system": "none"}
            ],
            "telecom": [
                {"system": "phone", "use": "home", "value": "1"}, {"system": "email", "value": "a@b"},
                {"system": "phone", "use": "mobile", "value": "2"}
            ],
            "address": [{"use": "home", "line": ["1 High St", "Flat 2"], "city": "Leeds", "postalCode": "LS1"}]
        });
        let fields = Fields::from_json(Kind::PATIENT, &json.to_string()).unwrap();
        let id = RecordId::new(1, [0; 10]);
        let entry = entry(Shown {
            id,
            kind: Kind::PATIENT,
            fields: &fields,
            removed: false,
        });
        let names: Vec<_> = entry
            .names
            .iter()
            .map(|name| (name.family.as_str(), name.given.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                ("O'Neill", "Jane Ann"),
                ("Roe", "Jane"),
                ("", "Janey"),
                ("Undivided Name", "")
            ]
        );
        assert_eq!(entry.preferred.as_deref(), Some("Janey"));
        assert_eq!(
            (entry.mrn.as_str(), entry.identifiers.as_slice()),
            ("WK-7", &["X-1".to_owned()][..])
        );
        assert_eq!(entry.phones, ["2", "1"]);
        assert_eq!(entry.addresses[0].line, "1 High St Flat 2");
        assert_eq!((entry.gender, entry.birth.0, entry.deceased), (2, 19_560_300, true));
    }

    #[test]
    fn an_empty_patient_has_an_empty_entry() {
        let id = RecordId::new(1, [0; 10]);
        let entry = entry(Shown {
            id,
            kind: Kind::PATIENT,
            fields: &Fields::new(),
            removed: true,
        });
        assert!(entry.removed && entry.names.is_empty() && entry.mrn.is_empty());
    }
}
