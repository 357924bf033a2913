//! Reporting: what this laptop says of itself, when something of it changed, and once a day.

use super::wire::{MOST_USERS, Posture, PostureField, differences};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::machine::facts::Facts;
use crate::session::Session;
use crate::sync::{self, Desk};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{Action, AuditEntry};

/// Where it stands what was reported last.
const REPORTED: &str = "posture_reported";
/// A report is due after this long though nothing changed, in milliseconds.
const EVERY_MS: u64 = 24 * 60 * 60 * 1000;
/// The machine is looked at this often at most: programs of the system are asked, and a round comes with every change.
const LOOK_EVERY_MS: u64 = 5 * 60 * 1000;
/// A clock that is wrong by more is worth a report, and so are changes that wait longer, in milliseconds.
pub(super) const CLOCK_OFF_MS: u64 = 5 * 60 * 1000;
pub(super) const WAITS_MS: u64 = 60 * 60 * 1000;

/// The machine as it was when it was last looked at, by the monotonic clock.
#[derive(Default)]
pub(crate) struct Looked(Mutex<Option<(u64, Facts)>>);

impl Looked {
    fn facts(&self, clinic: &Clinic) -> Facts {
        let now_ms = clinic.machine().clock.monotonic_ms();
        let mut looked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*looked {
            Some((at_ms, facts)) if now_ms.saturating_sub(*at_ms) < LOOK_EVERY_MS => facts.clone(),
            _ => {
                let facts = (clinic.machine().facts)(clinic.home().root());
                *looked = Some((now_ms, facts.clone()));
                facts
            }
        }
    }
}

/// The last report.
#[derive(Serialize, Deserialize, Default)]
struct Reported {
    at_ms: u64,
    posture: Posture,
}

/// Reports where it is due. Only an unlocked laptop can: the report is an entry of the office's chain. A report that fails, as on a full
/// disk, is made by a later round and holds up none.
pub(crate) fn report_due(clinic: &Clinic) {
    if clinic.locked_because().is_some() {
        return;
    }
    // Asked before any lock is held: it may take a second.
    let facts = clinic.looked().facts(clinic);
    match clinic.with_both(|session, desk| report(clinic, session, desk, facts)) {
        Ok(()) => {}
        Err(error) if error.code == ErrorCode::Locked => {}
        Err(error) => tracing::warn!(%error, "how this laptop stands could not be reported"),
    }
}

fn report(clinic: &Clinic, session: &Session, desk: &mut Desk, facts: Facts) -> Result<(), CommandError> {
    if !desk.has_roster() || desk.is_revoked()? {
        return Ok(());
    }
    let posture = posture(clinic, session, desk, facts)?;
    let now_ms = session.now_ms();
    let last: Option<Reported> = session
        .read(|view| Ok(view.setting(REPORTED)?))?
        .and_then(|text| serde_json::from_str(&text).ok());
    let changed = match &last {
        Some(last) if !is_due(last, &posture, now_ms) => return Ok(()),
        Some(last) => protects(&last.posture, &posture),
        None => serde_json::Map::new(),
    };
    let detail = serde_json::to_value(&posture).map_err(|_| CommandError::internal("a report as JSON"))?;
    let kept = Reported { at_ms: now_ms, posture };
    let text = serde_json::to_string(&kept).map_err(|_| CommandError::internal("a report as JSON"))?;
    session.write(Compartment::Office, |tx| {
        tx.put_setting(REPORTED, &text)?;
        if !changed.is_empty() {
            tx.audit(&AuditEntry::new(Action::PostureChange).detail(&changed.into()))?;
        }
        Ok(tx.audit(&AuditEntry::new(Action::Posture).detail(&detail))?)
    })
}

/// A clock turned back makes one due too: nothing else would until it has caught up.
fn is_due(last: &Reported, posture: &Posture, now_ms: u64) -> bool {
    let old = now_ms < last.at_ms || now_ms - last.at_ms >= EVERY_MS;
    let wrong = |one: &Posture| one.clock_offset_ms.is_some_and(|off| off.unsigned_abs() > CLOCK_OFF_MS);
    let waits = |one: &Posture, at_ms: u64| {
        one.unsent_since_ms
            .is_some_and(|since| at_ms.saturating_sub(since) > WAITS_MS)
    };
    old || !differences(&last.posture, posture).is_empty()
        || wrong(&last.posture) != wrong(posture)
        || waits(&last.posture, last.at_ms) != waits(posture, now_ms)
}

/// What protects the laptop and is another than it was: from what, to what.
fn protects(old: &Posture, new: &Posture) -> serde_json::Map<String, serde_json::Value> {
    let told = |field| match field {
        PostureField::DiskEncrypted => Some(serde_json::json!([old.disk_encrypted, new.disk_encrypted])),
        PostureField::ScreenLocks if old.screen_locks != new.screen_locks => {
            Some(serde_json::json!([old.screen_locks, new.screen_locks]))
        }
        PostureField::Keychain => Some(serde_json::json!([old.keychain, new.keychain])),
        _ => None,
    };
    differences(old, new)
        .into_iter()
        .filter_map(|field| Some((field.name().to_owned(), told(field)?)))
        .collect()
}

fn posture(clinic: &Clinic, session: &Session, desk: &mut Desk, facts: Facts) -> Result<Posture, CommandError> {
    let mut users = session.env.home.slot_users()?;
    users.sort_unstable();
    users.truncate(MOST_USERS);
    let mut posture = Posture {
        host: facts.host,
        os: facts.os,
        app: env!("CARGO_PKG_VERSION").to_owned(),
        keychain: clinic.machine().keychain.kind().name().to_owned(),
        disk_encrypted: facts.disk_encrypted,
        screen_locks: facts.screen_locks,
        screen_lock_s: facts.screen_lock_s,
        users,
        unsent_files: sync::files::status(clinic, Some(session), desk)?.sending.files,
        ..Posture::default()
    };
    for at in [Compartment::Office, Compartment::Clinical]
        .into_iter()
        .filter(|at| session.holds(*at))
    {
        let unsent = session.read(|view| Ok(view.unsent(at)?))?;
        posture.unsent += unsent.ops;
        posture.unsent_since_ms = match (posture.unsent_since_ms, unsent.oldest_ms) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    let live = clinic.sync().live();
    (posture.clock_offset_ms, posture.heard_ms) = live.server_clock();
    posture.lease_ends_ms = live.lease.and_then(|lease| lease.ends_ms);
    Ok(posture)
}
