//! A person who joined with a laptop as if they were new, and whom the clinic knows already: the laptop's slot goes over to the id that the
//! roster has for them. It takes the password, so it is done by the next unlock.
//!
//! Nothing is remembered for it: the roster lists the slot's own key under another user of this device, and that says all.

use crate::clinic::Clinic;
use crate::error::CommandError;
use crate::session::Session;
use crate::sync::Desk;
use crate::sync::key::{enrollment, signing_key, store_user};
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_roster::Enrollment;
use wardkeep_vault::password::Password;
use wardkeep_vault::store::{Action, AuditEntry, Store, wire_device};
use wardkeep_vault::unlock::{self, Unlocked};

/// Whether this session is still the former user's.
pub(super) fn waits(session: &Session, desk: &Desk) -> Result<bool, CommandError> {
    let unlocked = session.unlocked();
    Ok(known_as(desk, &unlocked)?.is_some())
}

/// Brings a slot that was just opened over to the clinic's id of its user, where one is waiting for that: the row first, then the new slot,
/// and the former slot goes last. Cut short anywhere, the next unlock does the same again.
pub(crate) fn take_over(
    clinic: &Clinic,
    unlocked: &mut Unlocked,
    store: &mut Store,
    password: &Password,
) -> Result<(), CommandError> {
    let Some(to) = clinic.with_desk(|desk| known_as(desk, unlocked))?.flatten() else {
        return Ok(());
    };
    let former = unlocked.user;
    let detail = serde_json::json!({ "user": to, "formerly": former });
    store.write(Compartment::Office, former, |tx| {
        tx.readdress_user(former, to)?;
        Ok::<_, CommandError>(tx.audit(&AuditEntry::new(Action::UserChange).detail(&detail))?)
    })?;
    unlock::become_user(clinic.env(), unlocked, password, to)?;
    Ok(unlock::forget_former(clinic.env(), unlocked, former)?)
}

/// The user under whom the roster lists this slot's key, where that is another than the slot's.
fn known_as(desk: &Desk, unlocked: &Unlocked) -> Result<Option<UserId>, CommandError> {
    let Some(keys) = unlocked.enrollment.as_ref().filter(|_| desk.has_roster()) else {
        return Ok(None);
    };
    let (roster, device) = (desk.roster()?, crate::session::open::device_of(unlocked));
    if roster.enrollment(&enrollment(device, unlocked.user)).is_some() {
        return Ok(None);
    }
    let mine = signing_key(&keys.signing).verifying_key();
    let device = wire_device(device);
    let users = roster.device(&device).map(|device| device.users.as_slice());
    let listed = |user: &&wardkeep_roster::UserId| {
        let one = Enrollment { device, user: **user };
        roster.enrollment(&one).is_some_and(|one| one.keys.sign == mine)
    };
    Ok(users
        .unwrap_or_default()
        .iter()
        .find(listed)
        .map(|user| store_user(*user)))
}
