//! Names, in any order, whole or begun, with or without a birth date.

use super::{Finder, end_of};
use crate::search::parse::BirthRange;
use crate::search::row::Match;
use crate::search::rows::lead;
use rusqlite::{OptionalExtension, params};

const NAME_IS: &str = "SELECT n, others FROM search_name WHERE word = ?1 AND born BETWEEN ?2 AND ?3";
/// Its inner range is bounded, because few of its rows may have the birth date.
const NAME_BEGINS: &str = "SELECT n, others FROM \
    (SELECT n, others, born FROM search_name WHERE word > ?1 AND word < ?2 LIMIT ?5) WHERE born BETWEEN ?3 AND ?4";
const PAIR_IS: &str =
    "SELECT n, others FROM search_pair WHERE lead = ?1 AND word = ?2 AND second = ?3 AND born BETWEEN ?4 AND ?5";
/// A whole word and the beginning of another, of which the lead is known.
const PAIR_WORD_IS: &str = "SELECT n, others FROM \
    (SELECT n, others, born FROM search_pair WHERE lead = ?1 AND word = ?2 AND second > ?3 AND second < ?4 LIMIT ?7) \
    WHERE born BETWEEN ?5 AND ?6";
/// The beginnings of two words.
const PAIR_BEGINS: &str = "SELECT n, others FROM \
    (SELECT n, others, born, second FROM search_pair WHERE lead = ?1 AND word >= ?2 AND word < ?3 LIMIT ?8) \
    WHERE second >= ?4 AND second < ?5 AND born BETWEEN ?6 AND ?7";
const LEAD_FROM: &str = "SELECT lead FROM search_pair WHERE lead >= ?1 AND lead < ?2 LIMIT 1";
const LEAD_AFTER: &str = "SELECT lead FROM search_pair WHERE lead > ?1 AND lead < ?2 LIMIT 1";
const BIRTH: &str = "SELECT n, names FROM search_birth WHERE born BETWEEN ?1 AND ?2";
const BIRTH_MORE_THAN: &str = "SELECT 1 FROM search_birth WHERE born BETWEEN ?1 AND ?2 LIMIT 1 OFFSET ?3";
const FIRST: &str = "SELECT word FROM search_name WHERE word >= ?1 AND word < ?2 LIMIT 1";
const AFTER: &str = "SELECT 1 FROM search_name WHERE word > ?1 AND word < ?2 LIMIT 1";
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM search_name WHERE word = ?1 LIMIT ?2)";

/// How many rows of a filtered range are looked at before another way is tried, and then at most.
const FIRST_TRY: u32 = 600;
const LAST_TRY: u32 = 2_000;

/// Up to how many births in a range are simply gone through.
const FEW_BIRTHS: u32 = 600;

/// How many leads of a one-letter word are tried.
const LEADS: usize = 64;

/// For how many meanings of a date those are looked for of whom less is known.
const MEANINGS: usize = 2;

/// How far a word's patients are counted.
const COUNTED: u32 = 400;

/// A typed word and what the index knows of it.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    /// The word.
    pub(super) text: &'a str,
    /// Somebody is called exactly so.
    pub(super) whole: bool,
    /// Somebody's name begins so and goes on.
    pub(super) longer: bool,
}

impl Name<'_> {
    /// Whether nobody's name begins so.
    pub(super) fn is_unknown(&self) -> bool {
        !self.whole && !self.longer
    }

    fn is_short(&self) -> bool {
        self.text.chars().nth(1).is_none()
    }
}

/// The words themselves.
pub(super) fn texts<'a>(names: &[Name<'a>]) -> Vec<&'a str> {
    names.iter().map(|name| name.text).collect()
}

impl Finder<'_> {
    /// Asks the index what it knows of each word: two seeks settle what all further ranges are worth.
    pub(super) fn known<'a>(&mut self, words: &'a [String]) -> rusqlite::Result<Vec<Name<'a>>> {
        let mut names = Vec::with_capacity(words.len());
        for text in words {
            let end = end_of(text);
            let mut name = Name {
                text,
                whole: false,
                longer: false,
            };
            for level in self.levels {
                self.budget = self.budget.saturating_sub(super::SEEK);
                let whole: Option<bool> = self
                    .prepare_at(*level, FIRST)?
                    .query_row(params![text, end], |row| Ok(row.get_ref(0)?.as_str()? == text))
                    .optional()?;
                name.whole |= whole == Some(true);
                name.longer |= match whole {
                    Some(true) => self.prepare_at(*level, AFTER)?.exists(params![text, end])?,
                    Some(false) => true,
                    None => false,
                };
            }
            names.push(name);
        }
        Ok(names)
    }

    /// Patients all of whose typed words are names or beginnings of names, born in the range.
    pub(super) fn names(&mut self, names: &[Name<'_>], birth: BirthRange) -> rusqlite::Result<()> {
        if names.iter().any(Name::is_unknown) {
            return Ok(());
        }
        match names {
            [] => Ok(()),
            _ if birth != BirthRange::ANY && birth.is_within_month() => self.names_born_in_month(names, birth),
            _ if birth != BirthRange::ANY => self.names_born_in_years(names, birth),
            [one] => self.one_name(*one),
            _ => self.several(names, birth),
        }
    }

    fn one_name(&mut self, name: Name<'_>) -> rusqlite::Result<()> {
        let last = BirthRange::ANY.last;
        if name.whole {
            self.take(NAME_IS, params![name.text, 0, last], &[], Match::Exact)?;
        }
        if name.longer {
            let range = params![name.text, end_of(name.text), 0, last, self.want + self.count()];
            self.take(NAME_BEGINS, range, &[], Match::Begins)?;
        }
        Ok(())
    }

    /// Whole names lead; the others are looked for beside them.
    fn led_by_whole(&mut self, names: &[Name<'_>], birth: BirthRange, fit: Match) -> rusqlite::Result<()> {
        for name in names.iter().filter(|name| name.whole) {
            let others = without(&texts(names), &[name.text]);
            self.take(NAME_IS, params![name.text, birth.first, birth.last], &others, fit)?;
        }
        Ok(())
    }

    /// A month holds about nine hundred births of a million: they are gone through.
    fn names_born_in_month(&mut self, names: &[Name<'_>], birth: BirthRange) -> rusqlite::Result<()> {
        if birth.day().is_none() {
            self.led_by_whole(names, birth, Match::Exact)?;
        }
        self.take(BIRTH, params![birth.first, birth.last], &texts(names), Match::Exact)
    }

    /// Someone of whose birth date only the month or the year is known may be meant too.
    pub(super) fn known_in_part(&mut self, names: &[Name<'_>], births: &[BirthRange]) -> rusqlite::Result<()> {
        for day in births.iter().filter_map(|birth| birth.day()).take(MEANINGS) {
            for partial in [day / 100 * 100, day / 10_000 * 10_000] {
                self.led_by_whole(
                    names,
                    BirthRange {
                        first: partial,
                        last: partial,
                    },
                    Match::Begins,
                )?;
            }
        }
        Ok(())
    }

    /// A year holds about eleven thousand births of a million: it takes a whole name to lead, or two.
    fn names_born_in_years(&mut self, names: &[Name<'_>], birth: BirthRange) -> rusqlite::Result<()> {
        self.led_by_whole(names, birth, Match::Exact)?;
        if self.done() || !names.iter().any(|name| name.longer) {
            return Ok(());
        }
        if !self.has_births_beyond(birth, FEW_BIRTHS)? {
            return self.take(BIRTH, params![birth.first, birth.last], &texts(names), Match::Begins);
        }
        let [name] = names else {
            return self.several(names, birth);
        };
        let range = params![name.text, end_of(name.text), birth.first, birth.last, LAST_TRY];
        self.take(NAME_BEGINS, range, &[], Match::Begins)?;
        if self.done() || !self.has_names_beyond(name.text, LAST_TRY)? {
            return Ok(());
        }
        self.take(BIRTH, params![birth.first, birth.last], &[name.text], Match::Begins)
    }

    /// Two words lead, the rarest whole ones; the others are looked for beside them.
    fn several(&mut self, names: &[Name<'_>], birth: BirthRange) -> rusqlite::Result<()> {
        let (x, y, patients) = self.leading(names)?;
        let rest = without(&texts(names), &[x.text, y.text]);
        if x.whole && y.whole {
            let range = params![lead(y.text), x.text, y.text, birth.first, birth.last];
            self.take(PAIR_IS, range, &rest, Match::Exact)?;
        }
        if x.whole && patients < COUNTED {
            // All of them together are less than the ranges that they would take.
            let others = without(&texts(names), &[x.text]);
            self.take(NAME_IS, params![x.text, birth.first, birth.last], &others, Match::Exact)?;
        } else if x.whole && y.longer {
            self.word_and_beginning(x, y, &rest, birth)?;
        }
        if y.whole && x.longer {
            self.word_and_beginning(y, x, &rest, birth)?;
        }
        if x.longer && y.longer {
            self.two_beginnings(x, y, &rest, birth)?;
        }
        Ok(())
    }

    /// The two words to lead with, and how many patients the first has, counted up to [`COUNTED`]: whole names with the
    /// fewest patients first, then the longest beginnings.
    fn leading<'a>(&mut self, names: &[Name<'a>]) -> rusqlite::Result<(Name<'a>, Name<'a>, u32)> {
        let mut counted = Vec::with_capacity(names.len());
        for name in names {
            let count: u32 = if name.whole {
                self.prepare(COUNT)?
                    .query_row(params![name.text, COUNTED], |row| row.get(0))?
            } else {
                u32::MAX
            };
            self.budget = self.budget.saturating_sub(super::SEEK);
            counted.push((count, std::cmp::Reverse(name.text.chars().count()), *name));
        }
        counted.sort_by_key(|(count, length, _)| (*count, *length));
        Ok((counted[0].2, counted[1].2, counted[0].0))
    }

    /// One whole word and the beginning of another: a single range, or one for each second letter of a single letter.
    fn word_and_beginning(
        &mut self,
        word: Name<'_>,
        begun: Name<'_>,
        rest: &[&str],
        birth: BirthRange,
    ) -> rusqlite::Result<()> {
        let end = end_of(begun.text);
        let unfiltered = rest.is_empty() && birth == BirthRange::ANY;
        let limit = if unfiltered { self.want + self.count() } else { LAST_TRY };
        for lead in self.leads(begun)? {
            let range = params![lead, word.text, begun.text, end, birth.first, birth.last, limit];
            self.take(PAIR_WORD_IS, range, rest, Match::Begins)?;
            if self.done() {
                break;
            }
        }
        Ok(())
    }

    /// The beginnings of two words: all patients of the first, if they are few; else pairs, and which of the two ways is
    /// shorter shows when both have been tried a little.
    fn two_beginnings(&mut self, x: Name<'_>, y: Name<'_>, rest: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        let (x, y) = if x.text.len() < y.text.len() { (y, x) } else { (x, y) };
        if !x.is_short() {
            let others: Vec<&str> = std::iter::once(y.text).chain(rest.iter().copied()).collect();
            let range = params![x.text, end_of(x.text), birth.first, birth.last, FIRST_TRY];
            self.take(NAME_BEGINS, range, &others, Match::Begins)?;
            if self.done() || !self.has_names_beyond(x.text, FIRST_TRY)? {
                return Ok(());
            }
        }
        for limit in [FIRST_TRY, LAST_TRY] {
            for (word, second) in [(x, y), (y, x)] {
                if word.is_short() && !second.is_short() {
                    continue;
                }
                if self.begins_pair(word, second, rest, birth, limit)? || self.done() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Goes through the pairs of which one word begins so and the other so; whether these were all.
    fn begins_pair(
        &mut self,
        word: Name<'_>,
        second: Name<'_>,
        rest: &[&str],
        birth: BirthRange,
        limit: u32,
    ) -> rusqlite::Result<bool> {
        let (word_end, second_end) = (end_of(word.text), end_of(second.text));
        let mut all = true;
        for lead in self.leads(second)? {
            let range = params![
                lead,
                word.text,
                word_end,
                second.text,
                second_end,
                birth.first,
                birth.last,
                limit
            ];
            self.take(PAIR_BEGINS, range, rest, Match::Begins)?;
            if self.done() {
                return Ok(false);
            }
            all = all && !self.has_pairs_beyond(&lead, word.text, &word_end, limit)?;
        }
        Ok(all)
    }

    /// The leads of the words that begin so: one for two letters and more, a few dozen for one letter.
    fn leads(&mut self, begun: Name<'_>) -> rusqlite::Result<Vec<String>> {
        if !begun.is_short() {
            return Ok(vec![lead(begun.text)]);
        }
        let end = end_of(begun.text);
        let mut leads: Vec<String> = Vec::new();
        while leads.len() < LEADS {
            let (sql, from) = leads
                .last()
                .map_or((LEAD_FROM, begun.text), |last| (LEAD_AFTER, last.as_str()));
            let next = self
                .prepare(sql)?
                .query_row([from, &end], |row| row.get(0))
                .optional()?;
            let Some(next) = next else { break };
            self.budget = self.budget.saturating_sub(super::SEEK);
            leads.push(next);
        }
        Ok(leads)
    }

    fn has_births_beyond(&mut self, birth: BirthRange, count: u32) -> rusqlite::Result<bool> {
        self.budget = self.budget.saturating_sub(count / 4);
        self.prepare(BIRTH_MORE_THAN)?
            .exists(params![birth.first, birth.last, count])
    }

    fn has_names_beyond(&mut self, begun: &str, count: u32) -> rusqlite::Result<bool> {
        const MORE: &str = "SELECT 1 FROM search_name WHERE word > ?1 AND word < ?2 LIMIT 1 OFFSET ?3";
        self.budget = self.budget.saturating_sub(count / 4);
        self.prepare(MORE)?.exists(params![begun, end_of(begun), count])
    }

    fn has_pairs_beyond(&mut self, lead: &str, word: &str, end: &str, count: u32) -> rusqlite::Result<bool> {
        const MORE: &str = "SELECT 1 FROM search_pair WHERE lead = ?1 AND word >= ?2 AND word < ?3 LIMIT 1 OFFSET ?4";
        self.budget = self.budget.saturating_sub(count / 4);
        self.prepare(MORE)?.exists(params![lead, word, end, count])
    }
}

pub(super) fn without<'a>(names: &[&'a str], gone: &[&str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| !gone.contains(name)).collect()
}
