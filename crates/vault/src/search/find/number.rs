//! Birth dates, telephone numbers, identifiers and places.

use super::{Finder, end_of};
use crate::search::fold;
use crate::search::parse::{BirthRange, Meaning};
use crate::search::row::Match;
use crate::search::rows::{PHONE_ENDING, POSTAL_CODE, STREET, TOWN, national};
use rusqlite::{OptionalExtension, params};

const BIRTH: &str = "SELECT n, names FROM search_birth WHERE born BETWEEN ?1 AND ?2";
const IDENTIFIER_IS: &str = "SELECT n FROM search_identifier WHERE value = ?1";
const IDENTIFIER_BEGINS: &str = "SELECT n FROM search_identifier WHERE value >= ?1 AND value < ?2";
const PHONE_BEGINS: &str = "SELECT n FROM search_phone WHERE digits >= ?1 AND digits < ?2";
const PLACE_BEGINS: &str = "SELECT n FROM search_place WHERE kind = ?1 AND place >= ?2 AND place < ?3";
const PLACE_NAMES: &str =
    "SELECT n, names FROM search_place WHERE kind = ?1 AND place = ?2 AND names >= ?3 AND names < ?4 LIMIT ?5";
const PLACE_ALL: &str = "SELECT n, names FROM search_place WHERE kind = ?1 AND place = ?2 LIMIT ?3";
const PLACE_FROM: &str = "SELECT place FROM search_place WHERE kind = ?1 AND place >= ?2 AND place < ?3 LIMIT 1";
const PLACE_AFTER: &str = "SELECT place FROM search_place WHERE kind = ?1 AND place > ?2 AND place < ?3 LIMIT 1";
const WITH_PHONE: &str = "SELECT r.n, ' ' || r.family || ' ' || r.given FROM search_phone p JOIN patient_row r ON r.n = p.n \
     WHERE p.digits >= ?1 AND p.digits < ?2 LIMIT ?3";

/// The fewest digits of a telephone number's ending: four are what people give.
const ENDING: usize = 4;

/// How many inhabitants of a place are gone through.
const INHABITANTS: u32 = 1_000;

/// How many places that begin alike are looked at.
const PLACES: usize = 4;

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
        let mut statement = self.prepare(WITH_PHONE)?;
        let mut rows = statement.query(params![beginning, end_of(beginning), OWNERS])?;
        while let Some(row) = rows.next()? {
            self.budget = self.budget.saturating_sub(super::SEEK);
            let words = fold::words(row.get_ref(1)?.as_str()?);
            let n = row.get(0)?;
            if names.iter().all(|name| words.iter().any(|word| word.starts_with(name))) {
                self.add(n, Match::Exact);
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
        for (kind, place) in [
            (STREET, &meaning.street),
            (TOWN, &meaning.place),
            (POSTAL_CODE, &meaning.postal_code),
        ] {
            self.take(PLACE_BEGINS, params![kind, place, end_of(place)], &[], Match::Place)?;
        }
        Ok(())
    }

    /// Names, and numbers as a postal code.
    pub(super) fn postal_code(&mut self, meaning: &Meaning, names: &[&str]) -> rusqlite::Result<()> {
        for number in &meaning.numbers {
            self.inhabitants(POSTAL_CODE, &fold::words(number).concat(), names)?;
        }
        Ok(())
    }

    /// Names, then a town: the last one, two or three words.
    pub(super) fn town(&mut self, words: &[&str]) -> rusqlite::Result<()> {
        for at in (1..words.len()).rev().take(3) {
            let (names, town) = words.split_at(at);
            self.inhabitants(TOWN, &town.join(" "), names)?;
        }
        Ok(())
    }

    /// Who lives in a place that begins so and is called so: by the first of all names as one range, by others among the
    /// inhabitants.
    fn inhabitants(&mut self, kind: u8, begun: &str, names: &[&str]) -> rusqlite::Result<()> {
        if begun.chars().nth(2).is_none() || self.done() {
            return Ok(());
        }
        let places = self.places(kind, begun)?;
        for place in &places {
            for name in names {
                let first = format!(" {name}");
                let range = params![kind, place, first, end_of(&first), INHABITANTS];
                self.take(PLACE_NAMES, range, names, Match::Place)?;
            }
        }
        if let [place] = &places[..] {
            self.take(PLACE_ALL, params![kind, place, INHABITANTS], names, Match::Place)?;
        }
        Ok(())
    }

    /// The places that begin so, a few of them.
    fn places(&mut self, kind: u8, begun: &str) -> rusqlite::Result<Vec<String>> {
        let end = end_of(begun);
        let mut places: Vec<String> = Vec::new();
        while places.len() < PLACES {
            let from = places.last().map_or(begun, String::as_str);
            let sql = if places.is_empty() { PLACE_FROM } else { PLACE_AFTER };
            self.budget = self.budget.saturating_sub(super::SEEK);
            let next = self
                .prepare(sql)?
                .query_row(params![kind, from, end], |row| row.get(0))
                .optional()?;
            let Some(next) = next else { break };
            places.push(next);
        }
        Ok(places)
    }
}
