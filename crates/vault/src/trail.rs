//! The trail: the audit entries of the whole clinic, on the laptop of somebody who may read them. A SQLCipher file for each reader.
//!
//! Its key comes from the private key that entries are sealed to, which lies in the reader's slot alone: another user of the same
//! laptop cannot open it, and no role of theirs would help.
//!
//! Invariants:
//! - It is an index of signed segments, which stay in the spool as received: what it says can be compared with them at any time.
//! - A segment is taken whole with all that is found wrong with it, or not at all; taking it again changes nothing.
//! - An entry is never replaced. Another one with its number is noted as a fault and its device named.

mod entry;
mod fault;
mod heard;
mod search;

pub use entry::TrailEntry;
pub use fault::{TrailFault, TrailFaultKind};
pub use search::{TrailDevice, TrailFilter, TrailRow};

use crate::cipher::{self, Mode, OpenError};
use crate::home::Home;
use crate::key::{KemSeed, VaultKey};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::fmt;
use wardkeep_record::id::{DeviceId, UserId};

/// The file's name, as errors say it.
const NAME: &str = "audit.db";
/// `WKau` in ASCII, in the file's header.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"WKau");

/// The tables. Released: a change is a new step.
const STEPS: &[&str] = &[
    "
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    device BLOB NOT NULL CHECK (length(device) = 16),
    chain INTEGER NOT NULL,
    n INTEGER NOT NULL CHECK (n > 0),
    at_ms INTEGER NOT NULL,
    user BLOB NOT NULL CHECK (length(user) = 16),
    action INTEGER NOT NULL,
    patient BLOB CHECK (patient IS NULL OR length(patient) = 16),
    record BLOB CHECK (record IS NULL OR length(record) = 16),
    detail TEXT,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (device, chain, n)
) STRICT;
CREATE INDEX entry_at ON entry (at_ms);
CREATE INDEX entry_patient ON entry (patient, at_ms) WHERE patient IS NOT NULL;
CREATE INDEX entry_user ON entry (user, at_ms);
CREATE INDEX entry_device ON entry (device, at_ms);
CREATE INDEX entry_action ON entry (action, at_ms);
CREATE TABLE taken (
    device BLOB NOT NULL CHECK (length(device) = 16),
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    seq INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;
CREATE TABLE fault (
    device BLOB NOT NULL CHECK (length(device) = 16),
    chain INTEGER NOT NULL,
    n INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    PRIMARY KEY (device, chain, n, kind)
) STRICT, WITHOUT ROWID;
",
    "
CREATE TABLE heard (
    device BLOB NOT NULL PRIMARY KEY CHECK (length(device) = 16),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
",
    "
ALTER TABLE entry ADD COLUMN op BLOB CHECK (op IS NULL OR length(op) = 32);
",
    // Of a detail that is withheld the mark of broken glass comes along.
    "ALTER TABLE entry ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;",
];

/// Why the trail was not opened, read or written. Nothing of a failed call was kept.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// The file is damaged, newer, in use, or the disk is full; or the key is not this reader's any more.
    #[error(transparent)]
    File(#[from] OpenError),
    /// A segment holds what is no audit entry.
    #[error("an entry of the trail cannot be read")]
    Malformed,
}

/// Turns the database's error into the trail's.
trait Failed<T> {
    fn failed(self) -> Result<T, TrailError>;
}

impl<T> Failed<T> for rusqlite::Result<T> {
    fn failed(self) -> Result<T, TrailError> {
        self.map_err(|error| OpenError::from_sqlite(&error, NAME).into())
    }
}

/// The last segment of a device's chain that was taken in.
pub struct Taken {
    /// Whose.
    pub device: DeviceId,
    /// In which of its lives.
    pub incarnation: [u8; 16],
    /// Its number.
    pub seq: u64,
}

/// The open trail of one reader.
pub struct Trail {
    conn: Connection,
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail").finish_non_exhaustive()
    }
}

impl Trail {
    /// Opens a reader's trail; makes an empty one where none is.
    pub fn open(home: &Home, reader: UserId, seed: &KemSeed) -> Result<Self, TrailError> {
        let path = home.trail_db(reader);
        let mode = if path.exists() { Mode::ReadWrite } else { Mode::Create };
        let key = VaultKey::derive(
            &[seed.expose()],
            reader.as_bytes(),
            "wardkeep audit trail v1",
            NAME.as_bytes(),
        );
        let mut conn = cipher::open(&path, &key, mode)?;
        migrate(&mut conn)?;
        Ok(Self { conn })
    }

    /// The last segment of a device's chain that was taken in; 0 for none.
    pub fn taken(&self, device: DeviceId, incarnation: &[u8; 16]) -> Result<u64, TrailError> {
        let sql = "SELECT seq FROM taken WHERE device = ?1 AND incarnation = ?2";
        let key = params![device.as_bytes().as_slice(), incarnation.as_slice()];
        let seq: Option<i64> = self
            .conn
            .prepare_cached(sql)
            .and_then(|mut query| query.query_row(key, |row| row.get(0)).optional())
            .failed()?;
        Ok(seq.map_or(0, i64::cast_unsigned))
    }

    /// How far every chain was taken in.
    pub fn all_taken(&self) -> Result<Vec<Taken>, TrailError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT device, incarnation, seq FROM taken")
            .failed()?;
        let rows = query
            .query_map([], |row| {
                Ok(Taken {
                    device: DeviceId::from_bytes(row.get(0)?),
                    incarnation: row.get(1)?,
                    seq: row.get::<_, i64>(2)?.cast_unsigned(),
                })
            })
            .failed()?;
        rows.collect::<rusqlite::Result<_>>().failed()
    }

    /// Takes in what a segment of a device holds: its entries, and what is wrong with them.
    pub fn take(
        &mut self,
        device: DeviceId,
        (incarnation, seq): (&[u8; 16], u64),
        entries: &[TrailEntry],
    ) -> Result<(), TrailError> {
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .failed()?;
        let sql = "SELECT coalesce(max(unread), 0) FROM taken WHERE device = ?1";
        let key = params![device.as_bytes().as_slice()];
        let unread: i64 = tx.query_row(sql, key, |row| row.get(0)).failed()?;
        for entry in entries {
            entry::put(&tx, device, entry, unread > 0)?;
        }
        mark(&tx, device, (incarnation, seq), 0)?;
        tx.commit().failed()
    }

    /// Passes over a segment that was not sealed to this reader, who had no right to it then: what comes after it begins later.
    pub fn pass_over(&mut self, device: DeviceId, place: (&[u8; 16], u64)) -> Result<(), TrailError> {
        mark(&self.conn, device, place, 1)
    }
}

/// Notes how far a chain was taken in, and whether its last segment was one that this reader cannot open.
fn mark(
    conn: &Connection,
    device: DeviceId,
    (incarnation, seq): (&[u8; 16], u64),
    unread: i64,
) -> Result<(), TrailError> {
    let sql = "INSERT INTO taken (device, incarnation, seq, unread) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (device, incarnation) DO UPDATE SET seq = max(seq, ?3), unread = ?4";
    let row = params![
        device.as_bytes().as_slice(),
        incarnation.as_slice(),
        seq.cast_signed(),
        unread
    ];
    conn.prepare_cached(sql).and_then(|mut put| put.execute(row)).failed()?;
    Ok(())
}

fn migrate(conn: &mut Connection) -> Result<(), TrailError> {
    let number = |pragma: &str, conn: &Connection| {
        conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0))
            .failed()
    };
    let (found, known) = (number("user_version", conn)?, STEPS.len() as i64);
    if found > known {
        let file = NAME.to_owned();
        return Err(OpenError::Newer { file, found, known }.into());
    }
    for (step, version) in STEPS.iter().zip(1..).filter(|(_, version)| *version > found) {
        let tx = conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .failed()?;
        tx.execute_batch(step).failed()?;
        tx.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}"
        ))
        .failed()?;
        tx.commit().failed()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
