//! The system asks the program to end: log-out, shutdown, `kill`. It locks first, so that no key is in memory that could be swapped out.

use super::lock;
use tauri::AppHandle;
use wardkeep_clinic::session::wire::LockReason;

/// Starts listening for the signals of the platform.
pub fn watch(app: AppHandle) {
    #[cfg(unix)]
    for kind in unix::ENDING {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            if unix::received(kind()).await {
                end(app).await;
            }
        });
    }
    #[cfg(not(unix))]
    tauri::async_runtime::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            end(app).await;
        }
    });
}

async fn end(app: AppHandle) {
    let locking = app.clone();
    // A lock that fails to be noted must not keep the program from ending.
    let _ = tauri::async_runtime::spawn_blocking(move || lock(&locking, LockReason::Quit)).await;
    app.exit(0);
}

#[cfg(unix)]
mod unix {
    use tokio::signal::unix::{SignalKind, signal};

    /// Each of these means 'end yourself'.
    pub const ENDING: [fn() -> SignalKind; 3] = [SignalKind::terminate, SignalKind::interrupt, SignalKind::hangup];

    /// Waits for the signal; false when it cannot be listened for.
    pub async fn received(kind: SignalKind) -> bool {
        match signal(kind) {
            Ok(mut stream) => stream.recv().await.is_some(),
            Err(_) => false,
        }
    }
}
