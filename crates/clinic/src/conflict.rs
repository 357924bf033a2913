//! Values that met without having seen each other: the list for a person to settle, and settling.

pub mod list;
pub(crate) mod place;
pub mod settle;
pub mod undo;
pub mod wire;
