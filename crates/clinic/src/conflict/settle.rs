//! `conflict_settle`: one value stays, or both where the element is a set of items. A change like any other: it travels, and a value
//! that somebody wrote without seeing it opens the conflict again.

use super::place::{BOTH, REMOVE, REMOVED, RESTORE, dot_of, key_of, kind_and_owner, require_write};
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::{Session, Undo};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::field::Kind;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::restriction::is_of_restriction;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, Choice, StoreError};

/// Which, and what stays.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Where the record is.
    pub compartment: Compartment,
    /// The record.
    pub record: RecordId,
    /// The element, as the list names it.
    pub element: String,
    /// The item, as the list names it.
    pub item: Option<u32>,
    /// A value's `choice`, or `both`; where a removal met an edit also `remove` or `restore`.
    pub choice: String,
}

/// What takes it back.
#[derive(Debug, Serialize, Deserialize, TS)]
pub struct SettledView {
    /// For `conflict_undo`, in this session.
    pub undo: String,
}

impl Command for Input {
    type Output = SettledView;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, session: &Session) -> Result<SettledView, CommandError> {
        require_write(session, self.compartment)?;
        let (kind, patient) = kind_and_owner(session, self.compartment, self.record)?;
        let key = key_of(kind, &self.element, self.item)?;
        // Who opens a chart is said by restricting the patient, and by nothing else.
        if kind == Kind::PATIENT && is_of_restriction(key.field) {
            return Err(CommandError::from(ErrorCode::Forbidden).at("element"));
        }
        let spread = session.random_u16();
        let undo = session.write(self.compartment, |tx| {
            let undo = if self.element == REMOVED {
                self.settle_removal(tx)?
            } else {
                let choice = if self.choice == BOTH {
                    Choice::KeepAll { spread }
                } else {
                    Choice::Keep(dot_of(&self.choice)?)
                };
                let settled = tx.settle(self.record, key, choice).map_err(gone)?;
                Undo::Settled(self.compartment, settled)
            };
            let detail = serde_json::json!({ "field": self.element, "both": self.choice == BOTH });
            let entry = AuditEntry::new(Action::Settle).record(self.record).detail(&detail);
            tx.audit(&AuditEntry { patient, ..entry })?;
            Ok(undo)
        })?;
        Ok(SettledView {
            undo: session.keep_undo(undo),
        })
    }
}

impl Input {
    /// A removal that met an edit: it is removed after all, or it stays.
    fn settle_removal(&self, tx: &mut wardkeep_vault::store::Tx<'_>) -> Result<Undo, CommandError> {
        match self.choice.as_str() {
            REMOVE => {
                tx.remove(self.record, "settled")?;
                Ok(Undo::Restore(self.compartment, self.record))
            }
            RESTORE => {
                tx.restore(self.record)?;
                Ok(Undo::Remove(self.compartment, self.record))
            }
            _ => Err(CommandError::invalid("choice")),
        }
    }
}

/// What is not there any more was settled by somebody else.
fn gone(error: StoreError) -> CommandError {
    match error {
        StoreError::Missing { .. } => ErrorCode::Conflict.into(),
        StoreError::Invalid { .. } => CommandError::invalid("choice"),
        other => other.into(),
    }
}
