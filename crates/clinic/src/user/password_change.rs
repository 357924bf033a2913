//! `password_change`: rewrites the user's own slot; no database is touched. The present password is asked for as at an
//! unlock: a wrong one counts and waits.

use crate::clinic::Clinic;
use crate::command::{Command, Need, Nothing};
use crate::error::{CommandError, ErrorCode};
use crate::rotation::age;
use crate::rotation::wire::KeyKind;
use crate::secret::Password;
use crate::session::Session;
use crate::session::lock::lock;
use crate::session::wire::LockReason;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{Action, AuditEntry};
use wardkeep_vault::unlock;

/// From what to what.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The present password.
    pub current: Password,
    /// The next one.
    pub new: Password,
}

impl Command for Input {
    type Output = Nothing;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<Nothing, CommandError> {
        let name = clinic.with_session(|session| Ok(session.user_row()?.name))?;
        clinic
            .judge_password(&self.new, &[&name])
            .map_err(|error| error.at("new"))?;
        let changed = clinic.with_session(|session| self.change(session));
        if changed.as_ref().is_err_and(|error| error.code == ErrorCode::LeaseEnded) {
            // One wrong password too many: whoever sits here is not let go on.
            lock(clinic, LockReason::LeaseEnded);
        }
        changed
    }
}

impl Input {
    fn change(&self, session: &Session) -> Result<Nothing, CommandError> {
        let current = self
            .current
            .normal()
            .map_err(|_| CommandError::new(ErrorCode::WrongPassword).at("current"))?;
        let new = self.new.normal()?;
        let unlocked = session.write(Compartment::Office, |tx| {
            age::note(tx, KeyKind::Password, session.user, tx.now_ms())?;
            tx.audit(&AuditEntry::new(Action::PasswordChange))?;
            // Last: when the slot is not rewritten, the entry is taken back.
            unlock::change_password(&session.env, session.user, &current, &new)
                .map_err(|error| CommandError::from(error).at("current"))
        })?;
        session.adopt_unlocked(unlocked);
        session.keep_now(u64::from(session.settings().resume_window_s) * 1000);
        Ok(Nothing {})
    }
}
