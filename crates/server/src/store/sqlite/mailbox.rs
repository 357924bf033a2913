//! Mailboxes: parcels that wait for one device, numbered in each mailbox from 1.

use super::clinic::{book, number, signed};
use crate::store::{NewParcel, StoreError};
use rusqlite::{Connection, params};
use wardkeep_roster::{ClinicId, DeviceId};

/// Puts parcels into their mailboxes. `None` if the clinic's storage or a mailbox is full; nothing is kept then.
pub fn put(
    tx: &Connection,
    clinic: ClinicId,
    parcels: &[NewParcel],
    quota: u64,
    most: u32,
) -> Result<Option<Vec<DeviceId>>, StoreError> {
    let clinic = number(tx, clinic)?;
    let mut got = Vec::new();
    let mut bytes = 0;
    for parcel in parcels {
        let last: u32 = tx
            .prepare_cached("SELECT coalesce(max(number), 0) FROM parcel WHERE clinic = ?1 AND device = ?2")?
            .query_row(params![clinic, parcel.recipient.0], |row| row.get(0))?;
        let inserted = tx
            .prepare_cached(
                "INSERT INTO parcel (clinic, device, number, hash, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (clinic, device, hash) DO NOTHING",
            )?
            .execute(params![clinic, parcel.recipient.0, last + 1, parcel.hash, parcel.bytes])?;
        if inserted == 0 {
            continue;
        }
        if last >= most {
            return undo(tx);
        }
        bytes += parcel.bytes.len() as u64;
        if !got.contains(&parcel.recipient) {
            got.push(parcel.recipient);
        }
    }
    if book(tx, clinic, bytes, quota)? {
        Ok(Some(got))
    } else {
        undo(tx)
    }
}

/// Takes back what this job has written, and leaves its savepoint open for its end.
fn undo<T>(tx: &Connection) -> Result<Option<T>, StoreError> {
    tx.execute_batch("ROLLBACK TO job")?;
    Ok(None)
}

/// The parcels of a mailbox after this number.
pub fn read(
    db: &Connection,
    clinic: ClinicId,
    device: DeviceId,
    after: u64,
    most: usize,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let clinic = number(db, clinic)?;
    let mut statement = db.prepare_cached(
        "SELECT number, bytes FROM parcel WHERE clinic = ?1 AND device = ?2 AND number > ?3 ORDER BY number LIMIT ?4",
    )?;
    let rows = statement.query_map(params![clinic, device.0, signed(after), most], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}
