//! What the surfaces see of conflicts.

use crate::patient::PatientRow;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;

/// One value of several that had not seen each other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContestedValue {
    /// The value in words; empty where the write cleared the field.
    pub text: String,
    /// Whether it is the one that shows.
    pub shown: bool,
    /// Who wrote it; the id's first digits where the name is not known.
    pub user: String,
    /// On which device; the id's first digits where the name is not known.
    pub device: String,
    /// When, by that device's clock, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// What `conflict_settle` takes to keep this one.
    pub choice: String,
}

/// One field to be settled.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConflictRow {
    /// Whose record.
    pub patient: Option<PatientRow>,
    /// Where the record is.
    pub compartment: Compartment,
    /// The record.
    pub record: RecordId,
    /// The kind of record: FHIR's name.
    pub kind: String,
    /// The element: FHIR's name, or `removed` where a removal met an edit.
    pub element: String,
    /// Which item of the element, where it has several.
    pub item: Option<u32>,
    /// The values, the one that shows first.
    pub values: Vec<ContestedValue>,
    /// The chart is closed to this user: that something waits there is told, and not what.
    pub closed: bool,
    /// Whether `both` is a choice: the element is a set of items.
    pub both: bool,
}
