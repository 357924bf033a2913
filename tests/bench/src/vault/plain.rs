//! The same statements on the office file and on a copy of it without a key.

use super::Options;
use crate::figure::{Figure, progress};
use crate::meter::{measure, percentile};
use crate::random::Random;
use anyhow::{Context, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};
use std::path::Path;
use wardkeep_vault::cipher::{self, Mode};
use wardkeep_vault::key::VaultKey;

/// How many records are read, and how many written.
const READS: usize = 2_000;
const WRITES: usize = 300;

/// A key of the bench's own: the copies are of one making, keyed and not.
const KEY: [u8; 32] = [9; 32];

/// What opening a record and saving an edit cost in the encrypted file, in times of the plain one.
pub(super) fn ratios(home: &Path, options: &Options) -> Result<Vec<Figure>> {
    progress("the same records in a file without a key");
    let (plain, keyed) = (home.join("plain.db"), home.join("keyed.db"));
    let rows = usize::try_from(options.patients)?;
    let without = costs(&made_plain(&plain, rows)?, rows)?;
    let with = costs(&made_keyed(&keyed, rows)?, rows)?;
    Ok(vec![
        Figure::told("open_ratio_to_plain", with.0 / without.0, "times"),
        Figure::told("save_ratio_to_plain", with.1 / without.1, "times"),
    ])
}

fn made_keyed(path: &Path, rows: usize) -> Result<Connection> {
    let key = VaultKey::from_slice(&KEY).context("a key of 32 bytes")?;
    filled(cipher::open(path, &key, Mode::Create)?, rows)
}

fn made_plain(path: &Path, rows: usize) -> Result<Connection> {
    let conn = Connection::open(path)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch(
        "PRAGMA cache_size = -65536; PRAGMA mmap_size = 0; PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;",
    )?;
    filled(conn, rows)
}

/// Records and ops of the sizes that patients have.
fn filled(conn: Connection, rows: usize) -> Result<Connection> {
    conn.execute_batch(
        "CREATE TABLE record (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, body BLOB NOT NULL) STRICT;
         CREATE TABLE op (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
         PRAGMA synchronous = OFF; BEGIN;",
    )?;
    let mut add = conn.prepare("INSERT INTO record (n, id, body) VALUES (?1, ?2, zeroblob(420))")?;
    for n in 0..rows {
        add.execute(params![n as i64 + 1, id(n)])?;
    }
    drop(add);
    conn.execute_batch("COMMIT; PRAGMA synchronous = FULL;")?;
    Ok(conn)
}

/// The id of a row, from its number: a random-looking one, as record ids of imports are.
fn id(n: usize) -> [u8; 16] {
    let mut of_row = Random::new(n as u64);
    let mut id = [0; 16];
    id[..8].copy_from_slice(&of_row.next().to_be_bytes());
    id[8..].copy_from_slice(&of_row.next().to_be_bytes());
    id
}

/// Median processor time of reading a record by its id, and of changing one with an op beside it, in milliseconds.
fn costs(conn: &Connection, rows: usize) -> Result<(f64, f64)> {
    let mut random = Random::new(5);
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for _ in 0..READS {
        let wanted = id(random.below(rows));
        let (body, cost) = measure(|| {
            conn.prepare_cached("SELECT body FROM record WHERE id = ?1")?
                .query_row([wanted], |row| row.get::<_, Vec<u8>>(0))
        });
        std::hint::black_box(body?);
        reads.push(cost.cpu_ms);
    }
    for _ in 0..WRITES {
        let wanted = id(random.below(rows));
        let (done, cost) = measure(|| -> rusqlite::Result<()> {
            let tx = conn.unchecked_transaction()?;
            tx.prepare_cached("UPDATE record SET body = zeroblob(440) WHERE id = ?1")?
                .execute([wanted])?;
            tx.prepare_cached("INSERT INTO op (bytes) VALUES (zeroblob(180))")?
                .execute([])?;
            tx.commit()
        });
        done?;
        writes.push(cost.cpu_ms);
    }
    Ok((percentile(&mut reads, 50.0), percentile(&mut writes, 50.0)))
}
