//! `audit_list`: entries of the log. All of them for admins; those about one patient for whoever may see the patient.

use super::AuditRow;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;

/// Which entries.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Only about this patient.
    pub patient: Option<RecordId>,
    /// Only older entries: `cursor` of the last row that is shown.
    #[ts(type = "number | null")]
    pub before: Option<u64>,
    /// At most this many.
    pub limit: u32,
}

impl Command for Input {
    type Output = Vec<AuditRow>;
    type Place = Session;
    const NEED: Need = Need::Unlocked;

    fn run(self, session: &Session) -> Result<Vec<AuditRow>, CommandError> {
        let permission = if self.patient.is_some() {
            Permission::PatientHistory
        } else {
            Permission::Audit
        };
        session.allow(Need::May(permission))?;
        session.snapshot(|view| super::entries(session, view, self.patient, self.before, self.limit))
    }
}
