//! Taking from the server what this device does not have: sealed segments, as they are, and parcels. Works locked.

use super::exchange::{Exchanged, told};
use super::snapshot;
use super::wire::{Receiving, ReceivingWhat};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use wardkeep_roster::Compartment;
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::{Chain, Tip};
use wardkeep_sync::peer::{Action, Step};
use wardkeep_sync::segment::Segment;
use wardkeep_sync::wire::PullRequest;
use wardkeep_vault::spool::{Cursor, Kept};
use wardkeep_vault::store::{Reason, store_compartment};

/// Bytes of segments that one pull asks for: they are held in memory until they are verified and kept.
const PULL_BYTES: u64 = 8 << 20;

/// Fetches everything that the server shows beyond what is held; or one chain alone from behind a segment, to see what is there.
pub(super) fn pull(
    clinic: &Clinic,
    only: Option<(Chain, u64)>,
    done: &mut Exchanged,
) -> Result<Vec<Action>, CommandError> {
    let mut all = Vec::new();
    let awaited = snapshot::awaited(clinic);
    loop {
        let request = clinic.with_clinic_desk(|desk| {
            let peer = desk.standing()?;
            let mut compartments = peer.compartments().to_vec();
            compartments.retain(|part| !awaited.contains(part));
            let mut request = PullRequest {
                vector: peer.held().shown_to(&desk.device()?, &compartments),
                compartments: with_own_trail(&compartments),
                max_bytes: PULL_BYTES,
            };
            if let Some((chain, after)) = only {
                request.compartments = vec![chain.compartment];
                request.vector = from_behind(&request.vector, chain, tip_at(&desk.spool, &chain, after)?);
            }
            let missing = peer.standing(clinic.machine().clock.now_ms()).missing;
            clinic.sync().live().receiving = (missing > 0 && awaited.is_empty()).then_some(Receiving {
                what: ReceivingWhat::Changes,
                done: done.fetched,
                total: done.fetched + missing,
            });
            Ok(request)
        })?;
        if request.compartments.is_empty() {
            return Ok(all);
        }
        let pulled = clinic.ask(|link| async move {
            let mut segments = Vec::new();
            let take = |segment: &[u8]| {
                segments.push(segment.to_vec());
                true
            };
            link.pull(&request, take).await.map(|_| segments)
        })?;
        let taken = keep(clinic, &pulled)?;
        done.fetched += taken.new;
        all.extend(told(clinic, taken.actions)?);
        if taken.new > 0 && only.is_none() {
            continue;
        }
        // What is to come from a snapshot was not pulled.
        if only.is_none() && !taken.set_aside_later && awaited.is_empty() {
            all.extend(told(clinic, snapshot::pulled(clinic)?)?);
        }
        return Ok(all);
    }
}

/// A device is shown its own audit chain too, so that one which exists twice learns of it.
fn with_own_trail(readable: &[Compartment]) -> Vec<Compartment> {
    let mut all = readable.to_vec();
    if !all.is_empty() && !all.contains(&Compartment::Audit) {
        all.push(Compartment::Audit);
    }
    all
}

/// The vector with one chain taken back to a segment, or out of it.
fn from_behind(vector: &Frontier, chain: Chain, tip: Option<Tip>) -> Frontier {
    let others = vector.iter().filter(|(other, _)| **other != chain);
    others
        .map(|(chain, tip)| (*chain, *tip))
        .chain(tip.map(|tip| (chain, tip)))
        .collect()
}

fn tip_at(spool: &wardkeep_vault::spool::Spool, chain: &Chain, seq: u64) -> Result<Option<Tip>, CommandError> {
    Ok(spool.hash_at(chain, seq)?.map(|hash| Tip { seq, hash }))
}

/// What became of a batch.
#[derive(Default)]
struct Taken {
    new: u64,
    actions: Vec<Action>,
    /// Something is to be put aside by somebody who is not unlocked now.
    set_aside_later: bool,
}

/// Judges a batch and keeps what belongs here. One bad segment stops its chain and nothing else.
fn keep(clinic: &Clinic, pulled: &[Vec<u8>]) -> Result<Taken, CommandError> {
    let now_ms = clinic.machine().clock.now_ms();
    let mut taken = Taken::default();
    let mut aside = Vec::new();
    let kept = clinic.with_clinic_desk(|desk| {
        let mut good: Vec<&[u8]> = Vec::new();
        let (peer, spool) = desk.peer()?;
        for bytes in pulled {
            match peer.on_segment(spool, bytes) {
                Step::Store(verified, actions) => {
                    taken.actions.extend(actions);
                    let segment = verified.segment();
                    let tip = Tip {
                        seq: segment.header().seq,
                        hash: segment.hash(),
                    };
                    // Durable before anything else is done: the desk is closed where the whole batch cannot be kept.
                    taken.actions.extend(peer.stored(segment.header().chain, tip, now_ms));
                    good.push(bytes);
                }
                Step::Quarantine(_) => aside.push(bytes.as_slice()),
                Step::Skip | Step::Missing(_) => {}
                Step::FetchRoster => {
                    let after = peer.roster().head().0;
                    taken.actions.extend([Action::FetchRoster { after }, Action::AskVector]);
                }
                Step::Refuse(actions) => taken.actions.extend(actions),
            }
        }
        let answers = desk.spool.keep_segments(&good)?;
        if answers.iter().any(|kept| !matches!(kept, Kept::New | Kept::Known)) {
            return Err(CommandError::internal("spool and state machine disagree"));
        }
        taken.new = good.len() as u64;
        Ok(())
    });
    if let Err(error) = kept {
        clinic.sync().close_desk();
        return Err(error);
    }
    set_aside(clinic, &aside, &mut taken)?;
    Ok(taken)
}

/// Keeps genuine segments that do not count for an admin to look at; a locked device leaves them to its next unlock.
fn set_aside(clinic: &Clinic, aside: &[&[u8]], taken: &mut Taken) -> Result<(), CommandError> {
    for bytes in aside {
        let kept = clinic.with_both(|session, desk| {
            let roster = desk.roster()?;
            let Some(verified) = Segment::parse(bytes).ok().and_then(|one| one.verify(roster).ok()) else {
                return Ok(true);
            };
            let header = *verified.segment().header();
            if header.chain.compartment == Compartment::Audit {
                // No record waits in it. The server keeps it, and it never counts for the device's trail.
                desk.peer()?.0.quarantined(header.chain, header.seq);
                return Ok(true);
            }
            if !store_compartment(header.chain.compartment).is_some_and(|at| session.holds(at)) {
                return Ok(false);
            }
            session.with_store(|store| store.quarantine(&verified, Reason::AfterRevocation))?;
            desk.peer()?.0.quarantined(header.chain, header.seq);
            Ok(true)
        });
        match kept {
            Err(error) if error.code == ErrorCode::Locked => taken.set_aside_later = true,
            other => taken.set_aside_later |= !other?,
        }
    }
    Ok(())
}

/// Fetches this device's mailbox.
pub(super) fn parcels(clinic: &Clinic) -> Result<(), CommandError> {
    loop {
        let after = clinic.with_clinic_desk(|desk| Ok(desk.spool.cursor(Cursor::Parcels)?))?;
        let reply = clinic.ask(|link| async move { link.parcels_after(after).await })?;
        let parcels: Vec<(u64, Vec<u8>)> = reply
            .parcels
            .into_iter()
            .filter(|item| item.number > after)
            .map(|item| (item.number, item.parcel))
            .collect();
        if parcels.is_empty() {
            return Ok(());
        }
        clinic.with_clinic_desk(|desk| Ok(desk.spool.keep_parcels(&parcels)?))?;
    }
}
