//! `allergy_restore`: undoes a removal, or ends its flag in favour of staying.

use super::{block, own};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::clinical::AllergyBlock;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// Which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Whose.
    pub patient: RecordId,
    /// Which.
    pub id: RecordId,
}

impl Command for Input {
    type Output = AllergyBlock;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartWrite);

    fn run(self, session: &Session) -> Result<AllergyBlock, CommandError> {
        session.write(Compartment::Clinical, |tx| {
            own(session, &tx.read(), self.patient, self.id)?;
            if tx.restore(self.id)?.is_some() {
                tx.audit(&AuditEntry::new(Action::Restore).patient(self.patient).record(self.id))?;
            }
            block(&tx.read(), self.patient)
        })
    }
}
