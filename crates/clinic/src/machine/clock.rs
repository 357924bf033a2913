//! The machine's clock; in a debug build a test may turn its wall time while the program runs.

use std::sync::Arc;
use wardkeep_vault::clock::{Clock, SystemClock};

/// Names the file in which a test writes by how many milliseconds a debug build's wall clock is ahead; negative for behind.
#[cfg(debug_assertions)]
const VARIABLE: &str = "WARDKEEP_TEST_CLOCK_FILE";

/// The clock of the system.
#[cfg(not(debug_assertions))]
pub(super) fn of_system() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new())
}

/// The clock of the system, or the one that a test turns.
#[cfg(debug_assertions)]
pub(super) fn of_system() -> Arc<dyn Clock> {
    #[allow(
        clippy::disallowed_methods,
        reason = "a test says so to the program that it starts; no shipped program asks"
    )]
    let named = std::env::var_os(VARIABLE);
    match named {
        Some(file) => Arc::new(Turned {
            clock: SystemClock::new(),
            file: file.into(),
        }),
        None => Arc::new(SystemClock::new()),
    }
}

/// A clock whose wall time somebody sets.
#[cfg(debug_assertions)]
struct Turned {
    clock: SystemClock,
    file: std::path::PathBuf,
}

#[cfg(debug_assertions)]
impl Clock for Turned {
    fn now_ms(&self) -> u64 {
        let ahead = std::fs::read_to_string(&self.file).ok();
        let ahead_ms: i64 = ahead.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        self.clock.now_ms().saturating_add_signed(ahead_ms)
    }

    fn monotonic_ms(&self) -> u64 {
        self.clock.monotonic_ms()
    }

    fn boot(&self) -> Option<wardkeep_vault::clock::BootTime> {
        self.clock.boot()
    }
}
