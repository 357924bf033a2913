//! `patient_edit`: takes the whole form and writes what differs from what the record shows.

use super::{PatientDetail, detail, load};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::field::{self, Kind, patient};
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::json;
use wardkeep_record::mrn::MRN_SYSTEM;
use wardkeep_record::op::{Compartment, FieldKey};
use wardkeep_record::patient::{PatientDraft, edits};
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, Edit};

/// Whom, and how the form looks now.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub id: RecordId,
    /// The whole form.
    pub draft: PatientDraft,
}

impl Command for Input {
    type Output = PatientDetail;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientWrite);

    fn run(self, session: &Session) -> Result<PatientDetail, CommandError> {
        let region = session.settings().default_region;
        let today = session.machine.today();
        session.write(Compartment::Office, |tx| {
            let stored = load(&tx.read(), self.id)?;
            let fields = &stored.state.fields;
            let mut values = edits(fields, &self.draft, &region, today, &mut || session.random_u16())
                .map_err(|faults| crate::fault::of_form("draft", &faults))?;
            // The number that the clinic gave is the patient's for good.
            values.retain(|(key, _)| !is_own_number(fields, *key));
            if !values.is_empty() {
                let mut names: Vec<_> = values
                    .iter()
                    .filter_map(|(key, _)| field::element_of(Kind::PATIENT, key.field))
                    .collect();
                names.dedup();
                tx.put(vec![Edit {
                    record: self.id,
                    kind: Kind::PATIENT,
                    patient: None,
                    values,
                }])?;
                let detail = serde_json::json!({ "fields": names });
                tx.audit(
                    &AuditEntry::new(Action::Edit)
                        .patient(self.id)
                        .record(self.id)
                        .detail(&detail),
                )?;
            }
            detail(session, &tx.read(), self.id)
        })
    }
}

/// Whether the field holds a record number that a Wardkeep gave.
fn is_own_number(fields: &Fields, key: FieldKey) -> bool {
    let system = || json::member(fields.get(key)?, "system").and_then(|system| json::string(system.get()));
    key.field == patient::IDENTIFIER && system().as_deref() == Some(MRN_SYSTEM)
}
