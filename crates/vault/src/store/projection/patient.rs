//! What the search index knows of a patient, taken from the record's fields.

use super::Shown;
use crate::search::{BirthDay, IndexedAddress, IndexedName, PatientIndexEntry, index_patient};
use crate::store::error::{At, StoreError};
use rusqlite::Connection;
use serde::Deserialize;
use wardkeep_record::field::patient;
use wardkeep_record::fields::Fields;
use wardkeep_record::op::Compartment;

/// FHIR HumanName, as far as the index needs it. A field of another type makes the whole name unreadable, and it is then
/// not indexed: the record itself still shows it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Name {
    #[serde(rename = "use")]
    use_: String,
    text: String,
    family: String,
    given: Vec<String>,
}

/// FHIR ContactPoint.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Contact {
    system: String,
    #[serde(rename = "use")]
    use_: String,
    value: String,
}

/// FHIR Identifier.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Identifier {
    #[serde(rename = "use")]
    use_: String,
    #[serde(rename = "type")]
    type_: Concept,
    value: String,
}

/// FHIR CodeableConcept.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Concept {
    coding: Vec<Coding>,
}

/// FHIR Coding.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Coding {
    code: String,
}

/// FHIR Address.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Address {
    #[serde(rename = "use")]
    use_: String,
    line: Vec<String>,
    city: String,
    #[serde(rename = "postalCode")]
    postal_code: String,
}

/// FHIR `deceased[x]`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Deceased {
    #[serde(rename = "deceasedBoolean")]
    boolean: bool,
    #[serde(rename = "deceasedDateTime")]
    date: Option<String>,
}

/// Changes the index rows of one patient.
pub(super) fn index(
    conn: &Connection,
    n: i64,
    old: Option<&PatientIndexEntry>,
    new: &PatientIndexEntry,
) -> Result<(), StoreError> {
    index_patient(conn, n, old, Some(new)).at(Compartment::Office)
}

/// The index entry of a patient: a function of what shows, so that the old one can be computed again and taken away.
pub(super) fn entry(shown: Shown<'_>) -> PatientIndexEntry {
    let fields = shown.fields;
    let (names, preferred) = names(fields);
    let (mrn, identifiers) = identifiers(fields);
    PatientIndexEntry {
        id: *shown.id.as_bytes(),
        names,
        preferred,
        birth: BirthDay::from_fhir(fields.one(patient::BIRTH_DATE).unwrap_or_default().trim_matches('"')),
        gender: gender(fields.one(patient::GENDER).unwrap_or_default()),
        phones: phones(fields),
        mrn,
        identifiers,
        addresses: addresses(fields),
        deceased: one::<Deceased>(fields, patient::DECEASED)
            .is_some_and(|deceased| deceased.boolean || deceased.date.is_some()),
        removed: shown.removed,
    }
}

/// The readable items of a field.
fn items<T: for<'de> Deserialize<'de>>(fields: &Fields, field: u16) -> Vec<T> {
    fields
        .items(field)
        .filter_map(|(_, json)| serde_json::from_str(json).ok())
        .collect()
}

/// A field's value, if it can be read.
fn one<T: for<'de> Deserialize<'de>>(fields: &Fields, field: u16) -> Option<T> {
    serde_json::from_str(fields.one(field)?).ok()
}

/// All names, the one that shows first; and the preferred one.
fn names(fields: &Fields) -> (Vec<IndexedName>, Option<String>) {
    let mut all: Vec<Name> = items(fields, patient::NAME);
    all.sort_by_key(|name| match name.use_.as_str() {
        "official" => 0,
        "usual" | "" => 1,
        "nickname" => 3,
        "maiden" | "old" | "anonymous" | "temp" => 4,
        _ => 2,
    });
    let nickname = all.iter().find(|name| name.use_ == "nickname");
    let preferred = nickname.map(|name| {
        let given = name.given.join(" ");
        if given.is_empty() { name.text.clone() } else { given }
    });
    let names = all.into_iter().map(|name| {
        let given = name.given.join(" ");
        let undivided = name.family.is_empty() && given.is_empty();
        IndexedName {
            family: if undivided { name.text } else { name.family },
            given,
        }
    });
    (names.collect(), preferred.filter(|name| !name.is_empty()))
}

/// The medical record number (HL7 v2 table 0203 code `MR`; failing that nothing), and all other identifiers.
fn identifiers(fields: &Fields) -> (String, Vec<String>) {
    let all: Vec<Identifier> = items(fields, patient::IDENTIFIER);
    let is_mrn = |identifier: &Identifier| identifier.type_.coding.iter().any(|coding| coding.code == "MR");
    let mrn = all
        .iter()
        .position(|identifier| is_mrn(identifier) && identifier.use_ != "old");
    let mut mrn_value = String::new();
    let mut others = Vec::new();
    for (at, identifier) in all.into_iter().enumerate() {
        match mrn {
            Some(mrn) if mrn == at => mrn_value = identifier.value,
            _ if identifier.value.is_empty() => {}
            _ => others.push(identifier.value),
        }
    }
    (mrn_value, others)
}

/// Telephone numbers, those in use first, a mobile one first of all.
fn phones(fields: &Fields) -> Vec<String> {
    let mut all: Vec<Contact> = items(fields, patient::TELECOM);
    all.retain(|contact| matches!(contact.system.as_str(), "phone" | "sms") && !contact.value.is_empty());
    all.sort_by_key(|contact| match contact.use_.as_str() {
        "mobile" => 0,
        "old" => 2,
        _ => 1,
    });
    all.into_iter().map(|contact| contact.value).collect()
}

/// Addresses, those in use first.
fn addresses(fields: &Fields) -> Vec<IndexedAddress> {
    let mut all: Vec<Address> = items(fields, patient::ADDRESS);
    all.sort_by_key(|address| match address.use_.as_str() {
        "home" => 0,
        "old" => 2,
        _ => 1,
    });
    let indexed = |address: Address| IndexedAddress {
        line: address.line.join(" "),
        city: address.city,
        postal_code: address.postal_code,
    };
    all.into_iter().map(indexed).collect()
}

/// FHIR's administrative gender by its place in the value set.
fn gender(json: &str) -> u8 {
    match json {
        "\"male\"" => 1,
        "\"female\"" => 2,
        "\"other\"" => 3,
        "\"unknown\"" => 4,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use super::*;
    use wardkeep_record::field::Kind;
    use wardkeep_record::id::RecordId;

    #[test]
    fn a_patient_is_indexed_as_it_shows() {
        let json = serde_json::json!({
            "resourceType": "Patient", "gender": "female", "birthDate": "1956-03", "deceasedDateTime": "2020",
            "name": [
                {"use": "maiden", "family": "Roe", "given": ["Jane"]},
                {"use": "official", "family": "O'Neill", "given": ["Jane", "Ann"]},
                {"use": "nickname", "given": ["Janey"]}, {"text": "Undivided Name"}, {"family": 5}
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
                ("Undivided Name", ""),
                ("", "Janey"),
                ("Roe", "Jane")
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
