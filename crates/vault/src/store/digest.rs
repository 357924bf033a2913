//! The replica digest: one sum for each kind of record, kept up to date by every write once the clinic has a key for it.
//!
//! A row counts as the keyed hash of what it says (kind, id, patient, fields, clocks) and not of how this device stores it: the small numbers
//! of devices, users and patients differ from file to file. The audit chain is no part of it: each device has its own.
//!
//! A vault without a clinic of several has no key and pays nothing. [`Store::start_digest`] reads every row once.

use super::error::{At, StoreError};
use super::row;
use super::schema::schema;
use super::snapshot::item_body;
use super::{Store, View};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::collections::BTreeMap;
use wardkeep_record::field::Kind;
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::RecordState;
use wardkeep_record::op::Compartment;
use wardkeep_sync::checkpoint::Digests;
use wardkeep_sync::digest::{RowDigest, TableDigest};
use wardkeep_sync::secret::DigestKey;
use zeroize::Zeroizing;

/// What one transaction does to the digest.
pub(super) struct Keeper {
    key: Option<DigestKey>,
    changed: BTreeMap<u16, TableDigest>,
}

impl Keeper {
    /// With the file's key; without one it does nothing.
    pub(super) fn begin(conn: &Connection, at: Compartment) -> Result<Self, StoreError> {
        Ok(Self {
            key: load_key(conn, at)?,
            changed: BTreeMap::new(),
        })
    }

    /// Takes out a row as it was. Call it before the row is merged.
    pub(super) fn remove(&mut self, id: RecordId, state: &RecordState) {
        if let Some(key) = &self.key {
            let row = of_row(key, id, state, &state.fields.to_bytes());
            self.changed.entry(state.kind.0).or_default().remove(&row);
        }
    }

    /// Puts in a row as it is now. `fields` are its fields' bytes.
    pub(super) fn add(&mut self, id: RecordId, state: &RecordState, fields: &[u8]) {
        if let Some(key) = &self.key {
            let row = of_row(key, id, state, fields);
            self.changed.entry(state.kind.0).or_default().add(&row);
        }
    }

    /// Adds what the transaction did to the stored sums.
    pub(super) fn store(self, conn: &Connection, at: Compartment) -> Result<(), StoreError> {
        for (kind, change) in self.changed {
            let known = load(conn, at, kind)?;
            put(conn, at, kind, &known.with(&change))?;
        }
        Ok(())
    }
}

/// The digest of one row: its kind is the table; patient, fields and clocks each with their length.
fn of_row(key: &DigestKey, id: RecordId, state: &RecordState, fields: &[u8]) -> RowDigest {
    let clocks = state.clocks.to_bytes();
    let mut bytes = Vec::with_capacity(1 + 16 + 8 + fields.len() + clocks.len());
    item_body(
        &mut bytes,
        state.patient.as_ref().map(RecordId::as_bytes),
        fields,
        &clocks,
    );
    RowDigest::of(key, state.kind.0, id.as_bytes(), &bytes)
}

pub(super) fn load_key(conn: &Connection, at: Compartment) -> Result<Option<DigestKey>, StoreError> {
    let sql = format!("SELECT digest_key FROM {}.sync", schema(at));
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let key: Option<Vec<u8>> = query.query_row([], |row| row.get(0)).at(at)?;
    let Some(key) = key.map(Zeroizing::new) else {
        return Ok(None);
    };
    DigestKey::from_slice(&key)
        .map(Some)
        .ok_or_else(|| StoreError::damaged(at))
}

/// One kind's stored sum.
fn load(conn: &Connection, at: Compartment, kind: u16) -> Result<TableDigest, StoreError> {
    let sql = format!("SELECT rows, sum FROM {}.digest WHERE kind = ?1", schema(at));
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let found = query
        .query_row(params![kind], |row| {
            Ok(TableDigest {
                rows: row.get::<_, i64>(0)?.cast_unsigned(),
                sum: row.get(1)?,
            })
        })
        .optional()
        .at(at)?;
    Ok(found.unwrap_or_default())
}

pub(super) fn put(conn: &Connection, at: Compartment, kind: u16, digest: &TableDigest) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO {}.digest (kind, rows, sum) VALUES (?1, ?2, ?3) ON CONFLICT (kind) DO UPDATE SET rows = ?2, sum = ?3",
        schema(at)
    );
    let row = params![kind, digest.rows.cast_signed(), digest.sum.as_slice()];
    conn.prepare_cached(&sql).and_then(|mut put| put.execute(row)).at(at)?;
    Ok(())
}

/// Reads every row and sums it up.
fn sum_rows(conn: &Connection, at: Compartment, key: &DigestKey) -> Result<BTreeMap<u16, TableDigest>, StoreError> {
    let mut sums: BTreeMap<u16, TableDigest> = BTreeMap::new();
    let mut query = conn.prepare_cached(&row::columns(at)).at(at)?;
    let mut rows = query.query([]).at(at)?;
    while let Some(found) = rows.next().at(at)? {
        let stored = row::read(found, at)?;
        let row = of_row(key, stored.id, &stored.state, &stored.state.fields.to_bytes());
        sums.entry(stored.state.kind.0).or_default().add(&row);
    }
    Ok(sums)
}

/// As a checkpoint says it. A kind that has no row any more is the same as one that never had any.
pub(super) fn as_digests(sums: BTreeMap<u16, TableDigest>) -> Result<Digests, StoreError> {
    let tables = sums.into_iter().filter(|(_, sum)| *sum != TableDigest::default());
    Digests::new(tables.collect()).ok_or(StoreError::TooLarge {
        what: "number of kinds",
        max: wardkeep_sync::checkpoint::MAX_TABLES,
    })
}

impl Store {
    /// Begins to keep the digest under the clinic's key, from the rows that are here: some seconds for a million. Nothing
    /// happens when it is kept already; another key is refused with `Exists`.
    pub fn start_digest(&mut self, at: Compartment, key: &DigestKey) -> Result<(), StoreError> {
        self.access.audit_key(at)?;
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .at(at)?;
        if let Some(known) = load_key(&tx, at)? {
            return if known.same(key) {
                Ok(())
            } else {
                Err(StoreError::Exists { what: "digest key" })
            };
        }
        for (kind, digest) in sum_rows(&tx, at, key)? {
            put(&tx, at, kind, &digest)?;
        }
        let sql = format!("UPDATE {}.sync SET digest_key = ?1", schema(at));
        tx.execute(&sql, params![key.expose().as_slice()]).at(at)?;
        tx.commit().at(at)
    }
}

impl View<'_> {
    /// The digest of the compartment as it is; `None` until [`Store::start_digest`]. Two devices whose vectors are equal and neither of
    /// which has deferred ops ([`View::deferred_count`]) must have the same.
    pub fn digest(&self, at: Compartment) -> Result<Option<Digests>, StoreError> {
        self.granted(at)?;
        if load_key(self.conn, at)?.is_none() {
            return Ok(None);
        }
        let sql = format!("SELECT kind, rows, sum FROM {}.digest", schema(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let rows = query
            .query_map([], |row| {
                let digest = TableDigest {
                    rows: row.get::<_, i64>(1)?.cast_unsigned(),
                    sum: row.get(2)?,
                };
                Ok((row.get(0)?, digest))
            })
            .at(at)?;
        let sums = rows.collect::<rusqlite::Result<_>>().at(at)?;
        as_digests(sums).map(Some)
    }

    /// The same, computed from the rows: what [`View::digest`] must say.
    pub fn digest_of_rows(&self, at: Compartment) -> Result<Option<Digests>, StoreError> {
        self.granted(at)?;
        let Some(key) = load_key(self.conn, at)? else {
            return Ok(None);
        };
        sum_rows(self.conn, at, &key).and_then(as_digests).map(Some)
    }

    /// The digest of one record's row, to find the row where two devices differ; `None` without key or record.
    pub fn digest_of_record(&self, at: Compartment, record: RecordId) -> Result<Option<(Kind, RowDigest)>, StoreError> {
        self.granted(at)?;
        let (Some(key), Some(stored)) = (load_key(self.conn, at)?, row::load(self.conn, at, record)?) else {
            return Ok(None);
        };
        let fields = stored.state.fields.to_bytes();
        let row = of_row(&key, stored.id, &stored.state, &fields);
        Ok(Some((stored.state.kind, row)))
    }
}
