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
    (SELECT n, others, born FROM search_pair WHERE lead = ?1 AND word = ?2 AND second >= ?3 AND second < ?4 LIMIT ?7) \
    WHERE born BETWEEN ?5 AND ?6";
/// The beginnings of two words.
const PAIR_BEGINS: &str = "SELECT n, others FROM \
    (SELECT n, others, born, second FROM search_pair WHERE lead = ?1 AND word >= ?2 AND word < ?3 LIMIT ?8) \
    WHERE second >= ?4 AND second < ?5 AND born BETWEEN ?6 AND ?7";
const LEAD_FROM: &str = "SELECT lead FROM search_pair WHERE lead >= ?1 AND lead < ?2 LIMIT 1";
const LEAD_AFTER: &str = "SELECT lead FROM search_pair WHERE lead > ?1 AND lead < ?2 LIMIT 1";
const BIRTH: &str = "SELECT n, names FROM search_birth WHERE born BETWEEN ?1 AND ?2";
const BIRTH_MORE_THAN: &str = "SELECT 1 FROM search_birth WHERE born BETWEEN ?1 AND ?2 LIMIT 1 OFFSET ?3";
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM search_name WHERE word = ?1 LIMIT ?2)";

/// How many rows of a filtered range are looked at before another way is tried, and then at most.
const FIRST_TRY: u32 = 500;
const LAST_TRY: u32 = 4_000;

/// Up to how many births in a range are simply gone through.
const FEW_BIRTHS: u32 = 600;

/// How many leads of a one-letter word are tried.
const LEADS: usize = 64;

/// How far a word's patients are counted.
const COUNTED: u32 = 200;

impl Finder<'_> {
    /// Patients all of whose typed words are names or beginnings of names, born in the range.
    pub(super) fn names(&mut self, names: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        if birth == BirthRange::ANY {
            return match names {
                [] => Ok(()),
                [one] => self.one_name(one),
                _ => self.several(names, birth),
            };
        }
        if birth.is_within_month() {
            return self.names_born_in_month(names, birth);
        }
        self.names_born_in_years(names, birth)
    }

    fn one_name(&mut self, name: &str) -> rusqlite::Result<()> {
        self.take(NAME_IS, params![name, 0, BirthRange::ANY.last], &[], Match::Exact)?;
        let range = params![name, end_of(name), 0, BirthRange::ANY.last, self.want + self.count()];
        self.take(NAME_BEGINS, range, &[], Match::Begins)
    }

    /// A month holds about nine hundred births of a million: they are gone through.
    fn names_born_in_month(&mut self, names: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        if birth.day().is_none() {
            for name in longest_first(names) {
                self.take(
                    NAME_IS,
                    params![name, birth.first, birth.last],
                    &without(names, &[name]),
                    Match::Exact,
                )?;
            }
        }
        self.take(BIRTH, params![birth.first, birth.last], names, Match::Exact)?;
        let Some(day) = birth.day() else { return Ok(()) };
        // Someone of whom only the month or the year is known may be meant too.
        for partial in [day / 100 * 100, day / 10_000 * 10_000] {
            for name in longest_first(names) {
                self.take(
                    NAME_IS,
                    params![name, partial, partial],
                    &without(names, &[name]),
                    Match::Begins,
                )?;
            }
        }
        Ok(())
    }

    /// A year holds about eleven thousand births of a million: it takes a whole name to lead, or two.
    fn names_born_in_years(&mut self, names: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        for name in longest_first(names) {
            self.take(
                NAME_IS,
                params![name, birth.first, birth.last],
                &without(names, &[name]),
                Match::Exact,
            )?;
        }
        if self.done() {
            return Ok(());
        }
        if !self.has_births_beyond(birth, FEW_BIRTHS)? {
            return self.take(BIRTH, params![birth.first, birth.last], names, Match::Begins);
        }
        if let [name] = names {
            let range = params![name, end_of(name), birth.first, birth.last, LAST_TRY / 2];
            self.take(NAME_BEGINS, range, &[], Match::Begins)?;
            if self.done() || !self.has_names_beyond(name, LAST_TRY / 2)? {
                return Ok(());
            }
            return self.take(BIRTH, params![birth.first, birth.last], names, Match::Begins);
        }
        self.several(names, birth)
    }

    /// Two words lead, the rarest whole ones; the others are looked for beside them.
    fn several(&mut self, names: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        let (x, y) = self.leading(names)?;
        let rest = without(names, &[x, y]);
        self.take(
            PAIR_IS,
            params![lead(y), x, y, birth.first, birth.last],
            &rest,
            Match::Exact,
        )?;
        self.word_and_beginning(x, y, &rest, birth)?;
        self.word_and_beginning(y, x, &rest, birth)?;
        self.two_beginnings(x, y, &rest, birth)
    }

    /// The two words to lead with: of two the longer first, of more the ones with the fewest patients.
    fn leading<'a>(&mut self, names: &[&'a str]) -> rusqlite::Result<(&'a str, &'a str)> {
        let mut order = longest_first(names);
        if order.len() > 2 {
            let mut counted = Vec::with_capacity(order.len());
            for name in order {
                let count: u32 = self
                    .conn
                    .prepare_cached(COUNT)?
                    .query_row(params![name, COUNTED], |row| row.get(0))?;
                self.budget = self.budget.saturating_sub(super::SEEK + count / 4);
                counted.push((if count == 0 { COUNTED } else { count }, name));
            }
            counted.sort_by_key(|(count, _)| *count);
            order = counted.into_iter().map(|(_, name)| name).collect();
        }
        Ok((order[0], order[1]))
    }

    /// One whole word and the beginning of another: a single range, or one for each second letter of a single letter.
    fn word_and_beginning(
        &mut self,
        word: &str,
        begun: &str,
        rest: &[&str],
        birth: BirthRange,
    ) -> rusqlite::Result<()> {
        let end = end_of(begun);
        let limit = if rest.is_empty() && birth == BirthRange::ANY {
            self.want + self.count()
        } else {
            LAST_TRY
        };
        for lead in self.leads(begun)? {
            let range = params![lead, word, begun, end, birth.first, birth.last, limit];
            self.take(PAIR_WORD_IS, range, rest, Match::Begins)?;
            if self.done() {
                break;
            }
        }
        Ok(())
    }

    /// The beginnings of two words. Which of the two ways is shorter shows when both have been tried a little.
    fn two_beginnings(&mut self, x: &str, y: &str, rest: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        let tries: &[u32] = if is_short(x) || is_short(y) {
            &[LAST_TRY]
        } else {
            &[FIRST_TRY, LAST_TRY]
        };
        for limit in tries {
            for (word, second) in [(x, y), (y, x)] {
                if is_short(word) && !is_short(second) {
                    continue;
                }
                if self.begins_pair(word, second, rest, birth, *limit)? || self.done() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Goes through the pairs of which one word begins so and the other so; whether these were all.
    fn begins_pair(
        &mut self,
        word: &str,
        second: &str,
        rest: &[&str],
        birth: BirthRange,
        limit: u32,
    ) -> rusqlite::Result<bool> {
        let (word_end, second_end) = (end_of(word), end_of(second));
        let mut all = true;
        for lead in self.leads(second)? {
            let range = params![lead, word, word_end, second, second_end, birth.first, birth.last, limit];
            self.take(PAIR_BEGINS, range, rest, Match::Begins)?;
            if self.done() {
                return Ok(false);
            }
            all &= !self.has_pairs_beyond(&lead, word, &word_end, limit)?;
        }
        Ok(all)
    }

    /// The leads of the words that begin so: one for two letters and more, a few dozen for one letter.
    fn leads(&mut self, begun: &str) -> rusqlite::Result<Vec<String>> {
        if !is_short(begun) {
            return Ok(vec![lead(begun)]);
        }
        let end = end_of(begun);
        let mut leads: Vec<String> = Vec::new();
        while leads.len() < LEADS {
            let next: Option<String> = match leads.last() {
                None => self
                    .conn
                    .prepare_cached(LEAD_FROM)?
                    .query_row([begun, &end], |row| row.get(0))
                    .optional()?,
                Some(last) => self
                    .conn
                    .prepare_cached(LEAD_AFTER)?
                    .query_row([last, &end], |row| row.get(0))
                    .optional()?,
            };
            let Some(next) = next else { break };
            self.budget = self.budget.saturating_sub(super::SEEK);
            leads.push(next);
        }
        Ok(leads)
    }

    fn has_births_beyond(&mut self, birth: BirthRange, count: u32) -> rusqlite::Result<bool> {
        self.budget = self.budget.saturating_sub(count / 4);
        self.conn
            .prepare_cached(BIRTH_MORE_THAN)?
            .exists(params![birth.first, birth.last, count])
    }

    fn has_names_beyond(&mut self, begun: &str, count: u32) -> rusqlite::Result<bool> {
        const MORE: &str = "SELECT 1 FROM search_name WHERE word > ?1 AND word < ?2 LIMIT 1 OFFSET ?3";
        self.budget = self.budget.saturating_sub(count / 4);
        self.conn
            .prepare_cached(MORE)?
            .exists(params![begun, end_of(begun), count])
    }

    fn has_pairs_beyond(&mut self, lead: &str, word: &str, end: &str, count: u32) -> rusqlite::Result<bool> {
        const MORE: &str = "SELECT 1 FROM search_pair WHERE lead = ?1 AND word >= ?2 AND word < ?3 LIMIT 1 OFFSET ?4";
        self.budget = self.budget.saturating_sub(count / 4);
        self.conn.prepare_cached(MORE)?.exists(params![lead, word, end, count])
    }
}

fn is_short(word: &str) -> bool {
    word.chars().nth(1).is_none()
}

fn longest_first<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut order = names.to_vec();
    order.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
    order
}

pub(super) fn without<'a>(names: &[&'a str], gone: &[&str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| !gone.contains(name)).collect()
}
