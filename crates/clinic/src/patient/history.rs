//! `patient_history`: who did what with this patient's record.

use super::load;
use crate::audit::{AuditRow, entries};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;

/// Whose, and how much.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub id: RecordId,
    /// At most this many entries, newest first.
    pub limit: u32,
}

impl Command for Input {
    type Output = Vec<AuditRow>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientHistory);

    fn run(self, session: &Session) -> Result<Vec<AuditRow>, CommandError> {
        session.snapshot(|view| {
            load(view, self.id)?;
            entries(session, view, Some(self.id), None, self.limit)
        })
    }
}
