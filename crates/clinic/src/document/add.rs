//! `document_add`: seals a file that the person named, chunk by chunk, and writes what it is. The file itself stays where it was.

use super::media::{HEAD, media_type};
use super::{Document, PARTS, URN, Wish, allow, answer};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::patient::reference_to;
use crate::session::Session;
use crate::sync::files;
use serde::Deserialize;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use ts_rs::TS;
use wardkeep_record::clinical::{DocumentDraft, DocumentKind, document_fields};
use wardkeep_record::field::SEALED;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::{Compartment, FieldKey};
use wardkeep_vault::blob::{self, CONTENT_LIMIT, Sealed};
use wardkeep_vault::store::{Action, AuditEntry, Edit};

/// Which file, and what it is.
#[derive(Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
    /// Who may read it.
    pub compartment: Compartment,
    /// Where the file is, at most 100 MiB.
    pub path: String,
    /// What it is called; empty for the file's name.
    pub title: String,
    /// What sort it is.
    pub kind: DocumentKind,
    /// The day on it, as a FHIR date.
    pub date: Option<String>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("patient", &self.patient)
            .finish_non_exhaustive()
    }
}

impl Command for Input {
    type Output = Document;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<Document, CommandError> {
        let path = Path::new(&self.path);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.ok_or_else(|| CommandError::invalid("path"))?;
        // Everything that can be refused is, before a byte is sealed. Sealing takes seconds, so no lock waits for it.
        let id = clinic.with_session(|session| {
            allow(session, self.compartment, Wish::Write)?;
            session.read(|view| match self.compartment {
                Compartment::Office => crate::patient::load(view, self.patient).map(drop),
                Compartment::Clinical => crate::chart::require_open(session, view, self.patient),
            })?;
            self.draft(&name, "", 0).fields(session, self.patient, "")?;
            Ok(session.new_blob_id())
        })?;
        let mut file = open(path)?;
        let mut head = Vec::with_capacity(HEAD);
        (&mut file)
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(|_| unreadable(path))?;
        let media_type = media_type(&name, &head);
        let mut source = Cursor::new(head).chain(file);
        let env = clinic.env();
        let sealed = blob::seal(&env.home, &*env.random, id, &mut source, CONTENT_LIMIT)
            .map_err(|error| CommandError::from(error).at("path"))?;
        let written = clinic.with_session(|session| {
            let draft = self.draft(&name, media_type, sealed.size);
            let record = write(session, &self, &draft, &sealed)?;
            files::note(clinic, session)?;
            answer(clinic, session, record)
        });
        if written.is_err() && !is_known(clinic, &sealed) {
            // Without its record nobody can read the file: it only takes space.
            let _ = blob::remove(&env.home, id);
        }
        clinic.sync().carrier().ring();
        written
    }
}

impl Input {
    fn draft(&self, name: &str, media_type: &str, size: u64) -> Draft {
        let title = if self.title.trim().is_empty() {
            name
        } else {
            self.title.trim()
        };
        Draft(DocumentDraft {
            title: title.to_owned(),
            kind: self.kind,
            date: self.date.clone().filter(|date| !date.is_empty()),
            file_name: name.to_owned(),
            media_type: media_type.to_owned(),
            size,
        })
    }
}

/// Fields with their values.
type Values = Vec<(FieldKey, Option<Box<str>>)>;

/// What is written of it.
struct Draft(DocumentDraft);

impl Draft {
    fn fields(&self, session: &Session, patient: RecordId, url: &str) -> Result<Values, CommandError> {
        let author = session.user_row()?.name;
        let fields = document_fields(&self.0, &reference_to(patient), &session.now_text(), &author, url)
            .map_err(|fault| crate::fault::of_form("", &[fault]))?;
        Ok(fields
            .into_vec()
            .into_iter()
            .map(|(key, value)| (key, Some(value)))
            .collect())
    }
}

fn write(session: &Session, input: &Input, draft: &Draft, sealed: &Sealed) -> Result<RecordId, CommandError> {
    allow(session, input.compartment, Wish::Write)?;
    let record = session.new_record_id();
    let mut values = draft.fields(session, input.patient, &format!("{URN}{}", sealed.id))?;
    let key = FieldKey {
        field: SEALED,
        item: None,
    };
    values.push((key, Some(sealed.to_json().as_str().into())));
    let kind = PARTS.into_iter().find(|(at, _)| *at == input.compartment);
    let kind = kind.map(|(_, kind)| kind).ok_or(ErrorCode::Forbidden)?;
    session.write(input.compartment, |tx| {
        crate::patient::load(&tx.read(), input.patient)?;
        tx.put(vec![Edit {
            record,
            kind,
            patient: Some(input.patient),
            values,
        }])?;
        let entry = serde_json::json!({ "bytes": sealed.size });
        tx.audit(
            &AuditEntry::new(Action::Attach)
                .patient(input.patient)
                .record(record)
                .detail(&entry),
        )?;
        Ok(record)
    })
}

/// Whether a record names the file after all: an answer that failed after the commit takes nothing back.
fn is_known(clinic: &Clinic, sealed: &Sealed) -> bool {
    let known = clinic.with_session(|session| {
        session.read(|view| {
            let office = view.blob(Compartment::Office, sealed.id)?.is_some();
            Ok(office
                || (session.holds(Compartment::Clinical) && view.blob(Compartment::Clinical, sealed.id)?.is_some()))
        })
    });
    // Where it cannot be asked, the file stays.
    known.unwrap_or(true)
}

/// A file, not a folder, not a pipe, not above the limit.
fn open(path: &Path) -> Result<File, CommandError> {
    let meta = std::fs::metadata(path).map_err(|_| unreadable(path))?;
    if !meta.is_file() {
        return Err(CommandError::invalid("path"));
    }
    if meta.len() > CONTENT_LIMIT {
        return Err(CommandError::new(ErrorCode::TooLarge).at("path"));
    }
    File::open(path).map_err(|_| unreadable(path))
}

/// The file's name may name a patient, so it is not told.
fn unreadable(_: &Path) -> CommandError {
    CommandError::new(ErrorCode::FileUnreadable).at("path")
}
