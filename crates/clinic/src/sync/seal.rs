//! From this device's ops to sealed segments in the spool. Needs the keys, so somebody who holds the compartment is unlocked.

use super::alarm::kind_name;
use super::desk::Desk;
use super::key::{KEPT, filler};
use super::wire::ProblemKind;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use wardkeep_record::op::Compartment;
use wardkeep_sync::id::Incarnation;
use wardkeep_sync::segment::{Segment, Unverified, seal_ops};
use wardkeep_vault::random;
use wardkeep_vault::spool::Kept;
use wardkeep_vault::store::{Pending, StoreError, wire_compartment};

/// Segments that go from a compartment's outbox to the spool in one step.
const OUTBOX_STEP: u32 = 32;

/// Seals everything that waits, compartment by compartment; the session may be locked between two segments. Says how many segments.
pub(super) fn all(clinic: &Clinic) -> Result<u64, CommandError> {
    let mut sealed = 0;
    for at in KEPT {
        loop {
            let step = clinic.with_both(|session, desk| one(session, desk, at));
            match step {
                Ok(Step::Sealed) => sealed += 1,
                Ok(Step::Done) => break,
                Ok(Step::NoKey) => {
                    let now_ms = clinic.machine().clock.now_ms();
                    clinic.sync().live().problem(ProblemKind::NoKey, None, 1, now_ms);
                    break;
                }
                Err(error) if error.code == ErrorCode::Locked => return Ok(sealed),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(sealed)
}

/// Everything that waits, by a session that ends: tried once, because nothing may keep a session open.
pub(super) fn before_lock(session: &Session, desk: &mut Desk) -> Result<(), CommandError> {
    for at in KEPT {
        while matches!(one(session, desk, at)?, Step::Sealed) {}
    }
    Ok(())
}

enum Step {
    Sealed,
    Done,
    NoKey,
}

/// Seals one segment and brings it into the spool.
fn one(session: &Session, desk: &mut Desk, at: Compartment) -> Result<Step, CommandError> {
    let wire = wire_compartment(at);
    if !session.holds(at) || !desk.has_roster() || desk.is_revoked()? || !desk.compartments()?.contains(&wire) {
        return Ok(Step::Done);
    }
    live_on(session, desk, at)?;
    empty_outbox(session, desk, at)?;
    let place = match desk.standing()?.place(wire) {
        Ok(place) => place,
        Err(why) => {
            tracing::debug!(%why, "nothing is sealed now");
            return Ok(Step::Done);
        }
    };
    let device_key = desk.device_key()?;
    let random = &*session.env.random;
    let sealed = session.with_store(|store| {
        let Some(key) = store.read().epoch_key(at, place.epoch)? else {
            let waits = store.read().unsent(at)?.unsealed > 0;
            return Ok(if waits { Step::NoKey } else { Step::Done });
        };
        let run = store.seal_pending(at, |pending: &Pending<'_>| {
            if (pending.chain, pending.tip) != (place.chain, place.tip) {
                return Err(ErrorCode::Conflict.into());
            }
            let random = &mut filler(random);
            seal_ops(&place, &key, pending.first_op, pending.ops, &device_key, random)
                .map_err(|_| CommandError::internal("sealing a segment"))
        })?;
        Ok::<_, CommandError>(if run.is_some() { Step::Sealed } else { Step::Done })
    });
    match sealed {
        // File and spool remember another past: one of the two was put back from an image.
        Err(error) if error.code == ErrorCode::Conflict => renew(session, desk).map(|()| Step::Done),
        Err(error) => Err(error),
        Ok(step) => empty_outbox(session, desk, at).map(|()| step),
    }
}

/// Brings the compartment's file into the present life of the device: the first one bears its id, a later one begins where the server
/// or another device has proven that the former was lived twice.
pub(super) fn live_on(session: &Session, desk: &Desk, at: Compartment) -> Result<(), CommandError> {
    let present = desk.standing()?.incarnation();
    session.with_store(|store| {
        let own = store.read().own_chain(at)?;
        if own.is_some_and(|own| own.chain.incarnation == present) {
            return Ok(());
        }
        // A file without any life begins with the first, whatever is asked for.
        if store.begin_incarnation(at, present)? != present {
            store.begin_incarnation(at, present)?;
        }
        Ok::<_, StoreError>(())
    })
}

/// Moves what is sealed from the compartment's file into the spool. Cut short anywhere, it is done again.
pub(super) fn empty_outbox(session: &Session, desk: &mut Desk, at: Compartment) -> Result<(), CommandError> {
    loop {
        let waiting = session.with_store(|store| store.read().outbox(at, OUTBOX_STEP))?;
        let Some(last) = waiting.last() else {
            return Ok(());
        };
        if waiting.iter().any(|segment| is_of_former_key(desk, &segment.bytes)) {
            // Sealed before the device's key was renewed by somebody else of this laptop, and not in the spool then: it is written anew.
            return live_anew(session, desk);
        }
        let bytes: Vec<&[u8]> = waiting.iter().map(|segment| segment.bytes.as_slice()).collect();
        for (kept, segment) in desk.spool.keep_segments(&bytes)?.into_iter().zip(&waiting) {
            match kept {
                Kept::New => {
                    // What follows from it, the exchange with the server finds by itself.
                    desk.peer()?.0.stored(segment.chain, segment.tip, session.now_ms());
                }
                Kept::Known => {}
                // Another segment of this device stands there.
                Kept::Other(_) | Kept::Gap | Kept::Malformed(_) => return renew(session, desk),
            }
        }
        let (incarnation, seq) = (last.chain.incarnation, last.tip.seq);
        session.with_store(|store| store.outbox_done(at, incarnation, seq))?;
    }
}

/// This device is not sure any more that it knows all that it has written: it goes on in chains of a new life.
pub(super) fn renew(session: &Session, desk: &mut Desk) -> Result<(), CommandError> {
    let me = desk.device()?.to_string();
    let kind = kind_name(ProblemKind::Clone);
    desk.spool.raise_alarm(kind, &me, "", session.now_ms())?;
    live_anew(session, desk)
}

/// Whether a sealed segment of this device can never be sent, because the key that signed it has been replaced since.
fn is_of_former_key(desk: &Desk, bytes: &[u8]) -> bool {
    let segment = Segment::parse(bytes).ok();
    let roster = desk.roster().ok();
    let said = segment
        .zip(roster)
        .map(|(segment, roster)| segment.verify(roster).err());
    said.flatten() == Some(Unverified::FormerKey)
}

/// New chains, from 1: what no chain of the server holds is sealed anew in them.
fn live_anew(session: &Session, desk: &mut Desk) -> Result<(), CommandError> {
    let fresh = Incarnation(random::array(&*session.env.random));
    desk.peer()?.0.begin(fresh);
    desk.save()
}
