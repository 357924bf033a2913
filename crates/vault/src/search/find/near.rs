//! Misspelt names: one word of the query is taken for a near one, the others as they are typed.

use super::name::without;
use super::{Finder, begin_all};
use crate::search::near::{self, Nearness};
use crate::search::parse::BirthRange;
use crate::search::row::Match;
use crate::search::rows::lead;
use rusqlite::params;

const NEAR: &str = "SELECT word FROM search_near WHERE key = ?1 LIMIT ?2";
const NAME_IS: &str = "SELECT n, others FROM search_name WHERE word = ?1 AND born BETWEEN ?2 AND ?3";
const BIRTH: &str = "SELECT n, names FROM search_birth WHERE born BETWEEN ?1 AND ?2";
const PAIR_WORD_BEGINS: &str = "SELECT n, others FROM \
    (SELECT n, others, born, second FROM search_pair WHERE lead = ?1 AND word >= ?2 AND word < ?3 LIMIT ?7) \
    WHERE second = ?4 AND born BETWEEN ?5 AND ?6";
const PAIR_IS: &str =
    "SELECT n, others FROM search_pair WHERE lead = ?1 AND word = ?2 AND second = ?3 AND born BETWEEN ?4 AND ?5";
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM search_name WHERE word = ?1 LIMIT ?2)";

/// How many words under one key are measured.
const UNDER_KEY: u32 = 200;

/// How many near words of one word are tried.
const TRIED: usize = 32;

/// How far a near word's patients are counted, to try the frequent first.
const COUNTED: u32 = 50;

impl Finder<'_> {
    /// Fills up with patients one of whose names is near to a typed one.
    pub(super) fn near(&mut self, names: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        if self.done() {
            return Ok(());
        }
        if birth != BirthRange::ANY && birth.is_within_month() && birth.day().is_some() {
            return self.near_born_on(names, birth);
        }
        for misspelt in names {
            let others = without(names, &[misspelt]);
            for word in self.near_words(misspelt, others.is_empty())? {
                self.with_near(&word, &others, birth)?;
                if self.done() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// All who were born on one day are compared: they are few.
    fn near_born_on(&mut self, names: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        let mut statement = self.conn.prepare_cached(BIRTH)?;
        let mut rows = statement.query(params![birth.first, birth.last])?;
        while let Some(row) = rows.next()? {
            self.budget = self.budget.saturating_sub(super::SEEK);
            let all = row.get_ref(1)?.as_str()?;
            let mut far = names.iter().filter(|name| !begin_all(all, &[name]));
            let one = far.next();
            if far.next().is_none() && one.is_none_or(|name| all.split(' ').any(|word| near::is_near(name, word))) {
                let n = row.get(0)?;
                if !self.has(n) {
                    self.found.push(super::Found { n, fit: Match::Near });
                }
            }
            if self.done() {
                break;
            }
        }
        Ok(())
    }

    /// Patients with this near word and all the other words.
    fn with_near(&mut self, word: &str, others: &[&str], birth: BirthRange) -> rusqlite::Result<()> {
        let Some(other) = others.iter().max_by_key(|other| other.chars().count()) else {
            return self.take(NAME_IS, params![word, birth.first, birth.last], &[], Match::Near);
        };
        if birth != BirthRange::ANY {
            return self.take(NAME_IS, params![word, birth.first, birth.last], others, Match::Near);
        }
        let rest = without(others, &[other]);
        let lead = lead(word);
        self.take(
            PAIR_IS,
            params![lead, other, word, birth.first, birth.last],
            &rest,
            Match::Near,
        )?;
        let range = params![lead, other, super::end_of(other), word, birth.first, birth.last, 200];
        self.take(PAIR_WORD_BEGINS, range, &rest, Match::Near)
    }

    /// The words of the index that are near to a typed one, nearest first; of equally near ones the frequent first where
    /// nothing else tells which is meant.
    fn near_words(&mut self, typed: &str, alone: bool) -> rusqlite::Result<Vec<String>> {
        let chars: Vec<char> = typed.chars().collect();
        let (errors, sounds) = near::query_keys(typed);
        let mut words: Vec<(Nearness, std::cmp::Reverse<u32>, String)> = Vec::new();
        let mut statement = self.conn.prepare_cached(NEAR)?;
        let keys = errors
            .iter()
            .map(|key| (key, false))
            .chain(sounds.iter().map(|key| (key, true)));
        for (key, by_sound) in keys {
            self.budget = self.budget.saturating_sub(super::SEEK);
            let mut rows = statement.query(params![key, UNDER_KEY])?;
            while let Some(row) = rows.next()? {
                self.budget = self.budget.saturating_sub(1);
                let word = row.get_ref(0)?.as_str()?;
                if word == typed || words.iter().any(|(_, _, known)| known == word) {
                    continue;
                }
                if let Some(nearness) = near::nearness(&chars, word, by_sound) {
                    words.push((nearness, std::cmp::Reverse(0), word.to_owned()));
                }
            }
        }
        words.sort();
        words.truncate(TRIED);
        if alone {
            let mut count = self.conn.prepare_cached(COUNT)?;
            for word in &mut words {
                let patients: u32 = count.query_row(params![word.2, COUNTED], |row| row.get(0))?;
                self.budget = self.budget.saturating_sub(super::SEEK + patients / 4);
                word.1 = std::cmp::Reverse(patients);
            }
            words.sort();
        }
        Ok(words.into_iter().map(|(_, _, word)| word).collect())
    }
}
