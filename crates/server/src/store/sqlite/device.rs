//! What the server keeps for single devices: their receipts of a wipe and their lease shares.

use super::clinic::{book, number, signed};
use crate::store::{Appended, LeaseAsk, NewReceipt, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use wardkeep_roster::{ClinicId, DeviceId};
use wardkeep_sync::receipt::Stage;
use zeroize::Zeroizing;

/// Keeps a receipt; one of the same stage stays as it is. With the last one the device's lease share goes.
pub fn put_receipt(
    tx: &Connection,
    clinic: ClinicId,
    receipt: &NewReceipt,
    quota: u64,
) -> Result<Appended, StoreError> {
    let clinic = number(tx, clinic)?;
    let stage = match receipt.stage {
        Stage::Heard => 1,
        Stage::Done => 2,
    };
    let inserted = tx
        .prepare_cached(
            "INSERT INTO receipt (clinic, device, stage, bytes) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (clinic, device, stage) DO NOTHING",
        )?
        .execute(params![clinic, receipt.device.0, stage, receipt.bytes])?;
    if receipt.stage == Stage::Done {
        tx.prepare_cached("DELETE FROM lease WHERE clinic = ?1 AND device = ?2")?
            .execute(params![clinic, receipt.device.0])?;
    }
    if inserted == 1 && !book(tx, clinic, receipt.bytes.len() as u64, quota)? {
        tx.execute_batch("ROLLBACK TO job")?;
        return Ok(Appended::OverQuota);
    }
    Ok(Appended::Stored)
}

/// All receipts of a clinic.
pub fn receipts(db: &Connection, clinic: ClinicId) -> Result<Vec<Vec<u8>>, StoreError> {
    let clinic = number(db, clinic)?;
    let mut statement = db.prepare_cached("SELECT bytes FROM receipt WHERE clinic = ?1 ORDER BY device, stage")?;
    let rows = statement.query_map([clinic], |row| row.get(0))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// The share of a device, and that it was handed out now.
pub fn lease(
    tx: &Connection,
    clinic: ClinicId,
    device: DeviceId,
    ask: &LeaseAsk,
    now_ms: u64,
) -> Result<Option<Zeroizing<[u8; 32]>>, StoreError> {
    let clinic = number(tx, clinic)?;
    let known: Option<Zeroizing<[u8; 32]>> = tx
        .prepare_cached("SELECT share FROM lease WHERE clinic = ?1 AND device = ?2")?
        .query_row(params![clinic, device.0], |row| row.get(0).map(Zeroizing::new))
        .optional()?;
    let share = match (ask, known) {
        (LeaseAsk::Holds(share), _) => share.clone(),
        (_, Some(known)) => known,
        (LeaseAsk::First(fresh), None) => fresh.clone(),
        (LeaseAsk::Again, None) => return Ok(None),
    };
    tx.prepare_cached(
        "INSERT INTO lease (clinic, device, share, handed_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (clinic, device) DO UPDATE SET share = ?3, handed_ms = ?4",
    )?
    .execute(params![clinic, device.0, &share[..], signed(now_ms)])?;
    Ok(Some(share))
}

/// When each device was last handed its share.
pub fn leases(db: &Connection, clinic: ClinicId) -> Result<Vec<(DeviceId, u64)>, StoreError> {
    let clinic = number(db, clinic)?;
    let mut statement = db.prepare_cached("SELECT device, handed_ms FROM lease WHERE clinic = ?1 ORDER BY device")?;
    let rows = statement.query_map([clinic], |row| Ok((DeviceId(row.get(0)?), row.get(1)?)))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}
