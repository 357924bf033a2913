//! `quarantine_list`: what waits for a decision, and what was decided to stay out.

use super::look;
use super::wire::QuarantineRow;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Vec<QuarantineRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<QuarantineRow>, CommandError> {
        look::fetch(clinic);
        look::rows(clinic)
    }
}
