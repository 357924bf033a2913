//! CodeableConcepts whose codes are fixed by the specification: the clinical and verification status of allergies and
//! problems.

use super::Checked;
use crate::reject::Reason;
use crate::schema::Codes;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
struct Concept<'a> {
    #[serde(borrow, default)]
    coding: Vec<Coding<'a>>,
}

#[derive(Deserialize)]
struct Coding<'a> {
    #[serde(borrow)]
    system: Option<Cow<'a, str>>,
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
}

/// The codes that a CodeableConcept has in a code system.
pub(super) fn codes_of(text: &str, system: &str) -> Vec<String> {
    let concept: Concept<'_> = serde_json::from_str(text).unwrap_or(Concept { coding: Vec::new() });
    let of_system = concept
        .coding
        .into_iter()
        .filter(|coding| coding.system.as_deref() == Some(system));
    of_system.filter_map(|coding| Some(coding.code?.into_owned())).collect()
}

/// At least one coding must be of the system, and all of those must be in the value set.
pub(super) fn keep(codes: Codes, text: &str) -> Checked {
    let Some(system) = codes.system else { return Ok(()) };
    let given = codes_of(text, system);
    if given.is_empty() || given.iter().any(|code| !codes.has(code)) {
        return Err(Reason::NotInValueSet(codes.list).into());
    }
    Ok(())
}
