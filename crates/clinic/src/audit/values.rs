//! `audit_values`: the values before and after of what entries tell of, looked up in the op log of this laptop by the op that each entry names.
//! Whoever does not hold the compartment's key gets none. To look is a look at the patient, and is in the log before the answer is given.

use super::source::{Fresh, Source, read};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::conflict::place::element_name;
use crate::error::{CommandError, ErrorCode};
use crate::restriction;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use wardkeep_record::id::{DeviceId, RecordId};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, AuditRow, OpRef, ToldValue, View};
use wardkeep_vault::trail::TrailEntry;

/// Most entries of one question.
const LIMIT: usize = 100;

/// Which entries.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// At most a hundred.
    pub entries: Vec<EntryName>,
}

/// One entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct EntryName {
    /// The laptop, for an entry of the trail; nothing for one of this laptop's own log.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub device: Option<DeviceId>,
    /// Which chain.
    pub compartment: Compartment,
    /// Its number there.
    #[ts(type = "number")]
    pub n: u64,
}

/// What can be said of an entry's values.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ValuesState {
    /// They are here.
    Known,
    /// The entry tells of no change of values.
    None,
    /// They are in the chart, and this person has no key of it.
    NoKey,
    /// They are in the chart of a restricted patient, which is closed to this person.
    Restricted,
    /// The change is not on this laptop: it began later, the change has not come yet, or the entry was written before entries named theirs.
    NotHere,
}

/// One field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct ValueChange {
    /// The element's name.
    pub field: String,
    /// Which item of it.
    pub item: Option<u32>,
    /// The values that were replaced, as JSON texts, the one that showed first; none where there was no value.
    pub before: Vec<String>,
    /// A value that was replaced is not on this laptop.
    pub before_missing: bool,
    /// The new value; nothing where it was cleared.
    pub after: Option<String>,
}

/// The values of one entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct EntryValues {
    /// Which entry.
    pub entry: EntryName,
    /// What can be said.
    pub state: ValuesState,
    /// The fields.
    pub changes: Vec<ValueChange>,
}

impl Command for Input {
    type Output = Vec<EntryValues>;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<Vec<EntryValues>, CommandError> {
        if self.entries.len() > LIMIT {
            return Err(CommandError::new(ErrorCode::TooLarge).at("entries"));
        }
        let of_trail = self.entries.iter().any(|entry| entry.device.is_some());
        let found = if of_trail {
            clinic.with_session(|session| session.allow(Need::May(Permission::Audit)))?;
            read(clinic, Fresh::AsItWas, |session, _, source| {
                look(session, Some(source), &self.entries)
            })?
        } else {
            clinic.with_session(|session| look(session, None, &self.entries))?
        };
        clinic.with_session(|session| note(session, &found))?;
        Ok(found.into_iter().map(|(values, _)| values).collect())
    }
}

/// The values of an entry, and whose record it was about.
type Found = (EntryValues, AuditRow);

fn look(session: &Session, source: Option<&Source>, wanted: &[EntryName]) -> Result<Vec<Found>, CommandError> {
    session.snapshot(|view| {
        let one = |entry: &EntryName| {
            let found = match (entry.device, source) {
                (Some(device), Some(source)) => source.entry(session, view, device, (entry.compartment, entry.n))?,
                _ => own(session, view, *entry)?,
            };
            let found = found.ok_or_else(|| CommandError::from(ErrorCode::NotFound).at("entries"))?;
            let (state, changes) = of_entry(session, view, &found)?;
            let values = EntryValues {
                entry: *entry,
                state,
                changes,
            };
            Ok((values, found.row))
        };
        wanted.iter().map(one).collect()
    })
}

/// An entry of this laptop's own log: any for those who answer for the clinic, else one about a patient.
fn own(session: &Session, view: &View<'_>, wanted: EntryName) -> Result<Option<TrailEntry>, CommandError> {
    if !session.holds(wanted.compartment) {
        return Err(ErrorCode::Forbidden.into());
    }
    let found = super::source::own_entry(view, wanted.compartment, wanted.n)?;
    if session.allow(Need::May(Permission::Audit)).is_err() {
        session.allow(Need::May(Permission::PatientHistory))?;
        if found.as_ref().is_some_and(|entry| entry.row.patient.is_none()) {
            return Err(ErrorCode::Forbidden.into());
        }
    }
    Ok(found)
}

/// What the op of an entry wrote, where this session may read it.
pub(super) fn of_entry(
    session: &Session,
    view: &View<'_>,
    entry: &TrailEntry,
) -> Result<(ValuesState, Vec<ValueChange>), CommandError> {
    let Some(record) = entry.row.record else {
        return Ok((ValuesState::None, Vec::new()));
    };
    let Some(op) = entry.op() else {
        let state = if was_a_change(&entry.row) {
            ValuesState::NotHere
        } else {
            ValuesState::None
        };
        return Ok((state, Vec::new()));
    };
    if !may_read(session, entry.chain) {
        return Ok((ValuesState::NoKey, Vec::new()));
    }
    if entry.chain == Compartment::Clinical && is_closed(session, view, entry, record)? {
        return Ok((ValuesState::Restricted, Vec::new()));
    }
    let told = view.told(entry.chain, op, (entry.row.user, record))?;
    Ok(told.map_or((ValuesState::NotHere, Vec::new()), |told| {
        let change = |value: ToldValue| ValueChange {
            field: element_name(told.kind, value.key),
            item: value.key.item,
            before: value.before.into_iter().map(String::from).collect(),
            before_missing: value.missing,
            after: value.after.map(String::from),
        };
        (ValuesState::Known, told.values.into_iter().map(change).collect())
    }))
}

/// Whether the entry is about a chart that is closed to this user.
fn is_closed(session: &Session, view: &View<'_>, entry: &TrailEntry, record: RecordId) -> Result<bool, CommandError> {
    let stored = view.record(entry.chain, record)?;
    let whose = entry.row.patient.or(stored.and_then(|stored| stored.state.patient));
    whose.map_or(Ok(false), |patient| restriction::is_closed(session, view, patient))
}

/// Whether this session reads what is in the compartment.
pub(super) fn may_read(session: &Session, at: Compartment) -> bool {
    let permission = match at {
        Compartment::Office => Permission::PatientRead,
        Compartment::Clinical => Permission::ChartRead,
    };
    session.holds(at) && session.allow(Need::May(permission)).is_ok()
}

/// Whether a surface has something to show of an entry.
pub(super) fn has_values(session: &Session, at: Compartment, op: Option<OpRef>) -> bool {
    op.is_some() && may_read(session, at)
}

/// An entry of before entries named their ops.
fn was_a_change(row: &AuditRow) -> bool {
    use Action as A;
    matches!(
        Action::of_number(row.action),
        Some(A::Edit | A::Register | A::Settle | A::Remove | A::Restore | A::Note | A::Attach)
    )
}

/// Writes one look for each patient and part whose values are in the answer.
fn note(session: &Session, found: &[Found]) -> Result<(), CommandError> {
    type Looks = BTreeMap<(Option<RecordId>, Option<RecordId>), u32>;
    let mut looks: BTreeMap<Compartment, Looks> = BTreeMap::new();
    for (values, row) in found.iter().filter(|(values, _)| !values.changes.is_empty()) {
        // A patient's name stands for all records of theirs.
        let whose = (row.patient, row.record.filter(|_| row.patient.is_none()));
        *looks
            .entry(values.entry.compartment)
            .or_default()
            .entry(whose)
            .or_default() += 1;
    }
    for (at, looks) in looks {
        session.write(at, |tx| {
            looks.into_iter().try_for_each(|((patient, record), entries)| {
                let entry = AuditEntry::new(Action::ValuesView).detail(&serde_json::json!({ "entries": entries }));
                let entry = patient.into_iter().fold(entry, AuditEntry::patient);
                let entry = record.into_iter().fold(entry, AuditEntry::record);
                Ok(tx.audit(&entry)?)
            })
        })?;
    }
    Ok(())
}
