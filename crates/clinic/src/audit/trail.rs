//! `audit_trail`: the entries of every laptop of the clinic, for those who may read them: by person, patient, device, action and time.

use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::{Desk, trail};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, View};
use wardkeep_vault::trail::{TrailFilter, TrailRow};

/// Most rows of one answer.
const LIMIT: u32 = 1000;
/// Most actions of one question.
const ACTIONS: usize = 64;

/// Which entries; what is not named does not narrow.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// By this person.
    pub user: Option<UserId>,
    /// About this patient.
    pub patient: Option<RecordId>,
    /// On this laptop.
    pub device: Option<DeviceId>,
    /// One of these, by name.
    pub actions: Vec<String>,
    /// From this time on, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub from_ms: Option<u64>,
    /// Before this time.
    #[ts(type = "number | null")]
    pub until_ms: Option<u64>,
    /// Only older ones than this row: the `cursor` of the last that is shown.
    #[ts(type = "number | null")]
    pub before: Option<u64>,
    /// At most this many.
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
    /// Who; nothing for what no person did.
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
        let filter = TrailFilter {
            user: self.user,
            patient: self.patient,
            device: self.device,
            actions: numbers(&self.actions)?,
            from_ms: self.from_ms,
            until_ms: self.until_ms,
        };
        let limit = self.limit.clamp(1, LIMIT);
        clinic.with_both(|session, desk| {
            let trail = trail::open(session, desk)?.ok_or(ErrorCode::Forbidden)?;
            let rows = trail.page(&filter, self.before, limit)?;
            session.snapshot(|view| rows.into_iter().map(|row| named(session, desk, view, row)).collect())
        })
    }
}

/// The stored numbers of actions.
fn numbers(names: &[String]) -> Result<Vec<u16>, CommandError> {
    if names.len() > ACTIONS {
        return Err(CommandError::new(ErrorCode::TooLarge).at("actions"));
    }
    let number = |name: &String| {
        let known = Action::ALL.iter().find(|action| action.name() == name);
        known
            .map(|action| action.number())
            .ok_or_else(|| CommandError::invalid("actions"))
    };
    names.iter().map(number).collect()
}

fn named(session: &Session, desk: &Desk, view: &View<'_>, row: TrailRow) -> Result<TrailEntryRow, CommandError> {
    let entry = row.entry.row;
    let patient_name = match entry.patient {
        Some(id) => crate::patient::name_of(view, id)?,
        None => None,
    };
    Ok(TrailEntryRow {
        n: entry.n,
        at_ms: entry.at_ms,
        device: row.device,
        device_name: trail::device_name(session, desk, row.device),
        user: trail::user_name(session, desk, entry.user),
        action: Action::of_number(entry.action)
            .map_or_else(|| format!("action_{}", entry.action), |known| known.name().to_owned()),
        patient: entry.patient,
        patient_name,
        detail: Some(entry.detail).filter(|detail| !detail.is_empty()),
        withheld: row.entry.withheld,
        compartment: row.entry.chain,
        cursor: row.id,
    })
}
