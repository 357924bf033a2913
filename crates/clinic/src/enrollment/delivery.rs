//! Keys for those whom the roster entitles: sent by every laptop that has them, once to each.

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::Desk;
use crate::sync::key::{KEPT, enrollment, filler, signing_key};
use serde::{Deserialize, Serialize};
use wardkeep_record::op::Compartment;
use wardkeep_roster::Enrollment;
use wardkeep_roster::roster::Status;
use wardkeep_sync::parcel::{Label, Parcel};
use wardkeep_vault::store::{Action, AuditEntry, wire_compartment};

/// Where it stands to whom keys were sent.
const DELIVERED: &str = "keys_delivered";

/// To whom the key of a compartment was sent: of which epoch, and by which state of the roster.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Default)]
struct Delivered {
    epoch: u32,
    at: u32,
}

/// Sends the newest key of each open compartment to whom the roster entitles and who was not sent it by this laptop.
pub(crate) fn deliver(clinic: &Clinic) -> Result<(), CommandError> {
    let made = clinic.with_both(|session, desk| {
        let mut book: [Delivered; 2] = session
            .read(|view| Ok(view.setting(DELIVERED)?))?
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let (mut parcels, before) = (Vec::new(), book);
        for (at, known) in KEPT.into_iter().zip(&mut book) {
            parcels.extend(parcels_of(session, desk, at, known)?);
        }
        Ok((parcels, (book != before).then_some(book)))
    });
    let (parcels, book) = match made {
        Err(error) if error.code == ErrorCode::Locked => return Ok(()),
        other => other?,
    };
    let sent = parcels.len();
    if sent > 0 {
        clinic.ask(|link| async move { link.post_parcels(parcels).await })?;
    }
    let Some(book) = book else {
        return Ok(());
    };
    let text = serde_json::to_string(&book).map_err(|_| CommandError::internal("deliveries as JSON"))?;
    let kept = clinic.with_session(|session| {
        session.write(Compartment::Office, |tx| {
            tx.put_setting(DELIVERED, &text)?;
            let detail = serde_json::json!({ "keys_sent": sent });
            Ok(tx.audit(&AuditEntry::new(Action::Approve).detail(&detail))?)
        })
    });
    match kept {
        // Sent twice does no harm.
        Err(error) if error.code == ErrorCode::Locked => Ok(()),
        other => other,
    }
}

/// The parcels that are due of one compartment.
fn parcels_of(
    session: &Session,
    desk: &Desk,
    at: Compartment,
    known: &mut Delivered,
) -> Result<Vec<Vec<u8>>, CommandError> {
    let roster = desk.roster()?;
    let compartment = wire_compartment(at);
    let sender = enrollment(session.device(), session.user);
    let entitled = roster.active_enrollments(compartment).any(|one| one == sender);
    let Some(epoch) = roster.epoch(compartment).map(|epoch| epoch.epoch.number) else {
        return Ok(Vec::new());
    };
    let now = Delivered {
        epoch,
        at: roster.head().0,
    };
    if !entitled || !session.holds(at) || *known == now {
        return Ok(Vec::new());
    }
    let Some(key) = session.read(|view| Ok(view.epoch_key(at, epoch)?))? else {
        return Ok(Vec::new());
    };
    let unlocked = session.unlocked();
    let keys = unlocked.enrollment.as_ref().ok_or(ErrorCode::NotEnrolled)?;
    let sign = signing_key(&keys.signing);
    let had = |one: &Enrollment| known.epoch == epoch && roster.entitled_at(one, compartment, known.at);
    let there = |one: &Enrollment| {
        // The paper's mailbox waits for the day on which it is needed.
        *one == Enrollment::RECOVERY
            || one.device != sender.device
                && roster
                    .device(&one.device)
                    .is_some_and(|device| device.status == Status::Active)
    };
    let mut parcels = Vec::new();
    for recipient in roster
        .active_enrollments(compartment)
        .filter(|one| there(one) && !had(one))
    {
        let label = Label {
            clinic: roster.clinic(),
            compartment,
            epoch,
            sender,
            recipient,
        };
        let random = &mut filler(&*session.env.random);
        let parcel = Parcel::seal(roster, &label, &key, &sign, random);
        parcels.push(parcel.map_err(|_| CommandError::internal("sealing a parcel"))?);
    }
    *known = now;
    Ok(parcels)
}
