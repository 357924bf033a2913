//! A restricted patient: everybody finds them, and only the people named for it open the chart as usual.
//!
//! Two fields of the patient say it: FHIR's security label in `meta` (`R` or `V` of HL7's confidentiality), by which other systems know it,
//! and a field of our own with the list. Either alone restricts: a label that came with a file, or a list whose label another device
//! overwrote. Of values that met without having seen each other every one counts, so that no merge opens a chart.

use crate::field::{self, FieldId, patient};
use crate::fields::NewValues;
use crate::id::UserId;
use crate::json;
use crate::merge::RecordState;
use crate::op::FieldKey;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// HL7's system of confidentiality codes.
const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
/// The codes that restrict; `R` is the one that is written.
const RESTRICTING: [&str; 2] = ["R", "V"];
/// The field's extension.
pub const EXTENSION_URL: &str = "https://wardkeep.example/fhir/StructureDefinition/restriction";
/// The most people of one list.
pub const MOST_USERS: usize = 48;

/// Who opens the chart of a restricted patient as usual.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restriction {
    /// The lists that hold: one, or several that met. None where only the label says it.
    lists: Vec<BTreeSet<UserId>>,
}

impl Restriction {
    /// Of a patient; nothing where they are not restricted.
    pub fn of(state: &RecordState) -> Option<Self> {
        let lists: Vec<_> = values(state, patient::RESTRICTION).map(list_of).collect();
        let restricted = !lists.is_empty() || values(state, field::META).any(has_label);
        restricted.then_some(Self { lists })
    }

    /// Whether this user opens the chart as usual: every list that holds names them.
    pub fn lets(&self, user: UserId) -> bool {
        !self.lists.is_empty() && self.lists.iter().all(|list| list.contains(&user))
    }

    /// Whether there is no list yet: a label that came from elsewhere.
    pub fn has_no_list(&self) -> bool {
        self.lists.is_empty()
    }

    /// Whether any list names this user.
    pub fn names(&self, user: UserId) -> bool {
        self.lists.iter().any(|list| list.contains(&user))
    }

    /// Everybody who opens the chart as usual, by id.
    pub fn users(&self) -> Vec<UserId> {
        let mut lists = self.lists.iter();
        let first = lists.next().cloned().unwrap_or_default();
        lists
            .fold(first, |both, list| both.intersection(list).copied().collect())
            .into_iter()
            .collect()
    }
}

/// What restricts the patient to these users, in the place of any list before.
pub fn restrict(state: &RecordState, users: &BTreeSet<UserId>) -> NewValues {
    let people = users
        .iter()
        .map(|user| json!({ "url": "user", "valueUuid": format!("urn:uuid:{user}") }));
    let parts: Vec<Value> = [json!({ "url": "confidentiality", "valueCode": RESTRICTING[0] })]
        .into_iter()
        .chain(people)
        .collect();
    let list = json!({ "url": EXTENSION_URL, "extension": parts }).to_string();
    let meta = state.fields.one(field::META);
    let mut written = vec![(one(patient::RESTRICTION), Some(list.into_boxed_str()))];
    if !meta.is_some_and(has_label) {
        written.push((one(field::META), with_label(meta)));
    }
    written
}

/// What lifts it.
pub fn lift(state: &RecordState) -> NewValues {
    let mut written = vec![(one(patient::RESTRICTION), None)];
    if values(state, field::META).any(has_label) {
        written.push((one(field::META), without_label(state.fields.one(field::META))));
    }
    written
}

/// Whether a field of a patient says who opens the chart: it is written by the two functions here and by nothing else.
pub fn is_of_restriction(field: FieldId) -> bool {
    matches!(field, field::META | patient::RESTRICTION)
}

fn one(field: FieldId) -> FieldKey {
    FieldKey { field, item: None }
}

/// What shows of a field, and what was written beside it.
fn values(state: &RecordState, field: FieldId) -> impl Iterator<Item = &str> {
    state.heads(one(field)).into_iter().filter_map(|head| head.value)
}

/// The users of a list. What cannot be read names nobody.
fn list_of(text: &str) -> BTreeSet<UserId> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let parts = value.get("extension").and_then(Value::as_array).into_iter().flatten();
    let user = |part: &Value| part.get("valueUuid")?.as_str()?.strip_prefix("urn:uuid:")?.parse().ok();
    parts.filter_map(user).take(MOST_USERS).collect()
}

fn has_label(meta: &str) -> bool {
    // Few patients have one, and a list of patients asks for each.
    meta.contains(CONFIDENTIALITY)
        && json::member(meta, "security")
            .and_then(|labels| serde_json::from_str::<Vec<Value>>(labels.get()).ok())
            .is_some_and(|labels| labels.iter().any(is_label))
}

fn is_label(coding: &Value) -> bool {
    let text = |name| coding.get(name).and_then(Value::as_str);
    text("system") == Some(CONFIDENTIALITY) && text("code").is_some_and(|code| RESTRICTING.contains(&code))
}

fn with_label(meta: Option<&str>) -> Option<Box<str>> {
    changed(meta, |labels| {
        labels.push(json!({ "system": CONFIDENTIALITY, "code": RESTRICTING[0], "display": "restricted" }));
    })
}

fn without_label(meta: Option<&str>) -> Option<Box<str>> {
    changed(meta, |labels| labels.retain(|label| !is_label(label)))
}

/// `meta` with other labels; nothing where nothing is left of it.
fn changed(meta: Option<&str>, change: impl FnOnce(&mut Vec<Value>)) -> Option<Box<str>> {
    let read = meta.and_then(|meta| serde_json::from_str::<serde_json::Map<_, _>>(meta).ok());
    let mut members = read.unwrap_or_default();
    let mut labels = match members.remove("security") {
        Some(Value::Array(labels)) => labels,
        _ => Vec::new(),
    };
    change(&mut labels);
    if !labels.is_empty() {
        members.insert("security".to_owned(), Value::Array(labels));
    }
    (!members.is_empty()).then(|| Value::Object(members).to_string().into_boxed_str())
}

#[cfg(test)]
mod tests;
