//! The tables, by numbered migrations: forward only, one transaction each, never edited after a release.

use crate::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// Each brings the database from the version of its place to the next one.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
];

/// Brings the database to the newest version. One that is newer is refused and left alone.
pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found > known || found < 0 {
            return Err(StoreError::Newer { found, known });
        }
        let Some(migration) = usize::try_from(found).ok().and_then(|at| MIGRATIONS.get(at)) else {
            return Ok(());
        };
        transaction.execute_batch(migration)?;
        transaction.execute_batch(&format!("PRAGMA user_version = {}", found + 1))?;
        transaction.commit()?;
    }
}

/// Writes one row, so that a full or read-only disk shows.
pub fn touch(connection: &Connection) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO probe (n, count) VALUES (1, 1) ON CONFLICT (n) DO UPDATE SET count = count + 1")?
        .execute([])?;
    Ok(())
}
