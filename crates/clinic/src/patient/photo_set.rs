//! `patient_photo_set`: seals a picture and makes it the patient's.

use super::photo::{PHOTO_LIMIT, URN, is_picture};
use super::{PatientDetail, detail, load};
use crate::base64;
use crate::command::{Command, FILE_LIMIT, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::field::{Kind, SEALED, patient};
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
        let (env, blob) = (&session.env, session.new_blob_id());
        let sealed = blob::seal(&env.home, &*env.random, blob, &mut &bytes[..], PHOTO_LIMIT as u64)?;
        let written = session.write(Compartment::Office, |tx| {
            load(&tx.read(), self.id)?;
            let attachment = format!(
                "[{{\"contentType\":\"{}\",\"url\":\"{URN}{blob}\",\"size\":{}}}]",
                self.media_type,
                bytes.len()
            );
            let key = |field| FieldKey { field, item: None };
            let values = vec![
                (key(patient::PHOTO), Some(attachment.into_boxed_str())),
                (key(SEALED), Some(sealed.to_json().as_str().into())),
            ];
            tx.put(vec![Edit {
                record: self.id,
                kind: Kind::PATIENT,
                patient: None,
                values,
            }])?;
            let entry = serde_json::json!({ "fields": ["photo"], "bytes": bytes.len() });
            tx.audit(
                &AuditEntry::new(Action::Attach)
                    .patient(self.id)
                    .record(self.id)
                    .detail(&entry),
            )?;
            detail(session, &tx.read(), self.id)
        });
        if written.is_err() {
            // Without its record nobody can read the file: it only takes space. The former picture's stays, for whoever undoes this.
            let _ = blob::remove(&session.env.home, blob);
        }
        written
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
