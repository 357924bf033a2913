//! Who watches the steps of a wipe: in a debug build a test that ends the program behind one of them, as an empty battery would.

use wardkeep_vault::wipe::Step;

/// Names the step behind which a debug build ends at once.
#[cfg(debug_assertions)]
const VARIABLE: &str = "WARDKEEP_TEST_END_AFTER_WIPE_STEP";

/// A step is done.
#[cfg(debug_assertions)]
pub(super) fn after(step: Step) {
    #[allow(
        clippy::disallowed_methods,
        reason = "a test says so to the program that it starts; no shipped program asks"
    )]
    let named = std::env::var(VARIABLE);
    if named.is_ok_and(|name| name == format!("{step:?}")) {
        // SIGKILL, as nothing can catch it: `abort` would still write a core where that is allowed.
        let me = std::process::id().to_string();
        let _ = std::process::Command::new("kill").args(["-KILL", &me]).status();
        std::process::abort();
    }
}

/// A step is done.
#[cfg(not(debug_assertions))]
pub(super) fn after(step: Step) {
    tracing::info!(?step, "wipe");
}
