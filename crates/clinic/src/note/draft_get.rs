//! `note_draft_get`: the note that this user was writing for this patient, if any.

use super::{FORM, NoteDraft};
use crate::chart::require_open;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;

/// Whose chart.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

impl Command for Input {
    type Output = Option<NoteDraft>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartWrite);

    fn run(self, session: &Session) -> Result<Option<NoteDraft>, CommandError> {
        let draft = session.read(|view| {
            require_open(session, view, self.patient)?;
            Ok(view.draft(session.user, self.patient, FORM)?)
        })?;
        Ok(draft.map(|draft| NoteDraft {
            text: draft.body,
            saved_at_ms: draft.updated_ms,
        }))
    }
}
