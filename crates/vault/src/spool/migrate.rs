//! The spool's tables, as numbered forward-only migrations. A released step is never edited.

use super::error::{Failed, NAME, SpoolError};
use crate::cipher::OpenError;
use rusqlite::{Connection, TransactionBehavior};

/// `WKsp` in ASCII, in the file's header.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"WKsp");

/// The steps in order; the first makes `user_version` 1.
///
/// `tip` holds the last segment of each chain that `segment` has without a gap, from `floor` on where a snapshot stands for what was before. `acknowledged` is the server's vector as it last said it.
/// `blob` has one row for each sealed file that the clinic's records name: `here` when it is whole and verified on this disk, `acknowledged`
/// when the server says that it has it, `damaged` how often the server gave other bytes.
/// `renewal` has the device's next key and the roster entry that was made of it, from before the entry is sent until the roster has it or another.
pub(super) const STEPS: &[&str] = &[
    "
CREATE TABLE device (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seed BLOB NOT NULL CHECK (length(seed) = 32)
) STRICT;
CREATE TABLE server (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    address TEXT NOT NULL,
    pin BLOB NOT NULL CHECK (length(pin) = 32),
    clinic BLOB NOT NULL CHECK (length(clinic) = 32)
) STRICT;
CREATE TABLE joining (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    state BLOB NOT NULL
) STRICT;
CREATE TABLE memory (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE cursor (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE roster (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE segment (
    n INTEGER PRIMARY KEY,
    compartment INTEGER NOT NULL,
    device BLOB NOT NULL CHECK (length(device) = 16),
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    seq INTEGER NOT NULL CHECK (seq > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    bytes BLOB NOT NULL,
    UNIQUE (compartment, device, incarnation, seq)
) STRICT;
CREATE TABLE tip (
    compartment INTEGER NOT NULL,
    device BLOB NOT NULL CHECK (length(device) = 16),
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    seq INTEGER NOT NULL CHECK (seq > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (compartment, device, incarnation)
) STRICT, WITHOUT ROWID;
CREATE TABLE acknowledged (
    compartment INTEGER NOT NULL,
    device BLOB NOT NULL CHECK (length(device) = 16),
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    seq INTEGER NOT NULL CHECK (seq > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (compartment, device, incarnation)
) STRICT, WITHOUT ROWID;
CREATE TABLE parcel (
    n INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE alarm (
    n INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    times INTEGER NOT NULL,
    seen_ms INTEGER,
    UNIQUE (kind, subject)
) STRICT;
",
    "
CREATE TABLE floor (
    compartment INTEGER NOT NULL,
    device BLOB NOT NULL CHECK (length(device) = 16),
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    seq INTEGER NOT NULL CHECK (seq > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (compartment, device, incarnation)
) STRICT, WITHOUT ROWID;
",
    "
CREATE TABLE receipt (
    device BLOB NOT NULL CHECK (length(device) = 16),
    stage INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    noted INTEGER NOT NULL CHECK (noted IN (0, 1)),
    PRIMARY KEY (device, stage)
) STRICT, WITHOUT ROWID;
",
    "
CREATE TABLE blob (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    id BLOB NOT NULL CHECK (length(id) = 16),
    compartment INTEGER NOT NULL,
    device BLOB NOT NULL CHECK (length(device) = 16),
    length INTEGER NOT NULL CHECK (length > 0),
    here INTEGER NOT NULL CHECK (here IN (0, 1)),
    acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
    damaged INTEGER NOT NULL,
    retry_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_waits ON blob (length) WHERE here = 0 OR acknowledged = 0;
",
    "
CREATE TABLE aside (
    n INTEGER PRIMARY KEY,
    device BLOB NOT NULL CHECK (length(device) = 16),
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    compartment INTEGER NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    at_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
",
    "
CREATE TABLE renewal (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seed BLOB NOT NULL CHECK (length(seed) = 32),
    entry BLOB NOT NULL
) STRICT;
",
];

/// Runs the steps that the file lacks, each in a transaction with its number. A newer file is refused and left alone.
pub(super) fn run(conn: &mut Connection) -> Result<(), SpoolError> {
    let number = |pragma: &str, conn: &Connection| {
        conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0))
            .failed()
    };
    let (found, known) = (number("user_version", conn)?, STEPS.len() as i64);
    if found > known {
        let file = NAME.to_owned();
        return Err(OpenError::Newer { file, found, known }.into());
    }
    if found > 0 && number("application_id", conn)? != i64::from(APPLICATION_ID) {
        return Err(super::error::damaged());
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
