//! A device that the server lets in no more. The server's word locks nothing: the device asks for the signed entries that say so, under a key
//! of the moment, and obeys those. From then on nobody unlocks here; what was not sent stays, sealed.

use super::Desk;
use super::key::wire_user;
use super::server_of;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin};
use crate::session::lock::lock;
use crate::session::wire::LockReason;
use wardkeep_record::id::UserId;
use wardkeep_roster::Enrollment;
use wardkeep_roster::roster::Status;
use wardkeep_vault::key::SigningSeed;

/// After the server has refused this device: fetches what the roster says of it, and ends the session if it says so.
pub(crate) fn learn(clinic: &Clinic) -> Result<(), CommandError> {
    let asked = clinic.with_clinic_desk(|desk| {
        let link = desk.spool.server()?.ok_or(ErrorCode::NotAttached)?;
        Ok((link, desk.roster()?.clinic(), desk.device()?, desk.head()?.number))
    })?;
    let (link, of, device, after) = asked;
    let address: Address = link.address.parse().map_err(|_| ErrorCode::NotAttached)?;
    // Whom the entries are about is in them; the connection is nobody's.
    let stranger = SigningSeed::generate(&*clinic.env().random);
    let server = server_of(&clinic.env().clock, stranger.expose(), address, Pin(link.pin))?;
    let entries = clinic.ask_at(
        &server,
        |link| async move { link.revocation_after(of, device, after).await },
    )?;
    clinic.with_clinic_desk(|desk| desk.extend_roster(&entries).map(drop))?;
    obey(clinic)
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
