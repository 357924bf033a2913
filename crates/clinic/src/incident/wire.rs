//! What the surfaces see of an incident.

use crate::audit::trail::TrailEntryRow;
use crate::error::ErrorCode;
use crate::wipe::wire::WipeView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::op::Compartment;

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// A laptop was stolen or lost.
    Stolen,
    /// A person leaves the clinic.
    Leaving,
}

/// Something to do in an incident, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStep {
    /// Order the laptop to destroy what it holds. First, because it needs the laptop to meet the server once more.
    Wipe,
    /// Take the laptop, or the person, out of the clinic.
    Revoke,
    /// New epoch keys of everything that could be read.
    Epochs,
    /// New keys for this laptop's files, where the person had a slot here.
    VaultKeys,
    /// Read what was looked at in the last days.
    Viewed,
    /// Save the evidence as a file.
    Evidence,
}

/// How a step stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Nobody has done it yet.
    Todo,
    /// Done.
    Done,
    /// Begun; somebody or something else has to come.
    Waiting,
    /// Tried, and it failed.
    Failed,
}

/// One step.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct StepView {
    /// Which.
    pub step: IncidentStep,
    /// How it stands.
    pub state: StepState,
    /// When it was done, or tried last, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub at_ms: Option<u64>,
    /// Why it failed.
    pub error: Option<ErrorCode>,
}

/// An incident in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct IncidentRow {
    /// Its number on this laptop.
    pub id: u32,
    /// What happened.
    pub kind: IncidentKind,
    /// Which laptop or who.
    pub name: String,
    /// When it was opened, in Unix milliseconds.
    #[ts(type = "number")]
    pub opened_ms: u64,
    /// When it was closed.
    #[ts(type = "number | null")]
    pub closed_ms: Option<u64>,
    /// Steps that are not done.
    pub left: u32,
}

/// A laptop that an incident is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct IncidentDevice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is this one.
    pub this: bool,
    /// Who used it.
    pub people: Vec<String>,
    /// Whether nobody else uses it.
    pub alone: bool,
    /// Since when it is of the clinic, in Unix milliseconds by the clock of who said so.
    #[ts(type = "number | null")]
    pub since_ms: Option<u64>,
    /// When something of it last came here, by this laptop's clock; nothing where nothing did.
    #[ts(type = "number | null")]
    pub last_heard_ms: Option<u64>,
    /// What it said, when it last reported, of changes and files that it had not sent; nothing where it never did.
    pub unsent: Option<UnsentThen>,
    /// The order to wipe it, if there is one.
    pub wipe: Option<WipeView>,
    /// Changes of it that are here.
    #[ts(type = "number")]
    pub segments: u64,
    /// Whether it has been taken out.
    pub revoked: bool,
}

/// What a laptop had not sent when it last said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct UnsentThen {
    /// When that was, by its clock, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// Changes.
    #[ts(type = "number")]
    pub changes: u64,
    /// Documents and photos.
    #[ts(type = "number")]
    pub files: u64,
}

/// An incident with all that is known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct IncidentView {
    /// What a list shows of it.
    pub row: IncidentRow,
    /// The laptops.
    pub devices: Vec<IncidentDevice>,
    /// What could be read there.
    pub could_read: Vec<Compartment>,
    /// Patients of the clinic, all of whom a laptop has.
    #[ts(type = "number")]
    pub patients: u64,
    /// The steps, in order.
    pub steps: Vec<StepView>,
    /// What was looked at and done in the last days, newest first, out of the clinic's trail: on the stolen laptop by anybody, by the person who
    /// leaves on any laptop.
    pub viewed: Vec<TrailEntryRow>,
    /// There are older entries of those days than are here: see the audit trail.
    pub viewed_more: bool,
    /// Before this time this reader's trail knows nothing; nothing where it is the whole.
    #[ts(type = "number | null")]
    pub viewed_known_from_ms: Option<u64>,
    /// How many days that is.
    pub viewed_days: u32,
    /// The file that was saved.
    pub evidence_file: Option<String>,
    /// The BLAKE3 hash of its content, in hexadecimal.
    pub evidence_hash: Option<String>,
}
