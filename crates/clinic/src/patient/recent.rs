//! `patient_recent`: the patients that this user opened, registered or edited last, out of the log.

use super::{PatientRow, row};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;

/// How many.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// At most this many, the latest first.
    pub limit: u32,
}

/// Most rows of one answer.
const LIMIT: u32 = 50;

/// Entries of the log that are looked through.
const LOOK_BACK: u32 = 1_000;

impl Command for Input {
    type Output = Vec<PatientRow>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, session: &Session) -> Result<Vec<PatientRow>, CommandError> {
        let limit = self.limit.clamp(1, LIMIT) as usize;
        session.snapshot(|view| {
            let mut rows: Vec<PatientRow> = Vec::new();
            let mut seen: Vec<RecordId> = Vec::new();
            for entry in view.audit_entries(Compartment::Office, None, None, LOOK_BACK)? {
                let Some(id) = entry
                    .patient
                    .filter(|id| entry.user == session.user && !seen.contains(id))
                else {
                    continue;
                };
                seen.push(id);
                let found = view.record(Compartment::Office, id)?;
                rows.extend(found.map(|stored| row(session, &stored)).filter(|row| !row.removed));
                if rows.len() == limit {
                    break;
                }
            }
            Ok(super::mark_same_names(rows))
        })
    }
}
