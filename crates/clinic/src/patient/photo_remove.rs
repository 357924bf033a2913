//! `patient_photo_remove`: takes the picture away; its key goes with it.

use super::photo::{Picture, picture_of};
use super::{PatientDetail, detail, load};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::field::{Kind, patient};
use wardkeep_record::id::RecordId;
use wardkeep_record::op::{Compartment, FieldKey};
use wardkeep_record::role::Permission;
use wardkeep_vault::blob;
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
        let (answer, former) = session.write(Compartment::Office, |tx| {
            let stored = load(&tx.read(), self.id)?;
            let former = match picture_of(&stored.state.fields) {
                None => return Ok((detail(session, &tx.read(), self.id)?, None)),
                Some(Picture::Inline(_)) => None,
                Some(Picture::Sealed(id)) => Some(id),
            };
            let values = vec![(
                FieldKey {
                    field: patient::PHOTO,
                    item: None,
                },
                None,
            )];
            tx.put(vec![Edit {
                record: self.id,
                kind: Kind::PATIENT,
                patient: None,
                values,
            }])?;
            if let Some(former) = former {
                tx.remove_blob(former)?;
            }
            let entry = serde_json::json!({ "fields": ["photo"], "removed": true });
            tx.audit(
                &AuditEntry::new(Action::Edit)
                    .patient(self.id)
                    .record(self.id)
                    .detail(&entry),
            )?;
            Ok((detail(session, &tx.read(), self.id)?, former))
        })?;
        if let Some(former) = former {
            // Its key is gone, so nobody can read it: a file that stays only takes space.
            let _ = blob::remove(&session.env.home, former);
        }
        Ok(answer)
    }
}
