//! From opened keys to a session: the files, who was here in vain, who is here now.

use super::readers::Readers;
use super::undo::Undos;
use super::{People, Session};
use crate::clinic::Clinic;
use crate::error::CommandError;
use crate::glass::Held;
use crate::lease::rule_of;
use crate::rotation::age;
use crate::rotation::wire::KeyKind;
use crate::setting::{self, Settings};
use crate::user::roles_of;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, RwLock};
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;
use wardkeep_vault::attempts::{self, FailedAttempt};
use wardkeep_vault::blob;
use wardkeep_vault::home::HomeLock;
use wardkeep_vault::lease;
use wardkeep_vault::store::{Action, AuditEntry, Store, View};
use wardkeep_vault::unlock::Unlocked;

/// Where the clinic's name stands in the office compartment.
pub(crate) const CLINIC_NAME: &str = "clinic_name";

/// How the session came about, for the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opening {
    /// By making the vault.
    Create,
    /// By password.
    Password,
    /// Out of the keychain, inside the resume window.
    Resume,
}

impl Opening {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Password => "password",
            Self::Resume => "resume",
        }
    }
}

/// The device of a vault: a vault is one installation, and carries its id from its making on.
pub(crate) fn device_of(unlocked: &Unlocked) -> DeviceId {
    DeviceId(unlocked.vault)
}

/// Opens the files of opened keys.
pub(super) fn open_store(clinic: &Clinic, unlocked: &Unlocked) -> Result<Store, CommandError> {
    let env = clinic.env();
    Ok(Store::open(
        &env.home,
        &unlocked.keys,
        device_of(unlocked),
        Arc::clone(&env.clock),
    )?)
}

/// Makes the session: writes down who failed and who is here, before anything can be read.
pub(crate) fn open_session(
    clinic: &Clinic,
    unlocked: Unlocked,
    mut store: Store,
    home_lock: Arc<HomeLock>,
    how: Opening,
) -> Result<Session, CommandError> {
    let env = clinic.env().clone();
    write_down(&mut store, &unlocked, how)?;
    // Told twice is better than never: what cannot be dropped now is told again at the next unlock.
    if let Err(error) = attempts::forget(&env, &unlocked) {
        tracing::warn!(%error, "failed unlocks that are in the log now could not be dropped from their record");
    }
    if let Err(error) = lease::told(&env, &unlocked) {
        tracing::warn!(%error, "the end of a lease that is in the log now could not be dropped from its record");
    }
    if let Err(error) = blob::remove_unfinished(&env.home) {
        tracing::warn!(%error, "sealed files that a crash left unfinished could not be removed");
    }
    let readers = Readers::open(&env.home, &unlocked.keys, device_of(&unlocked))?;
    let view = store.read();
    let people: People = view.users()?.into_iter().map(|user| (user.id, user)).collect();
    let settings = setting_or_default::<Settings>(&view, setting::set::KEY)?;
    let clinic_name = setting_or_default::<String>(&view, CLINIC_NAME)?;
    let glass = Held::of(&view, &unlocked)?;
    let session = Session {
        readers,
        clinical: unlocked.keys.clinical.is_some(),
        user: unlocked.user,
        roles: roles_of(unlocked.roles),
        people: RwLock::new(people),
        settings: RwLock::new(settings),
        policy: RwLock::new(crate::policy::known(clinic)),
        clinic_name: RwLock::new(clinic_name),
        store: Mutex::new(store),
        unlocked: RwLock::new(unlocked),
        env,
        machine: Arc::clone(clinic.machine()),
        kept_ms: AtomicU64::new(0),
        waiting: AtomicUsize::new(0),
        viewed: Mutex::new(HashMap::new()),
        glass,
        names: RwLock::new(HashMap::new()),
        undos: Undos::default(),
        number: clinic.next_session(),
        _home_lock: home_lock,
        signal: Arc::clone(clinic.sync().signal()),
    };
    crate::policy::may_open(&session)?;
    session.keep_now(u64::from(session.settings().resume_window_s) * 1000);
    Ok(session)
}

/// One transaction: every failed unlock since the last good one, then this one.
fn write_down(store: &mut Store, unlocked: &Unlocked, how: Opening) -> Result<(), CommandError> {
    store.write(Compartment::Office, unlocked.user, |tx| {
        for failure in &unlocked.failures {
            let detail = match failure {
                FailedAttempt::WrongPassword { user, at_ms } => {
                    serde_json::json!({ "user": user, "at_ms": at_ms, "reason": "wrong_password" })
                }
                FailedAttempt::RecordTampered { at_ms } => {
                    serde_json::json!({ "at_ms": at_ms, "reason": "record_of_attempts_tampered_with" })
                }
            };
            tx.audit(&AuditEntry::new(Action::UnlockFailed).detail(&detail))?;
        }
        for rekeyed in &unlocked.rekeyed {
            // A renewal that a kill interrupted, or one by another user of this laptop.
            let key = match rekeyed.compartment {
                Compartment::Office => KeyKind::VaultOffice,
                Compartment::Clinical => KeyKind::VaultClinical,
            };
            age::note(tx, key, unlocked.user, rekeyed.at_ms)?;
            tx.audit(&age::entry(key, "taken_over"))?;
        }
        if let Some(ended) = unlocked.lease.ended {
            let why = rule_of(ended.why);
            let detail = serde_json::json!({ "state": "ended", "reason": why, "at_ms": ended.at_ms });
            tx.audit(&AuditEntry::new(Action::Lease).detail(&detail))?;
        }
        if unlocked.lease.taken_in {
            let detail = serde_json::json!({ "state": "taken_in", "user": unlocked.user });
            tx.audit(&AuditEntry::new(Action::Lease).detail(&detail))?;
        }
        if how != Opening::Create {
            tx.audit(&AuditEntry::new(Action::Unlock).detail(&serde_json::json!({ "by": how.name() })))?;
        }
        Ok(())
    })
}

/// A stored setting; its default where it was never stored. One that this version cannot read is of a newer one, and then
/// the default is safer than no session.
fn setting_or_default<T: DeserializeOwned + Default>(view: &View<'_>, key: &str) -> Result<T, CommandError> {
    let Some(text) = view.setting(key)? else {
        return Ok(T::default());
    };
    Ok(serde_json::from_str(&text).unwrap_or_else(|_| {
        tracing::warn!(key, "a setting cannot be read; its default counts");
        T::default()
    }))
}
