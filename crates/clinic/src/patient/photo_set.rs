//! `patient_photo_set`: seals a picture and makes it the patient's.

use super::photo::{PHOTO_LIMIT, Picture, URN, is_picture, picture_of};
use super::{PatientDetail, detail, load};
use crate::base64;
use crate::command::{Command, FILE_LIMIT, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::field::{Kind, patient};
use wardkeep_record::id::RecordId;
use wardkeep_record::op::{Compartment, FieldKey};
use wardkeep_record::role::Permission;
use wardkeep_vault::blob;
use wardkeep_vault::store::{Action, AuditEntry, Edit};

/// Whose, and what.
#[derive(Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub id: RecordId,
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub media_type: String,
    /// The file, at most 8 MiB.
    pub base64: String,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("id", &self.id)
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}

impl Command for Input {
    type Output = PatientDetail;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientWrite);
    const LIMIT: usize = FILE_LIMIT;

    fn run(self, session: &Session) -> Result<PatientDetail, CommandError> {
        if !is_picture(&self.media_type) {
            return Err(CommandError::invalid("media_type"));
        }
        let bytes = base64::decode(&self.base64).ok_or_else(|| CommandError::invalid("base64"))?;
        if bytes.len() > PHOTO_LIMIT {
            return Err(CommandError::new(ErrorCode::TooLarge).at("base64"));
        }
        if !begins_as(&self.media_type, &bytes) {
            return Err(CommandError::invalid("base64"));
        }
        let row = crate::export::seal(session, &bytes, &self.media_type, self.id)?;
        let blob = row.id;
        let written = session.write(Compartment::Office, |tx| {
            let stored = load(&tx.read(), self.id)?;
            let former = match picture_of(&stored.state.fields) {
                Some(Picture::Sealed(id)) => Some(id),
                _ => None,
            };
            let attachment = format!(
                "[{{\"contentType\":\"{}\",\"url\":\"{URN}{blob}\",\"size\":{}}}]",
                self.media_type,
                bytes.len()
            );
            let key = FieldKey {
                field: patient::PHOTO,
                item: None,
            };
            let values = vec![(key, Some(attachment.into_boxed_str()))];
            tx.put_blob(&row)?;
            tx.put(vec![Edit {
                record: self.id,
                kind: Kind::PATIENT,
                patient: None,
                values,
            }])?;
            if let Some(former) = former {
                tx.remove_blob(former)?;
            }
            let entry = serde_json::json!({ "fields": ["photo"], "bytes": bytes.len() });
            tx.audit(
                &AuditEntry::new(Action::Attach)
                    .patient(self.id)
                    .record(self.id)
                    .detail(&entry),
            )?;
            Ok((detail(session, &tx.read(), self.id)?, former))
        });
        // Whichever file has no row now has no key either; taking it away only frees the space.
        let (unused, answer) = match written {
            Ok((answer, former)) => (former, Ok(answer)),
            Err(error) => (Some(blob), Err(error)),
        };
        if let Some(unused) = unused {
            let _ = blob::remove(&session.env.home, unused);
        }
        answer
    }
}

/// Whether the file begins as its type says (PNG, JPEG and WebP signatures).
fn begins_as(media_type: &str, bytes: &[u8]) -> bool {
    match media_type {
        "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => bytes.starts_with(&[0xff, 0xd8, 0xff]),
        "image/webp" => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        _ => false,
    }
}
