//! The chart's blocks: each a command of its own, so that each loads and fails by itself.

pub mod allergies;
pub mod encounters;
pub mod immunizations;
pub mod labs;
pub mod medications;
pub mod other;
pub mod problems;
pub mod procedures;
pub mod reports;
pub mod vitals;

use crate::error::CommandError;
use crate::restriction;
use crate::session::Session;
use wardkeep_interop::reference::references;
use wardkeep_record::clinical::{
    ChartItem, Coded, ObservationGroup, ObservationSeries, chart_item, observation_group, observation_series,
};
use wardkeep_record::field::{self, Kind};
use wardkeep_record::id::RecordId;
use wardkeep_record::json;
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{Action, AuditEntry, Stored, View};

/// Most records of one kind that a block shows.
const LIMIT: u32 = 20_000;

/// Declares a block that lists the records of some kinds: its input and its command.
macro_rules! item_block {
    ($kinds:expr) => {
        use crate::command::{Command, Need};
        use crate::error::CommandError;
        use crate::session::Session;
        use serde::Deserialize;
        use ts_rs::TS;
        use wardkeep_record::clinical::ChartItem;
        use wardkeep_record::field::Kind;
        use wardkeep_record::id::RecordId;
        use wardkeep_record::role::Permission;

        /// Whose chart.
        #[derive(Debug, Deserialize, TS)]
        pub struct Input {
            /// The patient.
            pub patient: RecordId,
        }

        impl Command for Input {
            type Output = Vec<ChartItem>;
            type Place = Session;
            const NEED: Need = Need::May(Permission::ChartRead);

            fn run(self, session: &Session) -> Result<Vec<ChartItem>, CommandError> {
                super::items(session, self.patient, $kinds)
            }
        }
    };
}
use item_block;

/// The patient's records of these kinds as lines, the current ones first, then the latest first.
fn items(session: &Session, patient: RecordId, kinds: &[Kind]) -> Result<Vec<ChartItem>, CommandError> {
    viewed(session, patient)?;
    session.snapshot(|view| {
        let mut found = Vec::new();
        for kind in kinds {
            found.extend(view.records_of(Compartment::Clinical, patient, *kind, LIMIT)?);
        }
        found.sort_by_key(|stored| std::cmp::Reverse(stored.sort_date));
        let line = |stored: &Stored| {
            let resolve = |reference: &str| called(view, stored, reference);
            chart_item(stored.id, stored.state.kind, &stored.state.fields, &resolve)
        };
        let mut items: Vec<_> = found.iter().filter_map(line).collect();
        // Stable: within both halves the latest stay first.
        items.sort_by_key(|item| !item.active);
        Ok(items)
    })
}

/// What a referenced medicine is called. A reference that leads nowhere shows as it is written.
fn called(view: &View<'_>, from: &Stored, reference: &str) -> Option<Coded> {
    let id = reference
        .strip_prefix("urn:uuid:")
        .or_else(|| reference.rsplit('/').next())?;
    let known = references(&from.state.fields);
    let target = known
        .iter()
        .find(|known| known.resource_type == "Medication" && known.id == id)?;
    let medicine = view.record(Compartment::Clinical, target.record).ok().flatten()?;
    let code: Concept =
        serde_json::from_str(json::member(medicine.state.fields.one(field::BODY)?, "code")?.get()).ok()?;
    let coding = code.coding.into_iter().next().unwrap_or_default();
    let text = code.text.or(coding.display).or_else(|| coding.code.clone())?;
    Some(Coded {
        text,
        code: coding.code,
        system: coding.system,
    })
}

/// FHIR CodeableConcept, as far as a name needs it.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Concept {
    text: Option<String>,
    coding: Vec<Coding>,
}

/// FHIR Coding.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Coding {
    display: Option<String>,
    code: Option<String>,
    system: Option<String>,
}

/// The patient's observations of one group as series.
fn series(
    session: &Session,
    patient: RecordId,
    group: ObservationGroup,
) -> Result<Vec<ObservationSeries>, CommandError> {
    viewed(session, patient)?;
    let found =
        session.read(|view| Ok(view.records_of(Compartment::Clinical, patient, Kind::OBSERVATION, LIMIT)?))?;
    let of_group = found
        .iter()
        .filter(|stored| observation_group(&stored.state.fields) == group);
    Ok(observation_series(
        of_group.map(|stored| (stored.id, &stored.state.fields)),
    ))
}

/// Refuses a patient that is not known (a chart without a patient is a wrong link, never an empty chart), and one whose chart is closed to
/// this user. Everything that reads or writes a chart asks it.
pub(crate) fn require_open(session: &Session, view: &View<'_>, patient: RecordId) -> Result<(), CommandError> {
    restriction::require_open(session, &crate::patient::load(view, patient)?)
}

/// Writes that this user looked at this chart, before anything of it is shown: once for each visit to it. Blocks load side
/// by side, and one look is one entry.
pub(crate) fn viewed(session: &Session, patient: RecordId) -> Result<(), CommandError> {
    session.read(|view| require_open(session, view, patient))?;
    session.once_viewed(patient, || {
        session.write(Compartment::Clinical, |tx| {
            Ok(tx.audit(&AuditEntry::new(Action::View).patient(patient).record(patient))?)
        })
    })
}
