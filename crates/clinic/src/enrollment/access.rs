//! What the roster says of this user, carried out on this laptop.

use super::becoming;
use super::local::{enroll_waiting, wait_for_admin};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::session::lock::lock;
use crate::session::wire::LockReason;
use crate::sync::key::{enrollment, store_roles, store_user};
use crate::sync::{Desk, name};
use crate::user::{Role, role_name, stored_roles};
use wardkeep_record::op::Compartment;
use wardkeep_roster::roster::Status;
use wardkeep_vault::store::{Action, AuditEntry, create_clinical};
use wardkeep_vault::unlock;

/// Brings slot and session to what the roster says of this user. Where it says something else than the session knows, the session ends:
/// the next unlock has the keys and roles that count. Says whether it ended.
pub(crate) fn follow(clinic: &Clinic) -> Result<bool, CommandError> {
    let changed = clinic.with_both(|session, desk| {
        if becoming::waits(session, desk)? {
            return Ok(true);
        }
        session.adopt_names(names(session, desk)?);
        let me = enrollment(session.device(), session.user);
        let Some(mine) = desk.roster()?.enrollment(&me) else {
            wait_for_admin(session, desk)?;
            return Ok(false);
        };
        if mine.status != Status::Active {
            // The next unlock says so.
            return Ok(true);
        }
        let roles = store_roles(mine.roles);
        let complete = session.holds(Compartment::Clinical) || !roles.contains(&Role::Clinician);
        if roles == session.roles() && complete {
            return Ok(false);
        }
        if roles != session.roles() {
            change(session, &roles)?;
            return Ok(true);
        }
        if make_chart(session)? {
            return Ok(true);
        }
        // Another user of this laptop has the key of its chart; only an admin who has it too can add a user with it.
        clinic.sync().no_key(session.now_ms());
        Ok(false)
    });
    match changed {
        Ok(true) => {
            lock(clinic, LockReason::AccessChanged);
            Ok(true)
        }
        // A locked laptop follows after its next unlock.
        Ok(false) => enroll_waiting(clinic).map(|()| false),
        Err(error) if error.code == ErrorCode::Locked => Ok(false),
        Err(error) => Err(error),
    }
}

/// The names of everybody in the roster.
fn names(session: &Session, desk: &Desk) -> Result<Vec<(wardkeep_record::id::UserId, String)>, CommandError> {
    let users = desk.roster()?.users().map(|(id, _)| id);
    Ok(users
        .map(|id| (store_user(id), name::of_user(session, desk, id)))
        .collect())
}

/// Makes the chart's file of a laptop that has none, with its key in this user's slot. Says no where the file is there and another
/// user of this laptop has its key.
fn make_chart(session: &Session) -> Result<bool, CommandError> {
    let (env, device) = (&session.env, session.device());
    let made = unlock::grant_clinical(env, &mut session.unlocked_mut(), |_, key| {
        create_clinical(&env.home, key, device).map_err(CommandError::from)
    });
    match made {
        Err(error) if error.code == ErrorCode::VaultExists => Ok(false),
        other => other.map(|()| true),
    }
}

/// Rewrites the slot, and makes the chart's file where the roles ask for one.
fn change(session: &Session, roles: &[Role]) -> Result<(), CommandError> {
    unlock::set_roles(&session.env, &mut session.unlocked_mut(), stored_roles(roles))?;
    if roles.contains(&Role::Clinician) {
        make_chart(session)?;
    }
    let names: Vec<_> = roles.iter().map(|role| role_name(*role)).collect();
    let detail = serde_json::json!({ "user": session.user, "roles": names, "by": "roster" });
    session.write(Compartment::Office, |tx| {
        if let Some(mut person) = session.person(session.user) {
            person.roles = stored_roles(roles).bits();
            tx.put_user(&person)?;
        }
        Ok(tx.audit(&AuditEntry::new(Action::UserChange).detail(&detail))?)
    })
}
