//! Making a vault: the only place where vault keys and a device secret come into being.

use super::users::{checked_name, seal_slot};
use super::{Secrets, UnlockError, Unlocked};
use crate::attempts::Ledger;
use crate::env::Env;
use crate::home::{HomeError, create_private, sync_dir_of};
use crate::key::{DeviceSecret, VaultKey, VaultKeys};
use crate::keychain::Item;
use crate::password::Password;
use crate::random;
use crate::roles::Roles;
use crate::slot::{EnrollmentKeys, Payload};
use crate::wipe;
use std::fs;
use uuid::Uuid;
use wardkeep_record::id::UserId;

/// The first user of a new vault.
pub struct NewVault<'a> {
    /// Their id.
    pub user: UserId,
    /// Their name, at most 800 bytes.
    pub name: &'a str,
    /// Must have the clinician role: nobody else could hold the clinical key that is made here.
    pub roles: Roles,
    /// Checked by the caller ([`crate::password::check`]).
    pub password: &'a Password,
}

/// The first user of a vault on a device that joins a clinic. It begins without roles and without a chart: both come with the clinic's
/// approval ([`super::set_roles`], [`super::grant_clinical`]).
pub struct JoiningVault<'a> {
    /// Their id.
    pub user: UserId,
    /// Their name, at most 800 bytes.
    pub name: &'a str,
    /// Checked by the caller ([`crate::password::check`]).
    pub password: &'a Password,
    /// Their enrollment's private keys; the public halves go into the request to join.
    pub enrollment: EnrollmentKeys,
}

/// Makes a vault where none is. `build` creates the databases under the keys; only when it has succeeded is the vault there. A vault whose
/// making was cut short is moved to the quarantine and begun anew: nothing of it was ever in use.
pub fn create_vault<E: From<UnlockError>>(
    env: &Env,
    new: &NewVault,
    build: impl FnOnce(&Unlocked) -> Result<(), E>,
) -> Result<Unlocked, E> {
    if env.home.has_vault().map_err(UnlockError::from)? {
        return Err(UnlockError::VaultExists.into());
    }
    if !new.roles.contains(Roles::CLINICIAN) {
        return Err(UnlockError::NotAllowed.into());
    }
    let payload = Payload {
        keys: VaultKeys {
            office: VaultKey::generate(&*env.random),
            clinical: Some(VaultKey::generate(&*env.random)),
        },
        roles: new.roles,
        enrollment: None,
    };
    make(env, (new.user, new.name, new.password), payload, build)
}

/// Makes a vault where none is, on a device that joins a clinic: with an office, without a chart. `build` as for [`create_vault`].
pub fn join_vault<E: From<UnlockError>>(
    env: &Env,
    new: JoiningVault,
    build: impl FnOnce(&Unlocked) -> Result<(), E>,
) -> Result<Unlocked, E> {
    let payload = Payload {
        keys: VaultKeys {
            office: VaultKey::generate(&*env.random),
            clinical: None,
        },
        roles: Roles::NONE,
        enrollment: Some(new.enrollment),
    };
    make(env, (new.user, new.name, new.password), payload, build)
}

/// Founds, builds and ends the founding.
fn make<E: From<UnlockError>>(
    env: &Env,
    who: (UserId, &str, &Password),
    payload: Payload,
    build: impl FnOnce(&Unlocked) -> Result<(), E>,
) -> Result<Unlocked, E> {
    let unlocked = found(env, who, payload)?;
    match build(&unlocked) {
        Ok(()) => finish(env).map_err(E::from)?,
        Err(error) => {
            // The vault's entries are of no use any more; a failure to remove them changes nothing.
            let _ = env.keychain.remove(&unlocked.vault, Item::Device);
            let _ = env.keychain.remove(&unlocked.vault, Item::Attempts);
            return Err(error);
        }
    }
    Ok(unlocked)
}

/// Device secret, record of attempts and slot, under the mark of a founding.
fn found(
    env: &Env,
    (user, name, password): (UserId, &str, &Password),
    payload: Payload,
) -> Result<Unlocked, UnlockError> {
    if wipe::is_marked(&env.home) {
        return Err(UnlockError::Wiped);
    }
    if env.home.has_vault()? {
        return Err(UnlockError::VaultExists);
    }
    wipe::forget(&env.home)?;
    let name = checked_name(name)?;
    env.keychain.probe()?;
    begin(env)?;
    let vault = new_vault_id(env);
    let device = DeviceSecret::generate(&*env.random);
    env.keychain.write(&vault, Item::Device, device.expose())?;
    let written = env.keychain.read(&vault, Item::Device)?;
    if !DeviceSecret::from_slice(&written).is_some_and(|written| written.same(&device)) {
        return Err(UnlockError::KeychainRefused);
    }
    Ledger::found(env, vault, &device)?;
    let unlock = seal_slot(env, vault, user, name, &payload, password, &device)?;
    Ok(Unlocked::from_payload(
        vault,
        user,
        name.to_owned(),
        payload,
        Secrets { unlock, device },
    ))
}

/// Sets the mark; where one is, what a cut-short founding left is moved aside first.
fn begin(env: &Env) -> Result<(), HomeError> {
    let mark = env.home.founding();
    if mark.exists() {
        let now_ms = env.clock.now_ms();
        for file in [
            env.home.office_db(),
            env.home.clinical_db(),
            env.home.spool_db(),
            env.home.attempts(),
        ] {
            if file.exists() {
                env.home.quarantine(&file, now_ms)?;
            }
        }
        for user in env.home.slot_users()? {
            env.home.quarantine(&env.home.slot(user), now_ms)?;
        }
        return Ok(());
    }
    create_private(&mark)
        .and_then(|file| file.sync_all())
        .map_err(HomeError::io(&mark))?;
    sync_dir_of(&mark)
}

/// Takes the mark away: the vault is whole.
fn finish(env: &Env) -> Result<(), UnlockError> {
    let mark = env.home.founding();
    fs::remove_file(&mark).map_err(HomeError::io(&mark))?;
    Ok(sync_dir_of(&mark)?)
}

/// A UUIDv7 like every other id.
fn new_vault_id(env: &Env) -> Uuid {
    let random = random::array(&*env.random);
    uuid::Builder::from_unix_timestamp_millis(env.clock.now_ms(), &random).into_uuid()
}
