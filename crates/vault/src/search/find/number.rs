//! Birth dates, telephone numbers, identifiers and places.

use super::{Finder, end_of};
use crate::search::fold;
use crate::search::parse::{BirthRange, Meaning};
use crate::search::row::Match;
use crate::search::rows::{PHONE_ENDING, national};
use rusqlite::params;

const BIRTH: &str = "SELECT n, names FROM search_birth WHERE born BETWEEN ?1 AND ?2";
const IDENTIFIER_IS: &str = "SELECT n FROM search_identifier WHERE value = ?1";
const IDENTIFIER_BEGINS: &str = "SELECT n FROM search_identifier WHERE value >= ?1 AND value < ?2";
const PHONE_BEGINS: &str = "SELECT n FROM search_phone WHERE digits >= ?1 AND digits < ?2";
const PLACE_BEGINS: &str = "SELECT n FROM search_place WHERE place >= ?1 AND place < ?2";
const PLACE_NAMES: &str =
    "SELECT n, names FROM (SELECT n, names FROM search_place WHERE place = ?1 AND names >= ?2 AND names < ?3 LIMIT ?4)";
const PLACE_NAMES_BEGIN: &str = "SELECT n, names FROM \
    (SELECT n, names FROM search_place WHERE place >= ?1 AND place < ?2 LIMIT ?3)";
const WITH_PHONE: &str = "SELECT r.n, ' ' || r.family || ' ' || r.given FROM search_phone p JOIN patient_row r ON r.n = p.n \
     WHERE p.digits >= ?1 AND p.digits < ?2 LIMIT ?3";

/// The fewest digits of a telephone number's ending: four are what people give.
const ENDING: usize = 4;

/// How many inhabitants of a place are gone through for a name that does not lead.
const INHABITANTS: u32 = 1_500;

/// How many owners of a beginning of a telephone number are compared by name.
const OWNERS: u32 = 40;

impl Finder<'_> {
    /// Everyone born then.
    pub(super) fn births(&mut self, births: &[BirthRange]) -> rusqlite::Result<()> {
        for birth in births {
            self.take(BIRTH, params![birth.first, birth.last], &[], Match::Exact)?;
        }
        for day in births.iter().filter_map(|birth| birth.day()) {
            let month = day / 100 * 100;
            self.take(BIRTH, params![month, month], &[], Match::Begins)?;
        }
        Ok(())
    }

    pub(super) fn identifier(&mut self, meaning: &Meaning) -> rusqlite::Result<()> {
        let Some(value) = &meaning.identifier else {
            return Ok(());
        };
        self.take(IDENTIFIER_IS, params![value], &[], Match::Exact)
    }

    pub(super) fn identifier_beginning(&mut self, meaning: &Meaning) -> rusqlite::Result<()> {
        let Some(value) = &meaning.identifier else {
            return Ok(());
        };
        self.take(IDENTIFIER_BEGINS, params![value, end_of(value)], &[], Match::Begins)
    }

    /// Telephone numbers that begin so, as written at home or abroad, or end so.
    pub(super) fn phone(&mut self, meaning: &Meaning, names: &[&str]) -> rusqlite::Result<()> {
        let Some((digits, international)) = &meaning.phone else {
            return Ok(());
        };
        let mut beginnings: Vec<String> = Vec::new();
        if *international || digits.starts_with("00") {
            beginnings.push(national(digits.trim_start_matches('0')).to_owned());
        } else {
            beginnings.push(digits.trim_start_matches('0').to_owned());
            beginnings.push(national(digits).to_owned());
            if digits.len() >= ENDING {
                beginnings.push(
                    std::iter::once('r')
                        .chain(digits.chars().rev().take(PHONE_ENDING))
                        .collect(),
                );
            }
        }
        beginnings.retain(|beginning| beginning.len() >= 3);
        beginnings.dedup();
        for beginning in &beginnings {
            if names.is_empty() {
                self.take(PHONE_BEGINS, params![beginning, end_of(beginning)], &[], Match::Exact)?;
            } else {
                self.owners(beginning, names)?;
            }
        }
        Ok(())
    }

    /// Whose telephone number begins so and who is called so.
    fn owners(&mut self, beginning: &str, names: &[&str]) -> rusqlite::Result<()> {
        let mut statement = self.conn.prepare_cached(WITH_PHONE)?;
        let mut rows = statement.query(params![beginning, end_of(beginning), OWNERS])?;
        while let Some(row) = rows.next()? {
            self.budget = self.budget.saturating_sub(super::SEEK);
            let words = fold::words(row.get_ref(1)?.as_str()?);
            let n = row.get(0)?;
            if names.iter().all(|name| words.iter().any(|word| word.starts_with(name))) && !self.has(n) {
                self.found.push(super::Found { n, fit: Match::Exact });
            }
            if self.done() {
                break;
            }
        }
        Ok(())
    }

    /// The whole text as the beginning of a street, a town or a postal code.
    pub(super) fn place(&mut self, meaning: &Meaning) -> rusqlite::Result<()> {
        if meaning.place.chars().nth(1).is_none() {
            return Ok(());
        }
        self.take(
            PLACE_BEGINS,
            params![meaning.place, end_of(&meaning.place)],
            &[],
            Match::Place,
        )
    }

    /// Names, and numbers as a postal code.
    pub(super) fn postal_code(&mut self, meaning: &Meaning, names: &[&str]) -> rusqlite::Result<()> {
        for number in &meaning.numbers {
            self.inhabitants(&fold::words(number).concat(), names)?;
        }
        Ok(())
    }

    /// Names, then a town: the last one, two or three words.
    pub(super) fn town(&mut self, words: &[&str]) -> rusqlite::Result<()> {
        for at in (1..words.len()).rev().take(3) {
            let (names, town) = words.split_at(at);
            self.inhabitants(&town.join(" "), names)?;
        }
        Ok(())
    }

    /// Who lives in a place and is called so: by the first name of all as one range, by others among the inhabitants.
    fn inhabitants(&mut self, place: &str, names: &[&str]) -> rusqlite::Result<()> {
        if place.chars().nth(2).is_none() {
            return Ok(());
        }
        for name in names {
            let first = format!(" {name}");
            self.take(
                PLACE_NAMES,
                params![place, first, end_of(&first), INHABITANTS],
                names,
                Match::Place,
            )?;
        }
        self.take(
            PLACE_NAMES_BEGIN,
            params![place, end_of(place), INHABITANTS],
            names,
            Match::Place,
        )
    }
}
