//! Everything that locks the vault without a click on 'Lock': the person is away, the machine sleeps, the screen is locked, the window
//! closes, the system asks the program to end.
//!
//! The clinic wipes the keys and closes the files; the page is told afterwards, so that it never shows 'locked' before it is.

mod idle;
mod page;
mod signals;
#[cfg(target_os = "linux")]
mod system;

use serde::Serialize;
use tauri::{AppHandle, Emitter, Manager, Window, WindowEvent};
use wardkeep_clinic::Clinic;
use wardkeep_clinic::session;
use wardkeep_clinic::session::wire::LockReason;

/// Tells the page that it must show the unlock screen.
const LOCKED: &str = "wardkeep://lock";

/// What the page is told.
#[derive(Clone, Serialize)]
struct Locked {
    reason: LockReason,
}

pub use page::empty as empty_page;

/// Starts everything that watches for a reason to lock.
pub fn watch(app: &AppHandle) {
    idle::watch(app.clone());
    signals::watch(app.clone());
    #[cfg(target_os = "linux")]
    system::watch(app);
}

/// Locks and tells the page. Does nothing when nobody has unlocked.
pub fn lock(app: &AppHandle, reason: LockReason) {
    let Some(clinic) = app.try_state::<Clinic>() else {
        return;
    };
    if clinic.idle_lock_in_s().is_none() {
        return;
    }
    if clinic.call(session::lock::Input { reason }).is_err() {
        // The keys are gone whatever failed; what remains is an audit entry that could not be written.
        tracing::error!("the lock could not be noted in the audit log");
    }
    tell(app, reason);
}

/// Tells the page that the vault is locked, and empties it.
fn tell(app: &AppHandle, reason: LockReason) {
    // Without a page there is nobody to tell.
    let _ = app.emit(LOCKED, Locked { reason });
    if !matches!(reason, LockReason::WindowClosed | LockReason::Quit) {
        empty_page(app);
    }
}

/// Closing the window locks before anything else ends.
pub fn on_window_event(window: &Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event {
        api.prevent_close();
        // Locking writes to the disk; a person who closed a window sees it go at once.
        let _ = window.hide();
        let app = window.app_handle().clone();
        std::thread::spawn(move || {
            lock(&app, LockReason::WindowClosed);
            app.exit(0);
        });
    }
}
