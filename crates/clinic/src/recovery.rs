//! The clinic's recovery key: a paper that is an admin without a laptop, for the day on which no laptop or no password is left.
//!
//! Invariants:
//! - A paper counts only after a person has typed parts of it again: nothing is enrolled that nobody has written down. Until then it lies in
//!   memory that is wiped, and a lock, a kill or another paper ends it.
//! - What is typed is held to the clinic's chain before anything is done with it. A wrong one ends in an error that says what is wrong.
//! - The words are in no log, no file, no error and no audit entry; the paper's short name is.
//!
//! Why it is built as it is: docs/adr/0019-recovery.md.

pub mod check;
pub mod enroll;
mod paper;
pub mod prepare;
mod prepared;
pub mod recover;
mod restoring;
pub mod status;
mod visit;
pub mod wire;

pub(crate) use prepared::Preparing;
