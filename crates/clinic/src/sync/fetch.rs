//! Taking from the server what this device does not have: sealed segments, as they are, and parcels. Works locked.

use super::desk::Shelf;
use super::roster::{self, kind_name};
use super::wire::{ProblemKind, Receiving};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use std::collections::BTreeSet;
use wardkeep_sync::admit::{Reject, Verdict, admit};
use wardkeep_sync::frontier::Gap;
use wardkeep_sync::id::Tip;
use wardkeep_sync::segment::{Segment, Unverified, Verified};
use wardkeep_sync::wire::{PullRequest, VectorReply};
use wardkeep_vault::spool::Cursor;
use wardkeep_vault::store::Reason;

/// Bytes of segments that one pull asks for: they are held in memory until they are verified and kept.
const PULL_BYTES: u64 = 8 << 20;

/// Fetches everything that the server shows and this device lacks. Says how many segments are new.
pub(super) fn segments(clinic: &Clinic, server: &VectorReply) -> Result<u64, CommandError> {
    let mut all = 0;
    let mut fetched_roster = false;
    loop {
        let request = clinic.with_clinic_desk(|desk| {
            let compartments = desk.compartments()?;
            let vector = desk.spool.frontier()?.within(&compartments);
            let total: u64 = server
                .tips
                .within(&compartments)
                .beyond(&vector)
                .iter()
                .map(Gap::count)
                .sum();
            clinic.sync().live().receiving = (total > 0).then_some(Receiving {
                done: all,
                total: all + total,
            });
            Ok(PullRequest {
                vector,
                compartments,
                max_bytes: PULL_BYTES,
            })
        })?;
        if request.compartments.is_empty() {
            return Ok(all);
        }
        let pulled = clinic.ask(|link| async move {
            let mut segments = Vec::new();
            link.pull(&request, |segment| {
                segments.push(segment.to_vec());
                true
            })
            .await
            .map(|_| segments)
        })?;
        let taken = keep(clinic, &pulled)?;
        all += taken.new;
        if taken.unknown_roster && !fetched_roster {
            roster::fetch(clinic)?;
            fetched_roster = true;
        } else if taken.new == 0 {
            return Ok(all);
        }
    }
}

/// What became of a batch.
#[derive(Default)]
struct Taken {
    new: u64,
    unknown_roster: bool,
}

/// Verifies a batch and keeps what belongs here. One bad segment stops its chain and nothing else.
fn keep(clinic: &Clinic, pulled: &[Vec<u8>]) -> Result<Taken, CommandError> {
    let now_ms = clinic.machine().clock.now_ms();
    let mut taken = Taken::default();
    let mut aside = Vec::new();
    clinic.with_clinic_desk(|desk| {
        let mut good: Vec<&[u8]> = Vec::new();
        let mut alarms = BTreeSet::new();
        let mut shelf = Shelf::new(&desk.spool)?;
        let roster = desk.roster()?;
        for bytes in pulled {
            match admit(roster, &shelf, bytes) {
                Verdict::Next(verified) => {
                    let segment = verified.segment();
                    let (seq, hash) = (segment.header().seq, segment.hash());
                    shelf.raise(segment.header().chain, Tip { seq, hash });
                    good.push(bytes);
                }
                Verdict::Duplicate => {}
                // What stands before it was refused above, or withheld; the server is asked again next time.
                Verdict::Ahead { .. } => {}
                Verdict::UnknownRoster(_) => taken.unknown_roster = true,
                Verdict::Fork(fork) => {
                    alarms.insert((ProblemKind::Fork, device_of(&fork.proof)));
                    aside.push((bytes.as_slice(), Reason::Fork));
                }
                Verdict::AfterRevocation(_) => aside.push((bytes.as_slice(), Reason::AfterRevocation)),
                Verdict::Reject(why) => {
                    tracing::warn!(%why, "a segment from the server is not to be believed");
                    if why == Reject::Unverified(Unverified::OtherRoster(roster_head_of(bytes))) {
                        alarms.insert((ProblemKind::Fork, "roster".to_owned()));
                    }
                    clinic.sync().live().problem(ProblemKind::Unreadable, None, 1, now_ms);
                }
            }
        }
        shelf.finish()?;
        taken.new = desk.spool.keep_segments(&good)?.len() as u64;
        for (kind, subject) in alarms {
            desk.alarm(kind_name(kind), &subject, now_ms)?;
        }
        Ok(())
    })?;
    set_aside(clinic, &aside)?;
    Ok(taken)
}

fn device_of(verified: &Verified<'_>) -> String {
    verified.segment().header().chain.device.to_string()
}

/// The roster head that a segment cites; none where it is no segment.
fn roster_head_of(bytes: &[u8]) -> wardkeep_sync::id::RosterHead {
    Segment::parse(bytes).map_or(wardkeep_sync::id::RosterHead::NONE, |segment| segment.header().roster)
}

/// Keeps genuine segments that may not be applied for an admin to look at; a locked device leaves them to its next unlock.
fn set_aside(clinic: &Clinic, aside: &[(&[u8], Reason)]) -> Result<(), CommandError> {
    for (bytes, reason) in aside {
        let kept = clinic.with_both(|session, desk| {
            let Some(verified) = Segment::parse(bytes)
                .ok()
                .and_then(|one| one.verify(desk.roster().ok()?).ok())
            else {
                return Ok(());
            };
            let at = wardkeep_vault::store::store_compartment(verified.segment().header().chain.compartment);
            if at.is_some_and(|at| session.holds(at)) {
                session.with_store(|store| store.quarantine(&verified, *reason))?;
            }
            Ok(())
        });
        match kept {
            Err(error) if error.code == ErrorCode::Locked => return Ok(()),
            other => other?,
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
