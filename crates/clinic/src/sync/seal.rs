//! From this device's ops to sealed segments in the spool. Needs the keys, so somebody who holds the compartment is unlocked.

use super::desk::Desk;
use super::key::{KEPT, filler};
use super::wire::ProblemKind;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use wardkeep_record::op::Compartment;
use wardkeep_sync::id::Incarnation;
use wardkeep_sync::secret::EpochKey;
use wardkeep_sync::segment::{Place, seal_ops};
use wardkeep_vault::random;
use wardkeep_vault::spool::Kept;
use wardkeep_vault::store::{Pending, wire_compartment};

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
pub(crate) fn before_lock(session: &Session, desk: &mut Desk) -> Result<(), CommandError> {
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
    if !session.holds(at) || !desk.has_roster() || !desk.compartments()?.contains(&wire) {
        return Ok(Step::Done);
    }
    let (head, clinic) = (desk.head()?, desk.roster()?.clinic());
    let Some(epoch) = desk.roster()?.epoch(wire).map(|known| known.epoch.number) else {
        return Ok(Step::Done);
    };
    let device_key = desk.device_key()?;
    let random = &*session.env.random;
    let sealed = session.with_store(|store| {
        let Some(key): Option<EpochKey> = store.read().epoch_key(at, epoch)? else {
            let waits = store.read().unsent(at)?.unsealed > 0;
            return Ok(if waits { Step::NoKey } else { Step::Done });
        };
        if store.read().own_chain(at)?.is_none() {
            store.begin_incarnation(at, Incarnation(random::array(random)))?;
        }
        let run = store.seal_pending(at, |pending: &Pending<'_>| {
            let place = Place {
                clinic,
                chain: pending.chain,
                tip: pending.tip,
                roster: head,
                epoch,
            };
            seal_ops(
                &place,
                &key,
                pending.first_op,
                pending.ops,
                &device_key,
                &mut filler(random),
            )
            .map_err(|_| CommandError::internal("sealing a segment"))
        })?;
        Ok::<_, CommandError>(if run.is_some() { Step::Sealed } else { Step::Done })
    })?;
    empty_outbox(session, desk, at)?;
    Ok(sealed)
}

/// Moves what is sealed from the compartment's file into the spool. Cut short anywhere, it is done again.
pub(super) fn empty_outbox(session: &Session, desk: &mut Desk, at: Compartment) -> Result<(), CommandError> {
    loop {
        let waiting = session.with_store(|store| store.read().outbox(at, OUTBOX_STEP))?;
        let Some(last) = waiting.last() else {
            return Ok(());
        };
        let bytes: Vec<&[u8]> = waiting.iter().map(|segment| segment.bytes.as_slice()).collect();
        for kept in desk.spool.keep_segments(&bytes)? {
            if !matches!(kept, Kept::New | Kept::Known) {
                // Another segment of this device stands there: the machine was cloned, or one of its files was restored.
                return renew(session, desk, at);
            }
        }
        let (incarnation, seq) = (last.chain.incarnation, last.tip.seq);
        session.with_store(|store| store.outbox_done(at, incarnation, seq))?;
    }
}

/// This device is not sure any more that it knows all that it has written: it goes on in a chain of a new life.
pub(super) fn renew(session: &Session, desk: &mut Desk, at: Compartment) -> Result<(), CommandError> {
    let now_ms = session.now_ms();
    let device = wardkeep_vault::store::wire_device(session.device());
    desk.alarm(
        super::roster::kind_name(ProblemKind::Clone),
        &device.to_string(),
        now_ms,
    )?;
    let incarnation = Incarnation(random::array(&*session.env.random));
    session.with_store(|store| store.begin_incarnation(at, incarnation))?;
    Ok(())
}
