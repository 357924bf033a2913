//! Giving the server what it does not have: this device's own segments, and anybody's that a server has lost.

use super::desk::Desk;
use super::key::KEPT;
use super::roster::kind_name;
use super::wire::ProblemKind;
use super::{roster, seal};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use wardkeep_record::op::Compartment;
use wardkeep_sync::frontier::{Frontier, Gap};
use wardkeep_sync::wire::{PushResult, RefusalCode, VectorReply};

/// Bytes of segments in one push: small enough to be acknowledged often, large enough to cost few round trips.
const PUSH_BYTES: usize = 4 << 20;
/// Segments in one push.
const PUSH_SEGMENTS: usize = 1_000;

/// Asks the server what it has, brings the rosters together, and takes the answer for acknowledged.
pub(super) fn look(clinic: &Clinic) -> Result<VectorReply, CommandError> {
    let reply = clinic.ask(|link| async move { link.vector().await })?;
    roster::agree(clinic, reply.roster)?;
    note(clinic, &reply.tips)?;
    Ok(reply)
}

/// Writes down what the server holds. Less than before is a loss, which is told and healed by what follows; more of this device's own
/// chain than it knows itself means that it exists twice.
fn note(clinic: &Clinic, tips: &Frontier) -> Result<(), CommandError> {
    let now_ms = clinic.machine().clock.now_ms();
    let cloned = clinic.with_clinic_desk(|desk| {
        let (device, parts) = (desk.device()?, desk.compartments()?);
        let lost = desk.spool.acknowledged()?.within(&parts).beyond(tips);
        if !lost.is_empty() {
            desk.alarm(kind_name(ProblemKind::ServerLostData), "server", now_ms)?;
        }
        desk.spool.set_acknowledged(tips)?;
        is_ahead_of_itself(desk, tips, device)
    })?;
    note_in_store(clinic, tips, cloned)
}

/// Whether the server shows more of this device's chains, or other segments in them, than this device has.
fn is_ahead_of_itself(desk: &Desk, tips: &Frontier, device: wardkeep_roster::DeviceId) -> Result<bool, CommandError> {
    let mine = desk.spool.frontier()?;
    for (chain, tip) in tips.iter().filter(|(chain, _)| chain.device == device) {
        let known = desk.spool.hash_at(chain, tip.seq)?;
        if mine.seq(chain) < tip.seq || known.is_some_and(|hash| hash != tip.hash) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Notes in the compartments that are open what of this device's ops is acknowledged.
fn note_in_store(clinic: &Clinic, tips: &Frontier, cloned: bool) -> Result<(), CommandError> {
    let noted = clinic.with_both(|session, desk| {
        for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
            note_compartment(session, desk, at, tips, cloned)?;
        }
        Ok(())
    });
    match noted {
        // A locked device notes it after its next unlock.
        Err(error) if error.code == ErrorCode::Locked => Ok(()),
        other => other,
    }
}

fn note_compartment(
    session: &Session,
    desk: &mut Desk,
    at: Compartment,
    tips: &Frontier,
    cloned: bool,
) -> Result<(), CommandError> {
    let Some(own) = session.with_store(|store| store.read().own_chain(at))? else {
        return Ok(());
    };
    let spooled = desk.spool.frontier()?.seq(&own.chain);
    let ahead = tips.seq(&own.chain) > spooled.max(own.tip.map_or(0, |tip| tip.seq));
    let other = tips.tip(&own.chain).is_some_and(|tip| {
        let known = desk.spool.hash_at(&own.chain, tip.seq);
        matches!(known, Ok(Some(hash)) if hash != tip.hash)
    });
    if cloned && (ahead || other) {
        return seal::renew(session, desk, at);
    }
    let seq = tips.seq(&own.chain);
    session.with_store(|store| store.note_acknowledged(at, own.chain.incarnation, seq))?;
    Ok(())
}

/// Pushes everything in the spool that the server does not have. Says how many segments it stored.
pub(super) fn push(clinic: &Clinic, server: &VectorReply) -> Result<u64, CommandError> {
    let gaps = clinic.with_clinic_desk(|desk| {
        let parts = desk.compartments()?;
        Ok(desk.spool.frontier()?.within(&parts).beyond(&server.tips))
    })?;
    let mut stored = 0;
    for gap in gaps {
        stored += push_chain(clinic, gap)?;
    }
    Ok(stored)
}

/// Pushes one chain from the first missing segment on. One that is refused ends this chain, and no other.
fn push_chain(clinic: &Clinic, gap: Gap) -> Result<u64, CommandError> {
    let (mut from, mut stored) = (gap.from, 0);
    while from <= gap.to {
        let mut segments = clinic.with_clinic_desk(|desk| Ok(desk.spool.segments(&gap.chain, from, PUSH_BYTES)?))?;
        segments.truncate(PUSH_SEGMENTS);
        if segments.is_empty() {
            break;
        }
        let count = segments.len() as u64;
        let reply = clinic.ask(|link| async move { link.push(&segments).await })?;
        for result in reply.results {
            match result {
                PushResult::Stored => stored += 1,
                PushResult::Duplicate => {}
                PushResult::Refused(code) => {
                    refused(clinic, &gap, code)?;
                    return Ok(stored);
                }
            }
        }
        from += count;
    }
    Ok(stored)
}

/// Says that a segment was refused. It stays where it is: it is this device's only copy.
fn refused(clinic: &Clinic, gap: &Gap, code: RefusalCode) -> Result<(), CommandError> {
    let now_ms = clinic.machine().clock.now_ms();
    let device = gap.chain.device.to_string();
    tracing::warn!(?code, device = ?gap.chain.device, "the server refused a segment");
    match code {
        RefusalCode::Fork => {
            clinic.with_clinic_desk(|desk| desk.alarm(kind_name(ProblemKind::Fork), &device, now_ms))?;
        }
        RefusalCode::Revoked => {
            let own = clinic.with_clinic_desk(|desk| Ok(desk.device()? == gap.chain.device))?;
            clinic.sync().live().revoked |= own;
        }
        // The roster has grown meanwhile: the next round has both sides equal again.
        RefusalCode::UnknownRoster | RefusalCode::Gap => {}
        _ => clinic
            .sync()
            .live()
            .problem(ProblemKind::Refused, Some(device), gap.count(), now_ms),
    }
    Ok(())
}

/// Whether the server holds everything of these compartments that is in the spool.
pub(super) fn is_in_step(clinic: &Clinic) -> Result<bool, CommandError> {
    clinic.with_clinic_desk(|desk| {
        let parts = desk.compartments()?;
        let missing = desk
            .spool
            .frontier()?
            .within(&parts)
            .beyond(&desk.spool.acknowledged()?);
        Ok(missing.is_empty())
    })
}
