//! The users of this laptop whom the roster does not know yet: their public keys wait in the office's file for an admin of this laptop.

use super::delivery::deliver;
use super::founding::enroll_here;
use crate::base64;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::key::{enrollment, kem_secret, signing_key, wire_roles, wire_user};
use crate::sync::{self, Desk, name};
use crate::user::Role;
use serde::{Deserialize, Serialize};
use wardkeep_record::op::Compartment;
use wardkeep_roster::entry::{Body, Enroll, Grant, Revoke, Target};
use wardkeep_roster::roster::Status;
use wardkeep_roster::{EnrollmentKeys, KemKey, Roster, Scope, Signature, UserId, VerifyingKey};
use wardkeep_sync::name::Named;
use wardkeep_vault::store::{Action, AuditEntry, wire_device};

/// Where they wait.
const WAITING: &str = "enrollments_waiting";

/// The public half of a local user's enrollment, waiting for an admin of this laptop.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq)]
struct Waiting {
    user: wardkeep_record::id::UserId,
    /// Signing key, delivery key and proof, in Base64.
    keys: [String; 3],
}

impl Waiting {
    fn new(user: wardkeep_record::id::UserId, keys: &EnrollmentKeys) -> Self {
        Self {
            user,
            keys: [
                base64::encode(keys.sign.as_bytes()),
                base64::encode(keys.kem.as_bytes()),
                base64::encode(&keys.proof.0),
            ],
        }
    }

    fn keys(&self) -> Option<EnrollmentKeys> {
        let [sign, kem, proof] = &self.keys;
        let sign: [u8; 32] = base64::decode(sign)?.try_into().ok()?;
        Some(EnrollmentKeys {
            sign: VerifyingKey::from_bytes(&sign).ok()?,
            kem: KemKey::from_bytes(&base64::decode(kem)?)?,
            proof: Signature(base64::decode(proof)?.try_into().ok()?),
        })
    }
}

fn waiting(session: &Session) -> Result<Vec<Waiting>, CommandError> {
    let text = session.read(|view| Ok(view.setting(WAITING)?))?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

fn keep_waiting(session: &Session, waiting: &[Waiting]) -> Result<(), CommandError> {
    let text = serde_json::to_string(waiting).map_err(|_| CommandError::internal("waiting enrollments as JSON"))?;
    session.write(Compartment::Office, |tx| {
        tx.put_setting(WAITING, &text)?;
        let detail = serde_json::json!({ "enrollments_waiting": waiting.len() });
        Ok(tx.audit(&AuditEntry::new(Action::UserChange).detail(&detail))?)
    })
}

/// A user of this laptop whom the roster does not know yet: makes their keys and leaves the public half where an admin finds it.
pub(super) fn wait_for_admin(session: &Session, desk: &Desk) -> Result<(), CommandError> {
    enroll_here(session)?;
    let roster = desk.roster()?;
    let keys = public_keys(session, roster)?;
    let mut all = waiting(session)?;
    let mine = Waiting::new(session.user, &keys);
    if all.iter().any(|one| one.user == mine.user) {
        return Ok(());
    }
    all.push(mine);
    keep_waiting(session, &all)
}

/// The public half of the session's own enrollment, proven for the clinic.
fn public_keys(session: &Session, roster: &Roster) -> Result<EnrollmentKeys, CommandError> {
    let unlocked = session.unlocked();
    let keys = unlocked.enrollment.as_ref().ok_or(ErrorCode::NotEnrolled)?;
    prove(session, roster, keys)
}

/// The public half of enrollment keys on this device, proven for the clinic.
fn prove(
    session: &Session,
    roster: &Roster,
    keys: &wardkeep_vault::slot::EnrollmentKeys,
) -> Result<EnrollmentKeys, CommandError> {
    let public = kem_secret(&keys.kem)?
        .public()
        .map_err(|_| CommandError::internal("key for deliveries"))?;
    let scope = Scope::Clinic(roster.clinic());
    Ok(EnrollmentKeys::prove(
        scope,
        &wire_device(session.device()),
        &signing_key(&keys.signing),
        public,
    ))
}

/// Takes local users into the roster whose keys wait, where the session is an admin's.
pub(super) fn enroll_waiting(clinic: &Clinic) -> Result<(), CommandError> {
    let due = clinic.with_both(|session, desk| {
        if !session.roles().contains(&Role::Admin) || desk.is_revoked()? {
            return Ok(Vec::new());
        }
        waiting(session)
    });
    let due = match due {
        Err(error) if error.code == ErrorCode::Locked => return Ok(()),
        other => other?,
    };
    if due.is_empty() {
        return Ok(());
    }
    sync::act(clinic, |session, sealing| {
        for one in &due {
            let (Some(keys), Some(person)) = (one.keys(), session.person(one.user)) else {
                continue;
            };
            let roles = crate::user::roles_of(wardkeep_vault::roles::Roles::from_bits(person.roles));
            enroll_local(session, sealing, wire_user(one.user), &person.name, keys, &roles)?;
        }
        Ok(())
    })?;
    clinic.with_session(|session| keep_waiting(session, &[]))
}

/// Says that a user of this laptop is of the clinic, with these roles, where that is not said yet.
fn enroll_local(
    session: &Session,
    sealing: &mut sync::Sealing,
    user: UserId,
    user_name: &str,
    keys: EnrollmentKeys,
    roles: &[Role],
) -> Result<(), CommandError> {
    let device = wire_device(session.device());
    let enrolled = wardkeep_roster::Enrollment { device, user };
    if sealing.roster().enrollment(&enrolled).is_none() {
        let body = Enroll {
            device,
            user,
            keys,
            user_name: name::seal(session, sealing.roster(), Named::User(user), user_name)?,
        };
        sealing.say(Body::Enroll(body))?;
    }
    let roles = wire_roles(roles);
    if sealing.roster().user(&user).map(|known| known.roles()) != Some(roles) {
        sealing.say(Body::Grant(Grant { user, roles }))?;
    }
    Ok(())
}

/// A user who was just added to this laptop, with the keys that their slot got: enrolled at once where the server can be reached, and
/// otherwise with the next round of an admin's session.
pub(crate) fn enroll_added(
    clinic: &Clinic,
    user: wardkeep_record::id::UserId,
    keys: &wardkeep_vault::slot::EnrollmentKeys,
) -> Result<(), CommandError> {
    clinic.with_both(|session, desk| {
        let mut all = waiting(session)?;
        all.push(Waiting::new(user, &prove(session, desk.roster()?, keys)?));
        keep_waiting(session, &all)
    })?;
    match enroll_waiting(clinic) {
        Err(error) if error.code == ErrorCode::ServerUnreachable => Ok(()),
        other => other,
    }
}

/// Takes a user of this laptop out of the clinic, before their slot is destroyed.
pub(crate) fn revoke_local(clinic: &Clinic, user: wardkeep_record::id::UserId) -> Result<(), CommandError> {
    sync::act(clinic, |session, sealing| {
        let enrolled = enrollment(session.device(), user);
        let active = sealing
            .roster()
            .enrollment(&enrolled)
            .is_some_and(|one| one.status == Status::Active);
        if active {
            sealing.say(Body::Revoke(Revoke {
                target: Target::Enrollment(enrolled),
                last_accepted: None,
            }))?;
            crate::device::revoke::renew(session, sealing)?;
        }
        Ok(())
    })?;
    deliver(clinic)
}
