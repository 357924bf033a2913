//! The two levels of the index: the large one, and a small one for patients that came in bulk.
//!
//! A row of the large level lies far from the next one of the same patient, so a new patient costs some sixteen pages that are
//! decrypted, changed, encrypted and written. In bulk, rows go into a small level that fits into the cache, and are moved from there
//! in the order of their keys, so that each page of the large level is written once for many patients ([`super::Settling`]).
//! A search looks at both.

use rusqlite::{Connection, params};
use std::borrow::Cow;

/// Where index rows lie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The large one.
    Main,
    /// The small one, of patients that came in bulk and are not settled yet.
    Fresh,
}

/// The tables of the small level: those of the large one under other names, and who is in it.
pub const FRESH_SCHEMA: &str = "
CREATE TABLE fresh_patient (n INTEGER PRIMARY KEY) STRICT;
CREATE TABLE fresh_name (
    word TEXT NOT NULL,
    born INTEGER NOT NULL,
    n INTEGER NOT NULL,
    others TEXT NOT NULL,
    PRIMARY KEY (word, born, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE fresh_pair (
    lead TEXT NOT NULL,
    word TEXT NOT NULL,
    second TEXT NOT NULL,
    born INTEGER NOT NULL,
    n INTEGER NOT NULL,
    others TEXT NOT NULL,
    PRIMARY KEY (lead, word, second, born, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE fresh_birth (
    born INTEGER NOT NULL,
    names TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (born, names, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE fresh_phone (
    digits TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (digits, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE fresh_identifier (
    value TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (value, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE fresh_place (
    kind INTEGER NOT NULL,
    place TEXT NOT NULL,
    names TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (kind, place, names, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE fresh_near (
    key INTEGER NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (key, word)
) STRICT, WITHOUT ROWID;
";

/// A table that both levels have: its name after the prefix, and its key, which orders it.
pub(super) type Twin = (&'static str, &'static [&'static str]);

/// All of them, words before the names that use them: a search that finds the word of a name not copied yet finds nobody by it,
/// one that finds a name without its word would miss a misspelling.
pub(super) const TWINS: [Twin; 7] = [
    ("near", &["key", "word"]),
    ("name", &["word", "born", "n"]),
    ("pair", &["lead", "word", "second", "born", "n"]),
    ("birth", &["born", "names", "n"]),
    ("phone", &["digits", "n"]),
    ("identifier", &["value", "n"]),
    ("place", &["kind", "place", "names", "n"]),
];

impl Level {
    /// A statement on the tables of this level, from one on those of the large one.
    pub(super) fn sql(self, main: &'static str) -> Cow<'static, str> {
        match self {
            Self::Main => Cow::Borrowed(main),
            Self::Fresh => Cow::Owned(main.replace("search_", "fresh_")),
        }
    }
}

/// Whether any patient is in the small level.
pub(super) fn is_any_fresh(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM fresh_patient LIMIT 1")?.exists([])
}

/// Whether this patient is in the small level.
pub(super) fn is_fresh(conn: &Connection, n: i64) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM fresh_patient WHERE n = ?1")?
        .exists([n])
}

/// How many patients are in the small level.
pub fn fresh_count(conn: &Connection) -> rusqlite::Result<u64> {
    conn.prepare_cached("SELECT count(*) FROM fresh_patient")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}

/// Notes that a patient is in the small level.
pub(super) fn mark_fresh(conn: &Connection, n: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO fresh_patient (n) VALUES (?1)")?
        .execute(params![n])
        .map(drop)
}

/// Notes that a patient is there no more.
pub(super) fn unmark_fresh(conn: &Connection, n: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM fresh_patient WHERE n = ?1")?
        .execute(params![n])
        .map(drop)
}
