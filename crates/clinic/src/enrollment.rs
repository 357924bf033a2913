//! Who belongs to the clinic: attaching a laptop that worked alone, inviting and approving others, joining.
//!
//! Invariants:
//! - The roster decides. What a screen shows of roles follows from it, and a slot is rewritten when it changes.
//! - A key leaves this laptop only in a parcel for an enrollment that the roster entitles to it.
//! - A join is believed by nobody's word: the admin compares six words, the joining device verifies the chain from the clinic's id that the
//!   invitation named, and that it stands in it under exactly its own keys.
//! - Everything that spans two machines is written down before it is sent, and can be sent again.

pub(crate) mod access;
pub mod approve;
pub mod attach;
pub(crate) mod becoming;
mod code;
pub(crate) mod delivery;
mod founding;
mod invitation;
pub mod invite;
pub mod join;
pub mod join_status;
pub(crate) mod joining;
pub(crate) mod local;
pub(crate) mod naming;
pub(crate) mod pending;
pub mod refuse;
pub mod requests;
pub mod wire;
pub mod words;

use wardkeep_sync::words::Words;

/// Words as the surfaces take them.
fn listed(words: &Words) -> Vec<String> {
    words.as_slice().iter().map(|word| (*word).to_owned()).collect()
}
