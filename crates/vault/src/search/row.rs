//! What a row of results shows, and how well it fits.

use super::entry::BirthDay;
use super::find::Found;
use super::fold;
use super::write::{DECEASED, GENDER_BITS, REMOVED};
use rusqlite::{Connection, OptionalExtension};
use wardkeep_record::id::RecordId;

const ROW: &str = "SELECT id, mrn, family, given, preferred, born, phone, city, flags FROM patient_row WHERE n = ?1";

/// How a row fits what was typed; the smaller, the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Match {
    /// Whole names, the date, the number.
    Exact,
    /// Beginnings of names or numbers, or a date of which less is known.
    Begins,
    /// By a preferred, former or other name that the row does not show.
    OtherName,
    /// By the address.
    Place,
    /// By a name that is one typing error away or sounds the same, or with another birth date.
    Near,
}

/// One row of results: enough to tell patients apart without reading their records.
#[derive(Clone, PartialEq, Eq)]
pub struct PatientRow {
    /// The patient's row number in the office file.
    pub n: i64,
    /// The record.
    pub id: RecordId,
    /// Medical record number; empty where there is none.
    pub mrn: String,
    /// Family names.
    pub family: String,
    /// Given names.
    pub given: String,
    /// Preferred name.
    pub preferred: Option<String>,
    /// Birth date, as much as is known.
    pub birth: BirthDay,
    /// FHIR's administrative gender by its place in the value set, from 1; 0 is not recorded.
    pub gender: u8,
    /// First telephone number, as stored.
    pub phone: Option<String>,
    /// Town of the first address.
    pub city: Option<String>,
    /// Known to have died.
    pub deceased: bool,
    /// The record is removed.
    pub removed: bool,
    /// How well the row fits what was typed.
    pub fit: Match,
}

/// Reads the rows of what was found; `names` are the typed names, by which it shows whether a row fits by another name.
pub(super) fn read(conn: &Connection, found: &[Found], names: &[String]) -> rusqlite::Result<Vec<PatientRow>> {
    let mut statement = conn.prepare_cached(ROW)?;
    let mut rows = Vec::with_capacity(found.len());
    for found in found {
        let row = statement
            .query_row([found.n], |row| {
                let flags: i64 = row.get(8)?;
                Ok(PatientRow {
                    n: found.n,
                    id: RecordId::from_bytes(row.get(0)?),
                    mrn: row.get(1)?,
                    family: row.get(2)?,
                    given: row.get(3)?,
                    preferred: row.get(4)?,
                    birth: BirthDay(row.get(5)?),
                    phone: row.get(6)?,
                    city: row.get(7)?,
                    gender: u8::try_from(flags & GENDER_BITS).unwrap_or_default(),
                    deceased: flags & DECEASED != 0,
                    removed: flags & REMOVED != 0,
                    fit: found.fit,
                })
            })
            .optional()?;
        if let Some(mut row) = row {
            if row.fit <= Match::Begins && !shows(&row, names) {
                row.fit = Match::OtherName;
            }
            rows.push(row);
        }
    }
    rows.sort_by_key(|row| row.fit);
    Ok(rows)
}

/// Whether each typed name begins a name that the row shows.
fn shows(row: &PatientRow, names: &[String]) -> bool {
    if names.is_empty() {
        return true;
    }
    let mut words = fold::words(&row.family);
    words.extend(fold::words(&row.given));
    names
        .iter()
        .all(|name| words.iter().any(|word| word.starts_with(name.as_str())))
}
