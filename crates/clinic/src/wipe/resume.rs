//! Going on with a wipe that was cut short, and sending the receipt of one that is done, with nothing but the mark and the keychain.

use super::{obey, watch};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin};
use crate::sync::{self, Desk, Outcome};
use std::sync::Arc;
use wardkeep_roster::Roster;
use wardkeep_sync::receipt::{Answered, Receipt, Stage};
use wardkeep_vault::spool::Spool;
use wardkeep_vault::wipe::{self as vault, Mark, Phase, ReceiptKey, Step};

/// Does what is left to do of a wipe. Fails where it has to be tried again; without a mark there is nothing to do.
pub(crate) fn go_on(clinic: &Clinic) -> Result<Outcome, CommandError> {
    let over = Outcome {
        wiped: true,
        ..Outcome::default()
    };
    let home_lock = clinic.home_lock()?;
    let Some(mark) = Mark::read(clinic.home())? else {
        return Ok(over);
    };
    if mark.phase == Phase::Posting && can_read_the_order(clinic)? {
        // Slots and spool are there: it goes on where an order is first heard.
        drop(home_lock);
        return obey(clinic);
    }
    let mark = if mark.phase == Phase::Destroyed {
        mark
    } else {
        let key = key_of_the_spool(clinic, &mark)?;
        let destroyed = vault::destroy(clinic.env(), &mark, key.as_ref(), &mut watch::after);
        destroyed.map_err(obey::of_wipe)?
    };
    send(clinic, &mark)?;
    watch::after(Step::ReceiptSent);
    vault::finish(clinic.env(), &mark).map_err(obey::of_wipe)?;
    watch::after(Step::Finished);
    drop(home_lock);
    clinic.sync().forget_server();
    Ok(over)
}

/// Whether the desk opens and has the order: then what was not sent can still be posted.
fn can_read_the_order(clinic: &Clinic) -> Result<bool, CommandError> {
    let read = clinic.with_desk(|desk: &mut Desk| Ok(desk.has_roster() && obey::ordered(desk)?.is_some()));
    match read {
        Ok(found) => Ok(found.unwrap_or(false)),
        // A mark is never without an order. What cannot be read is destroyed, not kept.
        Err(error) if error.retryable => Err(error),
        Err(_) => Ok(false),
    }
}

/// What the receipt needs, out of a spool that is still there though the slots may not be.
fn key_of_the_spool(clinic: &Clinic, mark: &Mark) -> Result<Option<ReceiptKey>, CommandError> {
    clinic.sync().close_desk();
    let spool = match Spool::open_without_slots(clinic.env(), mark.vault) {
        Ok(Some(spool)) => spool,
        Ok(None) => return Ok(None),
        Err(error) => {
            let error = CommandError::from(error);
            // A keychain that is locked opens some day; a damaged spool never does.
            return if error.retryable { Err(error) } else { Ok(None) };
        }
    };
    let entries = spool.roster()?;
    let Ok(roster) = Roster::verify(entries.iter().map(Vec::as_slice)) else {
        return Ok(None);
    };
    let device = wardkeep_vault::store::wire_device(wardkeep_record::id::DeviceId(mark.vault));
    match Answered::of(&roster, device) {
        Some((answered, _)) => super::receipt_key(&spool, answered),
        None => Ok(None),
    }
}

/// Sends the receipt. Where its key is gone it was sent, or none can ever be.
fn send(clinic: &Clinic, mark: &Mark) -> Result<(), CommandError> {
    let key = ReceiptKey::load(clinic.env(), mark.vault);
    let Some(key) = key.map_err(|error| obey::of_wipe(error.into()))? else {
        return Ok(());
    };
    let signing = sync::key::signing_key(&key.seed);
    let receipt = Receipt::sign(&key.answered, Stage::Done, mark.since_ms, &signing);
    let address: Address = key.address.parse().map_err(|_| ErrorCode::NotAttached)?;
    let clock = Arc::clone(&clinic.machine().clock);
    let server = sync::server_of(&clock, key.seed.expose(), address, Pin(key.pin))?;
    match clinic.ask_at(&server, |link| async move { link.post_receipt(receipt).await }) {
        // The server has cut this device off, or knows no such order any more: it will never take the receipt.
        Err(error) if error.code == ErrorCode::DeviceRevoked => Ok(()),
        other => other,
    }
}
