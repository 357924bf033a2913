//! `user_revoke`: takes a person out of the clinic, everywhere or on one laptop. What they could read gets a new key in the same step.

use super::members::rows;
use super::wire::Member;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::enrollment::delivery::deliver;
use crate::error::{CommandError, ErrorCode};
use crate::sync::{self, key::wire_user};
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::{DeviceId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_roster::entry::{Body, Revoke, Target};
use wardkeep_roster::roster::Status;
use wardkeep_roster::{Enrollment, Roster};
use wardkeep_vault::store::{Action, AuditEntry, wire_device};

/// Whom, and where.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The person.
    pub user: UserId,
    /// On this laptop alone; everywhere and for ever where none is named.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub device: Option<DeviceId>,
}

impl Command for Input {
    type Output = Vec<Member>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<Member>, CommandError> {
        let here = clinic.with_session(|session| {
            if session.user == self.user && self.device.is_none_or(|device| device == session.device()) {
                // Whoever leaves is taken out by somebody who stays.
                return Err(CommandError::new(ErrorCode::Forbidden).at("user"));
            }
            Ok(self.device.is_none_or(|device| device == session.device()))
        })?;
        sync::fetch_roster(clinic)?;
        let target = self.target();
        let said = sync::act(clinic, |session, sealing| {
            if !is_active(sealing.roster(), &target)? {
                return Ok(false);
            }
            sealing.say(Body::Revoke(Revoke {
                target,
                last_accepted: None,
            }))?;
            crate::device::revoke::renew(session, sealing)?;
            Ok(true)
        })?;
        if said {
            let detail = serde_json::json!({ "user": self.user, "device": self.device });
            clinic.with_session(|session| {
                session.write(Compartment::Office, |tx| {
                    Ok(tx.audit(&AuditEntry::new(Action::Revoke).detail(&detail))?)
                })
            })?;
            deliver(clinic)?;
            clinic.sync().signal().news();
        }
        if here {
            clinic.with_session(|session| super::remove::close(session, self.user))?;
        }
        rows(clinic)
    }
}

impl Input {
    fn target(&self) -> Target {
        let user = wire_user(self.user);
        match self.device {
            None => Target::User(user),
            Some(device) => Target::Enrollment(Enrollment {
                device: wire_device(device),
                user,
            }),
        }
    }
}

/// Whether there is something to take away.
fn is_active(roster: &Roster, target: &Target) -> Result<bool, CommandError> {
    let missing = |field| CommandError::new(ErrorCode::NotFound).at(field);
    match target {
        Target::User(user) => {
            let known = roster.user(user).ok_or_else(|| missing("user"))?;
            Ok(known.revoked_at.is_none())
        }
        Target::Enrollment(one) => {
            let known = roster.enrollment(one).ok_or_else(|| missing("device"))?;
            Ok(known.status == Status::Active)
        }
        Target::Device(_) => Ok(false),
    }
}
