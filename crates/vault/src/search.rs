//! Finding a patient while typing, inside the encrypted office file.
//!
//! Invariants:
//! - The index is a pure function of the patients: any history of registering, editing and removing leaves the same rows as
//!   building it anew ([`index_patient`], [`rebuild`]).
//! - Patients that come in bulk wait in a small level of the same form ([`index_in_bulk`], [`Settling`]); a search looks at both, so
//!   who is committed is found, at every moment and after every crash.
//! - A search reads b-tree ranges only, under one budget of rows, so that no keystroke waits for the number of patients.
//! - Twenty rows of results are shown without reading a record.
//! - Texts and results never reach a log or an error.
//!
//! Design and measurements: `docs/adr/0005-search.md`.

mod entry;
mod find;
mod fold;
mod level;
mod near;
mod parse;
mod rebuild;
mod row;
mod rows;
mod schema;
mod settle;
mod write;

pub use entry::{BirthDay, IndexedAddress, IndexedName, PatientIndexEntry};
pub use level::{FRESH_SCHEMA, fresh_count};
pub use rebuild::{index_in_bulk, rebuild};
pub use row::{Match, PatientRow};
pub use schema::SCHEMA;
pub use settle::Settling;
pub use write::index_patient;

use rusqlite::Connection;

/// The most rows that one search gives.
pub const MOST_ROWS: u32 = 100;

/// How many prepared statements a connection should keep for searching and indexing, beside its others.
pub const STATEMENTS: usize = 96;

/// What is looked for.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// As typed so far.
    pub text: &'a str,
    /// How many rows are wanted; at most [`MOST_ROWS`].
    pub limit: u32,
    /// The present year, which bounds what can be a year of birth.
    pub this_year: u32,
}

/// What a text was taken for.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Understood {
    /// Names, folded.
    pub names: Vec<String>,
    /// The part that was read as a birth date.
    pub birth_date: Option<String>,
    /// Digits that were looked for among telephone numbers.
    pub phone: Option<String>,
    /// What was looked for among record numbers.
    pub mrn: Option<String>,
}

/// What was found.
pub struct SearchResult {
    /// The rows, best first.
    pub rows: Vec<PatientRow>,
    /// There is more than was wanted.
    pub more: bool,
    /// What the text was taken for.
    pub understood: Understood,
}

/// Finds patients by what is typed so far: names in any order, whole, begun or misspelt by one error, birth date,
/// telephone, record number, address. Never fails for the text's sake.
pub fn search(conn: &Connection, query: &Query<'_>) -> rusqlite::Result<SearchResult> {
    let limit = query.limit.clamp(1, MOST_ROWS);
    let meaning = parse::parse(query.text, query.this_year);
    // One read transaction: the ranges and the rows see the same moment, and the file is locked once.
    let reading = conn.is_autocommit();
    if reading {
        conn.prepare_cached("BEGIN")?.execute([])?;
    }
    let result = read(conn, &meaning, limit);
    if reading {
        conn.prepare_cached("COMMIT")?.execute([])?;
    }
    let (rows, more) = result?;
    let understood = Understood {
        names: meaning.names,
        birth_date: meaning.birth_text,
        phone: meaning.phone.map(|(digits, _)| digits),
        mrn: meaning.identifier,
    };
    Ok(SearchResult { rows, more, understood })
}

/// The rows of a meaning, and whether there are more.
fn read(conn: &Connection, meaning: &parse::Meaning, limit: u32) -> rusqlite::Result<(Vec<PatientRow>, bool)> {
    let mut found = find::find(conn, meaning, limit + 1)?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    Ok((row::read(conn, &found, &meaning.names)?, more))
}

#[cfg(test)]
mod tests;
