//! When something of each device last came to this reader, by the reader's own clock.

use super::{Failed, Trail, TrailError};
use rusqlite::params;
use std::collections::BTreeMap;
use wardkeep_record::id::DeviceId;

impl Trail {
    /// Something of this device has come now.
    pub fn hear(&mut self, device: DeviceId, now_ms: u64) -> Result<(), TrailError> {
        let sql = "INSERT INTO heard (device, at_ms) VALUES (?1, ?2) ON CONFLICT (device) DO UPDATE SET at_ms = ?2";
        let row = params![device.as_bytes().as_slice(), now_ms.cast_signed()];
        self.conn
            .prepare_cached(sql)
            .and_then(|mut put| put.execute(row))
            .failed()?;
        Ok(())
    }

    /// When each was last heard from, in Unix milliseconds.
    pub fn heard(&self) -> Result<BTreeMap<DeviceId, u64>, TrailError> {
        let mut query = self.conn.prepare_cached("SELECT device, at_ms FROM heard").failed()?;
        let rows = query
            .query_map([], |row| {
                let at_ms: i64 = row.get(1)?;
                Ok((DeviceId::from_bytes(row.get(0)?), at_ms.cast_unsigned()))
            })
            .failed()?;
        rows.collect::<rusqlite::Result<_>>().failed()
    }
}
