//! `document_read`: one chunk of a document's content, for the window to show. Looking is written down with the first chunk.

use super::{Wish, find, owner, sealed_of, unread};
use crate::base64;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::{Deserialize, Serialize};
use std::io::Read;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;
use wardkeep_vault::blob::{BlobError, CHUNK_BYTES};
use wardkeep_vault::store::{Action, AuditEntry};
use zeroize::Zeroizing;

/// Which, and from where on.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The document.
    pub id: RecordId,
    /// The number of the chunk, from 0. Each but the last has a mebibyte.
    pub chunk: u32,
}

/// Some of a document's content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Chunk {
    /// The bytes.
    pub base64: String,
    /// There is no further chunk.
    pub last: bool,
}

impl Command for Input {
    type Output = Chunk;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, clinic: &Clinic) -> Result<Chunk, CommandError> {
        let sealed = clinic.with_session(|session| {
            let (at, stored) = session.read(|view| find(session, view, self.id, Wish::Read))?;
            let sealed = sealed_of(&stored)?;
            if self.chunk == 0 {
                let patient = owner(&stored)?;
                session.write(at, |tx| {
                    Ok(tx.audit(&AuditEntry::new(Action::View).patient(patient).record(self.id))?)
                })?;
            }
            Ok(sealed)
        })?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(CHUNK_BYTES as usize + 1));
        let read = sealed.open_at(clinic.home(), self.chunk).and_then(|content| {
            content
                .take(CHUNK_BYTES)
                .read_to_end(&mut bytes)
                .map_err(|error| error.downcast::<BlobError>().unwrap_or_else(BlobError::Source))
        });
        if let Err(error) = read {
            return Err(unread(clinic, &sealed, error));
        }
        let end = u64::from(self.chunk) * CHUNK_BYTES + bytes.len() as u64;
        Ok(Chunk {
            base64: base64::encode(&bytes),
            last: end >= sealed.size,
        })
    }
}
