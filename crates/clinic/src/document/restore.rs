//! `document_restore`: undoes a removal.

use super::{Document, Wish, answer, find, owner};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// Which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The document.
    pub id: RecordId,
}

impl Command for Input {
    type Output = Document;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, clinic: &Clinic) -> Result<Document, CommandError> {
        clinic.with_session(|session| {
            let (at, stored) = session.read(|view| find(session, view, self.id, Wish::Write))?;
            let patient = owner(&stored)?;
            session.write(at, |tx| {
                if tx.restore(self.id)?.is_some() {
                    tx.audit(&AuditEntry::new(Action::Restore).patient(patient).record(self.id))?;
                }
                Ok(())
            })?;
            answer(clinic, session, self.id)
        })
    }
}
