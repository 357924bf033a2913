//! What is true of an incident now: from the roster, from what came here, from the log.

use super::book::{Kept, name_of};
use super::wire::{
    IncidentDevice, IncidentKind, IncidentRow, IncidentStep, IncidentView, StepState, StepView, UnsentThen,
};
use crate::audit::{Recent, recent};
use crate::clinic::Clinic;
use crate::error::CommandError;
use crate::lease;
use crate::posture::Inventory;
use crate::rotation::age;
use crate::rotation::wire::KeyKind;
use crate::session::Session;
use crate::sync::key::{KEPT, wire_user};
use crate::sync::{Desk, name};
use crate::wipe;
use crate::wipe::wire::WipeState;
use std::collections::BTreeMap;
use wardkeep_record::op::Compartment;
use wardkeep_roster::roster::{DueEpoch, Status};
use wardkeep_roster::{Enrollment, Roster};
use wardkeep_vault::store::{store_device, wire_compartment, wire_device};
use wardkeep_vault::trail::TrailFilter;

/// Days of the log that are shown.
pub(super) const VIEWED_DAYS: u32 = 14;
/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Entries that are shown at most.
const SHOWN: u32 = 1_000;

/// All that is known.
pub(super) fn view(clinic: &Clinic, kept: &Kept) -> Result<IncidentView, CommandError> {
    let live = {
        let live = clinic.sync().live();
        Live {
            heard: live.devices_heard.clone(),
            leases: live.leases.clone(),
        }
    };
    clinic.with_both(|session, desk| {
        let devices = devices(session, desk, kept, &live)?;
        let roster = desk.roster()?;
        let steps = steps(session, roster, kept, &devices)?;
        let viewed = viewed(session, desk, kept)?;
        let left = steps.iter().filter(|step| step.state != StepState::Done).count();
        Ok(IncidentView {
            row: IncidentRow {
                id: kept.id,
                kind: kept.kind,
                name: target_name(session, desk, kept),
                opened_ms: kept.opened_ms,
                closed_ms: kept.closed_ms,
                left: u32::try_from(left).unwrap_or(u32::MAX),
            },
            devices,
            could_read: could_read(roster, kept),
            patients: session.read(|view| Ok(view.patients_count()?))?,
            steps,
            viewed: viewed.rows,
            viewed_more: viewed.more,
            viewed_known_from_ms: viewed.known_from_ms,
            viewed_days: VIEWED_DAYS,
            evidence_file: kept.evidence.as_ref().map(|(file, _)| file.clone()),
            evidence_hash: kept.evidence.as_ref().map(|(_, hash)| hash.clone()),
        })
    })
}

fn target_name(session: &Session, desk: &Desk, kept: &Kept) -> String {
    match (kept.device, kept.user) {
        (Some(device), _) => name::of_device(session, desk, wire_device(device)),
        (None, Some(user)) => name::of_user(session, desk, wire_user(user)),
        (None, None) => String::new(),
    }
}

/// The enrollments that it is about, active or not.
fn enrollments(roster: &Roster, kept: &Kept) -> Vec<Enrollment> {
    let concerned = |one: &Enrollment| match (kept.device, kept.user) {
        (Some(device), _) => one.device == wire_device(device),
        (None, Some(user)) => one.user == wire_user(user),
        (None, None) => false,
    };
    roster.enrollments().filter(concerned).collect()
}

/// What is in memory since the program began.
struct Live {
    heard: BTreeMap<[u8; 16], u64>,
    leases: BTreeMap<[u8; 16], u64>,
}

fn devices(session: &Session, desk: &Desk, kept: &Kept, live: &Live) -> Result<Vec<IncidentDevice>, CommandError> {
    let (roster, this) = (desk.roster()?, desk.device()?);
    let here = desk.spool.frontier()?;
    let mut ids: Vec<_> = enrollments(roster, kept).into_iter().map(|one| one.device).collect();
    ids.extend(kept.device.map(wire_device));
    ids.sort_unstable();
    ids.dedup();
    let inventory = Inventory::open(session, desk)?;
    let mut found = Vec::new();
    for id in ids {
        let Some(device) = roster.device(&id) else { continue };
        let active = |user: &wardkeep_roster::UserId| {
            let one = Enrollment {
                device: id,
                user: *user,
            };
            roster.enrollment(&one).is_some_and(|one| one.status == Status::Active)
        };
        let others = |user: &&wardkeep_roster::UserId| kept.user.is_none_or(|gone| **user != wire_user(gone));
        // In memory since the start, in the trail from before it.
        let since_start = live.heard.get(&id.0).copied();
        let before = inventory.as_ref().and_then(|known| known.heard_ms(store_device(id)));
        let last_heard_ms = since_start.max(before);
        let lease_ends_ms = live.leases.get(&id.0).map(|at| lease::ends_ms(desk, *at)).transpose()?;
        let order = device.wipe.as_ref();
        found.push(IncidentDevice {
            id: store_device(id).to_string(),
            name: name::of_device(session, desk, id),
            this: id == this,
            people: device
                .users
                .iter()
                .map(|user| name::of_user(session, desk, *user))
                .collect(),
            alone: !device.users.iter().filter(others).any(active),
            since_ms: roster.entry(device.added_at).map(|entry| entry.at_ms),
            last_heard_ms,
            unsent: unsent(session, desk, inventory.as_ref(), id)?,
            wipe: order
                .map(|order| wipe::views(session, desk, (id, order), last_heard_ms, lease_ends_ms))
                .transpose()?,
            segments: here
                .iter()
                .filter(|(chain, _)| chain.device == id)
                .map(|(_, tip)| tip.seq)
                .sum(),
            revoked: device.status != Status::Active,
        });
    }
    Ok(found)
}

/// What a laptop last said of what it had not sent.
fn unsent(
    session: &Session,
    desk: &Desk,
    inventory: Option<&Inventory>,
    id: wardkeep_roster::DeviceId,
) -> Result<Option<UnsentThen>, CommandError> {
    let Some(inventory) = inventory else {
        return Ok(None);
    };
    let last = inventory.reports(session, desk, store_device(id), 1)?.pop();
    Ok(last.map(|report| UnsentThen {
        at_ms: report.at_ms,
        changes: report.posture.unsent,
        files: report.posture.unsent_files,
    }))
}

/// What somebody concerned ever had the key of.
fn could_read(roster: &Roster, kept: &Kept) -> Vec<Compartment> {
    let concerned = enrollments(roster, kept);
    let head = roster.head().0;
    let opened = |at: Compartment| {
        let wire = wire_compartment(at);
        concerned.iter().any(|one| {
            // Entitled at any entry since they came: also who lost the role before kept what they had.
            let since = roster.enrollment(one).map_or(1, |known| known.added_at);
            (since..=head).any(|number| roster.entitled_at(one, wire, number))
        })
    };
    KEPT.into_iter().filter(|at| opened(*at)).collect()
}

fn steps(
    session: &Session,
    roster: &Roster,
    kept: &Kept,
    devices: &[IncidentDevice],
) -> Result<Vec<StepView>, CommandError> {
    let revoked = revoked_at(roster, kept);
    let mut steps = Vec::new();
    if kept.kind == IncidentKind::Stolen {
        steps.push(wipe_step(kept, devices));
    }
    steps.push(step(kept, IncidentStep::Revoke, revoked.map(|at| said_at(roster, at))));
    steps.push(match revoked {
        None => step(kept, IncidentStep::Epochs, None),
        Some(at) if is_due(roster) => StepView {
            state: StepState::Waiting,
            at_ms: Some(said_at(roster, at)),
            ..step(kept, IncidentStep::Epochs, None)
        },
        Some(at) => step(
            kept,
            IncidentStep::Epochs,
            Some(newest_epoch(roster).max(said_at(roster, at))),
        ),
    });
    if kept.user.is_some_and(|user| session.person(user).is_some()) {
        steps.push(step(kept, IncidentStep::VaultKeys, vault_keys_since(session, kept)?));
    }
    for one in [IncidentStep::Viewed, IncidentStep::Evidence] {
        steps.push(step(kept, one, kept.done_ms.get(name_of(one)).copied()));
    }
    Ok(steps)
}

/// Done is only what the laptop itself has confirmed.
fn wipe_step(kept: &Kept, devices: &[IncidentDevice]) -> StepView {
    let order = devices.first().and_then(|device| device.wipe.as_ref());
    let plain = |done_ms| step(kept, IncidentStep::Wipe, done_ms);
    match order {
        None => plain(None),
        Some(order) if order.state == WipeState::Confirmed => plain(order.confirmed_ms),
        Some(order) => StepView {
            step: IncidentStep::Wipe,
            state: StepState::Waiting,
            at_ms: Some(order.ordered_ms),
            error: None,
        },
    }
}

fn step(kept: &Kept, step: IncidentStep, done_ms: Option<u64>) -> StepView {
    let failed = kept.failed.get(name_of(step));
    let (state, at_ms, error) = match (done_ms, failed) {
        (Some(at), _) => (StepState::Done, Some(at), None),
        (None, Some((at, code))) => (StepState::Failed, Some(*at), Some(*code)),
        (None, None) => (StepState::Todo, None, None),
    };
    StepView {
        step,
        state,
        at_ms,
        error,
    }
}

/// The entry that took the laptop or the person out.
fn revoked_at(roster: &Roster, kept: &Kept) -> Option<u32> {
    match (kept.kind, kept.device, kept.user) {
        (IncidentKind::Stolen, Some(device), _) => match roster.device(&wire_device(device))?.status {
            Status::Active => None,
            Status::Revoked { at } => Some(at),
        },
        (IncidentKind::Leaving, _, Some(user)) => roster.user(&wire_user(user))?.revoked_at,
        _ => None,
    }
}

/// When an entry was signed, by its author's clock.
fn said_at(roster: &Roster, number: u32) -> u64 {
    roster.entry(number).map_or(0, |entry| entry.at_ms)
}

/// Whether a compartment waits for a new key because somebody left.
fn is_due(roster: &Roster) -> bool {
    let lost = |due: &DueEpoch| matches!(due, DueEpoch::Lost { .. });
    roster.due_epochs().iter().any(lost)
}

fn newest_epoch(roster: &Roster) -> u64 {
    let began = KEPT.map(|at| roster.epoch(wire_compartment(at)).map_or(0, |epoch| epoch.at_ms));
    began.into_iter().max().unwrap_or(0)
}

/// When the last of this laptop's files that the person could open got its new key, if all have since the incident was opened.
fn vault_keys_since(session: &Session, kept: &Kept) -> Result<Option<u64>, CommandError> {
    let mut newest = 0;
    for key in vault_keys(session) {
        let since = session.read(|view| age::since(view, key, session.user))?;
        match since.filter(|since| *since >= kept.opened_ms) {
            Some(since) => newest = since.max(newest),
            None => return Ok(None),
        }
    }
    Ok(Some(newest))
}

/// The files of this laptop.
pub(super) fn vault_keys(session: &Session) -> Vec<KeyKind> {
    let both = [
        (Compartment::Office, KeyKind::VaultOffice),
        (Compartment::Clinical, KeyKind::VaultClinical),
    ];
    let there = both.into_iter().filter(|(at, _)| session.env.home.db(*at).exists());
    there.map(|(_, key)| key).collect()
}

/// What was done in the last days on the laptop, or by the person.
fn viewed(session: &Session, desk: &Desk, kept: &Kept) -> Result<Recent, CommandError> {
    let filter = TrailFilter {
        device: kept.device,
        user: kept.user,
        from_ms: Some(kept.opened_ms.saturating_sub(u64::from(VIEWED_DAYS) * DAY_MS)),
        ..TrailFilter::default()
    };
    recent(session, desk, &filter, SHOWN)
}
