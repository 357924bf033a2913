//! `note_draft_save`: keeps what was typed so far. Durable when it answers: a kill after that loses nothing.

use super::{FORM, check_length};
use crate::chart::require_open;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;

/// What was typed.
#[derive(Deserialize, TS)]
pub struct Input {
    /// Whose chart.
    pub patient: RecordId,
    /// All of the text so far.
    pub text: String,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("patient", &self.patient)
            .finish_non_exhaustive()
    }
}

/// When it was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct DraftSaved {
    /// In Unix milliseconds.
    #[ts(type = "number")]
    pub saved_at_ms: u64,
}

impl Command for Input {
    type Output = DraftSaved;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartWrite);

    fn run(self, session: &Session) -> Result<DraftSaved, CommandError> {
        check_length(&self.text)?;
        let saved_at_ms = session.write(Compartment::Clinical, |tx| {
            require_open(session, &tx.read(), self.patient)?;
            Ok(tx.save_draft(self.patient, FORM, &self.text)?)
        })?;
        Ok(DraftSaved { saved_at_ms })
    }
}
