//! `patient_history`: who did what with this patient's record.

use super::load;
use crate::audit::{AuditRow, entries};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::restriction;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
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
            let stored = load(view, self.id)?;
            if restriction::require_open(session, &stored).is_ok() {
                return entries(session, view, Some(self.id), None, self.limit);
            }
            // What was done with a chart is as closed as the chart.
            let mut rows = entries(session, view, Some(self.id), None, u32::MAX)?;
            rows.retain(|row| row.compartment == Compartment::Office);
            rows.truncate(self.limit as usize);
            Ok(rows)
        })
    }
}
