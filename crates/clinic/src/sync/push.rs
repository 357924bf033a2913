//! Giving the server what it does not have: this device's own segments, and anybody's that a server has lost.

use super::exchange::Exchanged;
use super::key::KEPT;
use super::revoked;
use super::wire::ProblemKind;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use wardkeep_sync::frontier::{Frontier, Gap};
use wardkeep_sync::id::{Chain, Tip};
use wardkeep_sync::peer::Action;
use wardkeep_sync::segment::Segment;
use wardkeep_sync::wire::{PushResult, RefusalCode};

/// Bytes of segments in one push: small enough to be acknowledged often, large enough to cost few round trips.
const PUSH_BYTES: usize = 4 << 20;
/// Segments in one push.
const PUSH_SEGMENTS: usize = 1_000;

/// Asks the server what it has, and takes the answer for acknowledged as far as it agrees with what is here.
pub(super) fn ask_vector(clinic: &Clinic) -> Result<Vec<Action>, CommandError> {
    let reply = clinic.ask(|link| async move { link.vector().await })?;
    let actions = clinic.with_clinic_desk(|desk| {
        desk.spool.set_acknowledged(&reply.tips)?;
        let (peer, spool) = desk.peer()?;
        Ok(peer.on_vector(spool, &reply))
    })?;
    note_in_store(clinic, &reply.tips)?;
    Ok(actions)
}

/// Notes in the compartments that are open what of this device's ops the server holds.
fn note_in_store(clinic: &Clinic, tips: &Frontier) -> Result<(), CommandError> {
    let noted = clinic.with_both(|session, desk| {
        for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
            let Some(own) = session.with_store(|store| store.read().own_chain(at))? else {
                continue;
            };
            let tip = tips.tip(&own.chain);
            let ours = match tip {
                // Another branch of this chain is no acknowledgement.
                Some(tip) => desk.spool.hash_at(&own.chain, tip.seq)? == Some(tip.hash),
                None => true,
            };
            if ours {
                let seq = tip.map_or(0, |tip| tip.seq);
                session.with_store(|store| store.note_acknowledged(at, own.chain.incarnation, seq))?;
            }
        }
        Ok(())
    });
    match noted {
        // A locked device notes it after its next unlock.
        Err(error) if error.code == ErrorCode::Locked => Ok(()),
        other => other,
    }
}

/// Pushes one chain from the first missing segment on. One that is refused ends this chain, and no other: it stays where it is,
/// because it may be the only copy.
pub(super) fn push_chain(clinic: &Clinic, gap: Gap, done: &mut Exchanged) -> Result<Vec<Action>, CommandError> {
    let mut from = gap.from;
    let mut actions = Vec::new();
    while from <= gap.to {
        let mut segments = clinic.with_clinic_desk(|desk| Ok(desk.spool.segments(&gap.chain, from, PUSH_BYTES)?))?;
        segments.truncate(PUSH_SEGMENTS);
        let places: Vec<_> = segments.iter().filter_map(|bytes| place_of(bytes)).collect();
        if segments.is_empty() {
            break;
        }
        let count = segments.len() as u64;
        let reply = clinic.ask(|link| async move { link.push(&segments).await })?;
        done.sent += reply
            .results
            .iter()
            .filter(|result| **result == PushResult::Stored)
            .count() as u64;
        actions.extend(clinic.with_clinic_desk(|desk| Ok(desk.peer()?.0.on_push_reply(&places, &reply)))?);
        if let Some(code) = reply.results.iter().find_map(refusal) {
            refused(clinic, &gap, code)?;
            return Ok(actions);
        }
        from += count;
    }
    // Only the vector says what is durable.
    actions.push(Action::AskVector);
    Ok(actions)
}

/// Sends what this device has sealed and the server does not hold, without a look at what the device may still read. Says whether the
/// server holds all of it.
pub(crate) fn post_outbox(clinic: &Clinic) -> Result<bool, CommandError> {
    if clinic.with_clinic_desk(|desk| desk.is_revoked())? {
        // Nothing of it counts before an admin says so.
        return revoked::hand_in(clinic).map(|()| true);
    }
    for _ in 0..2 {
        let reply = clinic.ask(|link| async move { link.vector().await })?;
        let gaps = clinic.with_clinic_desk(|desk| {
            let me = desk.device()?;
            let own = |(chain, tip): (&Chain, &Tip)| (chain.device == me).then_some((*chain, *tip));
            let mine: Frontier = desk.spool.frontier()?.iter().filter_map(own).collect();
            Ok(mine.beyond(&reply.tips))
        })?;
        if gaps.is_empty() {
            return Ok(true);
        }
        for gap in gaps {
            // What is left to do of the answers is of no concern to a device that ends.
            drop(push_chain(clinic, gap, &mut Exchanged::default())?);
        }
    }
    Ok(false)
}

/// A segment's chain and place.
fn place_of(bytes: &[u8]) -> Option<(Chain, Tip)> {
    let segment = Segment::parse(bytes).ok()?;
    let tip = Tip {
        seq: segment.header().seq,
        hash: segment.hash(),
    };
    Some((segment.header().chain, tip))
}

fn refusal(result: &PushResult) -> Option<RefusalCode> {
    match result {
        PushResult::Refused(code) => Some(*code),
        PushResult::Stored | PushResult::Duplicate => None,
    }
}

fn refused(clinic: &Clinic, gap: &Gap, code: RefusalCode) -> Result<(), CommandError> {
    tracing::warn!(?code, device = ?gap.chain.device, "the server refused a segment");
    if matches!(code, RefusalCode::Full | RefusalCode::Storage) {
        let now_ms = clinic.machine().clock.now_ms();
        clinic.sync().live().problem(ProblemKind::ServerFull, None, 1, now_ms);
    }
    if code == RefusalCode::Revoked {
        let own = clinic.with_clinic_desk(|desk| Ok(desk.device()? == gap.chain.device))?;
        clinic.sync().live().revoked |= own;
    }
    Ok(())
}

/// Whether the server holds everything of these compartments that is in the spool.
pub(super) fn is_in_step(clinic: &Clinic) -> Result<bool, CommandError> {
    clinic.with_clinic_desk(|desk| {
        let parts = desk.compartments()?.to_vec();
        let missing = desk
            .spool
            .frontier()?
            .shown_to(&desk.device()?, &parts)
            .beyond(&desk.spool.acknowledged()?);
        Ok(missing.is_empty())
    })
}
