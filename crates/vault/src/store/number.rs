//! Small numbers for the 16-byte ids that recur in every row: devices, users and the patients whose chart a record is.
//!
//! The numbers differ from device to device (first come, first numbered), so nothing outside one file may use them.

use super::error::{At, StoreError};
use super::schema::schema;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::Compartment;

/// The number of `subject` for a record that is nobody's chart.
pub(super) const NOBODY: i64 = 0;

/// The numbers met in one transaction, so that a batch asks once for each id.
#[derive(Default)]
pub(super) struct Numbers {
    devices: HashMap<DeviceId, i64>,
    users: HashMap<UserId, i64>,
    subjects: HashMap<RecordId, i64>,
}

impl Numbers {
    /// The device's number, given one now if it has none.
    pub(super) fn device(&mut self, conn: &Connection, at: Compartment, id: DeviceId) -> Result<i64, StoreError> {
        remembered(&mut self.devices, id, || number(conn, at, "device", id.as_bytes()))
    }

    /// The user's number, given one now if it has none.
    pub(super) fn user(&mut self, conn: &Connection, at: Compartment, id: UserId) -> Result<i64, StoreError> {
        remembered(&mut self.users, id, || user_number(conn, at, id))
    }

    /// The patient's number, given one now if it has none; [`NOBODY`] without a patient.
    pub(super) fn subject(
        &mut self,
        conn: &Connection,
        at: Compartment,
        id: Option<RecordId>,
    ) -> Result<i64, StoreError> {
        let Some(id) = id else { return Ok(NOBODY) };
        remembered(&mut self.subjects, id, || number(conn, at, "subject", id.as_bytes()))
    }
}

/// Looks into the map first.
fn remembered<K: Copy + Eq + std::hash::Hash>(
    map: &mut HashMap<K, i64>,
    key: K,
    find: impl FnOnce() -> Result<i64, StoreError>,
) -> Result<i64, StoreError> {
    if let Some(n) = map.get(&key) {
        return Ok(*n);
    }
    let n = find()?;
    map.insert(key, n);
    Ok(n)
}

/// The user's number in this file, given one now if it has none.
pub(super) fn user_number(conn: &Connection, at: Compartment, id: UserId) -> Result<i64, StoreError> {
    number(conn, at, "user_ref", id.as_bytes())
}

/// The patient's number in this file, if any record here is theirs.
pub(super) fn known_subject(conn: &Connection, at: Compartment, id: RecordId) -> Result<Option<i64>, StoreError> {
    known(conn, at, "subject", id.as_bytes())
}

/// Finds the number of an id in one of the three tables.
fn known(conn: &Connection, at: Compartment, table: &str, id: &[u8; 16]) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT n FROM {}.{table} WHERE id = ?1", schema(at));
    let mut find = conn.prepare_cached(&sql).at(at)?;
    find.query_row(params![id.as_slice()], |row| row.get(0))
        .optional()
        .at(at)
}

/// Finds or makes the number of an id in one of the three tables.
fn number(conn: &Connection, at: Compartment, table: &str, id: &[u8; 16]) -> Result<i64, StoreError> {
    if let Some(n) = known(conn, at, table, id)? {
        return Ok(n);
    }
    let sql = format!("INSERT INTO {}.{table} (id) VALUES (?1) RETURNING n", schema(at));
    let mut insert = conn.prepare_cached(&sql).at(at)?;
    insert.query_row(params![id.as_slice()], |row| row.get(0)).at(at)
}
