//! Obeying: the session ends, what was not sent is posted where the order allows it, then everything is destroyed.

use super::watch;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::wire::LockReason;
use crate::sync::{Desk, Outcome, post_outbox};
use crate::{session, wipe};
use wardkeep_roster::Roster;
use wardkeep_roster::roster::WipeOrder;
use wardkeep_sync::receipt::{Answered, Receipt, Stage};
use wardkeep_vault::wipe::{self as vault, Mark, Phase, Step};

/// How often it is tried to post what was not sent. A server that does not take it cannot keep the device from being wiped.
const TRIES: u32 = 5;

/// The confirmed order to this device, if its roster has one.
pub(crate) fn ordered(desk: &Desk) -> Result<Option<(Answered, WipeOrder)>, CommandError> {
    Ok(Answered::of(desk.roster()?, desk.device()?))
}

/// Whether these entries, as far as they are valid behind the roster, order this device to be wiped. Asked before they are taken over, so
/// that what is being written now is sealed by the roster that it was written under.
pub(crate) fn is_ordered_by(desk: &Desk, entries: &[Vec<u8>]) -> Result<bool, CommandError> {
    if entries.is_empty() || !desk.has_roster() {
        return Ok(false);
    }
    let mut longer: Roster = desk.roster()?.clone();
    for entry in entries {
        // What is not valid is refused where the entries are taken over, and told there.
        if longer.append(entry).is_err() {
            break;
        }
    }
    Ok(Answered::of(&longer, desk.device()?).is_some())
}

/// Goes on with a wipe whose order this device has in its roster.
pub(crate) fn obey(clinic: &Clinic) -> Result<Outcome, CommandError> {
    session::lock::lock(clinic, LockReason::Wiped);
    let (home, now_ms) = (clinic.home(), clinic.machine().clock.now_ms());
    let (answered, order) = clinic
        .with_clinic_desk(|desk| ordered(desk))?
        .ok_or_else(|| CommandError::internal("a wipe without an order"))?;
    let vault_id = wardkeep_vault::store::store_device(answered.device).0;
    let mark = vault::begin(home, vault_id, now_ms).map_err(of_wipe)?;
    watch::after(Step::Marked);
    let mark = match mark.phase {
        Phase::Posting => posted(clinic, &answered, order.order.post_outbox, mark)?,
        Phase::Destroying | Phase::Destroyed => mark,
    };
    watch::after(Step::Posted);
    let key = clinic.with_clinic_desk(|desk| wipe::receipt_key(&desk.spool, answered))?;
    // The connection holds the device's key too.
    clinic.sync().close_desk();
    clinic.sync().forget_server();
    let home_lock = clinic.home_lock()?;
    let destroyed = vault::destroy(clinic.env(), &mark, key.as_ref(), &mut watch::after);
    drop(home_lock);
    destroyed.map_err(of_wipe)?;
    wipe::go_on(clinic)
}

/// Says that the order was heard, and sends what was not sent; then the destroying begins, and is not put off again.
fn posted(clinic: &Clinic, answered: &Answered, post: bool, mark: Mark) -> Result<Mark, CommandError> {
    let home = clinic.home();
    if let Err(error) = say_heard(clinic, answered) {
        tracing::warn!(%error, "that the order was heard could not be said");
    }
    let mut mark = mark;
    if post && mark.tries < TRIES {
        mark.tries += 1;
        mark.write(home)?;
        match post_outbox(clinic) {
            Ok(true) => {}
            Ok(false) | Err(_) if mark.tries < TRIES => return Err(ErrorCode::ServerUnreachable.into()),
            Ok(false) | Err(_) => tracing::warn!("what was not sent is lost: the server did not take it"),
        }
    }
    mark.phase = Phase::Destroying;
    mark.write(home)?;
    Ok(mark)
}

fn say_heard(clinic: &Clinic, answered: &Answered) -> Result<(), CommandError> {
    let at_ms = clinic.machine().clock.now_ms();
    let receipt =
        clinic.with_clinic_desk(|desk| Ok(Receipt::sign(answered, Stage::Heard, at_ms, &desk.device_key()?)))?;
    clinic.ask(|link| async move { link.post_receipt(receipt).await })
}

/// A wipe that has to be gone on with: the next round does.
pub(super) fn of_wipe(error: vault::WipeError) -> CommandError {
    match error {
        vault::WipeError::Keychain(error) => wardkeep_vault::unlock::UnlockError::from(error).into(),
        vault::WipeError::Home(error) => error.into(),
    }
}
