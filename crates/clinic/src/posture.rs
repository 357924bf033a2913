//! How each laptop stands: its system, version, disk, keychain, and what it could not send. Said by the laptop itself in an entry of its
//! audit chain, which is sealed to the admins and signed by the device; read from the clinic's trail by those who may.
//!
//! Invariants:
//! - It is what the laptop says. A laptop that is lied to by its system says so in good faith, and nothing grows less strict by it.
//! - 'Cannot tell' is told as such, and never counts as yes or no.
//! - What arrives is another laptop's text: bounded and tidied before anybody sees it.

mod inventory;
mod report;
pub mod wire;

pub(crate) use inventory::{Inventory, warnings};
pub(crate) use report::{Looked, report_due};
