//! Sealed files between this device and the server: beside the records, never before them. Works locked: what travels is sealed, and no key
//! is needed to send, fetch or verify it.
//!
//! Invariants:
//! - A fetched file counts only when the hash of the whole is the one that its record names; until then it has another name on disk.
//! - What the server says that it has decides what is sent, never what is deleted: nothing of the server removes a file here.
//! - One file that cannot be sent or fetched holds up no other, and no record.

mod carry;
mod state;
mod thread;

pub use carry::Carried;
pub(crate) use carry::{About, carry, lost, note};
pub(crate) use state::state_of;
pub(crate) use state::status;
pub use state::{Amount, FilePlace, FileState, Files, FilesWait};
pub(crate) use thread::Carrier;
pub(super) use thread::Carrying;
