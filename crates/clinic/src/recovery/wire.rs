//! What the surfaces see of the recovery key.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::op::Compartment;

/// The recovery key that the clinic has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct RecoveryStatus {
    /// The short name that stands on the paper; nothing where the clinic has none.
    pub paper: Option<String>,
    /// Since when it counts, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub since_ms: Option<u64>,
    /// When somebody last used it to take a laptop in: then another should take its place.
    #[ts(type = "number | null")]
    pub used_ms: Option<u64>,
    /// Whether one is made that nobody has proven to have written down yet.
    pub prepared: bool,
}

/// A new recovery key, to be written down. It is shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecoverySheets {
    /// Its short name, which also serves as check characters.
    pub paper: String,
    /// Where the clinic's server is.
    pub server: String,
    /// The server's pin.
    pub pin: String,
    /// The clinic's id.
    pub clinic: String,
    /// One sheet of 24 words, or three of 28 groups, of which two are enough.
    pub sheets: Vec<Vec<String>>,
    /// What is to be typed again.
    pub questions: Vec<RecoveryQuestion>,
}

impl std::fmt::Debug for RecoverySheets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoverySheets")
            .field("paper", &self.paper)
            .finish_non_exhaustive()
    }
}

/// One word or group to type again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct RecoveryQuestion {
    /// On which sheet, from 1.
    pub sheet: u32,
    /// At which place, from 1.
    pub place: u32,
}

/// What a paper opens, as tried with the server.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct RecoveryReport {
    /// The paper's short name.
    pub paper: String,
    /// Every compartment that has a key.
    pub parts: Vec<RecoveryPart>,
}

/// One compartment of a report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct RecoveryPart {
    /// Which.
    pub compartment: Compartment,
    /// The newest epoch of the clinic.
    pub epoch: u32,
    /// Whether the paper has the keys of all epochs. Where not, a laptop that has them must be online once.
    pub opens: bool,
}
