//! The timer of a person who went away. The clinic decides when it is time; this only asks, once a second.

use super::{lock, tell};
use std::time::Duration;
use tauri::{AppHandle, Manager};
use wardkeep_clinic::Clinic;
use wardkeep_clinic::session::wire::LockReason;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// Starts the timer; it ends with the program.
pub fn watch(app: AppHandle) {
    std::thread::spawn(move || {
        let mut told = None;
        loop {
            std::thread::sleep(EVERY);
            let Some(clinic) = app.try_state::<Clinic>() else {
                continue;
            };
            if clinic.idle_lock_due() {
                lock(&app, LockReason::Idle);
            }
            let by_itself = clinic.locked_by_itself();
            if by_itself != told {
                told = by_itself;
                if let Some(reason) = told {
                    tell(&app, reason);
                }
            }
        }
    });
}
