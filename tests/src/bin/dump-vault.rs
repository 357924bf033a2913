//! Reads everything in both compartments of a vault and prints a digest of each row, then checks every page.
//! Usage: dump-vault HOME with the keys as hex in OFFICE_KEY and CLINICAL_KEY. Exit 1 with the error when the files do not open
//! or a row or page cannot be read. Never shipped.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its output is its purpose")]

use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::ExitCode;
use wardkeep_vault::cipher::{self, Mode};
use wardkeep_vault::home::Home;
use wardkeep_vault::key::VaultKey;

/// What is read: every table whose rows a person could be shown.
const TABLES: [&str; 4] = ["record", "op", "audit", "meta"];

fn main() -> ExitCode {
    match dump() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(1)
        }
    }
}

fn dump() -> Result<()> {
    let root = std::env::args_os().nth(1).context("usage: dump-vault HOME")?;
    let home = Home::open(Path::new(&root))?;
    for (path, variable) in [(home.office_db(), "OFFICE_KEY"), (home.clinical_db(), "CLINICAL_KEY")] {
        let name = path.file_name().context("a file")?.to_string_lossy().into_owned();
        let conn = cipher::open(&path, &key(variable)?, Mode::ReadOnly)?;
        for table in TABLES {
            print_rows(&conn, table).with_context(|| name.clone())?;
        }
        let damaged: Vec<String> = conn
            .prepare("PRAGMA cipher_integrity_check")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        ensure!(damaged.is_empty(), "{name}: {} damaged pages", damaged.len());
    }
    Ok(())
}

fn print_rows(conn: &rusqlite::Connection, table: &str) -> Result<()> {
    let mut query = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1"))?;
    let columns = query.column_count();
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        for at in 0..columns {
            print!("{:?}|", row.get_ref(at)?);
        }
        println!();
    }
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "the program begins here")]
fn key(variable: &str) -> Result<VaultKey> {
    let hex = std::env::var(variable)?;
    let bytes: Result<Vec<u8>, _> = (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16))
        .collect();
    VaultKey::from_slice(&bytes?).context("32 bytes as hex")
}
