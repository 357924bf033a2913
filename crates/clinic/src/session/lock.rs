//! `lock`: takes the session away. Imports stop between two batches, the resume entry goes, the log gets its entry,
//! connections close, keys are wiped. Locking what is locked does nothing.

use super::Session;
use super::wire::LockReason;
use crate::clinic::Clinic;
use crate::command::{Command, Need, Nothing};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_vault::resume;
use wardkeep_vault::store::{Action, AuditEntry};

/// Why.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Why.
    pub reason: LockReason,
}

impl Command for Input {
    type Output = Nothing;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<Nothing, CommandError> {
        lock(clinic, self.reason);
        Ok(Nothing {})
    }
}

/// Ends the session, if there is one.
pub(crate) fn lock(clinic: &Clinic, reason: LockReason) {
    let _opening = clinic.opening();
    clinic.jobs().cancel_all();
    clinic.rotation().cancel();
    clinic.recovery().forget();
    clinic.sync().interrupt();
    let Some(session) = clinic.take(reason) else {
        return;
    };
    close(clinic, &session, reason);
    clinic.sync().close_desk();
    // Keys and connections end here, before anything else of this process goes on.
    drop(session);
    clinic.jobs().join_all();
}

/// The last acts of a session. Each is tried, whatever became of the others: nothing may keep a session open.
fn close(clinic: &Clinic, session: &Session, reason: LockReason) {
    // What was written goes sealed into the spool, from where a locked device sends it.
    let sealed = clinic.with_desk(|desk| crate::sync::before_lock(session, desk));
    if let Err(error) = sealed {
        tracing::warn!(%error, "not everything could be sealed; it is sent after the next unlock");
    }
    if let Err(error) = resume::forget(&session.env, session.unlocked().vault) {
        tracing::error!(%error, "the resume entry could not be removed; its window ends by itself");
    }
    let entry = AuditEntry::new(Action::Lock).detail(&serde_json::json!({ "reason": reason.name() }));
    let written = session.write(Compartment::Office, |tx| Ok(tx.audit(&entry)?));
    if let Err(error) = written {
        tracing::error!(%error, "the lock could not be written into the log");
    }
}
