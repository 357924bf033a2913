//! Settling in the search index who came in bulk: a little at a time, so that nobody who saves waits for it.

use super::Session;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use std::time::Duration;

/// Between two steps in the background, so that whoever waits for the files gets them.
const PAUSE: Duration = Duration::from_millis(2);

impl Session {
    /// Whether so many came that they must be settled before more do.
    pub(crate) fn must_settle_search(&self) -> Result<bool, CommandError> {
        self.with_store(|store| store.must_settle_search())
    }

    /// One step; whether it was the last.
    pub(crate) fn settle_search(&self) -> Result<bool, CommandError> {
        self.with_store_in_background(|store| store.settle_search())
    }
}

impl Clinic {
    /// Settles everybody, unless somebody locks or `stop` says so before: the rest waits for another time, and is found meanwhile.
    pub(crate) fn settle_search(&self, stop: impl Fn() -> bool) -> Result<(), CommandError> {
        loop {
            if stop() || self.with_session(Session::settle_search)? {
                return Ok(());
            }
        }
    }

    /// Settles what a crash or a lock left in the index, on a thread of its own that keeps nobody from ending.
    pub(crate) fn settle_search_in_background(&self) {
        let unsettled = self.with_session(|session| session.with_store(|store| store.is_search_unsettled()));
        if !self.runs_in_background() || !unsettled.unwrap_or(false) {
            return;
        }
        let clinic = self.downgrade();
        let work = move || {
            while let Some(clinic) = clinic.upgrade() {
                match clinic.with_session(Session::settle_search) {
                    Ok(false) => std::thread::sleep(PAUSE),
                    Ok(true) => return,
                    Err(error) if error.code == ErrorCode::Locked => return,
                    Err(error) => {
                        tracing::warn!(%error, "the search index could not be settled");
                        return;
                    }
                }
            }
        };
        if std::thread::Builder::new()
            .name("search-settle".into())
            .spawn(work)
            .is_err()
        {
            tracing::warn!("no thread to settle the search index");
        }
    }
}
