//! The two files: keyed as the vault keys it, and the same without a key.

use super::Options;
use crate::figure::progress;
use crate::meter::measure;
use crate::population::Population;
use anyhow::{Context, Result};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::Path;
use wardkeep_vault::cipher;
use wardkeep_vault::key::VaultKey;
use wardkeep_vault::search::{FRESH_SCHEMA, PatientIndexEntry, SCHEMA, STATEMENTS, rebuild};

/// With or without encryption.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The same library without a key.
    Plain,
    /// As the vault has it.
    Keyed,
}

/// A file full of patients.
pub(super) struct Engine {
    kind: Kind,
    pub(super) conn: Connection,
}

impl Engine {
    /// Makes and fills a file, and opens it anew, so that nothing of the making is in its cache.
    pub(super) fn build(kind: Kind, folder: &Path, population: &Population, options: &Options) -> Result<Self> {
        let path = folder.join(if kind == Kind::Plain { "plain.db" } else { "office.db" });
        if !path.exists() {
            let conn = open(kind, &path, cipher::Mode::Create)?;
            conn.execute_batch(SCHEMA)?;
            conn.execute_batch(FRESH_SCHEMA)?;
            let patients = (1..=options.patients).map(|n| (n, population.patient(options.seed, n)));
            let (filled, cost) = measure(|| fill(&conn, patients));
            filled?;
            progress(&format!("filled {} in {:.1} s", path.display(), cost.wall_ms / 1e3));
        }
        Ok(Self {
            kind,
            conn: open(kind, &path, cipher::Mode::ReadWrite)?,
        })
    }

    /// Fills the index of an office file that a store has made. Its rows are numbered far above those of the store's own.
    pub(super) fn fill_existing(path: &Path, population: &Population, options: &Options) -> Result<()> {
        let conn = open(Kind::Keyed, path, cipher::Mode::ReadWrite)?;
        progress("filling the index of an office file");
        let patients = (1..=options.patients).map(|n| (n + ABOVE, population.patient(options.seed, n)));
        fill(&conn, patients)
    }

    /// What it is called in progress lines.
    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Plain => "plain",
            Kind::Keyed => "encrypted",
        }
    }

    /// How large the file is.
    pub(super) fn bytes(&self) -> Result<i64> {
        let pages: i64 = self
            .conn
            .query_row("SELECT page_count FROM pragma_page_count", [], |row| row.get(0))?;
        let free: i64 = self
            .conn
            .query_row("SELECT freelist_count FROM pragma_freelist_count", [], |row| row.get(0))?;
        Ok((pages - free) * 4096)
    }
}

/// Where the rows of patients begin who have an index but no record.
const ABOVE: i64 = 1 << 40;

/// The bench's own key.
pub(super) fn key() -> Result<VaultKey> {
    VaultKey::from_slice(&[7; 32]).context("a key of 32 bytes")
}

/// Fills a file in one transaction without a journal: it is thrown away if that fails.
fn fill(conn: &Connection, patients: impl Iterator<Item = (i64, PatientIndexEntry)>) -> Result<()> {
    conn.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")?;
    rebuild(conn, patients)?;
    conn.execute_batch("COMMIT; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        .context("after filling")
}

fn open(kind: Kind, path: &Path, mode: cipher::Mode) -> Result<Connection> {
    let conn = match kind {
        Kind::Keyed => cipher::open(path, &key()?, mode)?,
        Kind::Plain => {
            let conn = Connection::open(path)?;
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            conn.execute_batch(
                "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;
                 PRAGMA cache_size = -65536; PRAGMA mmap_size = 0; PRAGMA secure_delete = ON;
                 PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
            )?;
            conn
        }
    };
    conn.set_prepared_statement_cache_capacity(2 * STATEMENTS);
    Ok(conn)
}
