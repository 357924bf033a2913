//! The log of who did what, as the surfaces see it.

pub mod disclosures;
mod event;
pub mod export;
pub mod list;
pub(crate) mod source;
pub mod trail;
pub mod trail_verify;
pub mod values;
pub mod verify;
pub mod viewers;

pub(crate) use trail::{Recent, recent};

use crate::error::CommandError;
use crate::restriction;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{self, Action, OpRef, View, without_op};

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct AuditRow {
    /// Its number in the chain of its compartment, from 1.
    #[ts(type = "number")]
    pub n: u64,
    /// When, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// Who; nothing for what no person did.
    pub user: Option<String>,
    /// What was done.
    pub action: String,
    /// Whose record it was about.
    pub patient: Option<RecordId>,
    /// That patient's name, where it is still known.
    pub patient_name: Option<String>,
    /// A small JSON object: counts, reasons, names of fields.
    pub detail: Option<String>,
    /// It tells of a change whose values this person may look at (`audit_values`).
    pub values: bool,
    /// Which chain.
    pub compartment: Compartment,
    /// What `audit_list` takes as `before` to go on after this row.
    #[ts(type = "number")]
    pub cursor: u64,
}

/// Most rows of one answer.
const LIMIT: u32 = 1000;

/// An entry before its names are looked up.
struct Found {
    row: store::AuditRow,
    compartment: Compartment,
}

/// Where a page of the merged chains ended: the number that each chain's next entry stays below.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Cursor {
    office: u64,
    clinical: u64,
}

impl Cursor {
    /// Both numbers in one that JavaScript holds exactly: 26 bits for each chain.
    const BITS: u32 = 26;
    const MAX: u64 = (1 << Self::BITS) - 1;

    fn decode(number: u64) -> Self {
        Self {
            office: number >> Self::BITS & Self::MAX,
            clinical: number & Self::MAX,
        }
    }

    fn encode(self) -> u64 {
        self.office.min(Self::MAX) << Self::BITS | self.clinical.min(Self::MAX)
    }

    fn chain(&mut self, compartment: Compartment) -> &mut u64 {
        match compartment {
            Compartment::Office => &mut self.office,
            Compartment::Clinical => &mut self.clinical,
        }
    }
}

/// The entries of all chains that this session can open, newest first: from where a former page ended, only those about
/// one patient where one is named.
pub(crate) fn entries(
    session: &Session,
    view: &View<'_>,
    patient: Option<RecordId>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<AuditRow>, CommandError> {
    let found = own(view, patient, before, limit)?.into_iter();
    found
        .map(|(found, cursor)| named(session, view, found, cursor))
        .collect()
}

/// The same before the names are looked up, each with the cursor behind it.
fn own(
    view: &View<'_>,
    patient: Option<RecordId>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<(Found, u64)>, CommandError> {
    let limit = limit.clamp(1, LIMIT);
    let before = before.map(Cursor::decode);
    let mut cursor = before.unwrap_or(Cursor { office: 0, clinical: 0 });
    let mut found = Vec::new();
    for compartment in [Compartment::Office, Compartment::Clinical]
        .into_iter()
        .filter(|at| view.has(*at))
    {
        let start = before.map(|mut before| *before.chain(compartment));
        let rows = view.audit_entries(compartment, patient, start, limit)?;
        if before.is_none() {
            *cursor.chain(compartment) = rows.first().map_or(1, |row| row.n + 1);
        }
        found.extend(rows.into_iter().map(|row| Found { row, compartment }));
    }
    let place = |found: Found| {
        *cursor.chain(found.compartment) = found.row.n;
        (found, cursor.encode())
    };
    Ok(merged(found).into_iter().take(limit as usize).map(place).collect())
}

/// Two chains, each newest first, as one. Each stays in its own order even where a clock was turned back: the cursor needs
/// that, and it is the order in which things happened.
fn merged(found: Vec<Found>) -> Vec<Found> {
    let (office, clinical): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|found| found.compartment == Compartment::Office);
    let mut out = Vec::with_capacity(office.len() + clinical.len());
    let (mut office, mut clinical) = (office.into_iter().peekable(), clinical.into_iter().peekable());
    loop {
        let clinical_next = match (office.peek(), clinical.peek()) {
            (Some(left), Some(right)) => right.row.at_ms > left.row.at_ms,
            (left, _) => left.is_none(),
        };
        match if clinical_next { clinical.next() } else { office.next() } {
            Some(next) => out.push(next),
            None => return out,
        }
    }
}

/// Takes the detail off an entry about a chart that is closed to this user; says whether there was one.
fn hide_of_closed(session: &Session, view: &View<'_>, found: &mut Found) -> Result<bool, CommandError> {
    let chart = found.compartment == Compartment::Clinical && !found.row.detail.is_empty();
    let Some(patient) = found.row.patient.filter(|_| chart) else {
        return Ok(false);
    };
    let told = Action::of_number(found.row.action).is_some_and(Action::detail_leaves);
    if told || !restriction::is_closed(session, view, patient)? {
        return Ok(false);
    }
    found.row.detail.clear();
    Ok(true)
}

/// Looks the names up.
fn named(session: &Session, view: &View<'_>, mut found: Found, cursor: u64) -> Result<AuditRow, CommandError> {
    hide_of_closed(session, view, &mut found)?;
    let Found { row, compartment } = found;
    let patient_name = match row.patient {
        Some(id) => crate::patient::name_of(view, id)?,
        None => None,
    };
    Ok(AuditRow {
        n: row.n,
        at_ms: row.at_ms,
        user: session.user_name(row.user),
        action: action_name(row.action),
        patient: row.patient,
        patient_name,
        values: values::has_values(session, compartment, OpRef::of_detail(&row.detail)),
        detail: Some(without_op(&row.detail)).filter(|detail| !detail.is_empty()),
        compartment,
        cursor,
    })
}

/// An action by its name; one of a newer version by its number.
fn action_name(number: u16) -> String {
    Action::of_number(number).map_or_else(|| format!("action_{number}"), |known| known.name().to_owned())
}
