//! `document_save`: a copy of a document in clear, where the person said. Written in the log before the first byte leaves.

use super::{Document, Wish, answer, find, owner, sealed_of, unread};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use serde::Deserialize;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::Path;
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
        let path = Path::new(&self.path);
        let inside = |path: &Path| {
            path.canonicalize()
                .is_ok_and(|path| path.starts_with(clinic.home().root()))
        };
        if path.parent().is_none_or(inside) {
            return Err(CommandError::invalid("path"));
        }
        let mut file = create(path).map_err(|error| fault(&error).at("path"))?;
        let saved = clinic
            .save_document_to(self.id, &mut file)
            .and_then(|()| file.sync_all().map_err(|error| fault(&error).at("path")));
        if let Err(error) = saved {
            // Half a copy helps nobody.
            drop(file);
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        clinic.with_session(|session| answer(clinic, session, self.id))
    }
}

impl Clinic {
    /// Writes a document's content in clear to where the person said, chunk by chunk.
    pub fn save_document_to(&self, id: RecordId, out: &mut dyn Write) -> Result<(), CommandError> {
        let sealed = self.with_session(|session| {
            let (at, stored) = session.read(|view| find(session, view, id, Wish::Save))?;
            let sealed = sealed_of(&stored)?;
            let patient = owner(&stored)?;
            let detail = serde_json::json!({ "to": "file", "bytes": sealed.size });
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
            out.write_all(&chunk[..count]).map_err(|error| fault(&error))?;
        }
        if size != sealed.size || hasher.finalize() != sealed.digest {
            return Err(unread(BlobError::Damaged));
        }
        out.flush().map_err(|error| fault(&error))
    }
}

/// A new file that only its owner may read.
fn create(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn fault(error: &std::io::Error) -> CommandError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull.into(),
        _ => ErrorCode::FileUnreadable.into(),
    }
}
