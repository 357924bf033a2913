//! `document_list`: the documents of a patient that this user may see, the latest first, removed ones among them.

use super::{Document, LIMIT, PARTS, Wish, allow, shown};
use crate::chart::viewed;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::restriction;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;

/// Whose.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

impl Command for Input {
    type Output = Vec<Document>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, clinic: &Clinic) -> Result<Vec<Document>, CommandError> {
        clinic.with_session(|session| {
            // Of a chart that is closed only what the office has is listed.
            let closed = session.read(|view| {
                let stored = crate::patient::load(view, self.patient)?;
                Ok(restriction::require_open(session, &stored).is_err())
            })?;
            let readable = || {
                PARTS
                    .into_iter()
                    .filter(|(at, _)| allow(session, *at, Wish::Read).is_ok())
                    .filter(|(at, _)| *at == Compartment::Office || !closed)
            };
            if readable().any(|(at, _)| at == Compartment::Clinical) {
                viewed(session, self.patient)?;
            }
            session.snapshot(|view| {
                let mut found = Vec::new();
                for (at, kind) in readable() {
                    let present = view.records_of(at, self.patient, kind, LIMIT)?;
                    let removed = view.removed_of(at, self.patient, kind, LIMIT)?;
                    for stored in present.iter().chain(&removed) {
                        found.extend(shown(clinic, session, view, at, stored)?);
                    }
                }
                let day = |document: &Document| document.date.clone().unwrap_or_default();
                found.sort_by(|a, b| b.added_ms.cmp(&a.added_ms).then_with(|| day(b).cmp(&day(a))));
                Ok(found)
            })
        })
    }
}
