//! `allergy_add`: writes an allergy into the chart.

use super::write_new;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::patient::reference_to;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::clinical::{AllergyBlock, AllergyDraft, allergy_fields};
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;

/// To what, and whose.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
    /// What the person entered.
    pub draft: AllergyDraft,
}

impl Command for Input {
    type Output = AllergyBlock;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartWrite);

    fn run(self, session: &Session) -> Result<AllergyBlock, CommandError> {
        let author = session.user_row()?.name;
        let fields = allergy_fields(&self.draft, &reference_to(self.patient), &session.now_text(), &author)
            .map_err(|faults| crate::fault::of_form("draft", &faults))?;
        write_new(session, self.patient, fields)
    }
}
