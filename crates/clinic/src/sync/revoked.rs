//! A device that the server lets in no more. The server's word locks nothing: the device asks for the signed entries that say so, under a key
//! of the moment, and obeys those. From then on nobody unlocks here; what was not sent stays, sealed.

use super::Desk;
use super::key::wire_user;
use super::{rescue, server_of};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin, Server};
use crate::session::lock::lock;
use crate::session::wire::LockReason;
use wardkeep_record::id::UserId;
use wardkeep_roster::roster::Status;
use wardkeep_roster::{Enrollment, Roster};
use wardkeep_vault::key::SigningSeed;

/// After the server has refused this device: fetches what the roster says of it, and ends the session if it says so.
pub(crate) fn learn(clinic: &Clinic) -> Result<(), CommandError> {
    let asked = clinic.with_clinic_desk(|desk| Ok((desk.roster()?.clinic(), desk.device()?, desk.head()?.number)))?;
    let (of, device, after) = asked;
    let server = as_stranger(clinic)?;
    let mut entries = clinic.ask_at(
        &server,
        |link| async move { link.revocation_after(of, device, after).await },
    )?;
    let (taken, _) = clinic.with_clinic_desk(|desk| desk.settle_key_among(&entries))?;
    entries.drain(..taken);
    if clinic.with_clinic_desk(|desk| is_revoked_by(desk, &entries))? {
        // What was written until now is sealed by the roster that it was written under.
        clinic.sync().live().revoked = true;
        lock(clinic, LockReason::Revoked);
    }
    clinic.with_clinic_desk(|desk| desk.extend_roster(&entries).map(drop))?;
    obey(clinic)?;
    if clinic.with_clinic_desk(|desk| desk.is_revoked())? {
        rescue::offer(clinic, &server)?;
    }
    Ok(())
}

/// What was not sent by a device that is revoked and has an order to wipe besides, which comes first.
pub(super) fn hand_in(clinic: &Clinic) -> Result<(), CommandError> {
    rescue::offer(clinic, &as_stranger(clinic)?)
}

/// The clinic's server under a key of the moment. Whom things are about is in them; the connection is nobody's.
fn as_stranger(clinic: &Clinic) -> Result<Server, CommandError> {
    let link = clinic.with_clinic_desk(|desk| desk.spool.server()?.ok_or_else(|| ErrorCode::NotAttached.into()))?;
    let address: Address = link.address.parse().map_err(|_| ErrorCode::NotAttached)?;
    let stranger = SigningSeed::generate(&*clinic.env().random);
    server_of(&clinic.env().clock, stranger.expose(), address, Pin(link.pin))
}

/// Whether these entries, as far as they are valid behind the roster, revoke this device.
fn is_revoked_by(desk: &Desk, entries: &[Vec<u8>]) -> Result<bool, CommandError> {
    let mut longer: Roster = desk.roster()?.clone();
    for entry in entries {
        // What is not valid is refused where the entries are taken over.
        if longer.append(entry).is_err() {
            break;
        }
    }
    let known = longer.device(&desk.device()?).map(|device| device.status);
    Ok(matches!(known, Some(Status::Revoked { .. })))
}

/// Ends the session where the roster has revoked this device.
pub(super) fn obey(clinic: &Clinic) -> Result<(), CommandError> {
    if clinic.with_clinic_desk(|desk| desk.is_revoked())? {
        clinic.sync().live().revoked = true;
        lock(clinic, LockReason::Revoked);
    }
    Ok(())
}

/// Refuses whoever may not unlock here any more, before a password is looked at.
pub(crate) fn refuse(clinic: &Clinic, user: Option<UserId>) -> Result<(), CommandError> {
    let standing = match clinic.with_desk(|desk| standing(desk, user)) {
        Ok(standing) => standing.unwrap_or(Ok(())),
        Err(error) => {
            // A damaged spool keeps nobody from the records, as ever; a keychain that does not answer is told by the unlock itself.
            tracing::warn!(%error, "what the roster says could not be read");
            Ok(())
        }
    };
    if let Err(code) = standing {
        clinic.sync().live().revoked |= code == ErrorCode::DeviceRevoked;
        clinic.sync().close_desk();
        return Err(code.into());
    }
    Ok(())
}

fn standing(desk: &Desk, user: Option<UserId>) -> Result<Result<(), ErrorCode>, CommandError> {
    if !desk.has_roster() {
        return Ok(Ok(()));
    }
    if desk.is_revoked()? {
        return Ok(Err(ErrorCode::DeviceRevoked));
    }
    let (roster, device) = (desk.roster()?, desk.device()?);
    let enrolled = user.and_then(|user| {
        let user = wire_user(user);
        roster.enrollment(&Enrollment { device, user })
    });
    match enrolled.map(|enrolled| enrolled.status) {
        Some(Status::Revoked { .. }) => Ok(Err(ErrorCode::UserRevoked)),
        _ => Ok(Ok(())),
    }
}
