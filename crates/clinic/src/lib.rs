//! One function for each use case: permission, audit, transaction; and the command table that the window and the command
//! line share.
//!
//! Invariants:
//! - A surface reaches the vault through [`command`] only. The permission is checked there, before the handler runs, and by
//!   the keys that the session holds: a user without the clinical role has no clinical key to read with.
//! - Every change goes through one transaction of one compartment, with its audit entry in it.
//! - Locking takes the session away as a whole: connections closed, keys wiped, imports stopped between two batches.
//! - Errors are codes, fields and figures. No record content, password or key is in an error, a log or a `Debug` text.
//!
//! It refuses to know what a window, a terminal or a server is, and what words an error is told in.

pub mod agent;
pub mod allergy;
pub mod audit;
mod base64;
pub mod chart;
pub mod clinic;
pub mod command;
pub mod conflict;
pub mod device;
pub mod document;
pub mod enrollment;
pub mod error;
pub mod export;
mod fault;
pub mod glass;
pub mod import;
pub mod incident;
pub mod lease;
mod link;
pub mod machine;
pub mod note;
pub mod patient;
pub mod policy;
pub mod posture;
pub mod quarantine;
pub mod recovery;
pub mod restriction;
pub mod rotation;
pub mod secret;
pub mod session;
pub mod setting;
pub mod sync;
mod text;
pub mod user;
pub mod wipe;

#[cfg(test)]
mod tests;

pub use clinic::{Clinic, default_home};
pub use command::{decode, dispatch, typescript};
pub use error::{CommandError, ErrorCode, ErrorDetail};
pub use machine::{Machine, Resume};
pub use secret::Password;
pub use wardkeep_record::id::DeviceId;
