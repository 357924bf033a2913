//! Building the index from nothing: after damage, for a new form of the index, and for measuring.

use super::entry::PatientIndexEntry;
use super::level::{Level, mark_fresh};
use super::rows::IndexRows;
use super::schema::TABLES;
use super::settle;
use super::write::{BIRTH_ADD, IDENTIFIER_ADD, NAME_ADD, PAIR_ADD, PHONE_ADD, PLACE_ADD, add_near, put_row};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// How many patients are held in memory at a time.
const CHUNK: usize = 100_000;

/// Empties the index and fills it again, in the caller's transaction. Patients may come in any order, each once.
pub fn rebuild(tx: &Connection, patients: impl Iterator<Item = (i64, PatientIndexEntry)>) -> rusqlite::Result<()> {
    for table in TABLES {
        tx.execute(&format!("DELETE FROM {table}"), [])?;
    }
    settle::empty(tx)?;
    let mut patients = patients.peekable();
    while patients.peek().is_some() {
        let chunk: Vec<_> = patients.by_ref().take(CHUNK).collect();
        let rows: Vec<_> = chunk
            .iter()
            .map(|(n, entry)| (*n, IndexRows::of(Some(entry))))
            .collect();
        fill(tx, Level::Main, &rows)?;
        chunk.iter().try_for_each(|(n, entry)| put_row(tx, *n, entry))?;
    }
    Ok(())
}

/// Adds new patients to the small level of the index, in the caller's transaction, which is no step of a [`super::Settling`] and not
/// between two of them. None of them may be in the index.
pub fn index_in_bulk(tx: &Connection, patients: &[(i64, PatientIndexEntry)]) -> rusqlite::Result<()> {
    let rows: Vec<_> = patients
        .iter()
        .map(|(n, entry)| (*n, IndexRows::of(Some(entry))))
        .collect();
    fill(tx, Level::Fresh, &rows)?;
    for (n, entry) in patients {
        mark_fresh(tx, *n)?;
        put_row(tx, *n, entry)?;
    }
    Ok(())
}

/// Adds rows table by table in the order of each table's keys, which touches each page once.
fn fill(tx: &Connection, at: Level, rows: &[(i64, IndexRows)]) -> rusqlite::Result<()> {
    let words: BTreeSet<&str> = rows
        .iter()
        .flat_map(|(_, rows)| rows.names.iter().map(|row| row.0.as_str()))
        .collect();
    add_near(tx, at, words.into_iter())?;

    let mut add = tx.prepare_cached(&at.sql(NAME_ADD))?;
    for (word, born, n, others) in sorted(rows, |n, r| r.names.iter().map(move |row| (&row.0, r.birth, n, &row.1))) {
        add.execute(params![word, born, n, others])?;
    }
    let mut add = tx.prepare_cached(&at.sql(PAIR_ADD))?;
    for (row, born, n) in sorted(rows, |n, r| r.pairs.iter().map(move |row| (row, r.birth, n))) {
        add.execute(params![row.0, row.1, row.2, born, n, row.3])?;
    }
    let mut add = tx.prepare_cached(&at.sql(BIRTH_ADD))?;
    for (born, names, n) in sorted(rows, |n, r| {
        (r.birth != 0).then_some((r.birth, &r.all_names, n)).into_iter()
    }) {
        add.execute(params![born, names, n])?;
    }
    let mut add = tx.prepare_cached(&at.sql(PHONE_ADD))?;
    for (key, n) in sorted(rows, |n, r| r.phones.iter().map(move |key| (key, n))) {
        add.execute(params![key, n])?;
    }
    let mut add = tx.prepare_cached(&at.sql(IDENTIFIER_ADD))?;
    for (key, n) in sorted(rows, |n, r| r.identifiers.iter().map(move |key| (key, n))) {
        add.execute(params![key, n])?;
    }
    let mut add = tx.prepare_cached(&at.sql(PLACE_ADD))?;
    for (place, n) in sorted(rows, |n, r| r.places.iter().map(move |place| (place, n))) {
        add.execute(params![place.0, place.1, place.2, n])?;
    }
    Ok(())
}

/// The keys of all patients in order.
fn sorted<'a, K: Ord, I: Iterator<Item = K>>(
    rows: &'a [(i64, IndexRows)],
    keys: impl Fn(i64, &'a IndexRows) -> I,
) -> Vec<K> {
    let mut all: Vec<K> = rows.iter().flat_map(|(n, rows)| keys(*n, rows)).collect();
    all.sort_unstable();
    all
}
