//! `patient_register`: a new patient, with a record number of the clinic's own.

use super::search::find;
use super::{PatientDetail, detail};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::field::{Kind, patient};
use wardkeep_record::fields::Fields;
use wardkeep_record::json;
use wardkeep_record::mrn::{MRN_SYSTEM, Mrn};
use wardkeep_record::op::{Compartment, FieldKey};
use wardkeep_record::patient::{PatientDraft, edits};
use wardkeep_record::role::Permission;
use wardkeep_vault::random;
use wardkeep_vault::search::Query;
use wardkeep_vault::store::{Action, AuditEntry, Edit, View};

/// The form.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// All of it.
    pub draft: PatientDraft,
}

/// How often a number that is taken is drawn again: with a million patients one draw in thirty is.
const DRAWS: usize = 64;

impl Command for Input {
    type Output = PatientDetail;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientWrite);

    fn run(mut self, session: &Session) -> Result<PatientDetail, CommandError> {
        // A form that was copied from another patient must not bring that one's number.
        self.draft.identifiers.retain(|known| known.system != MRN_SYSTEM);
        let region = session.settings().default_region;
        let today = session.machine.today();
        let values = edits(&Fields::new(), &self.draft, &region, today, &mut || {
            session.random_u16()
        })
        .map_err(|faults| crate::fault::of_form("draft", &faults))?;
        let record = session.new_record_id();
        session.write(Compartment::Office, |tx| {
            let mrn = free_number(session, &tx.read())?;
            let values = with_number(values, mrn, session.random_u16());
            tx.put(vec![Edit {
                record,
                kind: Kind::PATIENT,
                patient: None,
                values,
            }])?;
            tx.audit(&AuditEntry::new(Action::Register).patient(record).record(record))?;
            detail(session, &tx.read(), record)
        })
    }
}

/// A record number that no patient here has.
fn free_number(session: &Session, view: &View<'_>) -> Result<Mrn, CommandError> {
    for _ in 0..DRAWS {
        let mrn = Mrn::new(
            session.device(),
            u32::from_be_bytes(random::array(&*session.env.random)),
        );
        let text = mrn.to_string();
        let found = find(
            view,
            &Query {
                text: &text,
                limit: 10,
                this_year: 0,
            },
        )?;
        if !found.rows.iter().any(|row| row.mrn == text) {
            return Ok(mrn);
        }
    }
    Err(CommandError::internal("no free record number"))
}

/// The form's values and the number, as FHIR has it: usual, of type MR (HL7 v2 table 0203).
fn with_number(
    mut values: Vec<(FieldKey, Option<Box<str>>)>,
    mrn: Mrn,
    random: u16,
) -> Vec<(FieldKey, Option<Box<str>>)> {
    let taken = values
        .iter()
        .filter(|(key, _)| key.field == patient::IDENTIFIER)
        .filter_map(|(key, _)| key.item)
        .max();
    let item = taken.unwrap_or(0).saturating_add(1).saturating_add(u32::from(random));
    let number = format!(
        "{{\"use\":\"usual\",\"type\":{{\"coding\":[{{\"system\":\"http://terminology.hl7.org/CodeSystem/v2-0203\",\"code\":\"MR\",\
         \"display\":\"Medical record number\"}}]}},\"system\":{},\"value\":{}}}",
        json::quote(MRN_SYSTEM),
        json::quote(&mrn.to_string())
    );
    values.push((
        FieldKey {
            field: patient::IDENTIFIER,
            item: Some(item),
        },
        Some(number.into_boxed_str()),
    ));
    values
}
