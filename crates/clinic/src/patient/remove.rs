//! `patient_remove`: takes a patient off the list, with the reason. Nothing is erased; `patient_restore` undoes it.

use super::load;
use crate::command::{Command, Need, Nothing};
use crate::error::CommandError;
use crate::session::Session;
use crate::text::checked;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// Whom, and why.
#[derive(Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub id: RecordId,
    /// Why, in the person's words.
    pub reason: String,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Command for Input {
    type Output = Nothing;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRemove);

    fn run(self, session: &Session) -> Result<Nothing, CommandError> {
        let reason = checked(&self.reason, "reason")?;
        session.write(Compartment::Office, |tx| {
            load(&tx.read(), self.id)?;
            if tx.remove(self.id, &reason)?.is_some() {
                tx.audit(&AuditEntry::new(Action::Remove).patient(self.id).record(self.id))?;
            }
            Ok(Nothing {})
        })
    }
}
