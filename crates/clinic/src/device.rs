//! The devices of the clinic, as the roster lists them.

pub mod list;
pub mod revoke;
pub mod show;
pub use crate::wipe::order as wipe;
pub mod wire;
