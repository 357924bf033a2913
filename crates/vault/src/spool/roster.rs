//! The roster as it was received, entry by entry. Whoever reads it verifies it: nothing here is believed for lying here.

use super::Spool;
use super::error::{Failed, SpoolError};
use rusqlite::{Connection, OptionalExtension, params};

impl Spool {
    /// Every entry's bytes in order. At most 100,000, a limit of the roster.
    pub fn roster(&self) -> Result<Vec<Vec<u8>>, SpoolError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT bytes FROM roster ORDER BY number")
            .failed()?;
        let rows = query.query_map([], |row| row.get(0)).failed()?;
        rows.collect::<rusqlite::Result<_>>().failed()
    }

    /// Keeps verified entries, the first of which has the number `first`. Known ones may come again with the same bytes; with others
    /// they are refused, as is a gap.
    pub fn keep_roster(&mut self, first: u32, entries: &[impl AsRef<[u8]>]) -> Result<(), SpoolError> {
        self.write(|conn| {
            let mut last = last_number(conn)?;
            for (entry, number) in entries.iter().zip(u64::from(first)..) {
                if number <= last {
                    if stored(conn, number)?.as_deref() != Some(entry.as_ref()) {
                        return Err(SpoolError::Exists { what: "roster entry" });
                    }
                    continue;
                }
                if number != last + 1 {
                    return Err(SpoolError::Gap { what: "roster entry" });
                }
                conn.prepare_cached("INSERT INTO roster (number, bytes) VALUES (?1, ?2)")
                    .and_then(|mut insert| insert.execute(params![number.cast_signed(), entry.as_ref()]))
                    .failed()?;
                last = number;
            }
            Ok(())
        })
    }
}

fn last_number(conn: &Connection) -> Result<u64, SpoolError> {
    conn.query_row("SELECT coalesce(max(number), 0) FROM roster", [], |row| {
        row.get::<_, i64>(0)
    })
    .map(i64::cast_unsigned)
    .failed()
}

fn stored(conn: &Connection, number: u64) -> Result<Option<Vec<u8>>, SpoolError> {
    let mut query = conn
        .prepare_cached("SELECT bytes FROM roster WHERE number = ?1")
        .failed()?;
    query
        .query_row(params![number.cast_signed()], |row| row.get(0))
        .optional()
        .failed()
}
