//! `audit_viewers`: who looked at a patient, on any laptop of the clinic. That it was asked is in the log.

use super::event::CopyDetail;
use super::source::{Fresh, Names, PAGE, Source, read};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::patient::load;
use crate::session::Session;
use crate::sync::Desk;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;
use wardkeep_record::id::{RecordId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, NOBODY_USER, View};
use wardkeep_vault::trail::{TrailFilter, TrailRow};

/// Entries that are looked through at most.
const LOOKED_THROUGH: usize = 100_000;

/// At whom.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

/// A person who had to do with the patient's record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Viewer {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// On which laptops.
    pub devices: Vec<String>,
    /// How often they opened it.
    pub looked: u32,
    /// How often they changed or added something.
    pub changed: u32,
    /// How often they gave something out.
    pub gave_out: u32,
    /// The first time, in Unix milliseconds.
    #[ts(type = "number")]
    pub first_ms: u64,
    /// The last time.
    #[ts(type = "number")]
    pub last_ms: u64,
}

/// Who looked at one patient.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Viewers {
    /// At whom.
    pub patient: RecordId,
    /// Their name.
    pub patient_name: Option<String>,
    /// The people, the last one first.
    pub rows: Vec<Viewer>,
    /// There are older entries than were looked through.
    pub more: bool,
    /// Before this time this reader's trail knows nothing; nothing where it is the whole.
    #[ts(type = "number | null")]
    pub known_from_ms: Option<u64>,
}

impl Command for Input {
    type Output = Viewers;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Audit);

    fn run(self, clinic: &Clinic) -> Result<Viewers, CommandError> {
        let answer = read(clinic, Fresh::Now, |session, desk, source| {
            session.snapshot(|view| viewers(session, desk, view, source, self.patient))
        })?;
        clinic.with_session(|session| {
            let entry = AuditEntry::new(Action::Viewers).patient(self.patient);
            session.write(Compartment::Office, |tx| Ok(tx.audit(&entry)?))
        })?;
        Ok(answer)
    }
}

/// What is counted of a person.
struct Counted {
    devices: BTreeSet<String>,
    looked: u32,
    changed: u32,
    gave_out: u32,
    first_ms: u64,
    last_ms: u64,
}

fn viewers(
    session: &Session,
    desk: Option<&Desk>,
    view: &View<'_>,
    source: &Source,
    patient: RecordId,
) -> Result<Viewers, CommandError> {
    load(view, patient)?;
    let mut names = Names::new(session, desk, view);
    let filter = TrailFilter {
        patient: Some(patient),
        ..TrailFilter::default()
    };
    let mut counted = BTreeMap::new();
    let (mut before, mut through, mut more) = (None, 0, false);
    loop {
        let page = source.page(session, view, &filter, before, PAGE)?;
        for row in &page {
            count(row, &mut names, &mut counted);
        }
        through += page.len();
        match page.last() {
            Some(_) if page.len() == PAGE as usize && through >= LOOKED_THROUGH => more = true,
            Some(last) if page.len() == PAGE as usize => {
                before = Some(last.id);
                continue;
            }
            _ => {}
        }
        break;
    }
    let mut rows: Vec<Viewer> = counted
        .into_iter()
        .map(|(user, counted): (UserId, Counted)| Viewer {
            user,
            name: names.user(user).unwrap_or_default(),
            devices: counted.devices.into_iter().collect(),
            looked: counted.looked,
            changed: counted.changed,
            gave_out: counted.gave_out,
            first_ms: counted.first_ms,
            last_ms: counted.last_ms,
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.last_ms));
    Ok(Viewers {
        patient,
        patient_name: names.patient(patient)?,
        rows,
        more,
        known_from_ms: source.oldest_ms()?,
    })
}

/// Counts an entry for its person. To ask about the patient's trail is no look at the patient.
fn count(row: &TrailRow, names: &mut Names<'_>, counted: &mut BTreeMap<UserId, Counted>) {
    use Action as A;
    let entry = &row.entry.row;
    let (looked, changed, gave_out) = match Action::of_number(entry.action) {
        Some(A::View | A::SearchOpen | A::QuarantineView | A::ValuesView | A::GlassBreak) => (1, 0, 0),
        Some(A::Export | A::Print) if CopyDetail::of(&entry.detail).left() => (0, 0, 1),
        // Whoever seals a copy in the vault has read it.
        Some(A::Export | A::Print) => (1, 0, 0),
        Some(A::Accounting | A::Viewers | A::TrailExport | A::Receive | A::GlassEnd | A::GlassSeen) => return,
        _ => (0, 1, 0),
    };
    if entry.user == NOBODY_USER {
        return;
    }
    let one = counted.entry(entry.user).or_insert_with(|| Counted {
        devices: BTreeSet::new(),
        looked: 0,
        changed: 0,
        gave_out: 0,
        first_ms: entry.at_ms,
        last_ms: entry.at_ms,
    });
    one.devices.insert(names.device(row.device));
    one.looked += looked;
    one.changed += changed;
    one.gave_out += gave_out;
    one.first_ms = one.first_ms.min(entry.at_ms);
    one.last_ms = one.last_ms.max(entry.at_ms);
}
