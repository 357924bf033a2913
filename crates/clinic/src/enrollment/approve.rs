//! `join_approve`: takes a device and its user into the clinic, after a person has compared the words. The roster says so first; keys and
//! welcome follow, and are sent again when the command is repeated.

use super::delivery;
use super::invitation::{self, id_of};
use crate::clinic::Clinic;
use crate::command::{Command, Need, Nothing};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::key::{filler, signing_key, wire_roles, wire_user};
use crate::sync::{self, Desk, Sealing, name};
use crate::user::{Role, role_name};
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_roster::entry::{AddDevice, Body, Enroll, Grant};
use wardkeep_roster::{Enrollment, UserId};
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::Tip;
use wardkeep_sync::invitation::Invitation;
use wardkeep_sync::join::{JoinRequest, VerifiedRequest, Welcome};
use wardkeep_sync::name::Named;
use wardkeep_vault::random;
use wardkeep_vault::store::{Action, AuditEntry};

/// Which, and what its user may do.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The request.
    pub id: String,
    /// What they may do: at least one for a new person. Of an existing one nothing changes where none is named.
    pub roles: Vec<Role>,
    /// A person of the clinic whose next laptop this is; nothing for somebody new.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub user: Option<wardkeep_record::id::UserId>,
}

impl Command for Input {
    type Output = Nothing;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Nothing, CommandError> {
        if self.roles.is_empty() && self.user.is_none() {
            return Err(CommandError::invalid("roles"));
        }
        let id = id_of(&self.id)?;
        let waiting = clinic.ask(|link| async move { link.joins().await })?.joins;
        let join = waiting.into_iter().find(|join| join.invitation == id);
        let join = join.ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("id"))?;
        let (invitation, request) = clinic.with_session(|session| {
            let (_, invitation) = invitation::of_id(session, &id)?.ok_or(ErrorCode::NotFound)?;
            let request = JoinRequest::verify(&invitation, &join.request).map_err(|why| {
                tracing::warn!(%why, "a request to join is not to be believed");
                CommandError::new(ErrorCode::InvitationInvalid)
            })?;
            Ok((invitation, request))
        })?;
        sync::fetch_roster(clinic)?;
        let fresh = clinic.with_session(|session| Ok(UserId(random::array(&*session.env.random))))?;
        let user = sync::act(clinic, |session, sealing| self.admit(session, sealing, &request, fresh))?;
        delivery::deliver(clinic)?;
        self.welcome(clinic, &invitation, &request, &join.request, user)?;
        Ok(Nothing {})
    }
}

impl Input {
    /// Says the entries that are not there yet.
    fn admit(
        &self,
        session: &Session,
        sealing: &mut Sealing,
        request: &VerifiedRequest,
        fresh: UserId,
    ) -> Result<UserId, CommandError> {
        let listed = sealing
            .roster()
            .device(&request.device)
            .map(|device| (device.key, device.users.clone()));
        let user = match &listed {
            // Taken in by an earlier try, whose welcome did not arrive.
            Some((key, users)) if *key == request.device_key.key => users.first().copied(),
            Some(_) => return Err(ErrorCode::Conflict.into()),
            None => {
                sealing.say(Body::Device(AddDevice {
                    device: request.device,
                    key: request.device_key.clone(),
                    name: name::seal(
                        session,
                        sealing.roster(),
                        Named::Device(request.device),
                        &request.device_name,
                    )?,
                }))?;
                None
            }
        };
        let user = match user {
            Some(user) => user,
            None => {
                let (user, user_name) = self.person(session, sealing, request, fresh)?;
                sealing.say(Body::Enroll(Enroll {
                    device: request.device,
                    user,
                    keys: request.keys.clone(),
                    user_name: name::seal(session, sealing.roster(), Named::User(user), &user_name)?,
                }))?;
                user
            }
        };
        let roles = wire_roles(&self.roles);
        if !self.roles.is_empty() && sealing.roster().user(&user).map(|known| known.roles()) != Some(roles) {
            sealing.say(Body::Grant(Grant { user, roles }))?;
        }
        Ok(user)
    }

    /// Whose laptop it is, by id and name. A person of the clinic keeps the name that it has for them.
    fn person(
        &self,
        session: &Session,
        sealing: &Sealing,
        request: &VerifiedRequest,
        fresh: UserId,
    ) -> Result<(UserId, String), CommandError> {
        let Some(known) = self.user.map(wire_user) else {
            // An id that the clinic knows already is somebody's: a request cannot take it over.
            let asked = request.user.filter(|user| sealing.roster().user(user).is_none());
            return Ok((asked.unwrap_or(fresh), request.user_name.clone()));
        };
        let listed = sealing.roster().user(&known);
        if listed.is_none_or(|user| user.revoked_at.is_some()) {
            return Err(CommandError::new(ErrorCode::NotFound).at("user"));
        }
        let name = name::in_roster(session, sealing.roster(), known).unwrap_or_else(|| request.user_name.clone());
        Ok((known, name))
    }

    /// Tells the new device, and writes down who let it in.
    fn welcome(
        &self,
        clinic: &Clinic,
        invitation: &Invitation,
        request: &VerifiedRequest,
        bytes: &[u8],
        user: UserId,
    ) -> Result<(), CommandError> {
        let welcome = clinic.with_both(|session, desk| {
            let unlocked = session.unlocked();
            let keys = unlocked.enrollment.as_ref().ok_or(ErrorCode::NotEnrolled)?;
            let sender = sync::key::enrollment(session.device(), session.user);
            let vector = sent(desk)?;
            let welcome = Welcome {
                request: bytes,
                roster: desk.roster()?,
                sender,
                user,
                vector: &vector,
            };
            let random = &mut filler(&*session.env.random);
            let sealed = welcome.seal(&request.keys.kem, &signing_key(&keys.signing), random);
            sealed.map_err(|_| CommandError::internal("sealing a welcome"))
        })?;
        let id = invitation.id();
        clinic.ask(|link| async move { link.post_welcome(&id, welcome).await })?;
        let enrolled = Enrollment {
            device: request.device,
            user,
        };
        let roles: Vec<_> = self.roles.iter().map(|role| role_name(*role)).collect();
        let detail = serde_json::json!({
            "request": self.id, "device": enrolled.device.to_string(), "user": enrolled.user.to_string(), "roles": roles,
        });
        clinic.with_session(|session| {
            session.write(Compartment::Office, |tx| {
                Ok(tx.audit(&AuditEntry::new(Action::Approve).detail(&detail))?)
            })
        })
    }
}

/// What is here of every chain, of this device's own only what the server has: a new device would miss the rest there and call it withheld.
fn sent(desk: &Desk) -> Result<Frontier, CommandError> {
    let this = desk.device()?;
    let acknowledged = desk.spool.acknowledged()?;
    let mut vector = Frontier::new();
    for (chain, here) in desk.spool.frontier()?.iter() {
        let there = acknowledged.tip(chain);
        if chain.device != this || there.is_some_and(|there| there.seq >= here.seq) {
            vector.set(*chain, *here);
            continue;
        }
        // The server's word for the place, our own for what is in it.
        let Some(there) = there else { continue };
        if let Some(hash) = desk.spool.hash_at(chain, there.seq)? {
            vector.set(*chain, Tip { seq: there.seq, hash });
        }
    }
    Ok(vector)
}
