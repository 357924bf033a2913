//! Tests of the store as a whole.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step is a failed test")]

mod audit_chain;
mod clinic;
mod conflicts;
mod convergence;
mod damage;
mod files;
mod lives;
mod local_rows;
mod members;
mod newcomers;
mod oracle;
mod receiving;
mod replicas;
mod sync_state;
mod taking;
mod told;
mod writing;
