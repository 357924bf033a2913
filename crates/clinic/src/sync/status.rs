//! `sync_status`: where sync stands. Works locked, then without what only an open compartment can count.

use super::files::{self, Files};
use super::key::KEPT;
use super::name::short;
use super::wire::{Problem, ProblemKind, SyncState, SyncStatus, Waiting};
use super::{Desk, name, push, snapshot};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::lease;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_roster::DeviceId;
use wardkeep_vault::spool::{Alarm, Cursor};
use wardkeep_vault::store::wire_device;

/// After this long without a word from the server a device is called stale, in milliseconds.
const STALE_MS: u64 = 3 * 24 * 60 * 60 * 1000;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = SyncStatus;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<SyncStatus, CommandError> {
        status(clinic)
    }
}

/// Where sync stands.
pub(crate) fn status(clinic: &Clinic) -> Result<SyncStatus, CommandError> {
    let mut status = from_memory(clinic);
    let locked = clinic.locked_because().is_some();
    if status.lease.is_none() && clinic.home().spool_db().exists() {
        status.lease = lease::view(clinic);
    }
    let seen = match clinic.with_session(|session| of_session(clinic, session, &mut status)) {
        Err(error) if error.code == ErrorCode::Locked => of_locked(clinic, &mut status),
        other => other,
    };
    if locked {
        // A locked device keeps nothing open: another process may take the home.
        clinic.sync().close_desk();
    }
    match seen {
        Ok(()) => {}
        // Another process has the home, or the keychain does not answer: what is in memory is all there is to say.
        Err(error) if matches!(error.code, ErrorCode::VaultBusy | ErrorCode::NoVault) => {}
        Err(error) => return Err(error),
    }
    status.state = state_of(clinic, &status);
    Ok(status)
}

fn from_memory(clinic: &Clinic) -> SyncStatus {
    let live = clinic.sync().live();
    let monotonic_ms = clinic.machine().clock.monotonic_ms();
    SyncStatus {
        state: SyncState::Alone,
        server: None,
        clinic: None,
        last_heard_ms: live.heard_ms,
        last_synced_ms: live.synced_ms,
        waiting: Vec::new(),
        receiving: live.receiving,
        files: Files::default(),
        problems: live.problems().cloned().collect(),
        conflicts: 0,
        retry_in_s: live
            .retry_at_ms
            .map(|at| at.saturating_sub(monotonic_ms).div_ceil(1000)),
        offline_since_ms: live.offline_since_ms,
        clock_offset_ms: live.clock_offset_ms,
        snapshots: Vec::new(),
        lease: live.lease,
    }
}

/// What an open session adds.
fn of_session(clinic: &Clinic, session: &Session, status: &mut SyncStatus) -> Result<(), CommandError> {
    clinic
        .with_desk(|desk| {
            of_desk(desk, status, |id| name::of_device(session, desk, id))?;
            if desk.has_roster() {
                status.snapshots = snapshot::statuses(clinic, session, desk)?;
            }
            of_files(clinic, Some(session), desk, status)?;
            Ok(())
        })?
        .unwrap_or_default();
    if status.clinic.is_none() {
        return Ok(());
    }
    for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
        let (unsent, conflicts) = session.read(|view| Ok((view.unsent(at)?, view.conflicts_count(at)?)))?;
        status.conflicts += conflicts;
        if unsent.ops > 0 {
            status.waiting.push(Waiting {
                compartment: at,
                changes: unsent.ops,
                oldest_ms: unsent.oldest_ms,
            });
        }
    }
    Ok(())
}

/// What a locked device knows.
fn of_locked(clinic: &Clinic, status: &mut SyncStatus) -> Result<(), CommandError> {
    clinic
        .with_desk(|desk| {
            of_desk(desk, status, |id| short(&id.to_string()))?;
            of_files(clinic, None, desk, status)
        })
        .map(Option::unwrap_or_default)
}

/// What the spool says.
fn of_desk(desk: &Desk, status: &mut SyncStatus, name: impl Fn(DeviceId) -> String) -> Result<(), CommandError> {
    if let Some(link) = desk.spool.server()? {
        status.server = Some(link.address);
        // One that has only asked to join is of no clinic yet.
        status.clinic = desk.has_roster().then(|| short(&link.clinic.to_string()));
    }
    let cursor = |cursor| desk.spool.cursor(cursor).map(|at| (at > 0).then_some(at));
    status.last_heard_ms = status.last_heard_ms.or(cursor(Cursor::HeardMs)?);
    status.last_synced_ms = status.last_synced_ms.or(cursor(Cursor::InStepMs)?);
    let alarms = desk.spool.alarms()?;
    let unseen = alarms.into_iter().filter(|alarm| alarm.seen_ms.is_none());
    status
        .problems
        .extend(unseen.filter_map(|alarm| problem_of(&alarm, &name)));
    Ok(())
}

/// Documents and pictures, and what is wrong with those of the server.
fn of_files(
    clinic: &Clinic,
    session: Option<&Session>,
    desk: &Desk,
    status: &mut SyncStatus,
) -> Result<(), CommandError> {
    status.files = files::status(clinic, session, desk)?;
    if status.files.damaged > 0 {
        status.problems.push(Problem {
            kind: ProblemKind::FileDamaged,
            device: None,
            at_ms: clinic.machine().clock.now_ms(),
            count: status.files.damaged,
        });
    }
    Ok(())
}

/// An alarm as a problem; `None` for one of a newer version.
fn problem_of(alarm: &Alarm, name: impl Fn(DeviceId) -> String) -> Option<Problem> {
    let kind: ProblemKind = serde_json::from_value(serde_json::Value::String(alarm.kind.clone())).ok()?;
    let device = alarm
        .subject
        .parse::<wardkeep_record::id::DeviceId>()
        .ok()
        .map(wire_device);
    let device = device.or_else(|| device_of_hex(&alarm.subject));
    Some(Problem {
        kind,
        device: device.map(name),
        at_ms: alarm.last_ms,
        count: alarm.times,
    })
}

/// A device's id as the roster writes it.
fn device_of_hex(text: &str) -> Option<DeviceId> {
    let bytes: Option<Vec<u8>> = (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect();
    bytes?.try_into().ok().map(DeviceId)
}

/// One word for all of it.
fn state_of(clinic: &Clinic, status: &SyncStatus) -> SyncState {
    let (revoked, untrusted, offline, syncing) = {
        let live = clinic.sync().live();
        (
            live.revoked,
            live.untrusted,
            live.offline_since_ms.is_some(),
            live.syncing,
        )
    };
    let grave = |problem: &Problem| {
        use ProblemKind as P;
        !matches!(
            problem.kind,
            P::ServerLostData
                | P::Clock
                | P::Certificate
                | P::NewerVersion
                | P::NoKey
                | P::Quarantined
                | P::FileDamaged
        )
    };
    let now_ms = clinic.machine().clock.now_ms();
    let silent = status
        .last_heard_ms
        .is_some_and(|at| now_ms.saturating_sub(at) > STALE_MS);
    if status.clinic.is_none() {
        let joining = crate::enrollment::joining::is_under_way(clinic);
        return if joining { SyncState::Joining } else { SyncState::Alone };
    }
    if revoked {
        SyncState::Revoked
    } else if untrusted || status.problems.iter().any(grave) {
        SyncState::Alarm
    } else if silent {
        SyncState::Stale
    } else if offline || (status.last_heard_ms.is_none() && !syncing) {
        SyncState::Offline
    } else if syncing || !status.waiting.is_empty() || status.files.sending.files > 0 || push_waits(clinic) {
        SyncState::Syncing
    } else {
        SyncState::UpToDate
    }
}

/// Whether sealed segments in the spool wait for the server, where that can be asked without opening anything.
fn push_waits(clinic: &Clinic) -> bool {
    if clinic.locked_because().is_some() {
        return false;
    }
    !push::is_in_step(clinic).unwrap_or(true)
}
