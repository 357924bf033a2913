//! The devices of the clinic, as the roster lists them.

pub mod list;
pub mod revoke;
pub mod wire;
