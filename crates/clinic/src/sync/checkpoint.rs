//! Checkpoints: what each device says it has seen, and the digest of it. What another device names and the server does not show was
//! withheld; equal vectors with different digests mean that two replicas have diverged.

use super::desk::Desk;
use super::key::{KEPT, filler};
use super::seal::empty_outbox;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use wardkeep_record::op::Compartment;
use wardkeep_sync::checkpoint::Checkpoint;
use wardkeep_sync::id::Chain;
use wardkeep_sync::peer::{Action, Alarm, Replica};
use wardkeep_sync::segment::seal_checkpoint;
use wardkeep_vault::spool::Cursor;
use wardkeep_vault::store::{View, wire_compartment};

/// Own segments after which a checkpoint is due.
const EVERY_SEGMENTS: u64 = 256;
/// Time after which one is due, if anything was written since, in milliseconds.
const EVERY_MS: u64 = 24 * 60 * 60 * 1000;

/// Looks at a checkpoint of another device, before it moves that device's chain.
pub(super) fn compare(
    clinic: &Clinic,
    session: &Session,
    desk: &mut Desk,
    at: Compartment,
    chain: Chain,
    theirs: &Checkpoint,
) -> Result<(), CommandError> {
    if chain.device == desk.device()? {
        return Ok(());
    }
    let mine = session.with_store(|store| comparable(&store.read(), at))?;
    let here = mine.as_ref().map(|(applied, digests)| Replica { applied, digests });
    let (peer, spool) = desk.peer()?;
    let actions = peer.on_checkpoint(spool, chain.device, wire_compartment(at), theirs, here.as_ref());
    if mine.is_some_and(|(applied, _)| applied == theirs.vector) {
        let differs = |action: &Action| matches!(action, Action::Alarm(Alarm::Diverged { .. }));
        let agrees = !actions.iter().any(differs);
        clinic.sync().live().agrees.insert(chain.device.0, agrees);
    }
    // What it names and the server does not show, the next vector tells.
    desk.tell(actions, session.now_ms())?;
    desk.save()
}

/// Vector and digest of a compartment, where they say the same: nothing unsealed, nothing deferred.
fn comparable(
    view: &View<'_>,
    at: Compartment,
) -> Result<Option<(wardkeep_sync::frontier::Frontier, wardkeep_sync::checkpoint::Digests)>, CommandError> {
    if view.unsent(at)?.unsealed > 0 || view.deferred_count(at)? > 0 {
        return Ok(None);
    }
    let vector = view.frontier(at)?;
    Ok(view.digest(at)?.map(|digests| (vector, digests)))
}

/// Publishes what is due. Says whether anything was.
pub(super) fn publish_due(clinic: &Clinic) -> Result<bool, CommandError> {
    let published = clinic.with_both(|session, desk| {
        let now_ms = session.now_ms();
        let last_ms = desk.spool.cursor(Cursor::CheckpointMs)?;
        let mut published = false;
        for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
            let cursor = cursor_of(at);
            let Some(own) = session.with_store(|store| store.read().own_chain(at))? else {
                continue;
            };
            let (seq, last) = (own.tip.map_or(0, |tip| tip.seq), desk.spool.cursor(cursor)?);
            let due = seq >= last + EVERY_SEGMENTS || (seq > last && now_ms.saturating_sub(last_ms) >= EVERY_MS);
            if due && publish(session, desk, at)? {
                desk.spool.set_cursor(cursor, seq + 1)?;
                published = true;
            }
        }
        if published {
            desk.spool.set_cursor(Cursor::CheckpointMs, now_ms)?;
        }
        Ok(published)
    });
    match published {
        Err(error) if error.code == ErrorCode::Locked => Ok(false),
        other => other,
    }
}

fn cursor_of(at: Compartment) -> Cursor {
    match at {
        Compartment::Office => Cursor::OfficeCheckpoint,
        Compartment::Clinical => Cursor::ClinicalCheckpoint,
    }
}

/// Seals a checkpoint of the compartment as it is. Says no where vector and tables do not say the same just now.
fn publish(session: &Session, desk: &mut Desk, at: Compartment) -> Result<bool, CommandError> {
    let wire = wire_compartment(at);
    if !desk.compartments()?.contains(&wire) {
        return Ok(false);
    }
    let Ok(place) = desk.standing()?.place(wire) else {
        return Ok(false);
    };
    let device_key = desk.device_key()?;
    let random = &*session.env.random;
    let now_ms = session.now_ms();
    let sealed = session.with_store(|store| {
        let Some(key) = store.read().epoch_key(at, place.epoch)? else {
            return Err(ErrorCode::NoKey.into());
        };
        store.seal_checkpoint(at, |view, own| {
            if (own.chain, own.tip) != (place.chain, place.tip) {
                return Err(ErrorCode::NoKey.into());
            }
            let (vector, digests) = comparable(view, at)?.ok_or(ErrorCode::NoKey)?;
            let checkpoint = Checkpoint::new(vector, place.roster, digests, now_ms << 16);
            seal_checkpoint(&place, &key, &checkpoint, &device_key, &mut filler(random))
                .map_err(|_| CommandError::internal("sealing a checkpoint"))
        })
    });
    match sealed {
        Err(error) if error.code == ErrorCode::NoKey => Ok(false),
        Err(error) => Err(error),
        Ok(_) => empty_outbox(session, desk, at).map(|()| true),
    }
}
