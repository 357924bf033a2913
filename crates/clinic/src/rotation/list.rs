//! `key_list`: every key and certificate that this laptop knows of, since when it is in use and when the next is due.

use super::age;
use super::wire::{KeyHolder, KeyKind, KeyRow};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use crate::sync::Desk;
use crate::user::Role;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_roster::Enrollment;
use wardkeep_vault::rekey;
use wardkeep_vault::store::wire_compartment;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Days that a vault key is used.
const VAULT_KEY_DAYS: u64 = 365;
/// Days that a device key is used.
const DEVICE_KEY_DAYS: u64 = 365;
/// How long before its end the server's certificate should have been renewed.
const CERTIFICATE_DAYS: u64 = 30;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Vec<KeyRow>;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<Vec<KeyRow>, CommandError> {
        rows(clinic)
    }
}

/// Whether this session may renew a key of the compartment: the office's by an admin, the chart's by who holds it.
pub(super) fn may_renew(session: &Session, at: Compartment) -> bool {
    match at {
        Compartment::Office => session.roles().contains(&Role::Admin),
        Compartment::Clinical => session.holds(at),
    }
}

/// All of them, the clinic's first.
pub(super) fn rows(clinic: &Clinic) -> Result<Vec<KeyRow>, CommandError> {
    clinic.with_session(|session| {
        let mut rows = Vec::new();
        let of_clinic = clinic.with_desk(|desk| {
            if desk.has_roster() {
                clinic_rows(session, desk, &mut rows)?;
            }
            Ok(())
        })?;
        for at in [Compartment::Office, Compartment::Clinical] {
            if session.env.home.db(at).exists() {
                rows.push(vault_row(session, at)?);
            }
        }
        rows.push(secret_row(session)?);
        rows.push(password_row(session)?);
        if of_clinic.is_some()
            && let Some(ends_ms) = clinic.server().ok().and_then(|server| server.certificate_ends_ms())
        {
            rows.push(KeyRow {
                due_ms: Some(ends_ms),
                overdue: ends_ms.saturating_sub(session.now_ms()) < CERTIFICATE_DAYS * DAY_MS,
                ..blank(KeyKind::ServerCertificate, KeyHolder::Server)
            });
        }
        Ok(rows)
    })
}

fn blank(key: KeyKind, by: KeyHolder) -> KeyRow {
    KeyRow {
        key,
        number: None,
        since_ms: None,
        due_ms: None,
        overdue: false,
        by,
        may: false,
        waiting: 0,
    }
}

fn holder(at: Compartment) -> KeyHolder {
    match at {
        Compartment::Office => KeyHolder::Admin,
        Compartment::Clinical => KeyHolder::Clinician,
    }
}

/// What the roster says.
fn clinic_rows(session: &Session, desk: &Desk, rows: &mut Vec<KeyRow>) -> Result<(), CommandError> {
    let roster = desk.roster()?;
    let days = u64::from(roster.policy().epoch_days);
    for (at, key) in [
        (Compartment::Office, KeyKind::EpochOffice),
        (Compartment::Clinical, KeyKind::EpochClinical),
    ] {
        let Some(epoch) = roster.epoch(wire_compartment(at)) else {
            continue;
        };
        let due_ms = epoch.at_ms.saturating_add(days * DAY_MS);
        rows.push(KeyRow {
            number: Some(epoch.epoch.number),
            since_ms: Some(epoch.at_ms),
            due_ms: Some(due_ms),
            overdue: due_ms <= session.now_ms(),
            may: may_renew(session, at),
            ..blank(key, holder(at))
        });
    }
    let said_at = |number: u32| roster.entry(number).map(|entry| entry.at_ms);
    if let Some(device) = roster.device(&desk.device()?) {
        let since_ms = said_at(device.key_since);
        let due_ms = since_ms.map(|since| since.saturating_add(DEVICE_KEY_DAYS * DAY_MS));
        rows.push(KeyRow {
            since_ms,
            due_ms,
            overdue: due_ms.is_some_and(|due| due <= session.now_ms()),
            may: session.unlocked().enrollment.is_some(),
            ..blank(KeyKind::DeviceKey, KeyHolder::Anybody)
        });
    }
    if let Some(recovery) = roster.enrollment(&Enrollment::RECOVERY) {
        rows.push(KeyRow {
            since_ms: said_at(recovery.added_at),
            ..blank(KeyKind::RecoveryKey, KeyHolder::Admin)
        });
    }
    Ok(())
}

fn vault_row(session: &Session, at: Compartment) -> Result<KeyRow, CommandError> {
    let key = match at {
        Compartment::Office => KeyKind::VaultOffice,
        Compartment::Clinical => KeyKind::VaultClinical,
    };
    let since_ms = session.read(|view| match age::since(view, key, session.user)? {
        Some(since) => Ok(Some(since)),
        None => age::made(view, Compartment::Office),
    })?;
    let due_ms = since_ms.map(|since| since.saturating_add(VAULT_KEY_DAYS * DAY_MS));
    let waiting = rekey::waiting(&session.env, &session.unlocked(), at)?;
    Ok(KeyRow {
        since_ms,
        due_ms,
        overdue: due_ms.is_some_and(|due| due <= session.now_ms()),
        may: may_renew(session, at),
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        ..blank(key, holder(at))
    })
}

fn secret_row(session: &Session) -> Result<KeyRow, CommandError> {
    Ok(KeyRow {
        since_ms: session.read(|view| age::made(view, Compartment::Office))?,
        ..blank(KeyKind::DeviceSecret, KeyHolder::JoinAnew)
    })
}

/// A password has no end: it is changed when somebody else may know it.
fn password_row(session: &Session) -> Result<KeyRow, CommandError> {
    let changed = session.read(|view| age::since(view, KeyKind::Password, session.user))?;
    let chosen = || session.person(session.user).map(|person| person.created_ms);
    Ok(KeyRow {
        since_ms: changed.or_else(chosen),
        may: true,
        ..blank(KeyKind::Password, KeyHolder::Yourself)
    })
}
