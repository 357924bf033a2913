//! `glass_end`: the chart is closed again before its time.

use super::{OwnGlass, own};
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// Whose.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

impl Command for Input {
    type Output = Vec<OwnGlass>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::BreakGlass);

    fn run(self, session: &Session) -> Result<Vec<OwnGlass>, CommandError> {
        session.write(Compartment::Clinical, |tx| {
            if !tx.has_glass(self.patient)? {
                return Err(CommandError::new(ErrorCode::NotFound).at("patient"));
            }
            let told = serde_json::json!({ "by": "user" });
            tx.audit(&AuditEntry::new(Action::GlassEnd).patient(self.patient).detail(&told))?;
            Ok(tx.end_glass(self.patient)?)
        })?;
        session.glass.drop_of(self.patient);
        session.forget_look(self.patient);
        own(session)
    }
}
