//! `incident_show`: one incident with all that is known and what is left to do.

use super::wire::IncidentView;
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
        facts::view(clinic, &kept)
    }
}
