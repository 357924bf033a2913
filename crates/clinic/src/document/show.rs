//! `document_show`: one document, without its content.

use super::{Document, answer};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;

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
        clinic.with_session(|session| answer(clinic, session, self.id))
    }
}
