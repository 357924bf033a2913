//! `sync_now`: a round at once, whatever is being waited for. Does not wait for its end.

use super::status::status;
use super::wire::SyncStatus;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = SyncStatus;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<SyncStatus, CommandError> {
        clinic.start_background()?;
        if clinic.runs_in_background() {
            clinic.sync().signal().ask();
            clinic.sync().carrier().ring_about_all();
        } else if let Err(error) = clinic.sync_round().and_then(|_| clinic.carry_files()) {
            // A program that ends after its command has no thread for it. What went wrong is part of the status.
            tracing::debug!(%error, "a round of sync failed");
        }
        status(clinic)
    }
}
