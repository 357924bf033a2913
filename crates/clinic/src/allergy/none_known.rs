//! `allergy_none_known`: the patient was asked and knows of none. Refused while the chart holds one.

use super::{block, write_new};
use crate::chart::require_open;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::patient::reference_to;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::clinical::{AllergyBlock, AllergyState, no_known_allergy_fields};
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;

/// Whose.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

impl Command for Input {
    type Output = AllergyBlock;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartWrite);

    fn run(self, session: &Session) -> Result<AllergyBlock, CommandError> {
        let now = session.read(|view| {
            require_open(session, view, self.patient)?;
            block(view, self.patient)
        })?;
        match now.state {
            // Somebody wrote an allergy down since this screen was drawn.
            AllergyState::Known => Err(ErrorCode::Conflict.into()),
            AllergyState::NoKnown => Ok(now),
            AllergyState::NotRecorded => {
                let author = session.user_row()?.name;
                let fields = no_known_allergy_fields(&reference_to(self.patient), &session.now_text(), &author);
                write_new(session, self.patient, fields)
            }
        }
    }
}
