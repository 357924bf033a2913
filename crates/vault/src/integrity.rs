//! Whether a vault file is whole: every page by its HMAC, then the database's own structure.

use crate::cipher::OpenError;
use rusqlite::Connection;
use std::path::Path;

/// Findings that are kept; a file with more is as damaged with fewer.
const MOST_FINDINGS: usize = 20;
/// SQLite's page cache during the check, in KiB: `integrity_check` reads pages over and over, and each miss costs an HMAC
/// (177 MB took 38 s with the default 2 MB).
const CACHE_KIB: i64 = 256 * 1024;

/// What the checks of one file found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The file's name.
    pub file: String,
    /// Pages in the file.
    pub pages: u64,
    /// SQLCipher's findings: pages whose HMAC does not fit. At most 20.
    pub cipher: Vec<String>,
    /// SQLite's findings: structure, indexes, constraints, foreign keys. At most 20; never row content.
    pub structure: Vec<String>,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_whole(&self) -> bool {
        self.cipher.is_empty() && self.structure.is_empty()
    }
}

/// Checks one file of a connection that may write (the WAL is brought into the file first, because SQLCipher's check reads the file
/// alone). Takes about 3 s and 256 MB of memory per GB; the caller keeps it off the window's thread.
pub fn check(connection: &Connection, schema: &'static str, path: &Path) -> Result<Report, OpenError> {
    let at = OpenError::at(path);
    let number =
        |pragma: &str| connection.query_row(&format!("PRAGMA {schema}.{pragma}"), [], |row| row.get::<_, i64>(0));
    let cache = number("cache_size").map_err(&at)?;
    connection
        .execute_batch(&format!("PRAGMA {schema}.cache_size = -{CACHE_KIB}"))
        .map_err(&at)?;
    let checked = run(connection, schema, path);
    connection
        .execute_batch(&format!("PRAGMA {schema}.cache_size = {cache}"))
        .map_err(&at)?;
    checked
}

fn run(connection: &Connection, schema: &'static str, path: &Path) -> Result<Report, OpenError> {
    let at = OpenError::at(path);
    // Another reader may hold back a part of the WAL; its pages are then checked by reading them below.
    connection
        .query_row(&format!("PRAGMA {schema}.wal_checkpoint(TRUNCATE)"), [], |_| Ok(()))
        .map_err(&at)?;
    let pages: i64 = connection
        .query_row(&format!("PRAGMA {schema}.page_count"), [], |row| row.get(0))
        .map_err(&at)?;
    let cipher = findings(connection, &format!("PRAGMA {schema}.cipher_integrity_check")).map_err(&at)?;
    let structure = match findings(connection, &format!("PRAGMA {schema}.integrity_check({MOST_FINDINGS})")) {
        Ok(found) => found.into_iter().filter(|finding| finding != "ok").collect(),
        Err(cause) => match at(cause) {
            // A page that does not decrypt ends the check: that is a finding, not a failure to check.
            OpenError::Damaged { .. } => vec!["a page cannot be read".to_owned()],
            other => return Err(other),
        },
    };
    let broken = findings(connection, &format!("PRAGMA {schema}.foreign_key_check"));
    let mut report = Report {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        pages: u64::try_from(pages).unwrap_or_default(),
        cipher,
        structure,
    };
    if broken.is_ok_and(|rows| !rows.is_empty()) {
        report
            .structure
            .push("a row refers to one that is not there".to_owned());
    }
    Ok(report)
}

/// The first column of at most [`MOST_FINDINGS`] rows.
fn findings(connection: &Connection, pragma: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(pragma)?;
    statement.query_map([], |row| row.get(0))?.take(MOST_FINDINGS).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use crate::cipher::{Mode, open};
    use crate::key::VaultKey;
    use crate::random::SeededRandom;
    use std::fs;
    use std::path::PathBuf;

    fn filled(dir: &Path) -> (PathBuf, VaultKey) {
        let (path, key) = (dir.join("office.db"), VaultKey::generate(&SeededRandom::new(1)));
        let connection = open(&path, &key, Mode::Create).unwrap();
        connection
            .execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT")
            .unwrap();
        for n in 0..500 {
            connection
                .execute("INSERT INTO t VALUES (?1, ?2)", (n, "v".repeat(100)))
                .unwrap();
        }
        (path, key)
    }

    #[test]
    fn a_whole_file_is_whole_and_its_wal_counts() {
        let dir = tempfile::tempdir().unwrap();
        let (path, key) = filled(dir.path());
        let connection = open(&path, &key, Mode::ReadWrite).unwrap();
        connection.execute("INSERT INTO t VALUES (1000, 'v')", []).unwrap();
        let report = check(&connection, "main", &path).unwrap();
        assert!(
            report.is_whole() && report.pages > 10 && report.file == "office.db",
            "{report:?}"
        );
        let cache: i64 = connection.query_row("PRAGMA cache_size", [], |row| row.get(0)).unwrap();
        assert_eq!(cache, -65_536, "the cache is as it was");
    }

    #[test]
    fn a_changed_page_is_found_by_both_checks() {
        let dir = tempfile::tempdir().unwrap();
        let (path, key) = filled(dir.path());
        let mut bytes = fs::read(&path).unwrap();
        bytes[5 * 4096 + 100] ^= 1;
        fs::write(&path, bytes).unwrap();
        let connection = open(&path, &key, Mode::ReadWrite).unwrap();
        let report = check(&connection, "main", &path).unwrap();
        assert_eq!(report.cipher.len(), 1, "{report:?}");
        assert!(!report.structure.is_empty(), "{report:?}");
    }

    #[test]
    fn a_row_without_its_parent_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let (path, key) = filled(dir.path());
        let connection = open(&path, &key, Mode::ReadWrite).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE c (p INTEGER NOT NULL REFERENCES t (n)) STRICT;
                 PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (99999); PRAGMA foreign_keys = ON;",
            )
            .unwrap();
        let report = check(&connection, "main", &path).unwrap();
        assert_eq!(report.structure, ["a row refers to one that is not there"]);
    }
}
