//! Into what was put aside, as far as the session opens it.

use super::wire::{QuarantinePart, QuarantineRow, QuarantineState};
use crate::clinic::Clinic;
use crate::error::CommandError;
use crate::session::Session;
use crate::sync::key::wire_user;
use crate::sync::{Desk, aside, name};
use std::collections::{BTreeMap, BTreeSet};
use wardkeep_record::id::UserId;
use wardkeep_record::op::{Op, decode_op};
use wardkeep_roster::DeviceId;
use wardkeep_roster::entry::Body;
use wardkeep_sync::segment::{Opened, Segment};
use wardkeep_vault::spool::Aside;
use wardkeep_vault::store::{store_compartment, store_device};

/// Fetches what is new first. Without the server what is here is shown.
pub(super) fn fetch(clinic: &Clinic) {
    if let Err(error) = aside::fetch(clinic) {
        tracing::debug!(%error, "what was rescued could not be fetched");
    }
}

/// What is not accepted, in order.
pub(super) fn kept(desk: &Desk) -> Result<Vec<Aside>, CommandError> {
    let roster = desk.roster()?;
    let mut kept = desk.spool.aside()?;
    kept.retain(|aside| !aside::is_accepted(roster, aside));
    Ok(kept)
}

/// What the ops of a segment say; `None` where the session cannot open it.
pub(super) fn ops(session: &Session, desk: &Desk, kept: &Aside) -> Result<Option<Vec<Op>>, CommandError> {
    let Some(at) = store_compartment(kept.chain.compartment).filter(|at| session.holds(*at)) else {
        return Ok(None);
    };
    let Some(bytes) = desk.spool.aside_bytes(&kept.tip.hash)? else {
        return Ok(None);
    };
    let Some(verified) = Segment::parse(&bytes)
        .ok()
        .and_then(|one| one.verify(desk.roster().ok()?).ok())
    else {
        return Ok(None);
    };
    let epoch = verified.segment().header().epoch;
    let Some(key) = session.read(|view| Ok(view.epoch_key(at, epoch)?))? else {
        return Ok(None);
    };
    Ok(match verified.open(&key) {
        // What this version cannot read is applied after an update, as ever.
        Ok(Opened::Ops(ops)) => Some(ops.iter().filter_map(|(_, bytes)| decode_op(bytes).ok()).collect()),
        Ok(Opened::Checkpoint(_)) => Some(Vec::new()),
        Err(_) => None,
    })
}

/// All rows.
pub(super) fn rows(clinic: &Clinic) -> Result<Vec<QuarantineRow>, CommandError> {
    clinic.with_both(|session, desk| {
        let mut groups: BTreeMap<(DeviceId, QuarantinePart, QuarantineState), Vec<Aside>> = BTreeMap::new();
        for aside in kept(desk)? {
            let device = aside.chain.device;
            let state = match desk.roster()?.discarded(&device, &aside.tip.hash.0) {
                Some(_) => QuarantineState::Discarded,
                None => QuarantineState::Waiting,
            };
            let part = QuarantinePart::of(aside.chain.compartment);
            groups.entry((device, part, state)).or_default().push(aside);
        }
        let mut rows: Vec<QuarantineRow> = groups
            .iter()
            .map(|((device, part, state), group)| row(session, desk, (*device, *part, *state), group))
            .collect::<Result<_, _>>()?;
        rows.sort_by(|a, b| (a.state, &a.name, a.part, &a.device).cmp(&(b.state, &b.name, b.part, &b.device)));
        Ok(rows)
    })
}

fn row(
    session: &Session,
    desk: &Desk,
    (device, part, state): (DeviceId, QuarantinePart, QuarantineState),
    group: &[Aside],
) -> Result<QuarantineRow, CommandError> {
    let (mut opened, mut changes) = (part != QuarantinePart::Audit, 0);
    let mut written: Option<(u64, u64)> = None;
    let mut users = BTreeSet::new();
    for aside in group {
        let Some(ops) = ops(session, desk, aside)? else {
            opened = false;
            continue;
        };
        for op in ops {
            changes += op.changes.len() as u64;
            let at = op.hlc.unix_ms();
            written = Some(written.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
            users.insert(user_name(session, desk, op.user));
        }
    }
    let decided = group
        .first()
        .and_then(|aside| desk.roster().ok()?.discarded(&device, &aside.tip.hash.0));
    Ok(QuarantineRow {
        device: store_device(device).to_string(),
        name: name::of_device(session, desk, device),
        part,
        state,
        segments: group.len() as u64,
        bytes: group.iter().map(|aside| aside.bytes).sum(),
        received_ms: group.iter().map(|aside| aside.at_ms).max().unwrap_or(0),
        changes: opened.then_some(changes),
        written_ms: written.filter(|_| opened),
        users: users.into_iter().collect(),
        reason: decided.and_then(|number| reason(session, desk, device, number)),
    })
}

/// The words of the admin who decided so.
fn reason(session: &Session, desk: &Desk, device: DeviceId, number: u32) -> Option<String> {
    let roster = desk.roster().ok()?;
    match roster.entry(number)?.body {
        Body::Discard(discard) => name::reason(session, roster, device, &discard.reason),
        _ => None,
    }
}

/// A user's name, or the first digits of their id.
pub(super) fn user_name(session: &Session, desk: &Desk, user: UserId) -> String {
    session
        .user_name(user)
        .unwrap_or_else(|| name::of_user(session, desk, wire_user(user)))
}
