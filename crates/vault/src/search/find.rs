//! Reading the index: which ranges answer which meaning, and in what order.
//!
//! Every range is bounded and all of them share one budget, so that the worst text costs a few milliseconds however many
//! patients there are. What finds most of what people mean comes first.

mod name;
mod near;
mod number;

use super::parse::{BirthRange, Meaning};
use super::row::Match;
use rusqlite::{Connection, ToSql};

/// How many index rows one search may look at.
const BUDGET: u32 = 6_000;

/// What beginning a range costs, in rows.
const SEEK: u32 = 8;

/// Something that was found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The patient's row number.
    pub(super) n: i64,
    /// How well it fits.
    pub(super) fit: Match,
}

/// One search in the course of its ranges.
pub(super) struct Finder<'c> {
    conn: &'c Connection,
    want: u32,
    found: Vec<Found>,
    budget: u32,
}

/// Finds what fits, best first, at most `want`.
pub(super) fn find(conn: &Connection, meaning: &Meaning, want: u32) -> rusqlite::Result<Vec<Found>> {
    let mut finder = Finder {
        conn,
        want,
        found: Vec::new(),
        budget: BUDGET,
    };
    if meaning.names.is_empty() {
        finder.identifier(meaning)?;
        finder.births(&meaning.births)?;
        finder.phone(meaning, &[])?;
        finder.identifier_beginning(meaning)?;
        finder.place(meaning)?;
    } else {
        finder.names_with_numbers(meaning)?;
    }
    Ok(finder.found)
}

impl Finder<'_> {
    fn names_with_numbers(&mut self, meaning: &Meaning) -> rusqlite::Result<()> {
        let names: Vec<&str> = meaning.names.iter().map(String::as_str).collect();
        self.identifier(meaning)?;
        if !meaning.numbers.is_empty() {
            self.phone(meaning, &names)?;
            self.postal_code(meaning, &names)?;
            self.place(meaning)?;
            return self.identifier_beginning(meaning);
        }
        if meaning.births.is_empty() {
            self.names(&names, BirthRange::ANY)?;
            self.town(&names)?;
            self.place(meaning)?;
            return self.near(&names, BirthRange::ANY);
        }
        for birth in &meaning.births {
            self.names(&names, *birth)?;
        }
        for birth in &meaning.births {
            self.near(&names, *birth)?;
        }
        if self.found.is_empty() && names.len() > 1 {
            self.without_birth(&names)?;
        }
        Ok(())
    }

    /// Names whose birth date is another than the one typed: better shown as a near miss than not at all.
    fn without_birth(&mut self, names: &[&str]) -> rusqlite::Result<()> {
        self.names(names, BirthRange::ANY)?;
        self.found.iter_mut().for_each(|found| found.fit = Match::Near);
        Ok(())
    }

    /// Whether enough is found or enough was looked at.
    fn done(&self) -> bool {
        self.count() >= self.want || self.budget == 0
    }

    /// Goes through a range of (row number, other words) and takes what has all of `words` among the others.
    fn take(&mut self, sql: &str, range: &[&dyn ToSql], words: &[&str], fit: Match) -> rusqlite::Result<()> {
        if self.done() {
            return Ok(());
        }
        self.budget = self.budget.saturating_sub(SEEK);
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(range)?;
        while let Some(row) = rows.next()? {
            self.budget = self.budget.saturating_sub(1);
            let n = row.get(0)?;
            if (words.is_empty() || begin_all(row.get_ref(1)?.as_str()?, words)) && !self.has(n) {
                self.found.push(Found { n, fit });
            }
            if self.done() {
                break;
            }
        }
        Ok(())
    }

    fn count(&self) -> u32 {
        u32::try_from(self.found.len()).unwrap_or(u32::MAX)
    }

    fn has(&self, n: i64) -> bool {
        self.found.iter().any(|found| found.n == n)
    }
}

/// Whether each of `words` begins one of the words in `text`, each of which stands after a space.
fn begin_all(text: &str, words: &[&str]) -> bool {
    words.iter().all(|word| {
        text.match_indices(word)
            .any(|(at, _)| text.as_bytes().get(at.wrapping_sub(1)) == Some(&b' '))
    })
}

/// What comes after everything that begins with `prefix`: no word holds the last character of Unicode.
fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}
