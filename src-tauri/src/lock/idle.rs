//! The timer of a person who went away. The clinic decides when it is time; this only asks, once a second.

use super::lock;
use std::time::Duration;
use tauri::{AppHandle, Manager};
use wardkeep_clinic::Clinic;
use wardkeep_clinic::session::wire::LockReason;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// Starts the timer; it ends with the program.
pub fn watch(app: AppHandle) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(EVERY);
            let due = app.try_state::<Clinic>().is_some_and(|clinic| clinic.idle_lock_due());
            if due {
                lock(&app, LockReason::Idle);
            }
        }
    });
}
