//! Taking from the server what this device does not have: sealed segments, as they are, and parcels. Works locked.

use super::exchange::{Exchanged, told};
use super::snapshot;
use super::wire::{Receiving, ReceivingWhat};
use crate::clinic::Clinic;
use crate::error::CommandError;
use wardkeep_roster::Compartment;
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::{Chain, Tip};
use wardkeep_sync::peer::{Action, Step};
use wardkeep_sync::wire::PullRequest;
use wardkeep_vault::spool::{Cursor, Kept};

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
        if only.is_none() && awaited.is_empty() {
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
pub(super) struct Taken {
    pub(super) new: u64,
    pub(super) actions: Vec<Action>,
}

/// Judges a batch and keeps what belongs here. One bad segment stops its chain and nothing else.
pub(super) fn keep(clinic: &Clinic, pulled: &[Vec<u8>]) -> Result<Taken, CommandError> {
    let now_ms = clinic.machine().clock.now_ms();
    let mut taken = Taken::default();
    let kept = clinic.with_clinic_desk(|desk| {
        let (mut good, mut aside): (Vec<&[u8]>, Vec<&[u8]>) = (Vec::new(), Vec::new());
        let mut marks = Vec::new();
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
                Step::Quarantine(verified) => {
                    let header = verified.segment().header();
                    marks.push((header.chain, header.seq));
                    aside.push(bytes);
                }
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
        // What a revoked device wrote waits for an admin, sealed as it is.
        if !aside.is_empty() && desk.spool.put_aside(&aside, now_ms)? > 0 {
            tracing::warn!("there is no more room for what revoked devices wrote; the server keeps it");
        }
        let peer = desk.peer()?.0;
        marks.into_iter().for_each(|(chain, seq)| peer.quarantined(chain, seq));
        Ok(())
    });
    if let Err(error) = kept {
        clinic.sync().close_desk();
        return Err(error);
    }
    Ok(taken)
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
