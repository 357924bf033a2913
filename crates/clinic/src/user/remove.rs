//! `user_remove`: destroys a person's slot on this laptop. What they wrote stays, under their name.

use crate::clinic::Clinic;
use crate::command::{Command, Need, Nothing};
use crate::enrollment::local;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, LocalUser};
use wardkeep_vault::unlock::{self, UnlockError};

/// Whom.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The user.
    pub user: UserId,
}

impl Command for Input {
    type Output = Nothing;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Nothing, CommandError> {
        clinic.with_session(|session| self.check(session).map(|_| ()))?;
        if clinic.with_desk(|desk| Ok(desk.has_roster()))?.unwrap_or(false) {
            // First, because it needs the server: a slot that is gone and a key that is still good must not both be.
            local::revoke_local(clinic, self.user)?;
        }
        clinic.with_session(|session| self.remove(session))
    }
}

impl Input {
    /// The person, who can be removed.
    fn check(&self, session: &Session) -> Result<LocalUser, CommandError> {
        if self.user == session.user {
            // Somebody must be left to let people in.
            return Err(CommandError::new(ErrorCode::Forbidden).at("user"));
        }
        let open = |id| session.person(id).filter(|user| user.closed_ms.is_none());
        open(self.user).ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("user"))
    }

    fn remove(&self, session: &Session) -> Result<Nothing, CommandError> {
        let user = self.check(session)?;
        destroy(session, user).map(|()| Nothing {})
    }
}

/// Destroys the slot of somebody who was taken out of the clinic, where they have one here.
pub(super) fn close(session: &Session, user: UserId) -> Result<(), CommandError> {
    match session.person(user).filter(|known| known.closed_ms.is_none()) {
        Some(known) => destroy(session, known),
        None => Ok(()),
    }
}

fn destroy(session: &Session, mut user: LocalUser) -> Result<(), CommandError> {
    session.write(Compartment::Office, |tx| {
        user.closed_ms = Some(tx.now_ms());
        tx.put_user(&user)?;
        let detail = serde_json::json!({ "user": user.id, "closed": true });
        tx.audit(&AuditEntry::new(Action::UserChange).detail(&detail))?;
        match unlock::remove_user(&session.env, &session.unlocked(), user.id) {
            // An earlier try got this far and no further.
            Ok(()) | Err(UnlockError::NoSuchUser) => Ok(()),
            Err(error) => Err(error.into()),
        }
    })?;
    session.adopt_person(user);
    Ok(())
}
