//! Destroying everything that this device holds, because an order in the roster says so. A power cut at any step leaves a mark by which the
//! next start goes on, and never a vault that opens.
//!
//! ```text
//! mark on disk -> (outbox is posted) -> receipt's key into an entry of its own in the keychain
//!   -> device secret, lease share, resume entry, attempts out of the keychain -> slots -> databases, blobs, spool, everything else
//!   -> mark says 'destroyed' -> (receipt is posted) -> the receipt's key out of the keychain -> mark says 'wiped'
//! ```
//!
//! - From the mark on nothing here opens any more ([`is_marked`]). Once the device secret is gone nothing can open, not even a copy of the
//!   files with the right password.
//! - The device's signing key is needed for the connection and the receipt, so it goes last. It opens no record.
//! - A keychain that does not answer stops nothing: slots and databases go at once, and what is in the keychain as soon as it answers.
//! - The mark holds no secret and names nobody; the keychain entry names the server.
//!
//! Whoever calls holds the home's lock, has closed every file of the home, and has verified the order.

mod mark;
mod order;

pub use mark::{Mark, Phase, Wiped, is_marked, wiped};
pub use order::ReceiptKey;

use crate::env::Env;
use crate::home::{Home, HomeError, sync_dir_of};
use crate::keychain::{Item, Keychain, KeychainError};
use std::fs;
use std::io;
use std::path::Path;
use uuid::Uuid;

/// Where a wipe stands, for whoever watches it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
    /// The mark is on the disk.
    Marked,
    /// What was to be posted is posted.
    Posted,
    /// The keychain keeps what the receipt needs.
    Secured,
    /// The device secret is gone: nothing opens any more.
    SecretGone,
    /// Lease share, resume entry and record of attempts are out of the keychain.
    KeychainEmpty,
    /// The slots are gone.
    SlotsGone,
    /// The databases are gone.
    VaultGone,
    /// Everything else is gone.
    FilesGone,
    /// The mark says so.
    Destroyed,
    /// The server has the receipt.
    ReceiptSent,
    /// The device's key is gone, and the mark says that the wipe is over.
    Finished,
}

impl Step {
    /// Every step in order.
    pub const ALL: [Self; 11] = [
        Self::Marked,
        Self::Posted,
        Self::Secured,
        Self::SecretGone,
        Self::KeychainEmpty,
        Self::SlotsGone,
        Self::VaultGone,
        Self::FilesGone,
        Self::Destroyed,
        Self::ReceiptSent,
        Self::Finished,
    ];
}

/// Why a wipe has to be gone on with later.
#[derive(Debug, thiserror::Error)]
pub enum WipeError {
    /// The keychain does not give up its secrets yet.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// A file could not be removed or written.
    #[error(transparent)]
    Home(#[from] HomeError),
}

/// Sets the mark; one that is there stays as it is.
pub fn begin(home: &Home, vault: Uuid, now_ms: u64) -> Result<Mark, WipeError> {
    if let Some(mark) = Mark::read(home)? {
        return Ok(mark);
    }
    let mark = Mark {
        vault,
        phase: Phase::Posting,
        since_ms: now_ms,
        tries: 0,
    };
    mark.write(home)?;
    Ok(mark)
}

/// Destroys keys and files. `key` is what the receipt needs, where it is not in the keychain already. Can be called again after it was cut
/// short anywhere; `watch` hears of each step after it was done.
pub fn destroy(
    env: &Env,
    mark: &Mark,
    key: Option<&ReceiptKey>,
    watch: &mut dyn FnMut(Step),
) -> Result<Mark, WipeError> {
    if mark.phase == Phase::Destroyed {
        return Ok(*mark);
    }
    let (home, keychain, vault) = (&env.home, &env.keychain, &mark.vault);
    let secured = match key {
        Some(key) => key.keep(keychain, vault),
        None => Ok(()),
    };
    let emptied = secured.and_then(|()| {
        watch(Step::Secured);
        empty_keychain(keychain, vault, watch)
    });
    remove_dir(&home.slots_dir())?;
    watch(Step::SlotsGone);
    remove_dir(&home.vault_dir())?;
    watch(Step::VaultGone);
    // The spool has the device's key, which the keychain may not have taken yet.
    emptied?;
    remove_all_but_the_mark(home)?;
    watch(Step::FilesGone);
    let done = Mark {
        phase: Phase::Destroyed,
        since_ms: env.clock.now_ms(),
        ..*mark
    };
    done.write(home)?;
    watch(Step::Destroyed);
    Ok(done)
}

/// The receipt has arrived, or none can ever be sent: the device's key goes, and the mark says that the device was wiped.
pub fn finish(env: &Env, mark: &Mark) -> Result<(), WipeError> {
    env.keychain.remove(&mark.vault, Item::Wipe)?;
    mark.end(&env.home)?;
    // Empty folders, for whoever begins anew.
    Home::open(env.home.root())?;
    Ok(())
}

/// The person begins anew: what reminded of the wipe goes.
pub fn forget(home: &Home) -> Result<(), HomeError> {
    mark::forget(home)
}

/// The device secret first, because nothing opens without it.
fn empty_keychain(keychain: &Keychain, vault: &Uuid, watch: &mut dyn FnMut(Step)) -> Result<(), KeychainError> {
    keychain.remove(vault, Item::Device)?;
    watch(Step::SecretGone);
    for item in [Item::Lease, Item::Resume, Item::Attempts] {
        keychain.remove(vault, item)?;
    }
    watch(Step::KeychainEmpty);
    Ok(())
}

/// Removes a folder with everything in it; one that is not there counts as removed.
fn remove_dir(dir: &Path) -> Result<(), HomeError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(HomeError::io(dir)(error)),
        Ok(()) => sync_dir_of(dir),
    }
}

/// Whatever lies in the home folder goes, whether this version knows it or not. Only the mark and the lock stay.
fn remove_all_but_the_mark(home: &Home) -> Result<(), HomeError> {
    let kept = [home.wiping(), home.lock_file(), home.agent_file()];
    let root = home.root();
    for entry in fs::read_dir(root).map_err(HomeError::io(root))? {
        let entry = entry.map_err(HomeError::io(root))?;
        let path = entry.path();
        if kept.contains(&path) {
            continue;
        }
        let kind = entry.file_type().map_err(HomeError::io(&path))?;
        if kind.is_dir() {
            remove_dir(&path)?;
        } else {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(HomeError::io(&path)(error)),
                _ => {}
            }
        }
    }
    sync_dir_of(&root.join("removed"))
}

#[cfg(test)]
mod tests;
