//! What a roster must take, what it must refuse, and the bytes that it may never change.

mod access;
mod aside;
mod bytes;
mod chain;
mod device_key;
mod garbage;
mod history;
mod key;
mod large;
mod right;
mod sense;

use crate::roster::{Roster, VerifyError};

/// Verifies entries that a test holds.
fn verify(entries: &[Vec<u8>]) -> Result<Roster, VerifyError> {
    Roster::verify(entries.iter().map(Vec::as_slice))
}
