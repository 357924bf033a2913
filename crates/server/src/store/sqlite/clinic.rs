//! Clinics, founding tokens and rosters.

use crate::store::{Appended, ClinicUsage, Founded, Founding, StoreError};
use crate::token::TokenHash;
use rusqlite::{Connection, OptionalExtension, params};
use wardkeep_roster::ClinicId;

/// The number of a clinic, which every other table uses.
pub fn number(db: &Connection, clinic: ClinicId) -> Result<i64, StoreError> {
    find(db, clinic)?.ok_or_else(|| StoreError::Damaged("a clinic is not there".into()))
}

/// Books bytes to a clinic, unless its storage is used up. `false` means that nothing was booked.
pub fn book(db: &Connection, clinic: i64, bytes: u64, quota: u64) -> Result<bool, StoreError> {
    let (bytes, quota) = (signed(bytes), signed(quota));
    let booked = db
        .prepare_cached("UPDATE clinic SET stored_bytes = stored_bytes + ?2 WHERE n = ?1 AND stored_bytes + ?2 <= ?3")?
        .execute(params![clinic, bytes, quota])?;
    Ok(booked == 1)
}

/// SQLite's integers are signed; nothing here comes near their end.
pub fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// All clinics with what they use.
pub fn all(db: &Connection) -> Result<Vec<ClinicUsage>, StoreError> {
    let mut statement = db.prepare_cached("SELECT id, stored_bytes FROM clinic ORDER BY n")?;
    let rows = statement.query_map([], |row| {
        Ok(ClinicUsage {
            clinic: ClinicId(row.get(0)?),
            stored_bytes: row.get(1)?,
        })
    })?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// Makes a founding token known.
pub fn add_token(tx: &Connection, token: TokenHash, expires_ms: u64) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO founding_token (hash, expires_ms, clinic) VALUES (?1, ?2, NULL)")?
        .execute(params![token.0, signed(expires_ms)])?;
    Ok(())
}

/// Uses the token and makes the clinic with its first entry.
pub fn found(tx: &Connection, founding: &Founding) -> Result<Founded, StoreError> {
    let token: Option<(i64, Option<i64>)> = tx
        .prepare_cached("SELECT expires_ms, clinic FROM founding_token WHERE hash = ?1")?
        .query_row([founding.token.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let there = find(tx, founding.clinic)?;
    match (token, there) {
        (Some((_, Some(used_for))), Some(there)) if used_for == there => return Ok(Founded::Before),
        (Some((expires_ms, None)), None) if expires_ms > signed(founding.now_ms) => {}
        _ => return Ok(Founded::TokenRefused),
    }
    let clinics: u32 = tx.query_row("SELECT count(*) FROM clinic", [], |row| row.get(0))?;
    if clinics >= founding.most_clinics {
        return Ok(Founded::ServerFull);
    }
    tx.execute(
        "INSERT INTO clinic (id, founded_ms, stored_bytes) VALUES (?1, ?2, ?3)",
        params![founding.clinic.0, signed(founding.now_ms), founding.genesis.len()],
    )?;
    let clinic = tx.last_insert_rowid();
    insert_entry(tx, clinic, 1, &founding.genesis)?;
    tx.execute(
        "UPDATE founding_token SET clinic = ?2 WHERE hash = ?1",
        params![founding.token.0, clinic],
    )?;
    Ok(Founded::New)
}

/// All entries of a roster in order.
pub fn entries(db: &Connection, clinic: ClinicId) -> Result<Vec<Vec<u8>>, StoreError> {
    let clinic = number(db, clinic)?;
    let mut statement = db.prepare_cached("SELECT bytes FROM entry WHERE clinic = ?1 ORDER BY number")?;
    let rows = statement.query_map([clinic], |row| row.get(0))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// Appends entries if the last one has this number.
pub fn append_entries(
    tx: &Connection,
    clinic: ClinicId,
    after: u32,
    entries: &[Vec<u8>],
    quota: u64,
) -> Result<Appended, StoreError> {
    let clinic = number(tx, clinic)?;
    let last: u32 = tx
        .prepare_cached("SELECT coalesce(max(number), 0) FROM entry WHERE clinic = ?1")?
        .query_row([clinic], |row| row.get(0))?;
    if last != after {
        return Ok(Appended::NotNext);
    }
    let bytes = entries.iter().map(|entry| entry.len() as u64).sum();
    if !book(tx, clinic, bytes, quota)? {
        return Ok(Appended::OverQuota);
    }
    for (number, entry) in (after + 1..).zip(entries) {
        insert_entry(tx, clinic, number, entry)?;
    }
    Ok(Appended::Stored)
}

fn insert_entry(tx: &Connection, clinic: i64, number: u32, bytes: &[u8]) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO entry (clinic, number, bytes) VALUES (?1, ?2, ?3)")?
        .execute(params![clinic, number, bytes])?;
    Ok(())
}

fn find(db: &Connection, clinic: ClinicId) -> Result<Option<i64>, StoreError> {
    let mut statement = db.prepare_cached("SELECT n FROM clinic WHERE id = ?1")?;
    Ok(statement.query_row([clinic.0], |row| row.get(0)).optional()?)
}
