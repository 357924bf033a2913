//! Checkpoints: what each device says it has seen, and the digest of it. What another device names and the server does not show was
//! withheld; equal vectors with different digests mean that two replicas have diverged.

use super::apply;
use super::desk::Desk;
use super::key::{KEPT, filler};
use super::roster::kind_name;
use super::seal::empty_outbox;
use super::wire::ProblemKind;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use wardkeep_record::op::Compartment;
use wardkeep_sync::checkpoint::Checkpoint;
use wardkeep_sync::id::Chain;
use wardkeep_sync::segment::{Place, seal_checkpoint};
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
    if apply::is_own(session, &chain) {
        return Ok(());
    }
    let now_ms = session.now_ms();
    // The server had it when it took this checkpoint in, and all that it shows was fetched before anything is applied.
    desk.miss(&theirs.vector, now_ms)?;
    let mine = session.with_store(|store| comparable(&store.read(), at))?;
    let Some((vector, digests)) = mine.filter(|(vector, _)| *vector == theirs.vector) else {
        return Ok(());
    };
    let agrees = digests == theirs.digests;
    clinic.sync().live().agrees.insert(chain.device.0, agrees);
    if !agrees {
        tracing::error!(?vector, kinds = ?digests.differing(&theirs.digests), "two replicas have diverged");
        desk.alarm(kind_name(ProblemKind::Divergence), &chain.device.to_string(), now_ms)?;
    }
    Ok(())
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
    let (head, clinic) = (desk.head()?, desk.roster()?.clinic());
    let Some(epoch) = desk.roster()?.epoch(wire).map(|known| known.epoch.number) else {
        return Ok(false);
    };
    let device_key = desk.device_key()?;
    let random = &*session.env.random;
    let now_ms = session.now_ms();
    let sealed = session.with_store(|store| {
        let Some(key) = store.read().epoch_key(at, epoch)? else {
            return Err(ErrorCode::NoKey.into());
        };
        store.seal_checkpoint(at, |view, own| {
            let (vector, digests) = comparable(view, at)?.ok_or(ErrorCode::NoKey)?;
            let checkpoint = Checkpoint::new(vector, head, digests, now_ms << 16);
            let place = Place {
                clinic,
                chain: own.chain,
                tip: own.tip,
                roster: head,
                epoch,
            };
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
