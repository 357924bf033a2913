//! `import_progress`: how far an import is, or how it ended.

use super::wire::ImportProgress;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
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
    type Output = ImportProgress;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Import);

    fn run(self, clinic: &Clinic) -> Result<ImportProgress, CommandError> {
        Ok(clinic
            .jobs()
            .find(self.job)?
            .progress(clinic.machine().clock.monotonic_ms()))
    }
}
