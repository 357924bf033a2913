//! `patient_search`: finds patients while typing. Reads the index only; what is then opened is what the log tells.

use super::{PatientRow, mark_same_names};
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::restriction;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::date::PartialDate;
use wardkeep_record::gender::Gender;
use wardkeep_record::op::Compartment;
use wardkeep_record::phone;
use wardkeep_record::role::Permission;
use wardkeep_vault::cipher::OpenError;
use wardkeep_vault::search::{self, MOST_ROWS, Query, SearchResult};
use wardkeep_vault::store::{View, file_name};

/// What was typed.
#[derive(Deserialize, TS)]
pub struct Input {
    /// As typed so far.
    pub query: String,
    /// At most this many rows.
    pub limit: u32,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// What the text was taken for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Understood {
    /// Names, folded.
    pub names: Vec<String>,
    /// The part that was read as a birth date.
    pub birth_date: Option<String>,
    /// Digits that were looked for among phone numbers.
    pub phone: Option<String>,
    /// What was looked for among record numbers.
    pub mrn: Option<String>,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PatientSearchResult {
    /// Best first.
    pub rows: Vec<PatientRow>,
    /// There is more than was asked for.
    pub more: bool,
    /// What the text was taken for.
    pub understood: Understood,
    /// Microseconds inside the vault.
    #[ts(type = "number")]
    pub took_us: u64,
}

/// Characters of a query.
const QUERY_LIMIT: usize = 1_000;

impl Command for Input {
    type Output = PatientSearchResult;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, session: &Session) -> Result<PatientSearchResult, CommandError> {
        if self.query.chars().count() > QUERY_LIMIT {
            return Err(CommandError::new(ErrorCode::TooLarge).at("query"));
        }
        let today = session.machine.today();
        let query = Query {
            text: &self.query,
            limit: self.limit.clamp(1, MOST_ROWS),
            this_year: u32::try_from(today.year()).unwrap_or_default(),
        };
        let (found, rows, took_us) = session.read(|view| {
            let (mut found, took_us) = timed(|| find(view, &query))?;
            let rows: Result<Vec<_>, _> = std::mem::take(&mut found.rows)
                .into_iter()
                .map(|found| row(view, found, today))
                .collect();
            Ok((found, rows?, took_us))
        })?;
        let understood = Understood {
            names: found.understood.names,
            birth_date: found.understood.birth_date,
            phone: found.understood.phone,
            mrn: found.understood.mrn,
        };
        Ok(PatientSearchResult {
            rows: mark_same_names(rows),
            more: found.more,
            understood,
            took_us,
        })
    }
}

/// One search of the index.
pub(super) fn find(view: &View<'_>, query: &Query<'_>) -> Result<SearchResult, CommandError> {
    search::search(view.connection(), query)
        .map_err(|cause| OpenError::from_sqlite(&cause, file_name(Compartment::Office)).into())
}

/// How long it took, in microseconds.
#[allow(clippy::disallowed_methods, reason = "the figure is shown and nothing depends on it")]
fn timed<T>(work: impl FnOnce() -> Result<T, CommandError>) -> Result<(T, u64), CommandError> {
    let start = std::time::Instant::now();
    let answer = work()?;
    Ok((answer, u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)))
}

/// A row of the index as surfaces see it.
pub(super) fn row(
    view: &View<'_>,
    found: search::PatientRow,
    today: jiff::civil::Date,
) -> Result<PatientRow, CommandError> {
    let birth_date = found.birth.to_fhir();
    // How old somebody who died would be now is no age; the record that is opened tells more.
    let born: Option<PartialDate> = birth_date
        .as_deref()
        .filter(|_| !found.deceased)
        .and_then(|date| date.parse().ok());
    let age = born.and_then(|born| born.age_text(today));
    Ok(PatientRow {
        id: found.id,
        mrn: found.mrn,
        family: found.family,
        given: found.given,
        preferred: found.preferred,
        birth_date,
        age,
        gender: gender(found.gender),
        phone: found.phone.map(|stored| phone::shown(&stored)),
        city: found.city,
        deceased: found.deceased,
        removed: found.removed,
        same_name: false,
        restricted: restriction::of(view, found.id)?.is_some(),
    })
}

/// A gender by its place in FHIR's value set, from 1.
fn gender(place: u8) -> Option<Gender> {
    [Gender::Male, Gender::Female, Gender::Other, Gender::Unknown]
        .get(usize::from(place).checked_sub(1)?)
        .copied()
}
