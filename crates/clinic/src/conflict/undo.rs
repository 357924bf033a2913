//! `conflict_undo`: what showed before a settlement shows again. The conflict itself does not come back: this laptop cannot unsee what
//! it has seen.

use super::place::{kind_and_owner, require_write};
use crate::command::{Command, Need, Nothing};
use crate::error::{CommandError, ErrorCode};
use crate::session::{Session, Undo};
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, StoreError};

/// Which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// What `conflict_settle` answered.
    pub undo: String,
}

impl Command for Input {
    type Output = Nothing;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, session: &Session) -> Result<Nothing, CommandError> {
        let undo = session
            .undo(&self.undo)
            .ok_or_else(|| CommandError::from(ErrorCode::NotFound).at("undo"))?;
        let (at, record) = (undo.compartment(), undo.record());
        require_write(session, at)?;
        let (_, patient) = kind_and_owner(session, at, record)?;
        session.write(at, |tx| {
            match &undo {
                Undo::Settled(_, settled) => tx.unsettle(settled).map(|_| ()).map_err(|error| match error {
                    // Somebody has written there since.
                    StoreError::Invalid { .. } => CommandError::from(ErrorCode::Conflict),
                    other => other.into(),
                })?,
                Undo::Restore(_, record) => tx.restore(*record).map(|_| ())?,
                Undo::Remove(_, record) => tx.remove(*record, "undone").map(|_| ())?,
            }
            let detail = serde_json::json!({ "undone": true });
            let entry = AuditEntry::new(Action::Settle).record(record).detail(&detail);
            Ok(tx.audit(&AuditEntry { patient, ..entry })?)
        })?;
        session.forget_undo(&self.undo);
        Ok(Nothing {})
    }
}
