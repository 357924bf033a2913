//! `note_finish`: the draft becomes a note, and is gone, in one transaction. A finished note stands as it is.

use super::{FORM, Note, of_record};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::patient::reference_to;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::clinical::note_fields;
use wardkeep_record::field::Kind;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, Edit};

/// What it says, and about whom.
#[derive(Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
    /// The whole text.
    pub text: String,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("patient", &self.patient)
            .finish_non_exhaustive()
    }
}

impl Command for Input {
    type Output = Note;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartWrite);

    fn run(self, session: &Session) -> Result<Note, CommandError> {
        let author = session.user_row()?.name;
        let fields = note_fields(&self.text, &reference_to(self.patient), &session.now_text(), &author)
            .map_err(|fault| crate::fault::of_form("", &[fault]))?;
        let record = session.new_record_id();
        let values = fields
            .into_vec()
            .into_iter()
            .map(|(key, value)| (key, Some(value)))
            .collect();
        session.write(Compartment::Clinical, |tx| {
            crate::chart::require_open(session, &tx.read(), self.patient)?;
            tx.put(vec![Edit {
                record,
                kind: Kind::NOTE,
                patient: Some(self.patient),
                values,
            }])?;
            tx.discard_draft(self.patient, FORM)?;
            tx.audit(&AuditEntry::new(Action::Note).patient(self.patient).record(record))?;
            let stored = tx.read().record(Compartment::Clinical, record)?;
            stored
                .as_ref()
                .and_then(of_record)
                .ok_or_else(|| CommandError::internal("note not there after writing"))
        })
    }
}
