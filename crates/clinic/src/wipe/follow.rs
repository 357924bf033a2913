//! Following an order on the devices of those who gave it: receipts are fetched, verified, kept and written into the audit trail.

use super::wire::{WipeState, WipeView};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::lease;
use crate::session::Session;
use crate::sync::key::wire_user;
use crate::sync::wire::ProblemKind;
use crate::sync::{Desk, kind_name, name};
use crate::user::Role;
use wardkeep_record::op::Compartment;
use wardkeep_roster::DeviceId;
use wardkeep_roster::roster::WipeOrder;
use wardkeep_sync::Receipt;
use wardkeep_sync::receipt::Stage;
use wardkeep_vault::store::{Action, AuditEntry, store_device};

/// Fetches the receipts that are still awaited. Works locked; the audit trail hears of them at the next unlock.
pub(crate) fn follow(clinic: &Clinic) -> Result<(), CommandError> {
    let awaited = clinic.with_clinic_desk(|desk| {
        let kept = desk.spool.receipts()?;
        let done = |id: DeviceId| kept.iter().any(|one| one.device == id && one.stage == Stage::Done);
        let me = desk.device()?;
        Ok(desk
            .roster()?
            .devices()
            .any(|(id, device)| id != me && device.wipe.is_some_and(|order| order.confirmed_at.is_some()) && !done(id)))
    })?;
    if awaited {
        let reply = clinic.ask(|link| async move { link.receipts().await })?;
        keep(clinic, &reply.receipts)?;
        lease::hear_of_others(clinic);
    }
    note(clinic)
}

/// Keeps what the device itself has signed. Anything else is the server's invention, and is told.
fn keep(clinic: &Clinic, receipts: &[Vec<u8>]) -> Result<(), CommandError> {
    let now_ms = clinic.machine().clock.now_ms();
    clinic.with_clinic_desk(|desk| {
        for bytes in receipts {
            match Receipt::verify(desk.roster()?, bytes) {
                Ok(receipt) => drop(desk.spool.keep_receipt(receipt.device, receipt.stage, bytes, now_ms)?),
                Err(why) => {
                    tracing::warn!(%why, "the server shows a receipt that proves nothing");
                    desk.spool
                        .raise_alarm(kind_name(ProblemKind::FalseReceipt), "server", "", now_ms)?;
                }
            }
        }
        Ok(())
    })
}

/// Writes into the audit trail what it has not heard of.
fn note(clinic: &Clinic) -> Result<(), CommandError> {
    let noted = clinic.with_both(|session, desk| {
        for receipt in desk.spool.receipts()?.into_iter().filter(|receipt| !receipt.noted) {
            let state = match receipt.stage {
                Stage::Heard => "delivered",
                Stage::Done => "confirmed",
            };
            let detail = serde_json::json!({ "device": store_device(receipt.device).to_string(), "state": state });
            session.write(Compartment::Office, |tx| {
                Ok(tx.audit(&AuditEntry::new(Action::Wipe).detail(&detail))?)
            })?;
            desk.spool.receipt_noted(receipt.device, receipt.stage)?;
        }
        Ok(())
    });
    match noted {
        Err(error) if error.code == ErrorCode::Locked => Ok(()),
        other => other,
    }
}

/// An order as the session's user sees it.
pub(crate) fn views(
    session: &Session,
    desk: &Desk,
    (id, order): (DeviceId, &WipeOrder),
    heard_ms: Option<u64>,
    lease_ends_ms: Option<u64>,
) -> Result<WipeView, CommandError> {
    let kept = desk.spool.receipts()?;
    let came = |stage| {
        let found = kept.iter().find(|one| one.device == id && one.stage == stage);
        found.map(|one| one.at_ms)
    };
    let (delivered_ms, confirmed_ms) = (came(Stage::Heard), came(Stage::Done));
    let state = match (order.confirmed_at, delivered_ms, confirmed_ms) {
        (None, ..) => WipeState::WaitsForSecond,
        (Some(_), _, Some(_)) => WipeState::Confirmed,
        (Some(_), Some(_), None) => WipeState::Delivered,
        (Some(_), None, None) => WipeState::Ordered,
    };
    let me = wire_user(session.user);
    Ok(WipeView {
        state,
        ordered_ms: desk.roster()?.entry(order.at).map_or(0, |entry| entry.at_ms),
        ordered_by: name::of_user(session, desk, order.by.user),
        may_confirm: state == WipeState::WaitsForSecond
            && order.by.user != me
            && session.roles().contains(&Role::Admin),
        post_unsent: order.order.post_outbox,
        delivered_ms,
        confirmed_ms,
        heard_ms,
        lease_ends_ms,
    })
}
