//! The keys of the compartment's epochs, in the compartment's own file: who opens the file may open its segments, and nobody else.

use super::super::error::{At, StoreError};
use super::schema_of;
use crate::store::{Store, View};
use rusqlite::{OptionalExtension, params};
use wardkeep_record::op::Compartment;
use wardkeep_sync::secret::EpochKey;
use zeroize::Zeroizing;

impl Store {
    /// Keeps the key of an epoch. The caller has checked it against the roster's commitment; another key for a known epoch is refused
    /// with `Exists`.
    pub fn put_epoch_key(&mut self, at: Compartment, number: u32, key: &EpochKey) -> Result<(), StoreError> {
        self.keep_books(at, |conn| {
            if let Some(known) = load(conn, at, number)? {
                return if known.same(key) {
                    Ok(())
                } else {
                    Err(StoreError::Exists { what: "epoch key" })
                };
            }
            let sql = format!("INSERT INTO {}.epoch_key (number, key) VALUES (?1, ?2)", schema_of(at));
            conn.prepare_cached(&sql)
                .and_then(|mut insert| insert.execute(params![number, key.expose().as_slice()]))
                .at(at)?;
            Ok(())
        })
    }
}

impl View<'_> {
    /// The key of an epoch, if it was delivered.
    pub fn epoch_key(&self, at: Compartment, number: u32) -> Result<Option<EpochKey>, StoreError> {
        self.granted(at)?;
        load(self.conn, at, number)
    }

    /// The epochs whose keys are here, ascending.
    pub fn epoch_numbers(&self, at: Compartment) -> Result<Vec<u32>, StoreError> {
        self.granted(at)?;
        let sql = format!("SELECT number FROM {}.epoch_key ORDER BY number", schema_of(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let rows = query.query_map([], |row| row.get(0)).at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }
}

fn load(conn: &rusqlite::Connection, at: Compartment, number: u32) -> Result<Option<EpochKey>, StoreError> {
    let sql = format!("SELECT key FROM {}.epoch_key WHERE number = ?1", schema_of(at));
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let key: Option<Zeroizing<Vec<u8>>> = query
        .query_row(params![number], |row| row.get(0).map(Zeroizing::new))
        .optional()
        .at(at)?;
    let known = |key: Zeroizing<Vec<u8>>| EpochKey::from_slice(&key).ok_or_else(|| StoreError::damaged(at));
    key.map(known).transpose()
}
