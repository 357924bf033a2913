//! Reading the index: which ranges answer which meaning, and in what order.
//!
//! Every range is bounded and all of them share one budget, so that the worst text costs a few milliseconds however many
//! patients there are. What finds most of what people mean comes first.

mod name;
mod near;
mod number;

use super::level::{Level, is_any_fresh};
use super::parse::{BirthRange, Meaning};
use super::row::Match;
use rusqlite::{CachedStatement, Connection, ToSql};

/// How many index rows one search may look at.
const BUDGET: u32 = 4_000;

/// What beginning a range costs, in rows.
const SEEK: u32 = 24;

/// For how many meanings of a birth date near names are looked for.
const NEAR_BIRTHS: usize = 4;

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
    level: Level,
    /// All levels that anybody is in: what is a name is asked of the whole clinic.
    levels: &'static [Level],
    want: u32,
    found: Vec<Found>,
    budget: u32,
}

/// Finds what fits, best first, at most `want`: in the large level, and in the small one where anybody is in it.
pub(super) fn find(conn: &Connection, meaning: &Meaning, want: u32) -> rusqlite::Result<Vec<Found>> {
    if !is_any_fresh(conn)? {
        return find_at(conn, (Level::Main, &[Level::Main]), meaning, want);
    }
    let mut found: Vec<Found> = Vec::new();
    for level in [Level::Main, Level::Fresh] {
        for further in find_at(conn, (level, &[Level::Main, Level::Fresh]), meaning, want)? {
            // Who is copied already is in both.
            match found.iter_mut().find(|known| known.n == further.n) {
                Some(known) => known.fit = known.fit.min(further.fit),
                None => found.push(further),
            }
        }
    }
    found.sort_by_key(|found| found.fit);
    found.truncate(usize::try_from(want).unwrap_or(usize::MAX));
    Ok(found)
}

/// Finds what fits in one level.
fn find_at(
    conn: &Connection,
    (level, levels): (Level, &'static [Level]),
    meaning: &Meaning,
    want: u32,
) -> rusqlite::Result<Vec<Found>> {
    let mut finder = Finder {
        conn,
        level,
        levels,
        want,
        found: Vec::new(),
        budget: BUDGET,
    };
    if let Some(other) = &meaning.without_month {
        // April is a month and a name: half the rows for each, and the rest for whom there are more of.
        finder.want = want.div_ceil(2);
        finder.all(meaning)?;
        finder.want = want;
        finder.all(other)?;
    }
    finder.all(meaning)?;
    Ok(finder.found)
}

impl<'c> Finder<'c> {
    /// A statement on the tables of the level.
    fn prepare(&self, sql: &'static str) -> rusqlite::Result<CachedStatement<'c>> {
        self.prepare_at(self.level, sql)
    }

    fn prepare_at(&self, level: Level, sql: &'static str) -> rusqlite::Result<CachedStatement<'c>> {
        self.conn.prepare_cached(&level.sql(sql))
    }
}

impl Finder<'_> {
    /// Everything that one meaning may be.
    fn all(&mut self, meaning: &Meaning) -> rusqlite::Result<()> {
        if !meaning.names.is_empty() {
            return self.names_with_numbers(meaning);
        }
        self.identifier(meaning)?;
        self.births(&meaning.births)?;
        self.phone(meaning, &[])?;
        self.identifier_beginning(meaning)?;
        self.place(meaning)
    }

    fn names_with_numbers(&mut self, meaning: &Meaning) -> rusqlite::Result<()> {
        self.identifier(meaning)?;
        if !meaning.numbers.is_empty() {
            let names: Vec<&str> = meaning.names.iter().map(String::as_str).collect();
            self.phone(meaning, &names)?;
            self.postal_code(meaning, &names)?;
            self.place(meaning)?;
            return self.identifier_beginning(meaning);
        }
        let names = self.known(&meaning.names)?;
        if meaning.births.is_empty() {
            self.names(&names, BirthRange::ANY)?;
            self.joined(&meaning.names)?;
            self.town(&name::texts(&names))?;
            self.place(meaning)?;
            return self.near(&names, BirthRange::ANY);
        }
        for birth in &meaning.births {
            self.names(&names, *birth)?;
        }
        self.known_in_part(&names, &meaning.births)?;
        for birth in meaning.births.iter().take(NEAR_BIRTHS) {
            self.near(&names, *birth)?;
        }
        if self.found.is_empty() {
            self.place(meaning)?;
        }
        if self.found.is_empty() && names.len() > 1 {
            self.names_as_near(&names, BirthRange::ANY)?;
        }
        Ok(())
    }

    /// Less than was typed: names whose birth date is another, or without the one that is misspelt. Better shown as a near
    /// miss than not at all.
    fn names_as_near(&mut self, names: &[name::Name<'_>], birth: BirthRange) -> rusqlite::Result<()> {
        let before = self.found.len();
        self.names(names, birth)?;
        self.found
            .iter_mut()
            .skip(before)
            .for_each(|found| found.fit = Match::Near);
        Ok(())
    }

    /// Two typed words that are one name: `mc donald`.
    fn joined(&mut self, words: &[String]) -> rusqlite::Result<()> {
        if !self.found.is_empty() {
            return Ok(());
        }
        for at in 1..words.len() {
            let mut joined = words.to_vec();
            let second = joined.remove(at);
            joined[at - 1].push_str(&second);
            let names = self.known(&joined)?;
            if names[at - 1].whole {
                self.names(&names, BirthRange::ANY)?;
            }
        }
        Ok(())
    }

    /// Whether so few are found that near misses are worth a look.
    fn is_poor(&self) -> bool {
        self.count() < self.want.div_ceil(2) && self.budget > 0
    }

    /// Whether enough is found or enough was looked at.
    fn done(&self) -> bool {
        self.count() >= self.want || self.budget == 0
    }

    /// Goes through a range of (row number, other words) and takes what has all of `words` among the others.
    fn take(&mut self, sql: &'static str, range: &[&dyn ToSql], words: &[&str], fit: Match) -> rusqlite::Result<()> {
        if self.done() {
            return Ok(());
        }
        self.budget = self.budget.saturating_sub(SEEK);
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(range)?;
        while let Some(row) = rows.next()? {
            self.budget = self.budget.saturating_sub(1);
            let n = row.get(0)?;
            if words.is_empty() {
                self.add(n, fit);
            } else {
                let others = row.get_ref(1)?.as_str()?;
                if begin_all(others, words) {
                    self.add(
                        n,
                        if are_all(others, words) {
                            fit
                        } else {
                            fit.max(Match::Begins)
                        },
                    );
                }
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

    /// Adds a patient, unless found before.
    fn add(&mut self, n: i64, fit: Match) {
        if !self.found.iter().any(|found| found.n == n) {
            self.found.push(Found { n, fit });
        }
    }
}

/// Whether each of `words` begins one of the words in `text`, each of which stands after a space.
fn begin_all(text: &str, words: &[&str]) -> bool {
    words.iter().all(|word| {
        text.match_indices(word)
            .any(|(at, _)| text.as_bytes().get(at.wrapping_sub(1)) == Some(&b' '))
    })
}

/// Whether each of `words` is one of the words in `text`.
fn are_all(text: &str, words: &[&str]) -> bool {
    words.iter().all(|word| text.split(' ').any(|other| other == *word))
}

/// What comes after everything that begins with `prefix`: no word holds the last character of Unicode.
fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}
