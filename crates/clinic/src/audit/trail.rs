//! `audit_trail`: the entries of every laptop of the clinic, for those who may read them: by person, patient, device, action and time. On a
//! laptop that works alone: its own.

use super::source::{Fresh, Names, Source, Which, read};
use super::values::has_values;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use crate::sync::{Desk, trail};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::without_op;
use wardkeep_vault::trail::{TrailFilter, TrailRow};

/// Which entries, and how many.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Which.
    #[serde(flatten)]
    pub which: Which,
    /// Only older ones than this row: the `cursor` of the last that is shown.
    #[ts(type = "number | null")]
    pub before: Option<u64>,
    /// At most this many, up to a thousand.
    pub limit: u32,
}

/// One entry of the clinic's trail.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct TrailEntryRow {
    /// Its number in the chain of its device and compartment.
    #[ts(type = "number")]
    pub n: u64,
    /// When, by that device's clock, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// The laptop.
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// Who, by id; nothing for what no person did.
    pub user_id: Option<UserId>,
    /// Who.
    pub user: Option<String>,
    /// What was done.
    pub action: String,
    /// Whose record it was about.
    pub patient: Option<RecordId>,
    /// That patient's name, where it is known here.
    pub patient_name: Option<String>,
    /// A small JSON object.
    pub detail: Option<String>,
    /// There is a detail, and it stays with those who hold the chart.
    pub withheld: bool,
    /// It tells of a change whose values this person may look at (`audit_values`).
    pub values: bool,
    /// Which chain.
    pub compartment: Compartment,
    /// What `before` takes to go on after this row.
    #[ts(type = "number")]
    pub cursor: u64,
}

impl Command for Input {
    type Output = Vec<TrailEntryRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Audit);

    fn run(self, clinic: &Clinic) -> Result<Vec<TrailEntryRow>, CommandError> {
        let filter = self.which.filter()?;
        let fresh = if self.before.is_none() {
            Fresh::Now
        } else {
            Fresh::AsItWas
        };
        read(clinic, fresh, |session, desk, source| {
            session.snapshot(|view| {
                let mut names = Names::new(session, desk, view);
                let page = source.page(session, view, &filter, self.before, self.limit)?;
                page.into_iter().map(|row| named(session, &mut names, row)).collect()
            })
        })
    }
}

/// Entries for a page that shows more than the trail.
pub(crate) struct Recent {
    /// The entries, newest first.
    pub(crate) rows: Vec<TrailEntryRow>,
    /// There are more.
    pub(crate) more: bool,
    /// Before this time this reader's trail knows nothing.
    pub(crate) known_from_ms: Option<u64>,
}

/// The newest entries that the filter takes, out of the trail as it is here; this laptop's own for who reads no trail.
pub(crate) fn recent(session: &Session, desk: &Desk, filter: &TrailFilter, limit: u32) -> Result<Recent, CommandError> {
    let source = match trail::open(session, desk)? {
        Some(trail) => Source::Clinic(trail),
        None => Source::Own,
    };
    session.snapshot(|view| {
        let mut names = Names::new(session, Some(desk), view);
        let page = source.page(session, view, filter, None, limit)?;
        let from_ms = filter.from_ms.unwrap_or(0);
        Ok(Recent {
            more: page.len() == limit as usize,
            rows: page
                .into_iter()
                .map(|row| named(session, &mut names, row))
                .collect::<Result<_, _>>()?,
            known_from_ms: source.oldest_ms()?.filter(|oldest| *oldest > from_ms),
        })
    })
}

fn named(session: &Session, names: &mut Names<'_>, row: TrailRow) -> Result<TrailEntryRow, CommandError> {
    let values = has_values(session, row.entry.chain, row.entry.op());
    let entry = row.entry.row;
    let user = names.user(entry.user);
    let patient_name = match entry.patient {
        Some(id) => names.patient(id)?,
        None => None,
    };
    Ok(TrailEntryRow {
        n: entry.n,
        at_ms: entry.at_ms,
        device: row.device,
        device_name: names.device(row.device),
        user_id: user.is_some().then_some(entry.user),
        user,
        action: super::action_name(entry.action),
        patient: entry.patient,
        patient_name,
        detail: Some(without_op(&entry.detail)).filter(|detail| !detail.is_empty()),
        withheld: row.entry.withheld,
        values,
        compartment: row.entry.chain,
        cursor: row.id,
    })
}
