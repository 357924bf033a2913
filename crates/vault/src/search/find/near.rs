//! Misspelt names: one word of the query is taken for a near one, the others as they are typed.
//!
//! Where the other words or the birth date leave few patients, these are compared one by one, which takes a single range.
//! Only where they leave many, or there are none, near words are looked up and tried, the nearest first.

use super::name::{Name, texts, without};
use super::{Finder, SEEK, begin_all, end_of};
use crate::search::near::{self, Nearness};
use crate::search::parse::BirthRange;
use crate::search::row::Match;
use crate::search::rows::lead;
use rusqlite::params;

const NEAR: &str = "SELECT word FROM search_near WHERE key = ?1 LIMIT ?2";
const NAME_IS: &str = "SELECT n, others FROM search_name WHERE word = ?1 AND born BETWEEN ?2 AND ?3";
const NAME_SOME: &str = "SELECT n, others FROM search_name WHERE word = ?1 AND born BETWEEN ?2 AND ?3 LIMIT ?4";
const BIRTH: &str = "SELECT n, names FROM search_birth WHERE born BETWEEN ?1 AND ?2 LIMIT ?3";
const PAIR_SOME: &str = "SELECT n, others FROM search_pair \
     WHERE lead = ?1 AND word = ?2 AND second = ?3 AND born BETWEEN ?4 AND ?5 LIMIT ?6";
const PAIR_BEGINS: &str = "SELECT n, others FROM \
    (SELECT n, others, born, second FROM search_pair WHERE lead = ?1 AND word >= ?2 AND word < ?3 LIMIT ?7) \
    WHERE second = ?4 AND born BETWEEN ?5 AND ?6";
const PAIR_IS: &str =
    "SELECT n, others FROM search_pair WHERE lead = ?1 AND word = ?2 AND second = ?3 AND born BETWEEN ?4 AND ?5";
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM search_name WHERE word = ?1 LIMIT ?2)";
const IS_ANY: &str = "SELECT 1 FROM search_name WHERE word = ?1 LIMIT 1";

/// How many words under one key are measured.
const UNDER_KEY: u32 = 100;

/// How many near words of one word are tried.
const TRIED: usize = 24;

/// How many patients are compared one by one.
const COMPARED: u32 = 400;

/// How many pairs are looked at when the other word is only begun.
const BEGUN: u32 = 100;

/// How far a near word's patients are counted, to try the frequent first.
const COUNTED: u32 = 50;

impl Finder<'_> {
    /// Fills up with patients one of whose names is near to a typed one.
    pub(super) fn near(&mut self, names: &[Name<'_>], birth: BirthRange) -> rusqlite::Result<()> {
        if !self.is_poor() {
            return Ok(());
        }
        let words = texts(names);
        if birth.day().is_some() {
            return self.near_born_on(&words, birth);
        }
        for misspelt in self.doubtful(names) {
            let others = without(&words, &[misspelt]);
            if others.iter().any(|other| near::is_one_error(misspelt, other)) {
                // The same name twice, once misspelt: the index has it once.
                let others: Vec<Name<'_>> = names.iter().filter(|name| name.text != misspelt).copied().collect();
                self.names_as_near(&others, birth)?;
            }
            let near = self.near_words(misspelt)?;
            if others.is_empty() {
                self.alone(near, birth)?;
            } else if !self.compare(misspelt, &near, &others, birth)? {
                self.beside(&near, &others, birth)?;
            }
            if self.done() {
                break;
            }
        }
        Ok(())
    }

    /// The words that may be misspelt: the one that begins no name. Where each begins one, any may be meant otherwise, if
    /// nobody is called so or if all are whole names; else someone is still typing.
    fn doubtful<'a>(&self, names: &[Name<'a>]) -> Vec<&'a str> {
        let unknown: Vec<&str> = names
            .iter()
            .filter(|name| name.is_unknown())
            .map(|name| name.text)
            .collect();
        let whole = |name: &Name<'_>| name.whole && name.text.chars().count() >= near::SHORTEST;
        match unknown[..] {
            [] if self.found.is_empty() || names.iter().all(whole) => texts(names),
            [one] => vec![one],
            _ => Vec::new(),
        }
    }

    /// All who were born on one day are compared: they are few.
    fn near_born_on(&mut self, names: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        let typed: Vec<near::Typed<'_>> = names.iter().map(|name| near::Typed::new(name)).collect();
        let mut statement = self.prepare(BIRTH)?;
        let mut rows = statement.query(params![birth.first, birth.last, COMPARED])?;
        self.budget = self.budget.saturating_sub(SEEK);
        while let Some(row) = rows.next()? {
            self.budget = self.budget.saturating_sub(4);
            let all = row.get_ref(1)?.as_str()?;
            let mut far = typed.iter().filter(|typed| !begin_all(all, &[typed.text()]));
            let one = far.next();
            if far.next().is_none() && one.is_none_or(|typed| all.split(' ').any(|word| typed.is_near(word))) {
                self.add(row.get(0)?, Match::Near);
            }
            if self.done() {
                break;
            }
        }
        Ok(())
    }

    /// Compares all patients with the other names, if they are few; whether they were.
    fn compare(
        &mut self,
        misspelt: &str,
        near: &[String],
        others: &[&str],
        birth: BirthRange,
    ) -> rusqlite::Result<bool> {
        let [first, rest @ ..] = others else { return Ok(false) };
        if others.iter().any(|other| other.chars().count() < 2) {
            return Ok(false);
        }
        let mut statement;
        let mut rows = if let [second, ..] = rest {
            statement = self.prepare(PAIR_SOME)?;
            statement.query(params![lead(second), first, second, birth.first, birth.last, COMPARED])?
        } else {
            statement = self.prepare(NAME_SOME)?;
            statement.query(params![first, birth.first, birth.last, COMPARED])?
        };
        let rest = rest.get(1..).unwrap_or_default();
        self.budget = self.budget.saturating_sub(SEEK);
        let mut compared = 0;
        while let Some(row) = rows.next()? {
            compared += 1;
            self.budget = self.budget.saturating_sub(2);
            let text = row.get_ref(1)?.as_str()?;
            let is_near = |word: &str| near::is_one_error(misspelt, word) || near.iter().any(|near| near == word);
            if begin_all(text, rest) && text.split(' ').any(is_near) {
                self.add(row.get(0)?, Match::Near);
            }
            if self.done() {
                return Ok(true);
            }
        }
        Ok((1..COMPARED).contains(&compared))
    }

    /// Near words with nothing else to tell who is meant: those that many patients have come first.
    fn alone(&mut self, near: Vec<String>, birth: BirthRange) -> rusqlite::Result<()> {
        let mut counted = Vec::with_capacity(near.len());
        for (place, word) in near.into_iter().enumerate() {
            let count: u32 = self
                .prepare(COUNT)?
                .query_row(params![word, COUNTED], |row| row.get(0))?;
            self.budget = self.budget.saturating_sub(SEEK + count / 8);
            counted.push((std::cmp::Reverse(count), place, word));
        }
        counted.sort();
        for (_, _, word) in counted {
            self.take(NAME_IS, params![word, birth.first, birth.last], &[], Match::Near)?;
        }
        Ok(())
    }

    /// Near words, each with all the other names: among the patients of the near word, if the others are but letters or there
    /// is a date; else as a pair.
    fn beside(&mut self, near: &[String], others: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        let Some(other) = others.iter().max_by_key(|other| other.chars().count()) else {
            return Ok(());
        };
        let rest = without(others, &[other]);
        let whole = self.prepare(IS_ANY)?.exists([other])?;
        let end = end_of(other);
        for word in near {
            if birth != BirthRange::ANY || other.chars().count() < 2 {
                let range = params![word, birth.first, birth.last, COMPARED];
                self.take(NAME_SOME, range, others, Match::Near)?;
            } else if whole {
                let range = params![lead(word), other, word, birth.first, birth.last];
                self.take(PAIR_IS, range, &rest, Match::Near)?;
            } else {
                let range = params![lead(word), other, end, word, birth.first, birth.last, BEGUN];
                self.take(PAIR_BEGINS, range, &rest, Match::Near)?;
            }
            if self.done() {
                break;
            }
        }
        Ok(())
    }

    /// The words of the index that are near to a typed one, nearest first.
    fn near_words(&mut self, typed: &str) -> rusqlite::Result<Vec<String>> {
        let near = near::Typed::new(typed);
        let (errors, sounds) = near.keys();
        let mut words: Vec<(Nearness, String)> = Vec::new();
        let mut statement = self.prepare(NEAR)?;
        for (key, by_sound) in errors
            .iter()
            .map(|key| (key, false))
            .chain(sounds.iter().map(|key| (key, true)))
        {
            self.budget = self.budget.saturating_sub(SEEK);
            let mut rows = statement.query(params![key, UNDER_KEY])?;
            while let Some(row) = rows.next()? {
                self.budget = self.budget.saturating_sub(1);
                let word = row.get_ref(0)?.as_str()?;
                if word == typed || words.iter().any(|(_, known)| known == word) {
                    continue;
                }
                if let Some(nearness) = near.nearness(word, by_sound) {
                    words.push((nearness, word.to_owned()));
                }
            }
        }
        words.sort();
        words.truncate(TRIED);
        Ok(words.into_iter().map(|(_, word)| word).collect())
    }
}
