//! `import_cancel`: stops an import at its next batch. What was committed stays; importing again goes on from there.

use crate::clinic::Clinic;
use crate::command::{Command, Need, Nothing};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;

/// Which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The number that `import_start` answered.
    pub job: u32,
}

impl Command for Input {
    type Output = Nothing;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Import);

    fn run(self, clinic: &Clinic) -> Result<Nothing, CommandError> {
        clinic.jobs().find(self.job)?.cancel();
        Ok(Nothing {})
    }
}
