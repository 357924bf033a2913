//! The few things that lists, the banner and the search index want of a patient.

use super::draft::{ContactSystem, Deceased, PatientDraft};
use super::read;
use crate::date::PartialDate;
use crate::field::patient;
use crate::fields::Fields;
use crate::gender::Gender;
use crate::mrn::MRN_SYSTEM;
use crate::name;
use serde_json::Value;

/// A patient in one row. Its parts are the record's own words; nothing is folded.
#[derive(Clone, PartialEq, Eq)]
pub struct Summary {
    /// The clinic's number; else one that is marked as a medical record number; else the first identifier; else empty.
    pub mrn: String,
    /// The family name of the name that identifies; a single name that is only text stands here.
    pub family: String,
    /// Its given names.
    pub given: String,
    /// As the banner shows it, `FAMILY, Given (Title)`.
    pub display: String,
    /// What the patient prefers to be called, where that is another name.
    pub preferred: Option<String>,
    /// The birth date.
    pub birth_date: Option<PartialDate>,
    /// Gender for administration.
    pub gender: Option<Gender>,
    /// The first number that still holds, mobile before home before others.
    pub phone: Option<String>,
    /// The city of the first address that still holds.
    pub city: Option<String>,
    /// Whether the patient died.
    pub deceased: bool,
    /// When, where that is known.
    pub died: Option<PartialDate>,
}

impl std::fmt::Debug for Summary {
    /// Content never prints.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Summary(..)")
    }
}

/// The row of a patient.
pub fn summary(fields: &Fields, region: &str) -> Summary {
    summary_of(fields, &read::draft(fields, region))
}

/// The row of a patient whose form was read already.
pub fn summary_of(fields: &Fields, draft: &PatientDraft) -> Summary {
    let identifying = name::primary(&draft.names);
    let only_text = identifying.filter(|name| name.family.is_empty() && name.given.is_empty());
    let died = match &draft.deceased {
        Deceased::On { date } => date.parse().ok(),
        _ => None,
    };
    Summary {
        mrn: mrn(fields, draft),
        family: only_text
            .map_or_else(
                || identifying.map(|name| name.family.clone()),
                |name| Some(name.text.clone()),
            )
            .unwrap_or_default(),
        given: identifying.map(|name| name.given.clone()).unwrap_or_default(),
        display: identifying.map(name::display).unwrap_or_default(),
        preferred: name::preferred(&draft.names),
        birth_date: read::birth_date(fields),
        gender: draft.gender,
        phone: phone(draft),
        city: city(draft),
        deceased: draft.deceased != Deceased::AliveOrUnknown,
        died,
    }
}

fn mrn(fields: &Fields, draft: &PatientDraft) -> String {
    let own = draft.identifiers.iter().find(|known| known.system == MRN_SYSTEM);
    let is_record_number = |value: &Value| {
        let codings = value
            .pointer("/type/coding")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        codings
            .into_iter()
            .any(|coding| coding.get("code").and_then(Value::as_str) == Some("MR"))
    };
    let foreign = || {
        let values = fields
            .items(patient::IDENTIFIER)
            .filter_map(|(_, text)| serde_json::from_str::<Value>(text).ok());
        values
            .filter(is_record_number)
            .find_map(|value| Some(value.get("value")?.as_str()?.to_owned()))
    };
    let first = || {
        draft
            .identifiers
            .iter()
            .map(|known| known.value.clone())
            .find(|value| !value.is_empty())
    };
    own.map(|known| known.value.clone())
        .or_else(foreign)
        .or_else(first)
        .unwrap_or_default()
}

fn phone(draft: &PatientDraft) -> Option<String> {
    use super::draft::ContactUse::{Home, Mobile, Old};
    let dialled = |point: &&super::draft::ContactPoint| {
        matches!(point.system, ContactSystem::Phone | ContactSystem::Sms)
            && point.use_ != Some(Old)
            && !point.value.is_empty()
    };
    let rank = |point: &&super::draft::ContactPoint| match point.use_ {
        Some(Mobile) => 0,
        Some(Home) => 1,
        _ => 2,
    };
    draft
        .telecom
        .iter()
        .filter(dialled)
        .min_by_key(rank)
        .map(|point| point.value.clone())
}

fn city(draft: &PatientDraft) -> Option<String> {
    let holds = draft
        .addresses
        .iter()
        .filter(|address| address.use_ != Some(super::draft::AddressUse::Old));
    holds.map(|address| address.city.clone()).find(|city| !city.is_empty())
}
