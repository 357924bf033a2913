//! The users of this machine: who has a slot, adding, renaming and removing one.

use super::open::{derive, device_secret, read_slot};
use super::{UnlockError, Unlocked};
use crate::attempts::Ledger;
use crate::env::Env;
use crate::home::{HomeError, sync_dir_of, write_atomically};
use crate::key::{DeviceSecret, UnlockKey, VaultKeys};
use crate::lease::Place;
use crate::password::Password;
use crate::random;
use crate::roles::Roles;
use crate::slot::{EnrollmentKeys, Header, MOST_NAME_BYTES, Payload, Sealing, Slot, SlotKind};
use uuid::Uuid;
use wardkeep_record::id::UserId;

/// A line of the unlock screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserEntry {
    /// Who.
    pub id: UserId,
    /// Their name; `None` where the slot is damaged or newer: unlocking says which.
    pub name: Option<String>,
}

/// A user to be added.
pub struct NewUser<'a> {
    /// Their id.
    pub user: UserId,
    /// Their name, at most 800 bytes.
    pub name: &'a str,
    /// What they may do.
    pub roles: Roles,
    /// Checked by the caller ([`crate::password::check`]).
    pub password: &'a Password,
}

/// Who can unlock here, in the order of their ids. Needs the keychain: without it not even names are readable.
pub fn list_users(env: &Env) -> Result<Vec<UserEntry>, UnlockError> {
    let users = env.home.slot_users()?;
    if env.home.founding().exists() || (users.is_empty() && !env.home.has_vault()?) {
        return Err(UnlockError::NoVault);
    }
    let slots: Vec<_> = users.iter().map(|user| (*user, read_slot(env, *user))).collect();
    let Some(first) = slots.iter().find_map(|(_, slot)| slot.as_ref().ok()) else {
        let failed = slots.into_iter().find_map(|(_, slot)| slot.err());
        return Err(failed.unwrap_or_else(|| UnlockError::SlotDamaged {
            file: "slots".to_owned(),
        }));
    };
    let device = device_secret(env, first)?;
    let name = |slot: &Result<Slot, UnlockError>| slot.as_ref().ok()?.open_name(&device).ok();
    Ok(slots
        .iter()
        .map(|(id, slot)| UserEntry {
            id: *id,
            name: name(slot),
        })
        .collect())
}

/// Adds a user. The unlocked one must be an administrator and can give only keys that they hold themselves.
pub fn add_user(env: &Env, by: &Unlocked, new: &NewUser) -> Result<(), UnlockError> {
    add(env, by, new, None)
}

/// The same on a device of a clinic: the slot has the enrollment's private keys from its first moment.
pub fn add_enrolled_user(env: &Env, by: &Unlocked, new: &NewUser, keys: EnrollmentKeys) -> Result<(), UnlockError> {
    add(env, by, new, Some(keys))
}

fn add(env: &Env, by: &Unlocked, new: &NewUser, enrollment: Option<EnrollmentKeys>) -> Result<(), UnlockError> {
    if !by.roles.contains(Roles::ADMIN) || new.roles.is_empty() {
        return Err(UnlockError::NotAllowed);
    }
    if env.home.slot(new.user).exists() {
        return Err(UnlockError::UserExists);
    }
    let name = checked_name(new.name)?;
    let clinical = if new.roles.contains(Roles::CLINICIAN) {
        Some(by.keys.clinical.as_ref().ok_or(UnlockError::NotAllowed)?.duplicate())
    } else {
        None
    };
    let keys = VaultKeys {
        office: by.keys.office.duplicate(),
        clinical,
    };
    let payload = Payload {
        keys,
        roles: new.roles,
        enrollment,
    };
    seal_slot(env, by.vault, new.user, name, &payload, new.password, by.device()).map(drop)
}

/// Changes the name in a slot: one's own, or as an administrator anybody's.
pub fn rename_user(env: &Env, by: &Unlocked, user: UserId, name: &str) -> Result<(), UnlockError> {
    if by.user != user && !by.roles.contains(Roles::ADMIN) {
        return Err(UnlockError::NotAllowed);
    }
    let name = checked_name(name)?;
    let mut slot = read_slot(env, user)?;
    slot.rename(name, by.device(), &*env.random);
    Ok(write_atomically(&env.home.slot(user), &slot.encode())?)
}

/// Destroys a user's slot. An administrator removes others, never themselves: somebody must be left to let people in.
pub fn remove_user(env: &Env, by: &Unlocked, user: UserId) -> Result<(), UnlockError> {
    if by.user == user || !by.roles.contains(Roles::ADMIN) {
        return Err(UnlockError::NotAllowed);
    }
    let mut ledger = Ledger::load(env, by.vault, by.device())?;
    let path = env.home.slot(user);
    std::fs::remove_file(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => UnlockError::NoSuchUser,
        _ => HomeError::io(&path)(error).into(),
    })?;
    sync_dir_of(&path)?;
    ledger.remove(user);
    Ok(ledger.save(env, by.device())?)
}

/// A name that fits a slot.
pub(super) fn checked_name(name: &str) -> Result<&str, UnlockError> {
    let name = name.trim();
    if name.is_empty() || name.len() > MOST_NAME_BYTES {
        Err(UnlockError::BadName)
    } else {
        Ok(name)
    }
}

/// Makes and writes a new user's slot, with parameters calibrated for this machine; gives the unlock key back.
pub(super) fn seal_slot(
    env: &Env,
    vault: Uuid,
    user: UserId,
    name: &str,
    payload: &Payload,
    password: &Password,
    device: &DeviceSecret,
) -> Result<UnlockKey, UnlockError> {
    let kdf = env.kdf.calibrate(&*env.clock)?;
    let header = Header {
        kind: SlotKind::User,
        vault,
        user,
        keychain: env.keychain.kind().code(),
        kdf,
        salt: random::array(&*env.random),
        // A new vault has none, and a new user of a laptop with one begins with it.
        has_lease: Place::new(vault, device, false).share(env)?.is_some(),
        unlock_commitment: [0; 32],
        device_commitment: [0; 32],
    };
    let (unlock, _) = derive(env, &header, password, device)?;
    let slot = Slot::seal(
        &Sealing {
            vault,
            user,
            keychain: header.keychain,
            kdf,
            salt: header.salt,
            has_lease: header.has_lease,
            name,
            payload,
            device,
            unlock: &unlock,
        },
        &*env.random,
    );
    write_atomically(&env.home.slot(user), &slot.encode())?;
    Ok(unlock)
}
