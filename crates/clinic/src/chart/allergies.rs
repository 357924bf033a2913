//! `chart_allergies`: what is known about allergies: some, none, or nothing.

use super::viewed;
use crate::allergy::block;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::clinical::AllergyBlock;
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;

/// Whose chart.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

impl Command for Input {
    type Output = AllergyBlock;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartRead);

    fn run(self, session: &Session) -> Result<AllergyBlock, CommandError> {
        viewed(session, self.patient)?;
        session.read(|view| block(view, self.patient))
    }
}
