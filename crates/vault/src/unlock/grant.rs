//! What an open session's slot gains or loses: enrollment keys, roles, the chart. Each rewrites one slot as a whole.
//!
//! The session's own unlock key seals the new payload, so nobody is asked for the password, and header and name stay as they were.

use super::open::read_slot;
use super::{UnlockError, Unlocked, of_slot};
use crate::env::Env;
use crate::home::{HomeError, read_limited, sync_dir_of, write_atomically};
use crate::key::{VaultKey, VaultKeys};
use crate::roles::Roles;
use crate::slot::{EnrollmentKeys, Payload};
use std::fs;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;

/// Bytes of a mark: a UUID as text.
const MARK_BYTES: usize = 36;

/// Puts the enrollment's private keys into the slot, in place of any that were there.
pub fn set_enrollment(env: &Env, unlocked: &mut Unlocked, keys: EnrollmentKeys) -> Result<(), UnlockError> {
    rewrite(env, unlocked, |payload| payload.enrollment = Some(keys))
}

/// Writes down what the clinic lets this user do. Without the clinician's role the slot loses the clinical key; with it the key
/// comes by [`grant_clinical`] or [`adopt_clinical`].
pub fn set_roles(env: &Env, unlocked: &mut Unlocked, roles: Roles) -> Result<(), UnlockError> {
    rewrite(env, unlocked, |payload| {
        payload.roles = roles;
        if !roles.contains(Roles::CLINICIAN) {
            payload.keys.clinical = None;
        }
    })
}

/// Takes the clinical key of this device over from another of its users, who has it.
pub fn adopt_clinical(env: &Env, unlocked: &mut Unlocked, key: VaultKey) -> Result<(), UnlockError> {
    clinicians_only(unlocked)?;
    rewrite(env, unlocked, |payload| payload.keys.clinical = Some(key))
}

/// Gives a device that began without a chart its clinical vault: makes the key, has `build` create the file under it
/// ([`crate::store::create_clinical`]), and puts it into the slot. Cut short anywhere, it is begun anew; one that is done is left alone.
pub fn grant_clinical<E: From<UnlockError>>(
    env: &Env,
    unlocked: &mut Unlocked,
    build: impl FnOnce(&Unlocked, &VaultKey) -> Result<(), E>,
) -> Result<(), E> {
    clinicians_only(unlocked)?;
    if unlocked.keys.clinical.is_some() {
        return Ok(unmark(env)?);
    }
    begin(env, unlocked.user)?;
    let key = VaultKey::generate(&*env.random);
    build(unlocked, &key)?;
    rewrite(env, unlocked, |payload| payload.keys.clinical = Some(key))?;
    Ok(unmark(env)?)
}

/// Puts another key of a compartment's file into the slot.
pub(crate) fn set_vault_key(
    env: &Env,
    unlocked: &mut Unlocked,
    at: Compartment,
    key: &VaultKey,
) -> Result<(), UnlockError> {
    rewrite(env, unlocked, |payload| match at {
        Compartment::Office => payload.keys.office = key.duplicate(),
        Compartment::Clinical => payload.keys.clinical = Some(key.duplicate()),
    })
}

/// Refuses whoever may not read the chart.
fn clinicians_only(unlocked: &Unlocked) -> Result<(), UnlockError> {
    if unlocked.roles.contains(Roles::CLINICIAN) {
        Ok(())
    } else {
        Err(UnlockError::NotAllowed)
    }
}

/// Sets the mark, which names the user. A file that an earlier try of this user left, or of one who has no slot any more, has a key that
/// nobody holds, and is moved aside; any other has a holder, and no second key is made.
fn begin(env: &Env, user: UserId) -> Result<(), UnlockError> {
    let (mark, file) = (env.home.granting(), env.home.clinical_db());
    let begun = read_limited(&mark, MARK_BYTES)?;
    if file.exists() {
        let by = begun.and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<UserId>().ok());
        if !by.is_some_and(|by| by == user || !env.home.slot(by).exists()) {
            return Err(UnlockError::VaultExists);
        }
        env.home.quarantine(&file, env.clock.now_ms())?;
    }
    Ok(write_atomically(&mark, user.to_string().as_bytes())?)
}

/// Takes the mark away, if it is there.
fn unmark(env: &Env) -> Result<(), UnlockError> {
    let mark = env.home.granting();
    match fs::remove_file(&mark) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => {
            other.map_err(HomeError::io(&mark))?;
            Ok(sync_dir_of(&mark)?)
        }
    }
}

/// Opens the slot, changes what it holds, and replaces the file at once; then the session holds the same.
fn rewrite(env: &Env, unlocked: &mut Unlocked, change: impl FnOnce(&mut Payload)) -> Result<(), UnlockError> {
    let slot = read_slot(env, unlocked.user)?;
    if !slot.knows_unlock(&unlocked.unlock) {
        // The password was changed in another session: this one's unlock key opens nothing any more.
        return Err(UnlockError::WrongPassword);
    }
    let mut payload = slot.open(&unlocked.unlock).map_err(of_slot(unlocked.user))?;
    change(&mut payload);
    let slot = slot.with_payload(&payload, &unlocked.unlock, &*env.random);
    write_atomically(&env.home.slot(unlocked.user), &slot.encode())?;
    let Payload {
        keys,
        roles,
        enrollment,
    } = payload;
    unlocked.keys = VaultKeys { ..keys };
    unlocked.roles = roles;
    unlocked.enrollment = enrollment;
    Ok(())
}

#[cfg(test)]
mod tests;
