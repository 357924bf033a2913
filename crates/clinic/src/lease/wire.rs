//! What the surfaces see of this laptop's lease.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a lease has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LeaseEnd {
    /// The server was not met for as long as the clinic allows.
    Time,
    /// Too many wrong passwords.
    WrongPasswords,
    /// The keychain has lost this laptop's share.
    Missing,
}

/// How long this laptop opens without a word from the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct LeaseView {
    /// When it ends if the server is not met before, by this laptop's clock, in Unix milliseconds; nothing where it does not end.
    #[ts(type = "number | null")]
    pub ends_ms: Option<u64>,
    /// It ends within days: the server should be met.
    pub soon: bool,
    /// It has ended: nothing opens before the server was met.
    pub ended: Option<LeaseEnd>,
}
