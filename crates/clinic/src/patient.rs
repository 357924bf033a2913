//! Patients: registration, search, and what the surfaces see of them.

pub mod duplicates;
pub mod edit;
pub mod history;
pub mod open;
pub mod photo;
pub mod photo_remove;
pub mod photo_set;
pub mod recent;
pub mod register;
pub mod remove;
pub mod restore;
pub mod search;

use crate::error::{CommandError, ErrorCode};
use crate::restriction::{self, RestrictionView};
use crate::session::Session;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use ts_rs::TS;
use wardkeep_interop::source::Source;
use wardkeep_record::field::{self, Kind};
pub use wardkeep_record::gender::Gender;
pub use wardkeep_record::id::RecordId;
use wardkeep_record::merge::RemovalState;
use wardkeep_record::name::fold;
use wardkeep_record::op::Compartment;
use wardkeep_record::patient;
pub use wardkeep_record::patient::{
    Address, AddressUse, ContactPoint, ContactSystem, ContactUse, Deceased, HumanName, Identifier, NameUse, NextOfKin,
    PatientDraft,
};
use wardkeep_record::restriction::Restriction;
use wardkeep_vault::store::{Stored, View};

/// One patient, as lists show them: enough to tell people apart.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PatientRow {
    /// Which record.
    pub id: RecordId,
    /// Medical record number; empty where there is none.
    pub mrn: String,
    /// Family names, or an undivided name.
    pub family: String,
    /// Given names.
    pub given: String,
    /// The name the patient goes by.
    pub preferred: Option<String>,
    /// `yyyy`, `yyyy-mm` or `yyyy-mm-dd`.
    pub birth_date: Option<String>,
    /// How old, in the unit that clinicians use for it; of the dead the age at death.
    pub age: Option<String>,
    /// As FHIR has it.
    pub gender: Option<Gender>,
    /// The first phone number.
    pub phone: Option<String>,
    /// The city of the first address.
    pub city: Option<String>,
    /// Known to have died.
    pub deceased: bool,
    /// The record is removed.
    pub removed: bool,
    /// Another row of this answer has the same name.
    pub same_name: bool,
    /// Only the people named for it open the chart as usual.
    pub restricted: bool,
}

/// One patient's registration.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PatientDetail {
    /// As lists show them.
    pub row: PatientRow,
    /// As the form shows them.
    pub draft: PatientDraft,
    /// There is a photo.
    pub has_photo: bool,
    /// Who opens the chart as usual; nothing where the patient is not restricted.
    pub restriction: Option<RestrictionView>,
    /// This user may restrict the patient, or change or lift that.
    pub may_restrict: bool,
    /// Values that met and that a person must settle.
    pub conflicts: Vec<FieldConflict>,
    /// When it changed last, in Unix milliseconds.
    #[ts(type = "number")]
    pub updated_at_ms: u64,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// The label of the import it came with.
    pub source: Option<String>,
    /// Everything that this laptop wrote in it has left this laptop.
    pub sent: bool,
    /// It has changes that have not left this laptop, though there is a server to take them.
    pub unsent: bool,
}

/// Values of one element that were written without knowledge of each other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldConflict {
    /// FHIR's name of the element.
    pub element: String,
    /// The values, the one that shows first.
    pub values: Vec<ConflictValue>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConflictValue {
    /// As JSON text; empty where it was cleared.
    pub value: String,
    /// Who wrote it.
    pub by: Option<String>,
    /// When, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// The patient's record, removed or not.
pub(crate) fn load(view: &View<'_>, id: RecordId) -> Result<Stored, CommandError> {
    view.record(Compartment::Office, id)?
        .filter(|stored| stored.state.kind == Kind::PATIENT)
        .ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("patient"))
}

/// How records that are made here refer to their patient.
pub(crate) fn reference_to(patient: RecordId) -> String {
    format!("urn:uuid:{patient}")
}

/// The name that shows, where the patient is still known.
pub(crate) fn name_of(view: &View<'_>, id: RecordId) -> Result<Option<String>, CommandError> {
    let stored = view
        .record(Compartment::Office, id)?
        .filter(|stored| stored.state.kind == Kind::PATIENT);
    Ok(stored.map(|stored| patient::summary(&stored.state.fields, "").display))
}

/// Everything that the patient's page shows of the registration.
pub(crate) fn detail(session: &Session, view: &View<'_>, id: RecordId) -> Result<PatientDetail, CommandError> {
    let stored = load(view, id)?;
    let latest = stored.state.latest();
    // A laptop that works alone has no chain and no server.
    let attached = view.own_chain(Compartment::Office)?.is_some();
    let left = view.has_left(Compartment::Office, id)?;
    Ok(PatientDetail {
        row: row(session, &stored),
        draft: patient::draft(&stored.state.fields, &session.settings().default_region),
        has_photo: photo::picture_of(&stored.state.fields).is_some(),
        restriction: restriction::view_of(session, &stored),
        may_restrict: restriction::may_change(session, &stored),
        conflicts: conflicts(session, &stored),
        updated_at_ms: latest.map_or(0, |stamp| stamp.hlc.unix_ms()),
        updated_by: latest.and_then(|stamp| session.user_name(stamp.user)),
        source: Source::of(&stored.state.fields).map(|source| source.label),
        sent: attached && left,
        unsent: attached && !left,
    })
}

/// The row of a record.
pub(crate) fn row(session: &Session, stored: &Stored) -> PatientRow {
    let summary = patient::summary(&stored.state.fields, &session.settings().default_region);
    // Of the dead the age at death, where that is known: how old they would be now is no age.
    let on = match (summary.deceased, summary.died) {
        (false, _) => Some(session.machine.today()),
        (true, died) => died.map(|died| died.range().0),
    };
    let age = summary.birth_date.zip(on).and_then(|(born, on)| born.age_text(on));
    PatientRow {
        id: stored.id,
        mrn: summary.mrn,
        family: summary.family,
        given: summary.given,
        preferred: summary.preferred,
        birth_date: summary.birth_date.map(|date| date.to_string()),
        age,
        gender: summary.gender,
        phone: summary.phone,
        city: summary.city,
        deceased: summary.deceased,
        removed: stored.removal == RemovalState::Removed,
        same_name: false,
        restricted: Restriction::of(&stored.state).is_some(),
    }
}

/// Marks rows that share family and given names, whatever their case.
fn mark_same_names(mut rows: Vec<PatientRow>) -> Vec<PatientRow> {
    let name = |row: &PatientRow| (fold(&row.family), fold(&row.given));
    let names: Vec<_> = rows.iter().map(name).collect();
    let mut seen: HashMap<&(String, String), usize> = HashMap::new();
    for name in &names {
        *seen.entry(name).or_default() += 1;
    }
    for (row, name) in rows.iter_mut().zip(&names) {
        row.same_name = seen.get(name).is_some_and(|count| *count > 1);
    }
    rows
}

/// The values that met in fields that a person must settle.
fn conflicts(session: &Session, stored: &Stored) -> Vec<FieldConflict> {
    let contested = stored.state.conflicts().into_iter();
    let settled_by_hand = contested.filter(|(key, _)| field::needs_settling(stored.state.kind, key.field));
    settled_by_hand
        .map(|(key, heads)| FieldConflict {
            element: field::element_of(stored.state.kind, key.field)
                .unwrap_or("?")
                .to_owned(),
            values: heads
                .iter()
                .map(|head| ConflictValue {
                    value: head.value.unwrap_or_default().to_owned(),
                    by: session.user_name(head.stamp.user),
                    at_ms: head.stamp.hlc.unix_ms(),
                })
                .collect(),
        })
        .collect()
}
