//! `allergy_remove`: takes an allergy off the chart, with the reason. Whoever edits it without knowing brings it back, flagged.

use super::{block, own};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use crate::text::checked;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::clinical::AllergyBlock;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// Which, and why.
#[derive(Deserialize, TS)]
pub struct Input {
    /// Whose.
    pub patient: RecordId,
    /// Which.
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
    type Output = AllergyBlock;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartWrite);

    fn run(self, session: &Session) -> Result<AllergyBlock, CommandError> {
        let reason = checked(&self.reason, "reason")?;
        session.write(Compartment::Clinical, |tx| {
            own(session, &tx.read(), self.patient, self.id)?;
            if tx.remove(self.id, &reason)?.is_some() {
                tx.audit(&AuditEntry::new(Action::Remove).patient(self.patient).record(self.id))?;
            }
            block(&tx.read(), self.patient)
        })
    }
}
