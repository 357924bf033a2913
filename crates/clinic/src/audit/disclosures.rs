//! `audit_disclosures`: to whom a patient's records were given, when, what and why: the accounting that a patient may ask for (45 CFR 164.528).
//! That it was made is in the log.

use super::event::CopyDetail;
use super::source::{Fresh, Names, PAGE, Source, read};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::export::Purpose;
use crate::patient::load;
use crate::session::Session;
use crate::sync::Desk;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, View};
use wardkeep_vault::trail::{TrailFilter, TrailRow};

/// Six years: as far as the rule goes back.
const PERIOD_MS: u64 = 2_192 * 24 * 60 * 60 * 1000;
/// Most rows of one answer.
const LIMIT: usize = 10_000;

/// Whose, and from when to when.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
    /// From this time on, in Unix milliseconds; six years back where none is named.
    #[ts(type = "number | null")]
    pub from_ms: Option<u64>,
    /// Before this time.
    #[ts(type = "number | null")]
    pub until_ms: Option<u64>,
}

/// What was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// The whole record, as FHIR.
    Record,
    /// A copy of one document.
    Document,
    /// Something on paper.
    Print,
}

/// One disclosure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct DisclosureRow {
    /// When, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// Who received it; nothing where nobody said so.
    pub recipient: Option<String>,
    /// What it was.
    pub given: Given,
    /// Which record, where it was one.
    pub record: Option<RecordId>,
    /// Why; nothing where nobody said so.
    pub purpose: Option<Purpose>,
    /// The rule asks to account for it. Treatment, payment, the clinic's own work and what the patient got are excepted; what nobody gave a
    /// purpose is not.
    pub must_account: bool,
    /// Who gave it.
    pub user: Option<String>,
    /// On which laptop.
    pub device_name: String,
}

/// The accounting of one patient.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Accounting {
    /// Whose.
    pub patient: RecordId,
    /// Their name.
    pub patient_name: Option<String>,
    /// From when on, in Unix milliseconds.
    #[ts(type = "number")]
    pub from_ms: u64,
    /// Until when.
    #[ts(type = "number")]
    pub until_ms: u64,
    /// The disclosures, the latest first.
    pub rows: Vec<DisclosureRow>,
    /// There are more than one answer holds: ask for a shorter period.
    pub more: bool,
    /// Before this time this reader's trail knows nothing; nothing where it is the whole.
    #[ts(type = "number | null")]
    pub known_from_ms: Option<u64>,
}

impl Command for Input {
    type Output = Accounting;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Audit);

    fn run(self, clinic: &Clinic) -> Result<Accounting, CommandError> {
        let answer = read(clinic, Fresh::Now, |session, desk, source| {
            session.snapshot(|view| accounting(session, desk, view, source, &self))
        })?;
        clinic.with_session(|session| {
            let detail = serde_json::json!({
                "from_ms": answer.from_ms, "until_ms": answer.until_ms, "disclosures": answer.rows.len(),
            });
            let entry = AuditEntry::new(Action::Accounting)
                .patient(self.patient)
                .detail(&detail);
            session.write(Compartment::Office, |tx| Ok(tx.audit(&entry)?))
        })?;
        Ok(answer)
    }
}

fn accounting(
    session: &Session,
    desk: Option<&Desk>,
    view: &View<'_>,
    source: &Source,
    wanted: &Input,
) -> Result<Accounting, CommandError> {
    load(view, wanted.patient)?;
    let mut names = Names::new(session, desk, view);
    let until_ms = wanted.until_ms.unwrap_or_else(|| session.now_ms() + 1);
    let from_ms = wanted.from_ms.unwrap_or_else(|| until_ms.saturating_sub(PERIOD_MS));
    let filter = TrailFilter {
        patient: Some(wanted.patient),
        actions: vec![Action::Export.number(), Action::Print.number()],
        from_ms: Some(from_ms),
        until_ms: Some(until_ms),
        ..TrailFilter::default()
    };
    let mut answer = Accounting {
        patient: wanted.patient,
        patient_name: names.patient(wanted.patient)?,
        from_ms,
        until_ms,
        rows: Vec::new(),
        more: false,
        known_from_ms: source.oldest_ms()?.filter(|oldest| *oldest > from_ms),
    };
    let mut before = None;
    loop {
        let page = source.page(session, view, &filter, before, PAGE)?;
        answer.rows.extend(page.iter().filter_map(|row| given(row, &mut names)));
        answer.more = answer.rows.len() > LIMIT;
        answer.rows.truncate(LIMIT);
        match page.last() {
            Some(last) if page.len() == PAGE as usize && !answer.more => before = Some(last.id),
            _ => return Ok(answer),
        }
    }
}

/// An entry about something that left; nothing for what stayed in the vault or was refused.
fn given(row: &TrailRow, names: &mut Names<'_>) -> Option<DisclosureRow> {
    let entry = &row.entry.row;
    let copy = CopyDetail::of(&entry.detail);
    if !copy.left() {
        return None;
    }
    let given = match Action::of_number(entry.action) {
        Some(Action::Print) => Given::Print,
        _ if entry.record == entry.patient => Given::Record,
        _ => Given::Document,
    };
    Some(DisclosureRow {
        at_ms: entry.at_ms,
        recipient: copy.recipient,
        given,
        record: entry.record,
        purpose: copy.purpose,
        must_account: copy.purpose.is_none_or(Purpose::must_account),
        user: names.user(entry.user),
        device_name: names.device(row.device),
    })
}
