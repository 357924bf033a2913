//! `join_refuse`: says no to a device that asks.

use super::invitation::id_of;
use crate::clinic::Clinic;
use crate::command::{Command, Need, Nothing};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// Which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The request.
    pub id: String,
}

impl Command for Input {
    type Output = Nothing;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Nothing, CommandError> {
        let id = id_of(&self.id)?;
        clinic.ask(|link| async move { link.decline(&id).await })?;
        let detail = serde_json::json!({ "request": self.id, "refused": true });
        clinic.with_session(|session| {
            session.write(Compartment::Office, |tx| {
                Ok(tx.audit(&AuditEntry::new(Action::Approve).detail(&detail))?)
            })
        })?;
        Ok(Nothing {})
    }
}
