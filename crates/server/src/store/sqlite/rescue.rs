//! What revoked devices had not sent, in the order in which it came.

use super::clinic::{book, number, signed};
use crate::store::{Appended, NewRescue, StoreError};
use rusqlite::{Connection, params};
use wardkeep_roster::{ClinicId, Compartment};

/// Keeps segments apart. Those that do not fit any more are left out, and the others stay.
pub fn put(
    tx: &Connection,
    clinic: ClinicId,
    new: &[NewRescue],
    now_ms: u64,
    (quota, most_bytes): (u64, u64),
) -> Result<Vec<Appended>, StoreError> {
    let clinic = number(tx, clinic)?;
    let mut answers = Vec::with_capacity(new.len());
    for rescue in new {
        answers.push(put_one(tx, clinic, rescue, now_ms, (quota, most_bytes))?);
    }
    Ok(answers)
}

fn put_one(
    tx: &Connection,
    clinic: i64,
    rescue: &NewRescue,
    now_ms: u64,
    (quota, most_bytes): (u64, u64),
) -> Result<Appended, StoreError> {
    let known: bool = tx
        .prepare_cached("SELECT count(*) > 0 FROM rescue WHERE clinic = ?1 AND device = ?2 AND hash = ?3")?
        .query_row(params![clinic, rescue.device.0, rescue.hash.0], |row| row.get(0))?;
    if known {
        return Ok(Appended::Stored);
    }
    let kept: u64 = tx
        .prepare_cached("SELECT coalesce(sum(length(bytes)), 0) FROM rescue WHERE clinic = ?1 AND device = ?2")?
        .query_row(params![clinic, rescue.device.0], |row| row.get(0))?;
    let bytes = rescue.bytes.len() as u64;
    if kept.saturating_add(bytes) > most_bytes || !book(tx, clinic, bytes, quota)? {
        return Ok(Appended::OverQuota);
    }
    tx.prepare_cached(
        "INSERT INTO rescue (clinic, device, compartment, hash, at_ms, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        clinic,
        rescue.device.0,
        rescue.compartment.number(),
        rescue.hash.0,
        signed(now_ms),
        rescue.bytes.as_ref(),
    ])?;
    Ok(Appended::Stored)
}

/// What was rescued of these compartments after this number.
pub fn read(
    db: &Connection,
    clinic: ClinicId,
    compartments: &[Compartment],
    after: u64,
    (most, most_bytes): (usize, usize),
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let clinic = number(db, clinic)?;
    let mut statement =
        db.prepare_cached("SELECT n, compartment, bytes FROM rescue WHERE clinic = ?1 AND n > ?2 ORDER BY n")?;
    let mut rows = statement.query(params![clinic, signed(after)])?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let shown = Compartment::from_number(row.get(1)?).is_some_and(|part| compartments.contains(&part));
        if !shown {
            continue;
        }
        let length = row.get_ref(2)?.as_blob().map_or(0, <[u8]>::len);
        if found.len() == most || (!found.is_empty() && bytes + length > most_bytes) {
            break;
        }
        bytes += length;
        found.push((row.get(0)?, row.get(2)?));
    }
    Ok(found)
}
