//! What revoked devices wrote behind the line of their revocation: fetched sealed, kept aside, and taken in once an admin's entry in the roster
//! names it. Every device comes to the same, because the entry names hashes, and what it names goes the way of all segments.

use super::Desk;
use super::exchange::told;
use super::fetch;
use crate::clinic::Clinic;
use crate::error::CommandError;
use std::collections::BTreeMap;
use wardkeep_roster::roster::Status;
use wardkeep_roster::{DeviceId, Roster};
use wardkeep_sync::admit::is_behind_line;
use wardkeep_sync::segment::Segment;
use wardkeep_vault::spool::{Aside, Cursor};

/// Fetches what was rescued since the last time. A clinic from which nobody was taken out asks nothing.
pub(crate) fn fetch(clinic: &Clinic) -> Result<(), CommandError> {
    let any = clinic.with_clinic_desk(|desk| {
        let gone = |status| matches!(status, Status::Revoked { .. });
        Ok(desk.roster()?.devices().any(|(_, device)| gone(device.status)))
    })?;
    if !any {
        return Ok(());
    }
    loop {
        let after = clinic.with_clinic_desk(|desk| Ok(desk.spool.cursor(Cursor::Rescues)?))?;
        let reply = clinic.ask(|link| async move { link.rescues_after(after).await })?;
        let Some(last) = reply
            .rescues
            .last()
            .map(|item| item.number)
            .filter(|last| *last > after)
        else {
            return Ok(());
        };
        let segments: Vec<Vec<u8>> = reply.rescues.into_iter().map(|item| item.segment).collect();
        keep(clinic, &segments)?;
        clinic.with_clinic_desk(|desk| Ok(desk.spool.rescues_seen(last)?))?;
    }
}

/// Judges rescued segments. Those of a compartment that nobody here may read stay sealed and apart: an admin must be able to name what they
/// decide about.
fn keep(clinic: &Clinic, segments: &[Vec<u8>]) -> Result<(), CommandError> {
    let now_ms = clinic.machine().clock.now_ms();
    let mut here = Vec::new();
    clinic.with_clinic_desk(|desk| {
        let mut apart: Vec<&[u8]> = Vec::new();
        for bytes in segments {
            let Ok(segment) = Segment::parse(bytes) else {
                continue;
            };
            let chain = segment.header().chain;
            if desk.compartments()?.contains(&chain.compartment) {
                here.push(bytes.clone());
            } else if segment.verify(desk.roster()?).is_ok()
                && is_behind_line(desk.roster()?, &chain, segment.header().seq)
            {
                apart.push(bytes);
            }
        }
        if desk.spool.put_aside(&apart, now_ms)? > 0 {
            tracing::warn!("there is no more room for what revoked devices wrote; the server keeps it");
        }
        Ok(())
    })?;
    let taken = fetch::keep(clinic, &here)?;
    // What it asks for, the next vector asks for again.
    told(clinic, taken.actions).map(drop)
}

/// Takes in what is kept aside and counts by now, and lets go of what is held already. Says how many segments are new among those that count.
pub(super) fn release(clinic: &Clinic) -> Result<u64, CommandError> {
    let counting = clinic.with_clinic_desk(|desk| {
        let mut counting = Vec::new();
        for aside in desk.spool.aside()? {
            if is_accepted(desk.roster()?, &aside) {
                counting.push((aside, desk.spool.aside_bytes(&aside.tip.hash)?.unwrap_or_default()));
            }
        }
        Ok(counting)
    })?;
    let mut new = 0;
    for (aside, bytes) in counting {
        let readable = clinic.with_clinic_desk(|desk| Ok(desk.compartments()?.contains(&aside.chain.compartment)))?;
        if readable {
            let taken = fetch::keep(clinic, std::slice::from_ref(&bytes))?;
            new += taken.new;
            told(clinic, taken.actions)?;
        }
        clinic.with_clinic_desk(|desk| {
            let held = desk.spool.hash_at(&aside.chain, aside.tip.seq)? == Some(aside.tip.hash);
            if held || !readable {
                desk.spool.aside_done(&aside.tip.hash)?;
            }
            Ok(())
        })?;
    }
    Ok(new)
}

/// Whether an admin has said that this very segment counts.
pub(crate) fn is_accepted(roster: &Roster, aside: &Aside) -> bool {
    let chain = &aside.chain;
    let accepted = roster.accepted(&chain.device, &chain.incarnation.0, chain.compartment, aside.tip.seq);
    accepted == Some(&aside.tip.hash.0)
}

/// What waits for an admin's decision, by device.
pub(super) fn waiting(desk: &Desk) -> Result<BTreeMap<DeviceId, u64>, CommandError> {
    let roster = desk.roster()?;
    let mut waiting = BTreeMap::new();
    for aside in desk.spool.aside()? {
        let device = aside.chain.device;
        if !is_accepted(roster, &aside) && roster.discarded(&device, &aside.tip.hash.0).is_none() {
            *waiting.entry(device).or_insert(0) += 1;
        }
    }
    Ok(waiting)
}
