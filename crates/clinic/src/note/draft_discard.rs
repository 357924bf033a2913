//! `note_draft_discard`: throws the note away that this user was writing for this patient.

use super::FORM;
use crate::chart::require_open;
use crate::command::{Command, Need, Nothing};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;

/// Whose chart.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

impl Command for Input {
    type Output = Nothing;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartWrite);

    fn run(self, session: &Session) -> Result<Nothing, CommandError> {
        session.write(Compartment::Clinical, |tx| {
            require_open(session, &tx.read(), self.patient)?;
            Ok(tx.discard_draft(self.patient, FORM)?)
        })?;
        Ok(Nothing {})
    }
}
