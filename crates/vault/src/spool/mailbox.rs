//! Parcels out of the mailbox: keys that others have sealed to an enrollment of this device. They stay until an unlocked user has opened them.

use super::Spool;
use super::device::Cursor;
use super::error::{Failed, SpoolError};
use rusqlite::params;

/// The most bytes of one parcel.
pub const PARCEL_MAX: usize = 64 * 1024;

impl Spool {
    /// Keeps parcels with their numbers in the mailbox and notes the highest, so that they are fetched once.
    pub fn keep_parcels(&mut self, parcels: &[(u64, impl AsRef<[u8]>)]) -> Result<(), SpoolError> {
        if parcels.iter().any(|(_, bytes)| bytes.as_ref().len() > PARCEL_MAX) {
            return Err(SpoolError::TooLarge {
                what: "parcel",
                max: PARCEL_MAX,
            });
        }
        let last = parcels.iter().map(|(n, _)| *n).max().unwrap_or(0);
        let last = last.max(self.cursor(Cursor::Parcels)?);
        self.write(|conn| {
            for (n, bytes) in parcels {
                conn.prepare_cached("INSERT OR IGNORE INTO parcel (n, bytes) VALUES (?1, ?2)")
                    .and_then(|mut insert| insert.execute(params![n.cast_signed(), bytes.as_ref()]))
                    .failed()?;
            }
            let put =
                "INSERT INTO cursor (name, value) VALUES ('parcels', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1";
            conn.execute(put, params![last.cast_signed()]).failed()?;
            Ok(())
        })
    }

    /// The parcels that wait, with their numbers, in order.
    pub fn parcels(&self) -> Result<Vec<(u64, Vec<u8>)>, SpoolError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT n, bytes FROM parcel ORDER BY n")
            .failed()?;
        let rows = query
            .query_map([], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)))
            .failed()?;
        rows.collect::<rusqlite::Result<_>>().failed()
    }

    /// A parcel was opened and its key is in the vault, or nobody here can open it.
    pub fn parcel_done(&mut self, n: u64) -> Result<(), SpoolError> {
        self.conn
            .execute("DELETE FROM parcel WHERE n = ?1", params![n.cast_signed()])
            .failed()?;
        Ok(())
    }
}
