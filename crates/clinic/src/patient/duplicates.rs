//! `patient_duplicates`: who may be the person that is being registered. Warns; the person decides.

use super::PatientRow;
use super::search::{find, row};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use std::collections::HashMap;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::name::{fold, primary};
use wardkeep_record::patient::{ContactSystem, PatientDraft};
use wardkeep_record::phone;
use wardkeep_record::role::Permission;
use wardkeep_vault::search;
use wardkeep_vault::search::{Match, Query};

/// The form so far.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// All of it.
    pub draft: PatientDraft,
}

/// Rows of the answer.
const SHOWN: usize = 5;
/// Rows that each question to the index may give.
const LOOKED_AT: u32 = 20;
/// Questions to the index.
const QUESTIONS: usize = 12;
/// Points from which on somebody is shown. A name alone, however rare, is not enough; a name and a birth date are.
const ENOUGH: u32 = 5;

impl Command for Input {
    type Output = Vec<PatientRow>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, session: &Session) -> Result<Vec<PatientRow>, CommandError> {
        let today = session.machine.today();
        let this_year = u32::try_from(today.year()).unwrap_or_default();
        let known = Known::of(&self.draft, &session.settings().default_region);
        let mut found: HashMap<RecordId, (u32, search::PatientRow)> = HashMap::new();
        session.snapshot(|view| {
            for question in known.questions().into_iter().take(QUESTIONS) {
                let query = Query {
                    text: &question.text,
                    limit: LOOKED_AT,
                    this_year,
                };
                for row in find(view, &query)?.rows {
                    // A number that was asked for whole and found whole is worth more than any likeness.
                    let whole = question.is_number && row.fit == Match::Exact;
                    let points = known.points(&row) + if whole { ENOUGH } else { 0 };
                    let best = found.entry(row.id).or_insert((0, row));
                    best.0 = best.0.max(points);
                }
            }
            Ok(())
        })?;
        let mut likely: Vec<_> = found
            .into_values()
            .filter(|(points, row)| *points >= ENOUGH && !row.removed)
            .collect();
        likely.sort_by_key(|(points, row)| (std::cmp::Reverse(*points), row.id));
        let shown = likely.into_iter().take(SHOWN);
        let rows: Result<_, _> = session.read(|view| Ok(shown.map(|(_, found)| row(view, found, today)).collect()))?;
        Ok(super::mark_same_names(rows?))
    }
}

/// What the form says that could find the person.
struct Known {
    family: String,
    given: String,
    birth: Option<String>,
    phones: Vec<String>,
    numbers: Vec<String>,
}

/// One question to the index.
struct Question {
    text: String,
    is_number: bool,
}

impl Known {
    fn of(draft: &PatientDraft, region: &str) -> Self {
        let name = primary(&draft.names);
        let dialled = draft
            .telecom
            .iter()
            .filter(|point| matches!(point.system, ContactSystem::Phone | ContactSystem::Sms));
        Self {
            family: name
                .map(|name| {
                    if name.family.is_empty() {
                        name.text.clone()
                    } else {
                        name.family.clone()
                    }
                })
                .unwrap_or_default(),
            given: name.map(|name| name.given.clone()).unwrap_or_default(),
            birth: draft.birth_date.clone(),
            phones: dialled.filter_map(|point| phone::e164(&point.value, region)).collect(),
            numbers: draft
                .identifiers
                .iter()
                .map(|known| known.value.clone())
                .filter(|value| value.len() >= 4)
                .collect(),
        }
    }

    fn questions(&self) -> Vec<Question> {
        let words = |parts: &[&str]| {
            let text = parts
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(" ");
            Question { text, is_number: false }
        };
        let first_given = self.given.split_whitespace().next().unwrap_or_default();
        let birth = self.birth.as_deref().unwrap_or_default();
        let mut asked = vec![
            words(&[&self.family, &self.given, birth]),
            words(&[&self.family, first_given]),
            words(&[&self.family, birth]),
            words(&[first_given, birth]),
        ];
        let numbers = self.phones.iter().chain(&self.numbers);
        asked.extend(numbers.map(|number| Question {
            text: number.clone(),
            is_number: true,
        }));
        asked.retain(|question| !question.text.is_empty());
        asked
    }

    /// How alike a row is.
    fn points(&self, row: &search::PatientRow) -> u32 {
        let same_words = |a: &str, b: &str| {
            let (a, b) = (fold(a), fold(b));
            !a.is_empty()
                && (a == b
                    || a.split_whitespace()
                        .any(|word| b.split_whitespace().any(|other| other == word)))
        };
        let birth = row.birth.to_fhir();
        let born = match (&self.birth, &birth) {
            (Some(mine), Some(theirs)) if mine == theirs && mine.len() == 10 => 3,
            // One of the two knows less, and what both know agrees.
            (Some(mine), Some(theirs)) if mine.starts_with(theirs.as_str()) || theirs.starts_with(mine.as_str()) => 1,
            _ => 0,
        };
        let near_family = row.fit == Match::Near && !self.family.is_empty();
        let family = if same_words(&self.family, &row.family) {
            2
        } else {
            u32::from(near_family)
        };
        let given = if same_words(&self.given, &row.given) { 2 } else { 0 };
        let phone = row.phone.as_ref().is_some_and(|stored| self.phones.contains(stored));
        born + family + given + if phone { 3 } else { 0 }
    }
}
