//! `join_requests`: the devices that ask to join by an invitation of this laptop. A request that its invitation does not bear out is not
//! shown.

use super::invitation::{self, id_text};
use super::listed;
use super::wire::JoinRequestRow;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;
use wardkeep_sync::join::JoinRequest;
use wardkeep_sync::wire::Join;
use wardkeep_sync::words::Words;
use wardkeep_vault::store::{Action, AuditEntry};

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Vec<JoinRequestRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<JoinRequestRow>, CommandError> {
        let waiting = clinic.ask(|link| async move { link.joins().await })?.joins;
        clinic.with_session(|session| rows(session, &waiting))
    }
}

fn rows(session: &Session, waiting: &[Join]) -> Result<Vec<JoinRequestRow>, CommandError> {
    let mut made = invitation::all(session)?;
    let (mut rows, mut fresh) = (Vec::new(), 0);
    for join in waiting {
        for one in &mut made {
            let invitation = one.invitation()?;
            if invitation.id() != join.invitation {
                continue;
            }
            let request = match JoinRequest::verify(&invitation, &join.request) {
                Ok(request) => request,
                Err(why) => {
                    tracing::warn!(%why, "a request to join is not to be believed");
                    continue;
                }
            };
            fresh += usize::from(one.seen_ms.is_none());
            let at_ms = *one.seen_ms.get_or_insert(session.now_ms());
            rows.push(JoinRequestRow {
                id: id_text(&join.invitation),
                device_name: request.device_name,
                user_name: request.user_name,
                words: listed(&Words::of_join(&invitation, &join.request)),
                at_ms,
                person: one.user,
            });
        }
    }
    if fresh > 0 {
        let detail = serde_json::json!({ "requests": fresh });
        invitation::keep(session, made, &AuditEntry::new(Action::Join).detail(&detail))?;
    }
    Ok(rows)
}
