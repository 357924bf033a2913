//! What came with a snapshot, kept for a record that must be merged anew from nothing but what is here.

use super::super::View;
use super::super::error::{At, StoreError};
use super::super::pack::{pack, unpack};
use super::super::row;
use super::super::schema::schema;
use super::item::{self, Item};
use rusqlite::{Connection, OptionalExtension, params};
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::RecordState;
use wardkeep_record::op::Compartment;
use wardkeep_sync::snapshot::ClaimHash;

/// Items below this length are stored as they are.
const PACK_ABOVE: usize = 200;
/// The longest item that is read back.
const ITEM_MAX: usize = 256 << 20;

/// The last row that came with a snapshot; 0 where none did.
pub(in crate::store) fn last_n(conn: &Connection, at: Compartment) -> Result<i64, StoreError> {
    let sql = format!("SELECT last_n FROM {}.snapshot_base", schema(at));
    conn.prepare_cached(&sql)
        .and_then(|mut query| query.query_row([], |row| row.get(0)))
        .at(at)
}

/// From now on rows up to this one came with a snapshot, and none of them was changed since.
pub(super) fn begin(
    conn: &Connection,
    at: Compartment,
    last_n: i64,
    claim: Option<ClaimHash>,
) -> Result<(), StoreError> {
    let s = schema(at);
    conn.execute(&format!("DELETE FROM {s}.record_base"), []).at(at)?;
    let sql = format!("UPDATE {s}.snapshot_base SET last_n = ?1, claim = ?2");
    conn.execute(&sql, params![last_n, claim.map(|claim| claim.0)]).at(at)?;
    Ok(())
}

impl View<'_> {
    /// The claim of the snapshot from which this compartment's records came, if they came from one: of these rows this device has seen nothing but
    /// that snapshot.
    pub fn snapshot_taken(&self, at: Compartment) -> Result<Option<ClaimHash>, StoreError> {
        self.granted(at)?;
        let sql = format!("SELECT claim FROM {}.snapshot_base", schema(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let claim: Option<[u8; 32]> = query.query_row([], |row| row.get(0)).at(at)?;
        Ok(claim.map(ClaimHash))
    }
}

/// Keeps a row as it came, before its first change.
pub(in crate::store) fn keep(
    conn: &Connection,
    at: Compartment,
    n: i64,
    (id, state): (RecordId, &RecordState),
) -> Result<(), StoreError> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM {}.record_base WHERE n = ?1)", schema(at));
    let kept: bool = conn
        .prepare_cached(&sql)
        .and_then(|mut query| query.query_row([n], |row| row.get(0)))
        .at(at)?;
    if kept {
        return Ok(());
    }
    let sql = format!("INSERT INTO {}.record_base (n, item) VALUES (?1, ?2)", schema(at));
    conn.prepare_cached(&sql)
        .and_then(|mut insert| insert.execute(params![n, pack(&item::of(id, state), PACK_ABOVE)]))
        .at(at)?;
    Ok(())
}

/// The state that a record had in the snapshot; `None` where it was in none.
pub(in crate::store) fn state(
    conn: &Connection,
    at: Compartment,
    id: RecordId,
) -> Result<Option<RecordState>, StoreError> {
    let Some(stored) = row::load(conn, at, id)? else {
        return Ok(None);
    };
    if stored.n > last_n(conn, at)? {
        return Ok(None);
    }
    let sql = format!("SELECT item FROM {}.record_base WHERE n = ?1", schema(at));
    let packed: Option<Vec<u8>> = conn
        .prepare_cached(&sql)
        .and_then(|mut query| query.query_row([stored.n], |row| row.get(0)).optional())
        .at(at)?;
    let Some(packed) = packed else {
        return Ok(Some(stored.state));
    };
    let damaged = || StoreError::damaged(at);
    let bytes = unpack(&packed, ITEM_MAX).ok_or_else(damaged)?;
    let read = Item::read(&bytes).and_then(|item| item.state());
    read.map(Some).ok_or_else(damaged)
}
