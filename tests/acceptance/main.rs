//! What must hold, tried on the programs as people use them. One file for each promise; docs/security.md names them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test fails by panicking, and its name says what it holds"
)]

mod admin_window;
mod break_glass;
mod canary;
mod cipher;
mod command_line;
mod device_key;
mod disk_full;
mod documents;
mod flip;
mod incident;
mod keychain;
mod kill;
mod lease;
mod locks;
mod memory;
mod people;
mod posture;
mod recovery;
mod rescue;
mod rotation;
mod server_faults;
mod sync;
mod tampering;
mod trail;
mod window;
mod wipe;
