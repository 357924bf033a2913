//! What the surfaces see of what was put aside.

use crate::patient::PatientRow;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_roster::Compartment;

/// A part of what a device writes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuarantinePart {
    /// Demographics, schedule, office documents.
    Office,
    /// The chart.
    Clinical,
    /// The device's trail of what was done.
    Audit,
}

impl QuarantinePart {
    pub(super) fn of(compartment: Compartment) -> Self {
        match compartment {
            Compartment::Office => Self::Office,
            Compartment::Clinical => Self::Clinical,
            Compartment::Audit => Self::Audit,
        }
    }
}

/// What an admin has said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineState {
    /// Nothing yet.
    Waiting,
    /// That it stays out.
    Discarded,
}

/// What one device wrote in one part after its revocation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct QuarantineRow {
    /// The device.
    pub device: String,
    /// Its name; the id's first digits where it cannot be read.
    pub name: String,
    /// In which part.
    pub part: QuarantinePart,
    /// Whether an admin has decided.
    pub state: QuarantineState,
    /// How many sealed segments.
    #[ts(type = "number")]
    pub segments: u64,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// When the last of them came here, in Unix milliseconds.
    #[ts(type = "number")]
    pub received_ms: u64,
    /// How many changes are in them; nothing where the session cannot open them.
    #[ts(type = "number | null")]
    pub changes: Option<u64>,
    /// When the first and the last of these was written, by the device's clock.
    #[ts(type = "[number, number] | null")]
    pub written_ms: Option<(u64, u64)>,
    /// Who wrote them.
    pub users: Vec<String>,
    /// Why they stay out.
    pub reason: Option<String>,
}

/// One field that was written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuarantineChange {
    /// The number of its segment: up to which one may accept.
    #[ts(type = "number")]
    pub segment: u64,
    /// When, by the device's clock, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// Who was unlocked.
    pub user: String,
    /// Whose record, where that patient is known here.
    pub patient: Option<PatientRow>,
    /// The record.
    pub record: String,
    /// The kind of record: FHIR's name.
    pub kind: String,
    /// The element: FHIR's name, or `removed`.
    pub element: String,
    /// The value in words; empty where the field was cleared.
    pub text: String,
    /// The chart is closed to this user: that something was written is told, and not what.
    pub closed: bool,
}
