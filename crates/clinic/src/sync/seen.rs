//! `sync_seen`: a person has read what sync found wrong. What is still wrong is found and told again.

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
        let now_ms = clinic.machine().clock.now_ms();
        clinic.with_desk(|desk| {
            for alarm in desk.spool.alarms()? {
                desk.spool.alarm_seen(alarm.n, now_ms)?;
            }
            Ok(())
        })?;
        status(clinic)
    }
}
