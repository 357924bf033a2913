//! A new key for a compartment's file: written anew into a second file, compared row by row, and put in its place together with the
//! key slots. `PRAGMA rekey` is not used: it has answered 'done' when it was not, and leaves one file that is half of each.
//!
//! 1. [`Store::write_anew`](crate::store::Store::write_anew) makes `NAME.db.next` under the new key, and proves that it is whole and the same.
//! 2. [`commit`], with every connection closed, writes `slots/NAME.handover`: for each user of this laptop the new key, sealed so that it
//!    takes their slot to open it. **This one file, replaced at once, is what decides**: it names the salt in the first bytes of the new file.
//!    Before it counts the old file, after it the new one.
//! 3. [`follow`], at the end of `commit` and at every unlock, does what a kill left undone: moves the new file over the old one, puts the new
//!    key into the slot of who unlocks, strikes them off the handover, and removes it when nobody is left on it.
//!
//! A `.next` that no handover names was never finished and is thrown away. The reasons are in docs/adr/0012-rotation.md.

mod handover;

use crate::env::Env;
use crate::home::{Home, HomeError, sync_dir_of, with_suffix};
use crate::key::VaultKey;
use crate::unlock::{self, UnlockError, Unlocked};
use handover::{Handover, Link};
use std::fs;
use std::io::Read;
use std::path::Path;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_roster::KemKey;

/// Bytes of the salt that a SQLCipher file begins with.
pub(crate) const SALT: usize = 16;

/// A file under a new key that is ready to take the old one's place.
pub struct Ready {
    /// Whose file.
    pub compartment: Compartment,
    pub(crate) key: VaultKey,
    pub(crate) salt: [u8; SALT],
}

/// A user of this laptop, and the public key of their enrollment where they have one.
pub struct Recipient {
    /// Who.
    pub user: UserId,
    /// To what their new key is sealed besides; without it the present vault key and the device secret open it.
    pub kem: Option<KemKey>,
}

/// A new key that a slot has taken over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rekeyed {
    /// Of which file.
    pub compartment: Compartment,
    /// When it was made, in Unix milliseconds.
    pub at_ms: u64,
}

/// Makes the new file count. Every connection to the old one must be closed. On an error the caller closes the session: the next unlock
/// finds out which file counts.
pub fn commit(env: &Env, unlocked: &mut Unlocked, ready: &Ready, users: &[Recipient]) -> Result<(), UnlockError> {
    let next = env.home.next_db(ready.compartment);
    if salt_of(&next)? != Some(ready.salt) {
        return Err(HomeError::io(&next)(std::io::ErrorKind::NotFound.into()).into());
    }
    let old = key_of(unlocked, ready.compartment).ok_or(UnlockError::NotAllowed)?;
    let mut handover = Handover::load(env, unlocked, ready.compartment)?.unwrap_or_default();
    let link = Link::make(env, unlocked, (old, &ready.key), ready.salt, users)?;
    handover.links.push(link);
    handover.save(env, unlocked, ready.compartment)?;
    follow(env, unlocked).map(drop)
}

/// Brings files, slot and keys together, whatever a kill left. Answers the compartments whose key is another now. Every connection to the
/// files must be closed.
pub(crate) fn follow(env: &Env, unlocked: &mut Unlocked) -> Result<Vec<Rekeyed>, UnlockError> {
    let mut changed = Vec::new();
    for at in [Compartment::Office, Compartment::Clinical] {
        let handover = Handover::load(env, unlocked, at)?;
        let decided = handover
            .as_ref()
            .and_then(|handover| handover.links.last())
            .map(|link| link.salt);
        settle_file(&env.home, at, decided)?;
        let Some(mut handover) = handover else {
            continue;
        };
        if let Some(old) = key_of(unlocked, at)
            && let Some((key, at_ms)) = handover.walk(unlocked, old)?
        {
            unlock::set_vault_key(env, unlocked, at, &key)?;
            changed.push(Rekeyed { compartment: at, at_ms });
        }
        handover.strike_off(&env.home, unlocked.user);
        handover.save(env, unlocked, at)?;
    }
    Ok(changed)
}

/// Puts a new file that counts in the old one's place, and throws away one that never did.
fn settle_file(home: &Home, at: Compartment, decided: Option<[u8; SALT]>) -> Result<(), HomeError> {
    let (file, next) = (home.db(at), home.next_db(at));
    let Some(salt) = salt_of(&next)? else {
        return remove(&next);
    };
    if decided != Some(salt) {
        return remove(&next);
    }
    // The old file's log is empty: nothing was written since the new file was made. The new one must never be read with it.
    for suffix in ["-wal", "-shm"] {
        remove_one(&with_suffix(&file, suffix))?;
    }
    sync_dir_of(&file)?;
    fs::rename(&next, &file).map_err(HomeError::io(&next))?;
    sync_dir_of(&file)
}

/// Removes a file under its next key, with what SQLite keeps beside it.
pub(crate) fn remove(next: &Path) -> Result<(), HomeError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        remove_one(&with_suffix(next, suffix))?;
    }
    Ok(())
}

fn remove_one(path: &Path) -> Result<(), HomeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(HomeError::io(path)(error)),
        _ => Ok(()),
    }
}

/// The salt that a SQLCipher file begins with, if there is as much of one.
pub(crate) fn salt_of(path: &Path) -> Result<Option<[u8; SALT]>, HomeError> {
    let mut file = match fs::File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(HomeError::io(path))?,
    };
    let mut salt = [0; SALT];
    match file.read_exact(&mut salt) {
        Ok(()) => Ok(Some(salt)),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(HomeError::io(path)(error)),
    }
}

/// The session's key of a compartment.
fn key_of(unlocked: &Unlocked, at: Compartment) -> Option<&VaultKey> {
    match at {
        Compartment::Office => Some(&unlocked.keys.office),
        Compartment::Clinical => unlocked.keys.clinical.as_ref(),
    }
}

/// How many users of this laptop have not taken over the new key of a compartment yet.
pub fn waiting(env: &Env, unlocked: &Unlocked, at: Compartment) -> Result<usize, UnlockError> {
    let handover = Handover::load(env, unlocked, at)?;
    Ok(handover.map_or(0, |handover| handover.users().len()))
}

#[cfg(test)]
mod tests;
