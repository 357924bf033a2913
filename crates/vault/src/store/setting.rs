//! The clinic's settings on this device: small JSON texts by name, in the office file.

use super::error::{At, StoreError};
use super::{Tx, View};
use rusqlite::{OptionalExtension, params};
use wardkeep_record::op::Compartment;

/// The longest value of a setting, in bytes.
pub const SETTING_MAX: usize = 64 * 1024;

impl View<'_> {
    /// The setting's JSON text, if it was ever set.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let at = Compartment::Office;
        let sql = "SELECT value FROM main.setting WHERE key = ?1";
        let mut query = self.conn.prepare_cached(sql).at(at)?;
        query.query_row(params![key], |row| row.get(0)).optional().at(at)
    }
}

impl Tx<'_> {
    /// Sets a setting to a JSON text.
    pub fn put_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        let at = self.expect(Compartment::Office)?;
        if value.len() > SETTING_MAX {
            return Err(StoreError::TooLarge {
                what: "setting",
                max: SETTING_MAX,
            });
        }
        let sql = "INSERT INTO main.setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
        self.conn
            .prepare_cached(sql)
            .and_then(|mut put| put.execute(params![key, value]))
            .at(at)?;
        self.must_audit();
        Ok(())
    }
}
