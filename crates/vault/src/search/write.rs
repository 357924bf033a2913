//! Keeping the index: what changes with one patient.

use super::entry::PatientIndexEntry;
use super::level::{Level, is_any_fresh, is_fresh, unmark_fresh};
use super::near;
use super::rows::IndexRows;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

pub(super) const NAME_ADD: &str = "INSERT INTO search_name (word, born, n, others) VALUES (?1, ?2, ?3, ?4)";
const NAME_DROP: &str = "DELETE FROM search_name WHERE word = ?1 AND born = ?2 AND n = ?3";
pub(super) const PAIR_ADD: &str =
    "INSERT INTO search_pair (lead, word, second, born, n, others) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const PAIR_DROP: &str =
    "DELETE FROM search_pair WHERE lead = ?1 AND word = ?2 AND second = ?3 AND born = ?4 AND n = ?5";
pub(super) const BIRTH_ADD: &str = "INSERT INTO search_birth (born, names, n) VALUES (?1, ?2, ?3)";
const BIRTH_DROP: &str = "DELETE FROM search_birth WHERE born = ?1 AND names = ?2 AND n = ?3";
pub(super) const PHONE_ADD: &str = "INSERT INTO search_phone (digits, n) VALUES (?1, ?2)";
const PHONE_DROP: &str = "DELETE FROM search_phone WHERE digits = ?1 AND n = ?2";
pub(super) const IDENTIFIER_ADD: &str = "INSERT INTO search_identifier (value, n) VALUES (?1, ?2)";
const IDENTIFIER_DROP: &str = "DELETE FROM search_identifier WHERE value = ?1 AND n = ?2";
pub(super) const PLACE_ADD: &str = "INSERT INTO search_place (kind, place, names, n) VALUES (?1, ?2, ?3, ?4)";
const PLACE_DROP: &str = "DELETE FROM search_place WHERE kind = ?1 AND place = ?2 AND names = ?3 AND n = ?4";
/// A word whose names are still to be copied from the small level may have its keys already.
pub(super) const NEAR_ADD: &str = "INSERT OR IGNORE INTO search_near (key, word) VALUES (?1, ?2)";
const NEAR_DROP: &str = "DELETE FROM search_near WHERE key = ?1 AND word = ?2";
const KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM search_name WHERE word = ?1)";
const ROW_PUT: &str = "INSERT OR REPLACE INTO patient_row (n, id, mrn, family, given, preferred, born, phone, city, flags) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const ROW_DROP: &str = "DELETE FROM patient_row WHERE n = ?1";

/// Where the flags of a row stand: the gender's number below, then one bit each.
pub(super) const GENDER_BITS: i64 = 0b111;
pub(super) const DECEASED: i64 = 1 << 3;
pub(super) const REMOVED: i64 = 1 << 4;

/// Brings the index from what it knew of a patient to what is to be known. Removing what was added leaves the tables
/// exactly as they were, so the index is a function of the patients, not of their history.
///
/// `n` is the patient's row number; `old` is the entry that was indexed last (none for a new patient), `new` none for one
/// that goes. Runs inside the caller's transaction; after an error the caller rolls back.
pub fn index_patient(
    tx: &Connection,
    n: i64,
    old: Option<&PatientIndexEntry>,
    new: Option<&PatientIndexEntry>,
) -> rusqlite::Result<()> {
    let (before, after) = (IndexRows::of(old), IndexRows::of(new));
    if old.is_some() && is_fresh(tx, n)? {
        // Some of what is in the small level may be copied already: it goes from both, and the new rows are settled at once.
        let none = IndexRows::default();
        change(tx, Level::Fresh, n, (&before, &none))?;
        change(tx, Level::Main, n, (&before, &none))?;
        unmark_fresh(tx, n)?;
        change(tx, Level::Main, n, (&none, &after))?;
    } else {
        change(tx, Level::Main, n, (&before, &after))?;
    }
    match new {
        Some(entry) if old != new => put_row(tx, n, entry),
        None if old.is_some() => tx.prepare_cached(ROW_DROP)?.execute([n]).map(drop),
        _ => Ok(()),
    }
}

/// Brings the rows of one patient in one level from `before` to `after`. Rows that are not there need no taking away.
fn change(tx: &Connection, at: Level, n: i64, (before, after): (&IndexRows, &IndexRows)) -> rusqlite::Result<()> {
    if before == after {
        return Ok(());
    }
    let (gone, come) = (new_words(after, before), new_words(before, after));
    add_near(tx, at, come.iter().copied())?;
    names(tx, at, n, (before, after))?;
    pairs(tx, at, n, (before, after))?;
    births(tx, at, n, (before, after))?;
    keyed(tx, at, n, (&before.phones, &after.phones), (PHONE_DROP, PHONE_ADD))?;
    let identifiers = (&before.identifiers, &after.identifiers);
    keyed(tx, at, n, identifiers, (IDENTIFIER_DROP, IDENTIFIER_ADD))?;
    places(tx, at, n, (before, after))?;
    drop_near(tx, gone.iter().copied())
}

/// The words that `to` has and `from` has not.
fn new_words<'a>(from: &IndexRows, to: &'a IndexRows) -> Vec<&'a str> {
    let had: BTreeSet<&str> = from.names.iter().map(|(word, _)| word.as_str()).collect();
    to.names
        .iter()
        .map(|(word, _)| word.as_str())
        .filter(|word| !had.contains(word))
        .collect()
}

/// Stores the keys of words that no patient of the level has yet; before their names are added.
pub(super) fn add_near<'a>(tx: &Connection, at: Level, words: impl Iterator<Item = &'a str>) -> rusqlite::Result<()> {
    let mut keys = Vec::new();
    for word in words {
        if !is_known(tx, at, word)? {
            keys.extend(near::keys(word).into_iter().map(|key| (key, word)));
        }
    }
    keys.sort_unstable();
    let mut add = tx.prepare_cached(&at.sql(NEAR_ADD))?;
    keys.iter()
        .try_for_each(|(key, word)| add.execute(params![key, word]).map(drop))
}

/// Takes away the keys of words that no patient of either level has any more; after their names are gone.
fn drop_near<'a>(tx: &Connection, words: impl Iterator<Item = &'a str>) -> rusqlite::Result<()> {
    let any_fresh = is_any_fresh(tx)?;
    let levels = if any_fresh {
        &[Level::Main, Level::Fresh][..]
    } else {
        &[Level::Main][..]
    };
    for word in words {
        let mut known = false;
        for level in levels {
            known = known || is_known(tx, *level, word)?;
        }
        if known {
            continue;
        }
        for level in levels {
            let mut remove = tx.prepare_cached(&level.sql(NEAR_DROP))?;
            for key in near::keys(word) {
                remove.execute(params![key, word])?;
            }
        }
    }
    Ok(())
}

/// Whether any patient of the level has the word in a name.
fn is_known(tx: &Connection, at: Level, word: &str) -> rusqlite::Result<bool> {
    tx.prepare_cached(&at.sql(KNOWN))?.query_row([word], |row| row.get(0))
}

fn names(tx: &Connection, at: Level, n: i64, (before, after): (&IndexRows, &IndexRows)) -> rusqlite::Result<()> {
    let moved = before.birth != after.birth;
    let mut remove = tx.prepare_cached(&at.sql(NAME_DROP))?;
    for row in before.names.iter().filter(|row| moved || !after.names.contains(row)) {
        remove.execute(params![row.0, before.birth, n])?;
    }
    let mut add = tx.prepare_cached(&at.sql(NAME_ADD))?;
    for row in after.names.iter().filter(|row| moved || !before.names.contains(row)) {
        add.execute(params![row.0, after.birth, n, row.1])?;
    }
    Ok(())
}

fn pairs(tx: &Connection, at: Level, n: i64, (before, after): (&IndexRows, &IndexRows)) -> rusqlite::Result<()> {
    let moved = before.birth != after.birth;
    let mut remove = tx.prepare_cached(&at.sql(PAIR_DROP))?;
    for row in before.pairs.iter().filter(|row| moved || !after.pairs.contains(row)) {
        remove.execute(params![row.0, row.1, row.2, before.birth, n])?;
    }
    let mut add = tx.prepare_cached(&at.sql(PAIR_ADD))?;
    for row in after.pairs.iter().filter(|row| moved || !before.pairs.contains(row)) {
        add.execute(params![row.0, row.1, row.2, after.birth, n, row.3])?;
    }
    Ok(())
}

fn births(tx: &Connection, at: Level, n: i64, (before, after): (&IndexRows, &IndexRows)) -> rusqlite::Result<()> {
    if before.birth == after.birth && before.all_names == after.all_names {
        return Ok(());
    }
    if before.birth != 0 {
        tx.prepare_cached(&at.sql(BIRTH_DROP))?
            .execute(params![before.birth, before.all_names, n])?;
    }
    if after.birth != 0 {
        tx.prepare_cached(&at.sql(BIRTH_ADD))?
            .execute(params![after.birth, after.all_names, n])?;
    }
    Ok(())
}

fn keyed(
    tx: &Connection,
    at: Level,
    n: i64,
    (before, after): (&BTreeSet<String>, &BTreeSet<String>),
    (remove, add): (&'static str, &'static str),
) -> rusqlite::Result<()> {
    let mut remove = tx.prepare_cached(&at.sql(remove))?;
    before
        .difference(after)
        .try_for_each(|key| remove.execute(params![key, n]).map(drop))?;
    let mut add = tx.prepare_cached(&at.sql(add))?;
    after
        .difference(before)
        .try_for_each(|key| add.execute(params![key, n]).map(drop))
}

fn places(tx: &Connection, at: Level, n: i64, (before, after): (&IndexRows, &IndexRows)) -> rusqlite::Result<()> {
    let mut remove = tx.prepare_cached(&at.sql(PLACE_DROP))?;
    for (kind, place, names) in before.places.difference(&after.places) {
        remove.execute(params![kind, place, names, n])?;
    }
    let mut add = tx.prepare_cached(&at.sql(PLACE_ADD))?;
    for (kind, place, names) in after.places.difference(&before.places) {
        add.execute(params![kind, place, names, n])?;
    }
    Ok(())
}

/// Writes what a row of results shows.
pub(super) fn put_row(tx: &Connection, n: i64, entry: &PatientIndexEntry) -> rusqlite::Result<()> {
    let name = entry.names.first();
    let flags = i64::from(entry.gender) & GENDER_BITS
        | if entry.deceased { DECEASED } else { 0 }
        | if entry.removed { REMOVED } else { 0 };
    tx.prepare_cached(ROW_PUT)?
        .execute(params![
            n,
            entry.id,
            entry.mrn,
            name.map_or("", |name| name.family.as_str()),
            name.map_or("", |name| name.given.as_str()),
            entry.preferred,
            entry.birth.0,
            entry.phones.first(),
            entry
                .addresses
                .first()
                .map(|address| &address.city)
                .filter(|city| !city.is_empty()),
            flags,
        ])
        .map(drop)
}
