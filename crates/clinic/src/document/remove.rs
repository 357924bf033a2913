//! `document_remove`: takes a document off the list. Record and file stay, so that it can be brought back on every laptop.

use super::{Document, Wish, answer, find, owner};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::text::checked;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// Which, and why.
#[derive(Deserialize, TS)]
pub struct Input {
    /// The document.
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
    type Output = Document;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, clinic: &Clinic) -> Result<Document, CommandError> {
        let reason = checked(&self.reason, "reason")?;
        clinic.with_session(|session| {
            let (at, stored) = session.read(|view| find(session, view, self.id, Wish::Write))?;
            let patient = owner(&stored)?;
            session.write(at, |tx| {
                if tx.remove(self.id, &reason)?.is_some() {
                    tx.audit(&AuditEntry::new(Action::Remove).patient(patient).record(self.id))?;
                }
                Ok(())
            })?;
            answer(clinic, session, self.id)
        })
    }
}
