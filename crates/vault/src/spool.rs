//! The spool: what a locked device may have of its clinic. Sealed segments as they are, the roster, this device's signing key, the server's
//! address, what the server has acknowledged.
//!
//! A SQLCipher file of its own under a key from the device secret: whoever has the disk without the keychain reads nothing, and an agent at
//! the lock screen fetches rosters, wipe orders and segments without anybody's password. No record can be read with it: segments stay
//! sealed under epoch keys, which lie in the compartments' files.
//!
//! Invariants:
//! - What was received is kept as received, byte for byte, and is never replaced: a second segment in one place is answered, not stored.
//! - Everything can be repeated: a kill between two calls loses nothing, and calling again changes nothing.
//! - One process at a time, the one that holds the home's lock.
//!
//! The format and its reasons are in docs/adr/0010-spool.md.

mod alarm;
mod aside;
mod blob;
mod chunks;
mod device;
mod error;
mod mailbox;
mod migrate;
mod receipt;
mod roster;
mod segment;
mod vector;

pub use alarm::Alarm;
pub use aside::{ASIDE_MAX, Aside};
pub use blob::Carried;
pub use chunks::{ChunkFolder, clear_chunks};
pub use device::{Cursor, JOINING_MAX, Renewal, ServerLink};
pub use error::SpoolError;
pub use mailbox::PARCEL_MAX;
pub use receipt::KeptReceipt;
pub use segment::Kept;

use crate::cipher::{self, Mode};
use crate::env::Env;
use crate::home::{Home, HomeError, sync_dir_of, with_suffix};
use crate::integrity::{self, Report};
use crate::key::{DeviceSecret, VaultKey};
use crate::keychain::Item;
use crate::unlock::{self, UnlockError, Unlocked};
use error::{Failed, NAME};
use rusqlite::{Connection, TransactionBehavior};
use std::fmt;
use std::path::PathBuf;
use uuid::Uuid;

/// SQLite's page cache for this file, in KiB: segments are read once and in order.
const CACHE_KIB: i64 = 8 * 1024;

/// The open spool.
pub struct Spool {
    conn: Connection,
    path: PathBuf,
}

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spool").finish_non_exhaustive()
    }
}

impl Spool {
    /// Opens the spool of a locked device: the keychain is asked, nobody's password. Makes an empty one where none is.
    pub fn open(env: &Env) -> Result<Self, SpoolError> {
        let mut first = None;
        for user in env.home.slot_users().map_err(UnlockError::from)? {
            match unlock::slot_and_device(env, user) {
                Ok((slot, device)) => return Self::open_with(&env.home, slot.header().vault, &device),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or(UnlockError::NoVault).into())
    }

    /// Opens the spool of a device whose slots are gone, as in the middle of a wipe. `None` where the keychain has no secret of it, or where
    /// there is no spool.
    pub fn open_without_slots(env: &Env, vault: Uuid) -> Result<Option<Self>, SpoolError> {
        if !env.home.spool_db().exists() {
            return Ok(None);
        }
        let secret = env
            .keychain
            .read_if_there(&vault, Item::Device)
            .map_err(UnlockError::from)?;
        match secret.and_then(|bytes| DeviceSecret::from_slice(&bytes)) {
            Some(device) => Self::open_with(&env.home, vault, &device).map(Some),
            None => Ok(None),
        }
    }

    /// Opens the spool of an unlocked device. Makes an empty one where none is.
    pub fn open_unlocked(env: &Env, unlocked: &Unlocked) -> Result<Self, SpoolError> {
        Self::open_with(&env.home, unlocked.vault, unlocked.device())
    }

    fn open_with(home: &Home, vault: Uuid, device: &DeviceSecret) -> Result<Self, SpoolError> {
        let path = home.spool_db();
        let mode = if path.exists() { Mode::ReadWrite } else { Mode::Create };
        let mut conn = cipher::open(&path, &key(vault, device), mode)?;
        conn.execute_batch(&format!("PRAGMA cache_size = -{CACHE_KIB}"))
            .failed()?;
        migrate::run(&mut conn)?;
        Ok(Self { conn, path })
    }

    /// Checks every page and row, as for the vault's files.
    pub fn check(&self) -> Result<Report, SpoolError> {
        Ok(integrity::check(&self.conn, "main", &self.path)?)
    }

    /// All of `work` or nothing.
    fn write<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, SpoolError>) -> Result<T, SpoolError> {
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .failed()?;
        let answer = work(&tx)?;
        tx.commit().failed()?;
        Ok(answer)
    }
}

/// Moves a damaged spool aside and answers where it is now; the next [`Spool::open`] makes an empty one. The device then has no signing key
/// any more and must be enrolled again; the records, and ops that were not sent, are in the vault.
pub fn move_aside(home: &Home, now_ms: u64) -> Result<PathBuf, HomeError> {
    home.quarantine(&home.spool_db(), now_ms)
}

/// Removes the spool for ever, as a wipe does. What is not there counts as removed.
pub fn destroy(home: &Home) -> Result<(), HomeError> {
    let file = home.spool_db();
    for suffix in ["", "-wal", "-shm"] {
        let path = with_suffix(&file, suffix);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(HomeError::io(&path)(error)),
            _ => {}
        }
    }
    sync_dir_of(&file)
}

/// The file's raw key. The label never changes once released.
fn key(vault: Uuid, device: &DeviceSecret) -> VaultKey {
    VaultKey::derive(
        &[device.expose()],
        vault.as_bytes(),
        "wardkeep spool v1",
        NAME.as_bytes(),
    )
}

#[cfg(test)]
mod tests;
