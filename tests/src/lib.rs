//! The harness of the acceptance tests: a private log-in session, the programs as a user starts them, the real window.
//!
//! Nothing here reaches into the crates to prepare a state that a person could not reach: vaults are founded,
//! filled and unlocked through the `wardkeep` program or the window.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a harness fails its test by panicking, and waits by the real clock"
)]

pub mod accessibility;
pub mod desk;
pub mod display;
pub mod memory;
pub mod program;
pub mod scan;
pub mod server;
pub mod session;
pub mod window;

use std::path::PathBuf;

/// The folder with the built programs: where this test's own executable was put, one up.
pub fn binaries() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().to_path_buf()
}

/// A built program by name; fails with what to do when it is not there.
pub fn binary(name: &str) -> PathBuf {
    let path = binaries().join(name);
    assert!(
        path.exists(),
        "{name} is not built: run the acceptance tests by `cargo xtask test`"
    );
    path
}

/// The top folder of the checkout.
pub fn checkout() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}
