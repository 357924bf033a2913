//! The tables of the index, in the office file.

/// The index tables. Each is a b-tree that answers a kind of query by itself, without a look at the record (docs/adr/0005).
///
/// - `search_name`: one row for each word of a patient's names.
/// - `search_pair`: one row for each ordered pair of words, led by the first two letters of the second, so that a beginning
///   of one and the whole of the other is one range.
/// - `search_birth`: the birth date and all names.
/// - `search_phone`, `search_identifier`: digits and numbers.
/// - `search_place`: streets (kind 1), towns with names (2), postal codes with names (3).
/// - `search_near`: for each different word the keys under which a misspelt one meets it.
/// - `patient_row`: what a row of results shows.
///
/// `others` and `names` are the patient's further words, each after a space; `born` is yyyymmdd with zeros for the unknown.
pub const SCHEMA: &str = "
CREATE TABLE search_name (
    word TEXT NOT NULL,
    born INTEGER NOT NULL,
    n INTEGER NOT NULL,
    others TEXT NOT NULL,
    PRIMARY KEY (word, born, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE search_pair (
    lead TEXT NOT NULL,
    word TEXT NOT NULL,
    second TEXT NOT NULL,
    born INTEGER NOT NULL,
    n INTEGER NOT NULL,
    others TEXT NOT NULL,
    PRIMARY KEY (lead, word, second, born, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE search_birth (
    born INTEGER NOT NULL,
    names TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (born, names, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE search_phone (
    digits TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (digits, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE search_identifier (
    value TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (value, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE search_place (
    kind INTEGER NOT NULL,
    place TEXT NOT NULL,
    names TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (kind, place, names, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE search_near (
    key INTEGER NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (key, word)
) STRICT, WITHOUT ROWID;
CREATE TABLE patient_row (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    mrn TEXT NOT NULL,
    family TEXT NOT NULL,
    given TEXT NOT NULL,
    preferred TEXT,
    born INTEGER NOT NULL,
    phone TEXT,
    city TEXT,
    flags INTEGER NOT NULL
) STRICT;
";

/// All index tables, for rebuilding and for comparing.
pub(super) const TABLES: [&str; 8] = [
    "search_name",
    "search_pair",
    "search_birth",
    "search_phone",
    "search_identifier",
    "search_place",
    "search_near",
    "patient_row",
];
