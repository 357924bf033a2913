//! The roster: who belongs to a clinic, with which keys and rights, as one signed chain of entries that every device verifies itself.
//!
//! Invariants:
//! - Pure: no I/O, no clock, no randomness, no async. Times and keys are arguments.
//! - [`Roster`] holds only what it has verified from the first entry on. An entry is taken whole or refused whole.
//! - What was signed is kept and checked as received, never encoded again. An entry has one encoding; any other is refused.
//! - A clinic's id is the hash of its first entry, so it cannot be forged; each entry cites the hash of the one before.
//! - Time is information. No entry is refused for its time, and no right follows from one.
//! - Names are opaque here: sealed by those who hold the office key, so that a server that holds a roster can name nobody.
//!
//! What this crate refuses to know: records, keys of compartments (only a commitment to each), networks, files.

pub mod codec;
pub mod entry;
pub mod id;
pub mod key;
pub mod limit;
pub mod role;
pub mod roster;

pub use entry::{Body, Entry};
pub use id::{ClinicId, DeviceId, Enrollment, EntryHash, UserId};
pub use key::{DeviceKey, EnrollmentKeys, KemKey, RenewedKey, Scope, Signature, SigningKey, VerifyingKey};
pub use role::{Compartment, Role, Roles};
pub use roster::{Refusal, Roster};

#[cfg(any(test, feature = "test-support"))]
pub mod sample;
#[cfg(test)]
mod tests;
