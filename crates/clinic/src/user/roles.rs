//! `user_roles`: changes what a person of the clinic may do, on all their laptops. What a lost role could read gets a new key in the same step.

use super::members::rows;
use super::wire::Member;
use super::{Role, role_name};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::enrollment::delivery::deliver;
use crate::error::{CommandError, ErrorCode};
use crate::sync::key::{wire_roles, wire_user};
use crate::sync::{self};
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_roster::entry::{Body, Grant};
use wardkeep_vault::store::{Action, AuditEntry};

/// Whose, and which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The person.
    pub user: UserId,
    /// What they may do from now on; at least one. Who shall do nothing any more is revoked.
    pub roles: Vec<Role>,
}

impl Command for Input {
    type Output = Vec<Member>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<Member>, CommandError> {
        if self.roles.is_empty() {
            return Err(CommandError::invalid("roles"));
        }
        sync::fetch_roster(clinic)?;
        let (user, roles) = (wire_user(self.user), wire_roles(&self.roles));
        let changed = sync::act(clinic, |session, sealing| {
            let known = sealing.roster().user(&user).filter(|known| known.revoked_at.is_none());
            let before = known
                .ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("user"))?
                .roles();
            if before == roles {
                return Ok(false);
            }
            sealing.say(Body::Grant(Grant { user, roles }))?;
            crate::device::revoke::renew(session, sealing)?;
            Ok(true)
        })?;
        if changed {
            let names: Vec<_> = self.roles.iter().map(|role| role_name(*role)).collect();
            let detail = serde_json::json!({ "user": self.user, "roles": names, "by": "admin" });
            clinic.with_session(|session| {
                session.write(Compartment::Office, |tx| {
                    Ok(tx.audit(&AuditEntry::new(Action::UserChange).detail(&detail))?)
                })
            })?;
            deliver(clinic)?;
            clinic.sync().signal().news();
        }
        rows(clinic)
    }
}
