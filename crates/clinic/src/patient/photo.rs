//! `patient_photo`: the patient's picture, out of its sealed file.

use super::load;
use crate::base64;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::field::patient;
use wardkeep_record::fields::Fields;
use wardkeep_record::id::{BlobId, RecordId};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::blob::{self, BlobError};
use wardkeep_vault::key::BlobKey;

/// Bytes of a photo.
pub(super) const PHOTO_LIMIT: usize = 8 << 20;

/// Bytes of a photo with its padding.
const SEALED_LIMIT: usize = 2 * PHOTO_LIMIT;

/// How a photo's attachment names its sealed file.
pub(super) const URN: &str = "urn:uuid:";

/// Whose.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub id: RecordId,
}

/// A picture.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Photo {
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub media_type: String,
    /// The file.
    pub base64: String,
}

/// Where a patient's picture is.
pub(super) enum Picture {
    /// In a sealed file of this vault.
    Sealed(BlobId, String),
    /// In the record itself, as it was imported.
    Inline(Photo),
}

/// FHIR Attachment, as far as a picture needs it.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Attachment {
    content_type: String,
    url: String,
    data: String,
}

/// The first picture of a patient that can be shown.
pub(super) fn picture_of(fields: &Fields) -> Option<Picture> {
    let attachments: Vec<Attachment> = serde_json::from_str(fields.one(patient::PHOTO)?).ok()?;
    attachments.into_iter().find_map(|attachment| {
        if let Some(id) = attachment.url.strip_prefix(URN).and_then(|id| id.parse().ok()) {
            return Some(Picture::Sealed(id, attachment.content_type));
        }
        let shown = is_picture(&attachment.content_type) && !attachment.data.is_empty();
        shown.then_some(Picture::Inline(Photo {
            media_type: attachment.content_type,
            base64: attachment.data,
        }))
    })
}

/// Whether the type is one that a window shows without a plug-in.
pub(super) fn is_picture(media_type: &str) -> bool {
    matches!(media_type, "image/png" | "image/jpeg" | "image/webp")
}

impl Command for Input {
    type Output = Option<Photo>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, session: &Session) -> Result<Option<Photo>, CommandError> {
        let found = session.snapshot(|view| {
            Ok(match picture_of(&load(view, self.id)?.state.fields) {
                None => None,
                Some(Picture::Inline(photo)) => Some(Ok(photo)),
                Some(Picture::Sealed(id, media_type)) => {
                    let travels = view.own_chain(Compartment::Office)?.is_some();
                    view.blob(Compartment::Office, id)?
                        .map(|row| Err(Box::new((row, media_type, travels))))
                }
            })
        })?;
        let (sealed, media_type, travels) = match found {
            None => return Ok(None),
            Some(Ok(photo)) => return Ok(Some(photo)),
            Some(Err(sealed)) => *sealed,
        };
        let key = BlobKey::from_slice(&sealed.key[..]).ok_or_else(|| CommandError::internal("blob key"))?;
        let mut bytes = match blob::read_all(&session.env.home, sealed.id, &key, SEALED_LIMIT) {
            // It has not come yet: the place of the picture stays empty.
            Err(BlobError::Missing) if travels => return Ok(None),
            other => other?,
        };
        // Behind the picture there is padding.
        bytes.truncate(usize::try_from(sealed.size).unwrap_or(usize::MAX));
        if !is_picture(&media_type) {
            return Err(ErrorCode::NotFound.into());
        }
        Ok(Some(Photo {
            media_type,
            base64: base64::encode(&bytes),
        }))
    }
}
