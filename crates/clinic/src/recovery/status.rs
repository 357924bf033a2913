//! `recovery_status`: whether the clinic has a recovery key, which, since when, and whether it was used.

use super::wire::RecoveryStatus;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;
use wardkeep_roster::{Enrollment, Roster};
use wardkeep_sync::recovery::listed;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = RecoveryStatus;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<RecoveryStatus, CommandError> {
        let prepared = clinic.recovery().is_there();
        clinic.with_clinic_desk(|desk| {
            let roster = desk.roster()?;
            let since = roster.enrollment(&Enrollment::RECOVERY).map(|key| key.added_at);
            Ok(RecoveryStatus {
                paper: listed(roster).map(|paper| paper.to_string()),
                since_ms: since.and_then(|at| Some(roster.entry(at)?.at_ms)),
                used_ms: since.and_then(|at| used(roster, at)),
                prepared,
            })
        })
    }
}

/// When the present key has last signed something.
fn used(roster: &Roster, since: u32) -> Option<u64> {
    let entries = (since..=roster.head().0)
        .rev()
        .filter_map(|number| roster.entry(number));
    let mut signed = entries.filter(|entry| entry.author == Enrollment::RECOVERY);
    signed.next().map(|entry| entry.at_ms)
}
