//! Moving the small level into the large one, a little at a time.
//!
//! Rows are copied table by table in the order of their keys, each step a transaction of the caller's. Until the last step empties the
//! small level, everything is in it, so a search misses nothing, and a crash costs no more than copying again: a row that
//! is there already stays as it is. Whoever edits a patient meanwhile takes their rows out of both levels ([`super::index_patient`]).
//! No patient may be added to the small level between the first step and the last; the store sees to that.

use super::level::{TWINS, Twin};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

/// How far it is.
#[derive(Default)]
pub struct Settling {
    /// The table that is copied.
    table: usize,
    /// The key of the last row that was copied of it.
    last: Option<Vec<Value>>,
}

impl Settling {
    /// Copies up to so many rows, in the caller's transaction; whether all is done. After an error or a rollback begin anew.
    pub fn step(&mut self, tx: &Connection, rows: u32) -> rusqlite::Result<bool> {
        let Some(twin) = TWINS.get(self.table) else {
            empty(tx)?;
            return Ok(true);
        };
        let up_to = self.key_after(tx, twin, rows)?;
        self.copy(tx, twin, up_to.as_deref())?;
        if up_to.is_none() {
            self.table += 1;
        }
        self.last = up_to;
        Ok(false)
    }

    /// The key of the last of the next so many rows; `None` where fewer are left.
    fn key_after(&self, tx: &Connection, (name, key): &Twin, rows: u32) -> rusqlite::Result<Option<Vec<Value>>> {
        let keys = key.join(", ");
        let from = self.last.as_ref().map_or(String::new(), |_| {
            format!("WHERE ({keys}) > ({})", places(0, key.len()))
        });
        let skip = rows.max(1) - 1;
        let sql = format!("SELECT {keys} FROM fresh_{name} {from} ORDER BY {keys} LIMIT 1 OFFSET {skip}");
        tx.prepare_cached(&sql)?
            .query_row(params_from_iter(self.last.iter().flatten()), |row| {
                (0..key.len()).map(|at| row.get(at)).collect()
            })
            .optional()
    }

    /// Copies from the last row on, to this key or to the end.
    fn copy(&self, tx: &Connection, (name, key): &Twin, up_to: Option<&[Value]>) -> rusqlite::Result<()> {
        let keys = key.join(", ");
        let after = self
            .last
            .as_ref()
            .map(|_| format!("({keys}) > ({})", places(0, key.len())));
        let known = self.last.as_ref().map_or(0, Vec::len);
        let until = up_to.map(|_| format!("({keys}) <= ({})", places(known, key.len())));
        let conditions: Vec<String> = after.into_iter().chain(until).collect();
        let condition = if conditions.is_empty() {
            "1".to_owned()
        } else {
            conditions.join(" AND ")
        };
        let sql =
            format!("INSERT OR IGNORE INTO search_{name} SELECT * FROM fresh_{name} WHERE {condition} ORDER BY {keys}");
        let values = self.last.iter().flatten().chain(up_to.into_iter().flatten());
        tx.prepare_cached(&sql)?.execute(params_from_iter(values)).map(drop)
    }
}

/// Empties the small level.
pub(super) fn empty(tx: &Connection) -> rusqlite::Result<()> {
    for (name, _) in TWINS {
        tx.execute(&format!("DELETE FROM fresh_{name}"), [])?;
    }
    tx.execute("DELETE FROM fresh_patient", []).map(drop)
}

/// So many numbered parameters after the first `known`.
fn places(known: usize, count: usize) -> String {
    let places: Vec<String> = (known + 1..=known + count).map(|at| format!("?{at}")).collect();
    places.join(", ")
}
