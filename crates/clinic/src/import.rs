//! Taking records in from FHIR files.
//!
//! An import is a job with two threads: one reads and checks, one writes, with a bounded channel between them, so memory
//! stays bounded however large the files are. Each batch is a transaction of one compartment with its log entry. Between
//! two batches the session is free: searches go on, other writes take their turn, a lock takes the session away and the
//! job ends.

pub mod cancel;
mod files;
mod job;
pub mod preview;
pub mod progress;
mod read;
pub mod start;
pub mod wire;
mod write;

pub(crate) use job::Jobs;
