//! Tests of the store as a whole.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step is a failed test")]

mod audit_chain;
mod clinic;
mod convergence;
mod damage;
mod files;
mod local_rows;
mod oracle;
mod writing;
