//! Wrong passwords: a wait that grows, survives restarts and cannot be shortened by deleting, restoring or forging its file, or by
//! setting the clock back.
//!
//! - An attempt is written down before its result is known, so killing the program wins no free guess.
//! - The file (`slots/attempts`) is sealed under a key from the device secret. Its number goes up with each attempt and is also kept
//!   in the keychain: a file that is older than the keychain says, missing or unreadable counts as tampered with, and everybody waits
//!   as long as can be.
//! - Within one start of the machine the wait is measured by the time since that start; after a restart by the wall clock, and a wall
//!   clock that stands before the last attempt starts the wait anew. (Who restarts the machine and sets its clock forward shortens the
//!   wait; they still pay Argon2id for each guess.)
//! - What happened is kept until the next unlock has put it into the audit trail.

mod ledger;

pub(crate) use ledger::{Ledger, LedgerError};

use crate::env::Env;
use crate::unlock::{self, UnlockError, Unlocked};
use wardkeep_record::id::UserId;

/// Wrong passwords in a row without a wait.
const FREE: u32 = 3;
/// The longest wait, in milliseconds.
pub(crate) const LONGEST_MS: u64 = 15 * 60 * 1000;

/// Something that the audit trail must hear of at the next unlock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailedAttempt {
    /// Somebody gave a wrong password.
    WrongPassword {
        /// Whose slot was tried.
        user: UserId,
        /// When, in Unix milliseconds by the wall clock.
        at_ms: u64,
    },
    /// The record of attempts was missing, older than the keychain knows, or not ours.
    RecordTampered {
        /// When it was noticed, in Unix milliseconds.
        at_ms: u64,
    },
}

/// The wait after this many wrong passwords in a row, in milliseconds: none for three, then 2, 4, 8 seconds up to 15 minutes.
fn delay_ms(count: u32) -> u64 {
    match count.checked_sub(FREE) {
        None | Some(0) => 0,
        Some(over) => 1_u64
            .checked_shl(over)
            .unwrap_or(u64::MAX)
            .saturating_mul(1000)
            .min(LONGEST_MS),
    }
}

/// Seconds that this user must still wait, rounded up.
pub fn wait_s(env: &Env, user: UserId) -> Result<u64, UnlockError> {
    let (slot, device) = unlock::slot_and_device(env, user)?;
    let ledger = Ledger::load(env, slot.header().vault, &device)?;
    Ok(ledger.wait_ms(user, &*env.clock).div_ceil(1000))
}

/// Drops what [`Unlocked::failures`] listed, once the audit entries for it are committed.
pub fn forget(env: &Env, unlocked: &Unlocked) -> Result<(), UnlockError> {
    if unlocked.failures.is_empty() {
        return Ok(());
    }
    let mut ledger = Ledger::load(env, unlocked.vault, unlocked.device())?;
    ledger.forget(&unlocked.failures);
    Ok(ledger.save(env, unlocked.device())?)
}

#[cfg(test)]
mod tests;
