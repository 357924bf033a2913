//! A join under way, on the device that joins: the request goes out, the answer comes in, and is believed only if the clinic's own chain
//! bears it out.

use super::pending::{self, Joining, Pending, Stage};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::Desk;
use crate::sync::key::{kem_secret, signing_key};
use wardkeep_record::op::Compartment;
use wardkeep_roster::Roster;
use wardkeep_sync::invitation::Invitation;
use wardkeep_sync::join::{Joined, WelcomeError, Welcomed};
use wardkeep_sync::wire::{JoinPost, JoinState};
use wardkeep_vault::store::{Action, AuditEntry, wire_device};

/// How long the server is asked to hold its answer back for news, in seconds. Nobody waits but the background thread.
const WAIT_S: u32 = 20;

/// Goes on with a join, if one is under way. Says whether the device is of a clinic.
pub(crate) fn advance(clinic: &Clinic) -> Result<bool, CommandError> {
    let (attached, pending) = clinic.with_clinic_desk(|desk| Ok((desk.has_roster(), pending::load(desk)?)))?;
    if attached {
        return Ok(true);
    }
    match pending {
        Some(Pending::Joining(joining)) if matches!(joining.stage, Stage::Made | Stage::Posted) => {
            if clinic.locked_because().is_some() {
                // The answer is sealed to a key in this user's slot.
                return Ok(false);
            }
            step(clinic, joining)
        }
        Some(_) => Ok(false),
        None => Err(ErrorCode::NotAttached.into()),
    }
}

/// Whether a request waits for its answer.
pub(crate) fn is_under_way(clinic: &Clinic) -> bool {
    let waits = clinic.with_desk(|desk| {
        let pending = pending::load(desk)?;
        Ok(!desk.has_roster() && matches!(pending, Some(Pending::Joining(_))))
    });
    waits.ok().flatten().unwrap_or(false)
}

fn step(clinic: &Clinic, mut joining: Joining) -> Result<bool, CommandError> {
    let invitation =
        Invitation::from_code(joining.code.as_str()).map_err(|_| CommandError::internal("stored invitation"))?;
    if joining.stage == Stage::Made {
        let post = JoinPost {
            invitation: invitation.id(),
            ticket: *invitation.ticket(),
            request: joining.request()?,
        };
        match clinic.ask(|link| async move { link.post_join(&post).await }) {
            Ok(()) => set_stage(clinic, &mut joining, Stage::Posted)?,
            Err(error) => return ended(clinic, joining, error),
        }
    }
    let id = invitation.id();
    let wait_s = if clinic.runs_in_background() { WAIT_S } else { 0 };
    match clinic.ask(|link| async move { link.join_state(&id, wait_s).await }) {
        Ok(JoinState::Waiting) => Ok(false),
        Ok(JoinState::Declined) => set_stage(clinic, &mut joining, Stage::Refused).map(|()| false),
        Ok(JoinState::Welcome(welcome)) => accept(clinic, &invitation, joining, &welcome),
        Err(error) => ended(clinic, joining, error),
    }
}

/// Refused for good, or to be tried again.
fn ended(clinic: &Clinic, mut joining: Joining, error: CommandError) -> Result<bool, CommandError> {
    let stage = match error.code {
        ErrorCode::Expired | ErrorCode::NotFound => Stage::Expired,
        ErrorCode::ServerRefused if !error.retryable => Stage::Failed,
        _ => return Err(error),
    };
    set_stage(clinic, &mut joining, stage)?;
    Ok(false)
}

fn set_stage(clinic: &Clinic, joining: &mut Joining, stage: Stage) -> Result<(), CommandError> {
    joining.stage = stage;
    let pending = Pending::Joining(joining.clone());
    clinic.with_clinic_desk(|desk| pending::store(desk, Some(&pending)))
}

/// Verifies the clinic's whole chain and the welcome by it, and takes both over.
fn accept(
    clinic: &Clinic,
    invitation: &Invitation,
    mut joining: Joining,
    welcome: &[u8],
) -> Result<bool, CommandError> {
    // The connection began as a stranger's: the roster is for members.
    let server = clinic.server()?;
    clinic.sync().wait(server.disconnect())?;
    let entries = clinic.ask(|link| async move { link.roster_after(0).await })?;
    let request = joining.request()?;
    let taken = clinic.with_both(|session, desk| {
        let Ok(roster) = Roster::verify(entries.iter().map(Vec::as_slice)) else {
            return Ok(Err(None));
        };
        let believed = believe(session, desk, invitation, &request, welcome, &roster)?;
        if let Ok(welcomed) = &believed {
            desk.extend_roster(&entries)?;
            // The server must be able to show what the welcome names: even a new device cannot be given an old state.
            desk.welcome(welcomed, session.now_ms())?;
            write_down(session, &roster)?;
            pending::store(desk, None)?;
        }
        Ok(believed.map(|_| ()).map_err(Some))
    })?;
    match taken {
        Ok(()) => Ok(true),
        // The server shows less of the chain than the welcome cites: it is asked again.
        Err(Some(WelcomeError::UnknownRoster(_))) => Err(ErrorCode::ServerAnswer.into()),
        Err(why) => {
            tracing::error!(?why, "the answer to the request to join is not to be believed");
            set_stage(clinic, &mut joining, Stage::Failed).map(|()| false)
        }
    }
}

/// What the welcome says, if chain and keys bear it out.
fn believe(
    session: &Session,
    desk: &Desk,
    invitation: &Invitation,
    request: &[u8],
    welcome: &[u8],
    roster: &Roster,
) -> Result<Result<Welcomed, WelcomeError>, CommandError> {
    let unlocked = session.unlocked();
    let keys = unlocked.enrollment.as_ref().ok_or(ErrorCode::NotEnrolled)?;
    let joined = Joined {
        invitation,
        request,
        device: wire_device(session.device()),
        device_key: desk.device_key()?.verifying_key(),
        sign_key: signing_key(&keys.signing).verifying_key(),
        kem: &kem_secret(&keys.kem)?,
    };
    // The keys are this slot's, whichever of the clinic's people the admin has said that they are.
    Ok(joined.open(welcome, roster))
}

/// Who let this device in.
fn write_down(session: &Session, roster: &Roster) -> Result<(), CommandError> {
    let detail = serde_json::json!({ "clinic": roster.clinic().to_string(), "roster": roster.head().0 });
    session.write(Compartment::Office, |tx| {
        Ok(tx.audit(&AuditEntry::new(Action::Join).detail(&detail))?)
    })
}
