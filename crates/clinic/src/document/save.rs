//! `document_save`: a copy of a document in clear, where the person said. Written in the log before the first byte leaves.

use super::{Document, Wish, answer, find, owner, sealed_of, unread};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::export::{Disclosure, detail, file_fault, write_new};
use crate::policy;
use serde::Deserialize;
use std::io::{Read, Write};
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;
use wardkeep_vault::blob::BlobError;
use wardkeep_vault::store::{Action, AuditEntry};
use zeroize::Zeroizing;

/// Which, and where to.
#[derive(Deserialize, TS)]
pub struct Input {
    /// The document.
    pub id: RecordId,
    /// The new file. One that is there is left alone.
    pub path: String,
    /// For whom the copy is, and why.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub disclosure: Option<Disclosure>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Command for Input {
    type Output = Document;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, clinic: &Clinic) -> Result<Document, CommandError> {
        write_new(clinic, &self.path, |file| {
            clinic.save_document_to(self.id, self.disclosure.as_ref(), file)
        })?;
        clinic.with_session(|session| answer(clinic, session, self.id))
    }
}

impl Clinic {
    /// Writes a document's content in clear to where the person said, chunk by chunk.
    pub fn save_document_to(
        &self,
        id: RecordId,
        disclosure: Option<&Disclosure>,
        out: &mut dyn Write,
    ) -> Result<(), CommandError> {
        let sealed = self.with_session(|session| {
            let (at, stored) = session.read(|view| find(session, view, id, Wish::Save))?;
            policy::may_export(session)?;
            let sealed = sealed_of(&stored)?;
            let patient = owner(&stored)?;
            let mut detail = detail(disclosure)?;
            detail["bytes"] = sealed.size.into();
            session.write(at, |tx| {
                let entry = AuditEntry::new(Action::Export).patient(patient).record(id);
                Ok(tx.audit(&entry.detail(&detail))?)
            })?;
            Ok(sealed)
        })?;
        let unread = |error| unread(self, &sealed, error);
        let mut content = sealed.open_at(self.home(), 0).map_err(unread)?;
        let mut hasher = blake3::Hasher::new();
        let mut chunk = Zeroizing::new(vec![0; 64 * 1024]);
        let mut size = 0;
        loop {
            let count = content
                .read(&mut chunk)
                .map_err(|error| unread(error.downcast().unwrap_or_else(BlobError::Source)))?;
            if count == 0 {
                break;
            }
            size += count as u64;
            hasher.update(&chunk[..count]);
            out.write_all(&chunk[..count]).map_err(|error| file_fault(&error))?;
        }
        if size != sealed.size || hasher.finalize() != sealed.digest {
            return Err(unread(BlobError::Damaged));
        }
        out.flush().map_err(|error| file_fault(&error))
    }
}
