//! `recovery_enroll`: the paper that was prepared becomes the clinic's recovery key, in place of any former one, and is tried at once.
//!
//! One step of the roster: the new keys, and where there was a paper before, new epochs that the former one does not open. Cut short before it,
//! nothing has changed; behind it, the keys are delivered by the next round of any laptop that has them.

use super::visit;
use super::wire::RecoveryReport;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::device::revoke;
use crate::enrollment::delivery;
use crate::error::CommandError;
use crate::secret::Password;
use crate::session::Session;
use crate::sync::{self, Sealing};
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_roster::entry::{Body, Recovery};
use wardkeep_sync::secret::RecoverySecret;
use wardkeep_vault::store::{Action, AuditEntry};

/// What was typed again.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// In the order of the questions.
    pub answers: Vec<Password>,
}

impl Command for Input {
    type Output = RecoveryReport;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<RecoveryReport, CommandError> {
        let secret = clinic.recovery().confirm(&self.answers)?;
        sync::fetch_roster(clinic)?;
        write_down(clinic, &secret, "began")?;
        sync::act(clinic, |session, sealing| say(session, sealing, &secret))?;
        write_down(clinic, &secret, "done")?;
        delivery::deliver(clinic)?;
        let report = visit::report(clinic, &secret)?;
        clinic.recovery().forget();
        clinic.sync().signal().news();
        Ok(report)
    }
}

/// The new keys, unless an earlier try has said them, and what follows from it.
fn say(session: &Session, sealing: &mut Sealing, secret: &RecoverySecret) -> Result<(), CommandError> {
    if secret.check(sealing.roster()).is_err() {
        let keys = secret.keys(sealing.roster().clinic());
        let keys = keys.map_err(|_| CommandError::internal("keys of a recovery key"))?;
        sealing.say(Body::Recovery(Recovery { keys }))?;
    }
    revoke::renew(session, sealing)
}

fn write_down(clinic: &Clinic, secret: &RecoverySecret, step: &str) -> Result<(), CommandError> {
    let detail = serde_json::json!({ "recovery_key": secret.paper().to_string(), "step": step });
    clinic.with_session(|session| {
        session.write(Compartment::Office, |tx| {
            Ok(tx.audit(&AuditEntry::new(Action::RecoveryNew).detail(&detail))?)
        })
    })
}
