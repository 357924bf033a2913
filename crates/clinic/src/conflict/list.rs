//! `conflict_list`: what a person must look at, with both values, who wrote them, when, and where.

use super::place::{choice_of, element_name};
use super::wire::{ConflictRow, ContestedValue};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::patient::{self, PatientRow};
use crate::restriction;
use crate::session::Session;
use crate::sync::Desk;
use crate::sync::key::KEPT;
use crate::sync::name::{self, short};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use ts_rs::TS;
use wardkeep_record::field::{self, Kind};
use wardkeep_record::id::{DeviceId, RecordId};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Conflict, View, wire_device};

/// Records of one answer at most.
const LIMIT: u32 = 500;
/// How deep a value is looked into.
const DEPTH: usize = 16;
/// Characters of one value in words.
const TEXT_LIMIT: usize = 400;

/// How many.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Records at most.
    pub limit: u32,
}

impl Command for Input {
    type Output = Vec<ConflictRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, clinic: &Clinic) -> Result<Vec<ConflictRow>, CommandError> {
        let limit = self.limit.clamp(1, LIMIT);
        clinic.with_session(|session| {
            let found = session.snapshot(|view| found(session, view, limit))?;
            // The names of devices are in the roster; a laptop that works alone has its own only.
            let named = clinic.with_desk(|desk| Ok(rows(session, Some(desk), &found)))?;
            Ok(named.unwrap_or_else(|| rows(session, None, &found)))
        })
    }
}

struct Found {
    at: Compartment,
    conflict: Conflict,
    patient: Option<PatientRow>,
    /// The chart is closed to this user.
    closed: bool,
    /// The device of each value: a later life of a device writes under another name than its id.
    devices: Vec<DeviceId>,
}

fn found(session: &Session, view: &View<'_>, limit: u32) -> Result<Vec<Found>, CommandError> {
    let mut all = Vec::new();
    for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
        for conflict in view.conflicts(at, 0, limit)? {
            let whose = conflict
                .patient
                .or((conflict.kind == Kind::PATIENT).then_some(conflict.record));
            let patient = whose.map(|id| patient_row(session, view, id)).transpose()?.flatten();
            let writers = conflict.contenders.iter().map(|contender| contender.stamp.dot.device);
            let devices: Result<_, _> = writers.map(|writer| view.device_of_writer(at, writer)).collect();
            let closed = match whose.filter(|_| at == Compartment::Clinical) {
                Some(id) => restriction::is_closed(session, view, id)?,
                None => false,
            };
            all.push(Found {
                at,
                closed,
                conflict,
                patient,
                devices: devices?,
            });
        }
    }
    Ok(all)
}

pub(crate) fn patient_row(
    session: &Session,
    view: &View<'_>,
    id: RecordId,
) -> Result<Option<PatientRow>, CommandError> {
    let stored = view.record(Compartment::Office, id)?;
    let patient = stored.filter(|stored| stored.state.kind == Kind::PATIENT);
    Ok(patient.map(|stored| patient::row(session, &stored)))
}

fn rows(session: &Session, desk: Option<&mut Desk>, found: &[Found]) -> Vec<ConflictRow> {
    let desk = desk.as_deref();
    found.iter().map(|found| row(session, desk, found)).collect()
}

fn row(session: &Session, desk: Option<&Desk>, found: &Found) -> ConflictRow {
    let Found {
        at,
        conflict,
        patient,
        closed,
        devices,
    } = found;
    if *closed {
        return ConflictRow {
            patient: patient.clone(),
            compartment: *at,
            record: conflict.record,
            kind: String::new(),
            element: String::new(),
            item: None,
            values: Vec::new(),
            closed: true,
            both: false,
        };
    }
    let device = |id| {
        let wire = wire_device(id);
        desk.map_or_else(|| short(&wire.to_string()), |desk| name::of_device(session, desk, wire))
    };
    let values = conflict
        .contenders
        .iter()
        .enumerate()
        .map(|(place, contender)| ContestedValue {
            text: contender.value.as_deref().map(in_words).unwrap_or_default(),
            shown: place == 0,
            user: session
                .user_name(contender.stamp.user)
                .unwrap_or_else(|| short(&contender.stamp.user.to_string())),
            device: devices.get(place).map(|id| device(*id)).unwrap_or_default(),
            at_ms: contender.stamp.hlc.unix_ms(),
            choice: choice_of(contender.stamp.dot),
        });
    ConflictRow {
        patient: patient.clone(),
        compartment: *at,
        record: conflict.record,
        kind: conflict.kind.resource_type().to_owned(),
        element: element_name(conflict.kind, conflict.key),
        item: conflict.key.item,
        values: values.collect(),
        closed: false,
        both: conflict.key.item.is_some() && field::is_item_field(conflict.kind, conflict.key.field),
    }
}

/// A value without its braces: strings as they are, numbers with the digits that were written, of objects what people read.
pub(crate) fn in_words(value: &str) -> String {
    let mut words = Vec::new();
    collect(value, &mut words, 0);
    let words = words.join(" ");
    if words.chars().count() <= TEXT_LIMIT {
        return words;
    }
    let mut cut: String = words.chars().take(TEXT_LIMIT).collect();
    cut.push('…');
    cut
}

fn collect(value: &str, words: &mut Vec<String>, depth: usize) {
    let value = value.trim();
    if depth > DEPTH {
        return;
    }
    match value.as_bytes().first() {
        Some(b'"') => words.extend(serde_json::from_str::<String>(value)),
        Some(b'[') => {
            for item in serde_json::from_str::<Vec<&RawValue>>(value).unwrap_or_default() {
                collect(item.get(), words, depth + 1);
            }
        }
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(value).unwrap_or_default();
            // Where a text says it, the codes behind it are for machines.
            match members.get("text").or_else(|| members.get("display")) {
                Some(text) => collect(text.get(), words, depth + 1),
                None => members
                    .values()
                    .for_each(|member| collect(member.get(), words, depth + 1)),
            }
        }
        Some(_) if value != "null" => words.push(value.to_owned()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn values_read_as_people_say_them() {
        assert_eq!(in_words("\"1980-02-03\""), "1980-02-03");
        assert_eq!(
            in_words(r#"{"text":"Penicillin","coding":[{"code":"7980"}]}"#),
            "Penicillin"
        );
        assert_eq!(in_words(r#"{"family":"Okafor","given":["Ada","B"]}"#), "Okafor Ada B");
        assert_eq!(in_words("12.50"), "12.50");
        assert_eq!(in_words("null"), "");
        assert_eq!(in_words(&"[".repeat(1000)), "");
        assert_eq!(in_words(&format!("\"{}\"", "x".repeat(1000))).chars().count(), 401);
    }
}
