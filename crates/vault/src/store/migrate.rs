//! Brings a compartment's file to this version's tables, one numbered step at a time.
//!
//! A step and its number commit together, so a kill in the middle leaves the old version and the next start goes on from
//! there. A file of a newer version is left alone.

use super::audit::{AuditKey, Head};
use super::error::{At, StoreError};
use super::projection;
use super::schema::{Migration, application_id, schema, steps};
use rusqlite::{Connection, params};
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;

/// Why a file's tables are not what this version works with.
#[derive(Debug)]
pub(super) enum MigrateError {
    /// A newer version of Wardkeep wrote the file.
    Newer { found: u32, known: u32 },
    /// It is another compartment's file.
    Exchanged,
    /// It belongs to another device.
    OtherDevice,
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for MigrateError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The version of the tables that this program writes.
pub(super) fn known_version(compartment: Compartment) -> u32 {
    steps(compartment).last().map_or(0, |step| step.version)
}

/// Runs the missing steps; a file without tables becomes this device's.
pub(super) fn migrate(
    conn: &mut Connection,
    at: Compartment,
    device: DeviceId,
    key: &AuditKey,
) -> Result<(), MigrateError> {
    check_header(conn, at)?;
    run(conn, at, steps(at), device, key)?;
    let stored: [u8; 16] = conn
        .query_row(&format!("SELECT device FROM {}.meta", schema(at)), [], |row| row.get(0))
        .at(at)?;
    if stored != *device.as_bytes() {
        return Err(MigrateError::OtherDevice);
    }
    Ok(())
}

/// Refuses a newer file and one of the other compartment, before anything is written.
fn check_header(conn: &Connection, at: Compartment) -> Result<(), MigrateError> {
    let (found, known) = (user_version(conn, at)?, known_version(at));
    if found > known {
        return Err(MigrateError::Newer { found, known });
    }
    let id: i32 = conn
        .query_row(&format!("PRAGMA {}.application_id", schema(at)), [], |row| row.get(0))
        .at(at)?;
    if found > 0 && id != application_id(at) {
        return Err(MigrateError::Exchanged);
    }
    Ok(())
}

/// The number of the last step that the file has seen.
pub(super) fn user_version(conn: &Connection, at: Compartment) -> Result<u32, StoreError> {
    conn.query_row(&format!("PRAGMA {}.user_version", schema(at)), [], |row| row.get(0))
        .at(at)
}

/// Runs those of `steps` that the file lacks, each in a transaction with its number.
pub(super) fn run(
    conn: &mut Connection,
    at: Compartment,
    steps: &[Migration],
    device: DeviceId,
    key: &AuditKey,
) -> Result<(), StoreError> {
    let found = user_version(conn, at)?;
    let s = schema(at);
    for step in steps.iter().filter(|step| step.version > found) {
        let tx = conn
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .at(at)?;
        for sql in step.sql {
            tx.execute_batch(&sql.replace("{s}", s)).at(at)?;
        }
        if found == 0 && step.version == 1 {
            found_file(&tx, at, device, key)?;
        }
        if step.reindex && found > 0 {
            projection::rebuild(&tx, at)?;
        }
        tx.execute_batch(&format!("PRAGMA {s}.user_version = {}", step.version))
            .at(at)?;
        tx.commit().at(at)?;
    }
    Ok(())
}

/// Writes whose file it is and the head of its empty audit chain.
fn found_file(conn: &Connection, at: Compartment, device: DeviceId, key: &AuditKey) -> Result<(), StoreError> {
    let head = Head::empty(device, at);
    let mac = head.mac(key, device, at);
    let s = schema(at);
    conn.execute(
        &format!(
            "INSERT INTO {s}.meta (one, device, seq, hlc, patients, audit_n, audit_hash, audit_mac) \
             VALUES (1, ?1, 0, 0, 0, 0, ?2, ?3)"
        ),
        params![
            device.as_bytes().as_slice(),
            head.hash.as_slice(),
            mac.as_bytes().as_slice()
        ],
    )
    .at(at)?;
    conn.execute_batch(&format!("PRAGMA {s}.application_id = {}", application_id(at)))
        .at(at)
}
