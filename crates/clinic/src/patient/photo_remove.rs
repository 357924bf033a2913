//! `patient_photo_remove`: takes the picture away. Its sealed file stays, as the op that named it does.

use super::photo::picture_of;
use super::{PatientDetail, detail, load};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::field::{Kind, SEALED, patient};
use wardkeep_record::id::RecordId;
use wardkeep_record::op::{Compartment, FieldKey};
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, Edit};

/// Whose.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub id: RecordId,
}

impl Command for Input {
    type Output = PatientDetail;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientWrite);

    fn run(self, session: &Session) -> Result<PatientDetail, CommandError> {
        session.write(Compartment::Office, |tx| {
            let stored = load(&tx.read(), self.id)?;
            if picture_of(&stored.state.fields).is_none() {
                return detail(session, &tx.read(), self.id);
            }
            let key = |field| FieldKey { field, item: None };
            let values = vec![(key(patient::PHOTO), None), (key(SEALED), None)];
            tx.put(vec![Edit {
                record: self.id,
                kind: Kind::PATIENT,
                patient: None,
                values,
            }])?;
            let entry = serde_json::json!({ "fields": ["photo"], "removed": true });
            tx.audit(
                &AuditEntry::new(Action::Edit)
                    .patient(self.id)
                    .record(self.id)
                    .detail(&entry),
            )?;
            detail(session, &tx.read(), self.id)
        })
    }
}
