//! `incident_close`: ends an incident. What is left undone is said in the log.

use super::wire::{IncidentView, StepState};
use super::{book, facts};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;

/// Which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Its number.
    pub id: u32,
}

impl Command for Input {
    type Output = IncidentView;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<IncidentView, CommandError> {
        let kept = clinic.with_session(|session| book::find(session, self.id))?;
        let undone = facts::view(clinic, &kept)?
            .steps
            .iter()
            .any(|step| step.state != StepState::Done);
        clinic.with_session(|session| {
            let now_ms = session.now_ms();
            let what = if undone { "closed_with_steps_left" } else { "closed" };
            book::change(session, self.id, what, |one| one.closed_ms = Some(now_ms))
        })?;
        let kept = clinic.with_session(|session| book::find(session, self.id))?;
        facts::view(clinic, &kept)
    }
}
