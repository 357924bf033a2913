//! Snapshots, their chunks, who has signed and who has acknowledged them; and letting go of the segments under one.

use super::clinic::{book, number, signed};
use super::segments;
use crate::store::{Appended, NewSnapshot, SnapshotRow, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use wardkeep_roster::{ClinicId, Compartment, DeviceId};
use wardkeep_sync::id::Chain;

/// Notes that a chunk is here.
pub fn put_chunk(
    tx: &Connection,
    clinic: ClinicId,
    hash: &[u8; 32],
    (bytes, now_ms): (u64, u64),
    quota: u64,
) -> Result<Appended, StoreError> {
    let clinic = number(tx, clinic)?;
    if length(tx, clinic, hash)?.is_some() {
        return Ok(Appended::Stored);
    }
    if !book(tx, clinic, bytes, quota)? {
        return Ok(Appended::OverQuota);
    }
    tx.prepare_cached("INSERT INTO chunk (clinic, hash, bytes, put_ms) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![clinic, hash, signed(bytes), signed(now_ms)])?;
    Ok(Appended::Stored)
}

/// The length of a chunk that is here.
pub fn chunk(db: &Connection, clinic: ClinicId, hash: &[u8; 32]) -> Result<Option<u64>, StoreError> {
    length(db, number(db, clinic)?, hash)
}

fn length(db: &Connection, clinic: i64, hash: &[u8; 32]) -> Result<Option<u64>, StoreError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM chunk WHERE clinic = ?1 AND hash = ?2")?;
    Ok(statement
        .query_row(params![clinic, hash], |row| row.get(0))
        .optional()?)
}

/// Chunks that came before this time and are of no snapshot.
pub fn stale_chunks(db: &Connection, before_ms: u64) -> Result<Vec<(ClinicId, [u8; 32])>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT clinic.id, hash FROM chunk JOIN clinic ON clinic.n = clinic WHERE put_ms < ?1
         AND NOT EXISTS (SELECT 1 FROM snapshot_chunk s WHERE s.clinic = chunk.clinic AND s.hash = chunk.hash) LIMIT 10000",
    )?;
    let rows = statement.query_map([signed(before_ms)], |row| Ok((ClinicId(row.get(0)?), row.get(1)?)))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// Forgets a chunk that is of no snapshot. Says whether it was.
pub fn drop_chunk(tx: &Connection, clinic: ClinicId, hash: &[u8; 32]) -> Result<bool, StoreError> {
    let clinic = number(tx, clinic)?;
    let bytes: Option<i64> = tx
        .prepare_cached(
            "DELETE FROM chunk WHERE clinic = ?1 AND hash = ?2
             AND NOT EXISTS (SELECT 1 FROM snapshot_chunk s WHERE s.clinic = ?1 AND s.hash = ?2) RETURNING bytes",
        )?
        .query_row(params![clinic, hash], |row| row.get(0))
        .optional()?;
    unbook(tx, clinic, bytes.unwrap_or(0))?;
    Ok(bytes.is_some())
}

fn unbook(tx: &Connection, clinic: i64, bytes: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE clinic SET stored_bytes = max(0, stored_bytes - ?2) WHERE n = ?1")?
        .execute([clinic, bytes])?;
    Ok(())
}

/// Keeps a snapshot whose chunks are all here.
pub fn put(
    tx: &Connection,
    clinic: ClinicId,
    new: &NewSnapshot,
    quota: u64,
    most: u32,
) -> Result<Appended, StoreError> {
    let clinic = number(tx, clinic)?;
    if find(tx, clinic, &new.id)?.is_some() {
        return Ok(Appended::Stored);
    }
    for hash in &new.chunks {
        if length(tx, clinic, hash)?.is_none() {
            return Ok(Appended::NotNext);
        }
    }
    let count: u32 = tx
        .prepare_cached("SELECT count(*) FROM snapshot WHERE clinic = ?1")?
        .query_row([clinic], |row| row.get(0))?;
    if count >= most || !book(tx, clinic, new.manifest.len() as u64, quota)? {
        return Ok(Appended::OverQuota);
    }
    tx.prepare_cached("INSERT INTO snapshot (clinic, id, compartment, manifest, put_ms) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            clinic,
            new.id,
            new.compartment.number(),
            new.manifest,
            signed(new.now_ms)
        ])?;
    let n = tx.last_insert_rowid();
    let mut insert =
        tx.prepare_cached("INSERT OR IGNORE INTO snapshot_chunk (snapshot, clinic, hash) VALUES (?1, ?2, ?3)")?;
    for hash in &new.chunks {
        insert.execute(params![n, clinic, hash])?;
    }
    Ok(Appended::Stored)
}

fn find(db: &Connection, clinic: i64, id: &[u8; 32]) -> Result<Option<i64>, StoreError> {
    let mut statement = db.prepare_cached("SELECT n FROM snapshot WHERE clinic = ?1 AND id = ?2")?;
    Ok(statement.query_row(params![clinic, id], |row| row.get(0)).optional()?)
}

/// All snapshots of a clinic, newest first.
pub fn all(db: &Connection, clinic: ClinicId) -> Result<Vec<SnapshotRow>, StoreError> {
    let clinic = number(db, clinic)?;
    let mut statement = db
        .prepare_cached("SELECT n, id, compartment, put_ms, dropped FROM snapshot WHERE clinic = ?1 ORDER BY n DESC")?;
    let mut rows = statement.query([clinic])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let n: i64 = row.get(0)?;
        let compartment = Compartment::from_number(row.get(2)?)
            .ok_or_else(|| StoreError::Damaged("a compartment of no meaning".into()))?;
        found.push(SnapshotRow {
            id: row.get(1)?,
            compartment,
            put_ms: row.get(3)?,
            dropped: row.get(4)?,
            signatures: signatures(db, n)?,
            acknowledged: acknowledged(db, n)?,
        });
    }
    Ok(found)
}

fn signatures(db: &Connection, snapshot: i64) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT bytes FROM snapshot_signature WHERE snapshot = ?1 ORDER BY device")?;
    let rows = statement.query_map([snapshot], |row| row.get(0))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

fn acknowledged(db: &Connection, snapshot: i64) -> Result<Vec<DeviceId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT device FROM snapshot_acknowledgement WHERE snapshot = ?1")?;
    let rows = statement.query_map([snapshot], |row| row.get(0).map(DeviceId))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// The manifest of a snapshot.
pub fn manifest(db: &Connection, clinic: ClinicId, id: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
    let clinic = number(db, clinic)?;
    let mut statement = db.prepare_cached("SELECT manifest FROM snapshot WHERE clinic = ?1 AND id = ?2")?;
    Ok(statement.query_row(params![clinic, id], |row| row.get(0)).optional()?)
}

/// Keeps a device's countersignature, one for each device and at most `most`. Says whether it is here now.
pub fn sign(
    tx: &Connection,
    clinic: ClinicId,
    id: &[u8; 32],
    (device, bytes): (DeviceId, &[u8]),
    most: u32,
) -> Result<bool, StoreError> {
    let Some(n) = find(tx, number(tx, clinic)?, id)? else {
        return Ok(false);
    };
    tx.prepare_cached(
        "INSERT OR IGNORE INTO snapshot_signature (snapshot, device, bytes)
         SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM snapshot_signature WHERE snapshot = ?1) < ?4",
    )?
    .execute(params![n, device.0, bytes, most])?;
    Ok(true)
}

/// Notes that a device holds all that is in a snapshot. Says whether there is one.
pub fn acknowledge(tx: &Connection, clinic: ClinicId, id: &[u8; 32], device: DeviceId) -> Result<bool, StoreError> {
    let Some(n) = find(tx, number(tx, clinic)?, id)? else {
        return Ok(false);
    };
    tx.prepare_cached("INSERT OR IGNORE INTO snapshot_acknowledgement (snapshot, device) VALUES (?1, ?2)")?
        .execute(params![n, device.0])?;
    Ok(true)
}

/// Lets go of the runs that lie wholly at or before these segments. Chains keep their tips. Says how many bytes went.
pub fn drop_segments(
    tx: &Connection,
    clinic: ClinicId,
    id: &[u8; 32],
    upto: &[(Chain, u64)],
) -> Result<u64, StoreError> {
    let clinic = number(tx, clinic)?;
    let mut gone = 0;
    for (chain, seq) in upto {
        let Some(row) = segments::find_chain(tx, clinic, chain)? else {
            continue;
        };
        let mut statement =
            tx.prepare_cached("DELETE FROM run WHERE chain = ?1 AND first + count - 1 <= ?2 RETURNING length(bytes)")?;
        let lengths = statement.query_map(params![row.n, signed(*seq)], |row| row.get::<_, i64>(0))?;
        for length in lengths {
            gone += length?;
        }
    }
    unbook(tx, clinic, gone)?;
    tx.prepare_cached("UPDATE snapshot SET dropped = 1 WHERE clinic = ?1 AND id = ?2")?
        .execute(params![clinic, id])?;
    Ok(gone.cast_unsigned())
}

/// Forgets a snapshot. Its chunks stay until they are stale.
pub fn forget(tx: &Connection, clinic: ClinicId, id: &[u8; 32]) -> Result<(), StoreError> {
    let clinic = number(tx, clinic)?;
    let Some(n) = find(tx, clinic, id)? else {
        return Ok(());
    };
    for table in ["snapshot_chunk", "snapshot_signature", "snapshot_acknowledgement"] {
        tx.execute(&format!("DELETE FROM {table} WHERE snapshot = ?1"), [n])?;
    }
    let bytes: i64 = tx
        .prepare_cached("DELETE FROM snapshot WHERE n = ?1 RETURNING length(manifest)")?
        .query_row([n], |row| row.get(0))?;
    unbook(tx, clinic, bytes)
}
