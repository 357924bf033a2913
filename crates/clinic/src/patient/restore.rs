//! `patient_restore`: undoes a removal.

use super::{PatientDetail, detail, load};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// Whom.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub id: RecordId,
}

impl Command for Input {
    type Output = PatientDetail;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRemove);

    fn run(self, session: &Session) -> Result<PatientDetail, CommandError> {
        session.write(Compartment::Office, |tx| {
            load(&tx.read(), self.id)?;
            if tx.restore(self.id)?.is_some() {
                tx.audit(&AuditEntry::new(Action::Restore).patient(self.id).record(self.id))?;
            }
            detail(session, &tx.read(), self.id)
        })
    }
}
