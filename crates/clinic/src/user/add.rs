//! `user_add`: gives a person a slot of their own on this laptop. An admin can give only keys that their session holds.

use super::{Role, UserRow, checked_name, role_name, roles_of, stored_roles};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::enrollment::local;
use crate::error::{CommandError, ErrorCode};
use crate::secret::Password;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::{Permission, compartments};
use wardkeep_vault::random;
use wardkeep_vault::slot::EnrollmentKeys;
use wardkeep_vault::store::{Action, AuditEntry, LocalUser, StoreError};
use wardkeep_vault::unlock::{self, NewUser};

/// Whom.
#[derive(Deserialize, TS)]
pub struct Input {
    /// Their name.
    pub name: String,
    /// What they may do; at least one.
    pub roles: Vec<Role>,
    /// Their first password.
    pub password: Password,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

impl Command for Input {
    type Output = UserRow;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<UserRow, CommandError> {
        let name = checked_name(&self.name, "name")?;
        if self.roles.is_empty() {
            return Err(CommandError::invalid("roles"));
        }
        clinic
            .judge_password(&self.password, &[&name])
            .map_err(|error| error.at("password"))?;
        let attached = clinic.with_desk(|desk| Ok(desk.has_roster()))?.unwrap_or(false);
        let (row, keys) = clinic.with_session(|session| {
            session.allow(Self::NEED)?;
            let keys = attached.then(|| EnrollmentKeys::generate(&*session.env.random));
            let row = self.add(session, name, keys.as_ref())?;
            Ok((row, keys))
        })?;
        if let Some(keys) = keys {
            local::enroll_added(clinic, row.id, &keys)?;
        }
        Ok(row)
    }
}

impl Input {
    fn add(&self, session: &Session, name: String, keys: Option<&EnrollmentKeys>) -> Result<UserRow, CommandError> {
        let mine = |at: &Compartment| session.holds(*at);
        if !compartments(&self.roles).iter().all(mine) {
            return Err(CommandError::new(ErrorCode::Forbidden).at("roles"));
        }
        let roles = stored_roles(&self.roles);
        let password = self.password.normal()?;
        let id = UserId::new(session.now_ms(), random::array(&*session.env.random));
        let names: Vec<_> = roles_of(roles).into_iter().map(role_name).collect();
        let detail = serde_json::json!({ "user": id, "roles": names });
        let user = session.write(Compartment::Office, |tx| {
            let user = LocalUser {
                id,
                name,
                roles: roles.bits(),
                created_ms: tx.now_ms(),
                closed_ms: None,
            };
            tx.put_user(&user).map_err(|error| match error {
                StoreError::Exists { .. } => CommandError::invalid("name"),
                other => other.into(),
            })?;
            tx.audit(&AuditEntry::new(Action::UserAdd).detail(&detail))?;
            // Last, inside the transaction: a row without a slot is taken back, and a slot is never there without its entry
            // but for a commit that fails, whose slot is taken back below.
            let new = NewUser {
                user: id,
                name: &user.name,
                roles,
                password: &password,
            };
            match keys {
                Some(keys) => {
                    unlock::add_enrolled_user(&session.env, &session.unlocked(), &new, keys.duplicate())?;
                }
                None => unlock::add_user(&session.env, &session.unlocked(), &new)?,
            }
            Ok(user)
        });
        let user = match user {
            Ok(user) => user,
            Err(error) => {
                // There may be no slot to take back; the error that counts is the first.
                let _ = unlock::remove_user(&session.env, &session.unlocked(), id);
                return Err(error);
            }
        };
        session.adopt_person(user.clone());
        Ok(UserRow::new(id, user.name, Some(roles_of(roles))))
    }
}
