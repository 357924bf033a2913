//! Keys and certificates: how old each is, when the next is due, and their renewal as procedures that a kill does not leave half done.
//!
//! Each renewal writes two entries into the log, one before anything is changed and one when it is done; what a kill interrupts is finished
//! by the next unlock or by asking again. Why each is built as it is: docs/adr/0012-rotation.md.

pub(crate) mod age;
mod device_key;
mod epoch;
pub mod list;
pub mod progress;
pub mod rotate;
mod running;
mod vault_key;
pub mod wire;

pub(crate) use running::Running;
