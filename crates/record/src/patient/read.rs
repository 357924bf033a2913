//! From a record's fields to the form. Lenient: a part that is strange shows as absent and stays as it is until it is edited.

use super::draft::{Address, ContactPoint, Deceased, HumanName, Identifier, NextOfKin, PatientDraft};
use crate::date::PartialDate;
use crate::field::{FieldId, patient};
use crate::fields::Fields;
use crate::gender::Gender;
use crate::op::ItemId;
use crate::phone;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The HL7 system of marital status codes.
pub(super) const MARITAL_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";

/// How telephone numbers come into the form.
#[derive(Clone, Copy)]
pub(super) enum Numbers<'a> {
    /// As people read them; those without a country code are dialled in this region (ISO 3166 alpha-2).
    Shown(&'a str),
    /// As they are stored, which costs a hundredth: reading one takes the numbering plans.
    Stored,
}

/// The form of a patient. `region` (ISO 3166 alpha-2) is where numbers without country code are dialled.
pub fn draft(fields: &Fields, region: &str) -> PatientDraft {
    form(fields, Numbers::Shown(region))
}

/// The form of a patient for the search index, which wants no number in the form that people read.
pub fn draft_to_index(fields: &Fields) -> PatientDraft {
    form(fields, Numbers::Stored)
}

fn form(fields: &Fields, numbers: Numbers<'_>) -> PatientDraft {
    PatientDraft {
        names: items(fields, patient::NAME, name),
        birth_date: birth_date(fields).map(|date| date.to_string()),
        gender: one(fields, patient::GENDER).and_then(|value| Gender::from_code(value.as_str()?)),
        sex_at_birth: one(fields, patient::BIRTH_SEX).and_then(|value| string(&value, "valueCode")),
        pronouns: one(fields, patient::PRONOUNS).and_then(|value| pronouns(&value)),
        telecom: items(fields, patient::TELECOM, |item, value| telecom(item, value, numbers)),
        addresses: items(fields, patient::ADDRESS, address),
        identifiers: items(fields, patient::IDENTIFIER, identifier),
        next_of_kin: items(fields, patient::CONTACT, |item, value| {
            next_of_kin(item, value, numbers)
        }),
        deceased: deceased(fields),
        marital_status: one(fields, patient::MARITAL_STATUS).and_then(|value| marital_status(&value)),
        language: language(fields).map(|(_, language)| language),
        emergency_note: one(fields, patient::FRONT_DESK_NOTE).and_then(|value| string(&value, "valueString")),
    }
}

/// The birth date, when it is a FHIR date.
pub(super) fn birth_date(fields: &Fields) -> Option<PartialDate> {
    one(fields, patient::BIRTH_DATE)?.as_str()?.parse().ok()
}

/// Whether and when the patient died.
pub(super) fn deceased(fields: &Fields) -> Deceased {
    let Some(value) = one(fields, patient::DECEASED) else {
        return Deceased::AliveOrUnknown;
    };
    if let Some(text) = value.get("deceasedDateTime").and_then(Value::as_str) {
        return match PartialDate::of_date_time(text) {
            Ok(date) => Deceased::On { date: date.to_string() },
            Err(_) => Deceased::Yes,
        };
    }
    if value.get("deceasedBoolean") == Some(&Value::Bool(true)) {
        Deceased::Yes
    } else {
        Deceased::AliveOrUnknown
    }
}

/// The language to speak, and the item that says so: the preferred one, else the first.
pub(super) fn language(fields: &Fields) -> Option<(ItemId, String)> {
    let read = |(item, text): (ItemId, &str)| {
        let value: Value = serde_json::from_str(text).ok()?;
        let language = value.get("language")?;
        let coding = language
            .get("coding")
            .and_then(Value::as_array)
            .and_then(|list| list.first());
        let spoken = coding
            .and_then(|coding| string(coding, "code"))
            .or_else(|| concept_text(language))?;
        Some((item, spoken, value.get("preferred") == Some(&Value::Bool(true))))
    };
    let spoken: Vec<_> = fields.items(patient::COMMUNICATION).filter_map(read).collect();
    let best = spoken
        .iter()
        .find(|(_, _, preferred)| *preferred)
        .or_else(|| spoken.first())?;
    Some((best.0, best.1.clone()))
}

/// One name.
pub(super) fn name(item: ItemId, value: &Value) -> HumanName {
    HumanName {
        item: Some(item),
        use_: code(value, "use"),
        prefix: strings(value, "prefix", " "),
        given: strings(value, "given", " "),
        family: text(value, "family"),
        suffix: strings(value, "suffix", " "),
        text: text(value, "text"),
    }
}

/// One contact point.
pub(super) fn telecom(item: ItemId, value: &Value, numbers: Numbers<'_>) -> ContactPoint {
    let stored = text(value, "value");
    let system = code(value, "system").unwrap_or_default();
    let (e164, value_shown) = match numbers {
        _ if !super::edit::is_dialled(system) => (None, stored),
        Numbers::Shown(region) => (phone::e164(&stored, region), phone::shown(&stored)),
        Numbers::Stored => (phone::e164_at_its_word(&stored), stored),
    };
    ContactPoint {
        item: Some(item),
        system,
        use_: code(value, "use"),
        e164,
        value: value_shown,
    }
}

/// One address.
pub(super) fn address(item: ItemId, value: &Value) -> Address {
    Address {
        item: Some(item),
        use_: code(value, "use"),
        line: strings(value, "line", "\n"),
        city: text(value, "city"),
        district: text(value, "district"),
        state: text(value, "state"),
        postal_code: text(value, "postalCode"),
        country: text(value, "country"),
        text: text(value, "text"),
    }
}

/// One identifier.
pub(super) fn identifier(item: ItemId, value: &Value) -> Identifier {
    let label = value.get("type").and_then(concept_text).unwrap_or_default();
    Identifier {
        item: Some(item),
        system: text(value, "system"),
        value: text(value, "value"),
        label,
    }
}

/// One contact person.
pub(super) fn next_of_kin(item: ItemId, value: &Value, numbers: Numbers<'_>) -> NextOfKin {
    let full = value.get("name").map(|value| name(item, value));
    let full = full.map(|name| {
        let parts = [&name.prefix, &name.given, &name.family, &name.suffix].map(|part| part.as_str());
        let joined = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        if name.text.is_empty() { joined } else { name.text }
    });
    let relationship = value
        .get("relationship")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let phones = value.get("telecom").and_then(Value::as_array).into_iter().flatten();
    let first = phones
        .filter(|point| is_phone(point))
        .find_map(|point| string(point, "value"));
    NextOfKin {
        item: Some(item),
        name: full.unwrap_or_default(),
        relationship: relationship.filter_map(concept_text).collect::<Vec<_>>().join(", "),
        phone: match numbers {
            Numbers::Shown(_) => first.map(|stored| phone::shown(&stored)),
            Numbers::Stored => first,
        }
        .unwrap_or_default(),
    }
}

/// Whether a FHIR ContactPoint is a telephone.
pub(super) fn is_phone(point: &Value) -> bool {
    matches!(
        point.get("system").and_then(Value::as_str),
        Some("phone" | "sms") | None
    )
}

/// What a CodeableConcept says in words: its text, else its first display, else its first code.
pub(super) fn concept_text(value: &Value) -> Option<String> {
    let codings = || value.get("coding").and_then(Value::as_array).into_iter().flatten();
    let display = || codings().find_map(|coding| string(coding, "display"));
    string(value, "text")
        .or_else(display)
        .or_else(|| codings().find_map(|coding| string(coding, "code")))
}

fn marital_status(value: &Value) -> Option<String> {
    let codings = value.get("coding").and_then(Value::as_array).into_iter().flatten();
    let known = |coding: &&Value| coding.get("system").and_then(Value::as_str) == Some(MARITAL_SYSTEM);
    let coded = codings.filter(known).find_map(|coding| string(coding, "code"));
    coded.or_else(|| concept_text(value))
}

fn pronouns(value: &Value) -> Option<String> {
    let inner = value.get("extension").and_then(Value::as_array).into_iter().flatten();
    let of_value = |entry: &&Value| entry.get("url").and_then(Value::as_str) == Some("value");
    let concept = inner
        .filter(of_value)
        .find_map(|entry| entry.get("valueCodeableConcept"));
    concept
        .or_else(|| value.get("valueCodeableConcept"))
        .and_then(concept_text)
}

fn items<T>(fields: &Fields, field: FieldId, read: impl Fn(ItemId, &Value) -> T) -> Vec<T> {
    let parse = |(item, text): (ItemId, &str)| Some(read(item, &serde_json::from_str(text).ok()?));
    fields.items(field).filter_map(parse).collect()
}

fn one(fields: &Fields, field: FieldId) -> Option<Value> {
    serde_json::from_str(fields.one(field)?).ok()
}

/// A member that is a string and not blank.
fn string(value: &Value, member: &str) -> Option<String> {
    let text = value.get(member)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn text(value: &Value, member: &str) -> String {
    string(value, member).unwrap_or_default()
}

fn strings(value: &Value, member: &str, between: &str) -> String {
    let list = value.get(member).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(between)
}

fn code<T: DeserializeOwned>(value: &Value, member: &str) -> Option<T> {
    serde_json::from_value(value.get(member)?.clone()).ok()
}
