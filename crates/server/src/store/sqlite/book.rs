//! The books of sealed files: which are here, how far half-sent ones have come, and to whom their bytes are counted.

use super::clinic::{book, number, signed};
use crate::store::{Appended, StoreError, Upload};
use rusqlite::{Connection, OptionalExtension, params};
use wardkeep_roster::ClinicId;

/// Bytes that have come.
#[derive(Clone, Copy)]
pub struct Growth {
    /// How many there were until now.
    pub from: u64,
    /// How many more there are.
    pub bytes: u64,
    /// The present time.
    pub now_ms: u64,
}

/// How far a sealed file has come.
pub fn upload(db: &Connection, clinic: ClinicId, blob: &[u8; 32]) -> Result<Upload, StoreError> {
    let clinic = number(db, clinic)?;
    let found = db
        .prepare_cached("SELECT received, complete FROM blob WHERE clinic = ?1 AND hash = ?2")?
        .query_row(params![clinic, blob], |row| {
            Ok(Upload {
                received: row.get(0)?,
                complete: row.get(1)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Notes that more has come. `NotNext` if somebody else was faster.
pub fn grow(
    tx: &Connection,
    clinic: ClinicId,
    blob: &[u8; 32],
    growth: Growth,
    quota: u64,
) -> Result<Appended, StoreError> {
    let before = upload(tx, clinic, blob)?;
    if before.complete || before.received != growth.from {
        return Ok(Appended::NotNext);
    }
    let clinic = number(tx, clinic)?;
    if !book(tx, clinic, growth.bytes, quota)? {
        return Ok(Appended::OverQuota);
    }
    tx.prepare_cached(
        "INSERT INTO blob (clinic, hash, received, complete, continued_ms) VALUES (?1, ?2, ?3, 0, ?4)
         ON CONFLICT (clinic, hash) DO UPDATE SET received = ?3, continued_ms = ?4",
    )?
    .execute(params![
        clinic,
        blob,
        signed(growth.from + growth.bytes),
        signed(growth.now_ms)
    ])?;
    Ok(Appended::Stored)
}

/// Notes that a sealed file is whole.
pub fn finish(tx: &Connection, clinic: ClinicId, blob: &[u8; 32]) -> Result<(), StoreError> {
    let clinic = number(tx, clinic)?;
    tx.prepare_cached("UPDATE blob SET complete = 1 WHERE clinic = ?1 AND hash = ?2")?
        .execute(params![clinic, blob])?;
    Ok(())
}

/// Forgets a half-sent sealed file; a whole one stays.
pub fn forget(tx: &Connection, clinic: ClinicId, blob: &[u8; 32]) -> Result<(), StoreError> {
    strike(tx, clinic, blob, false)
}

/// Forgets a whole sealed file that is lost or damaged.
pub fn lose(tx: &Connection, clinic: ClinicId, blob: &[u8; 32]) -> Result<(), StoreError> {
    strike(tx, clinic, blob, true)
}

fn strike(tx: &Connection, clinic: ClinicId, blob: &[u8; 32], complete: bool) -> Result<(), StoreError> {
    let clinic = number(tx, clinic)?;
    let key = params![clinic, blob, complete];
    tx.prepare_cached(
        "UPDATE clinic SET stored_bytes = stored_bytes -
             coalesce((SELECT received FROM blob WHERE clinic = ?1 AND hash = ?2 AND complete = ?3), 0) WHERE n = ?1",
    )?
    .execute(key)?;
    tx.prepare_cached("DELETE FROM blob WHERE clinic = ?1 AND hash = ?2 AND complete = ?3")?
        .execute(key)?;
    Ok(())
}

/// Half-sent sealed files that nobody has continued since.
pub fn stale(db: &Connection, before_ms: u64) -> Result<Vec<(ClinicId, [u8; 32])>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT clinic.id, hash FROM blob JOIN clinic ON clinic.n = clinic WHERE complete = 0 AND continued_ms < ?1",
    )?;
    let rows = statement.query_map([signed(before_ms)], |row| Ok((ClinicId(row.get(0)?), row.get(1)?)))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}
