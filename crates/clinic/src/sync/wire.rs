//! What the surfaces see of sync.

use super::files::Files;
use crate::lease::wire::LeaseView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::op::Compartment;

/// Where sync stands, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// This laptop works alone: there is no server.
    Alone,
    /// It has asked to join a clinic and is not of it yet.
    Joining,
    /// The server cannot be reached. Work goes on.
    Offline,
    /// Something is being sent or fetched.
    Syncing,
    /// The server has acknowledged all that is here, and this laptop has all that the server has shown.
    UpToDate,
    /// Nothing was heard from the server for long, or from another device of which something is expected.
    Stale,
    /// Something is wrong that a person must see: the list of problems says what.
    Alarm,
    /// The roster says that this device is no longer of the clinic. Nothing was erased.
    Revoked,
}

/// Sync, as a status line and a page show it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct SyncStatus {
    /// In one word.
    pub state: SyncState,
    /// The server's address.
    pub server: Option<String>,
    /// The clinic's id, its first eight digits.
    pub clinic: Option<String>,
    /// When the server last answered, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub last_heard_ms: Option<u64>,
    /// When a round last ended with everything sent and fetched, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub last_synced_ms: Option<u64>,
    /// What the server has not acknowledged; empty while locked, when it cannot be counted.
    pub waiting: Vec<Waiting>,
    /// How far a long fetch has come.
    pub receiving: Option<Receiving>,
    /// Documents and pictures that are not where they should be.
    pub files: Files,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Records in which values met that had not seen each other; 0 while locked.
    #[ts(type = "number")]
    pub conflicts: u64,
    /// Seconds until the next try.
    #[ts(type = "number | null")]
    pub retry_in_s: Option<u64>,
    /// Since when the server cannot be reached, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub offline_since_ms: Option<u64>,
    /// This laptop's clock less the server's, in milliseconds, at the last hello.
    #[ts(type = "number | null")]
    pub clock_offset_ms: Option<i64>,
    /// The last snapshot of each open compartment.
    pub snapshots: Vec<SnapshotStatus>,
    /// How long this laptop opens without a word from the server; nothing where it has no lease.
    pub lease: Option<LeaseView>,
}

/// What of one compartment has not left this laptop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Waiting {
    /// Which.
    pub compartment: Compartment,
    /// Changes.
    #[ts(type = "number")]
    pub changes: u64,
    /// When the oldest of them was made, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub oldest_ms: Option<u64>,
}

/// What is being fetched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReceivingWhat {
    /// Changes, segment by segment.
    Changes,
    /// A snapshot, chunk by chunk.
    Snapshot,
    /// The records of a snapshot are being written, counted in its chunks.
    Records,
}

/// Why a snapshot may be taken, or not yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotTrust {
    /// Two laptops have signed the same.
    Confirmed,
    /// There is only one laptop that could sign. Nobody could notice if it, or the server, kept something back.
    Alone,
    /// A second laptop has not signed yet.
    Unconfirmed,
}

/// The last snapshot of a compartment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct SnapshotStatus {
    /// Of which compartment.
    pub compartment: Compartment,
    /// When it was made, by its maker's clock, in Unix milliseconds.
    #[ts(type = "number")]
    pub made_ms: u64,
    /// By which laptop.
    pub by: String,
    /// Whether a new laptop would take it.
    pub trust: SnapshotTrust,
    /// Its bytes, sealed.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Progress of a fetch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Receiving {
    /// What is counted.
    pub what: ReceivingWhat,
    /// Fetched and applied.
    #[ts(type = "number")]
    pub done: u64,
    /// Known to exist.
    #[ts(type = "number")]
    pub total: u64,
}

/// What is wrong, by kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The server has less than it had acknowledged; it is being given everything again.
    ServerLostData,
    /// The server shows an older roster than it had shown before.
    ServerRolledBack,
    /// Another device has seen a segment that the server does not show.
    Withheld,
    /// One place in a chain holds two segments, or the roster has two continuations.
    Fork,
    /// Others know more of this device than it knows itself: it was cloned or restored from an image.
    Clone,
    /// Two devices that have seen the same hold different records.
    Divergence,
    /// A segment cannot be read; its device's later changes wait behind it.
    Unreadable,
    /// Changes of a revoked device, or of a fork, are kept aside for an admin.
    Quarantined,
    /// Changes of a newer version wait for an update of this program.
    NewerVersion,
    /// This laptop's clock is far off.
    Clock,
    /// The server refuses something.
    Refused,
    /// The server has no room left: what was written waits here.
    ServerFull,
    /// The server answers a request of every round with an error, or with something that is no answer.
    ServerFault,
    /// The server's certificate is not the pinned one, or out of date.
    Certificate,
    /// A key is missing: changes of that compartment cannot be opened yet.
    NoKey,
    /// A snapshot was not what had been signed; nothing of it was taken.
    SnapshotRefused,
    /// The server let go of changes before this laptop had them; a snapshot stands in for them.
    SegmentsDropped,
    /// The server shows a receipt of a wipe that the wiped device has not signed.
    FalseReceipt,
    /// The server gave other bytes than those of a document or picture. They were not taken, and another device is asked.
    FileDamaged,
}

/// One problem.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Problem {
    /// What.
    pub kind: ProblemKind,
    /// About which device, if one; its name where it is known, else its id's first digits.
    pub device: Option<String>,
    /// When it was seen last, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// How often, or how many segments.
    #[ts(type = "number")]
    pub count: u64,
}
