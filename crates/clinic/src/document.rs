//! Documents of a patient: a DocumentReference in the office or in the chart, and a sealed file that only the readers of that compartment
//! open. Content passes in chunks; nothing readable of it is ever written but where a person asked for a copy.

pub mod add;
pub mod list;
mod media;
pub mod read;
pub mod remove;
pub mod restore;
pub mod save;
pub mod show;

use crate::clinic::Clinic;
use crate::command::Need;
use crate::error::{CommandError, ErrorCode};
use crate::restriction;
use crate::session::Session;
use crate::sync::files::{self, FileState};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
pub use wardkeep_record::clinical::DocumentKind;
use wardkeep_record::clinical::document;
use wardkeep_record::field::{self, Kind};
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::RemovalState;
pub use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::blob::{BlobError, Sealed};
use wardkeep_vault::store::{Stored, View};

/// How a record's attachment names its sealed file.
const URN: &str = "urn:uuid:";

/// Most documents of one kind that a list shows.
const LIMIT: u32 = 5_000;

/// A document, as a list shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Document {
    /// Which record.
    pub id: RecordId,
    /// Whose.
    pub patient: RecordId,
    /// Who may read it: everybody of the office, or those who read the chart.
    pub compartment: Compartment,
    /// What it is called.
    pub title: String,
    /// What sort it is.
    pub kind: DocumentKind,
    /// The day on it, as a FHIR date.
    pub date: Option<String>,
    /// The name that its file had.
    pub file_name: String,
    /// What the file is.
    pub media_type: String,
    /// The length of its content, in bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Who added it.
    pub author: String,
    /// When, in Unix milliseconds.
    #[ts(type = "number")]
    pub added_ms: u64,
    /// It was removed.
    pub removed: bool,
    /// Where its file is.
    pub file: FileState,
    /// Record and file have left this laptop.
    pub sent: bool,
    /// One of the two is only here.
    pub unsent: bool,
}

/// The compartments that hold documents, with their kind.
const PARTS: [(Compartment, Kind); 2] = [
    (Compartment::Office, Kind::OFFICE_DOCUMENT),
    (Compartment::Clinical, Kind::DOCUMENT),
];

/// What somebody wants with a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Read,
    Write,
    Save,
}

/// Whether this session may do that with documents of the compartment.
fn allow(session: &Session, at: Compartment, wish: Wish) -> Result<(), CommandError> {
    use Permission as P;
    session.allow(Need::May(match (at, wish) {
        (Compartment::Office, Wish::Read) => P::PatientRead,
        (Compartment::Office, Wish::Write | Wish::Save) => P::PatientWrite,
        (Compartment::Clinical, Wish::Read) => P::ChartRead,
        (Compartment::Clinical, Wish::Write) => P::ChartWrite,
        (Compartment::Clinical, Wish::Save) => P::Export,
    }))
}

/// The document of this id, in a compartment where this session may do that. One elsewhere is not to be told from none.
fn find(session: &Session, view: &View<'_>, id: RecordId, wish: Wish) -> Result<(Compartment, Stored), CommandError> {
    for (at, kind) in PARTS {
        if allow(session, at, Wish::Read).is_err() {
            continue;
        }
        if let Some(stored) = view.record(at, id)?.filter(|stored| stored.state.kind == kind) {
            allow(session, at, wish)?;
            if at == Compartment::Clinical {
                restriction::require_open_to(session, view, owner(&stored)?)?;
            }
            return Ok((at, stored));
        }
    }
    Err(CommandError::new(ErrorCode::NotFound).at("document"))
}

/// Whose document it is.
fn owner(stored: &Stored) -> Result<RecordId, CommandError> {
    stored
        .state
        .patient
        .ok_or_else(|| CommandError::internal("document of nobody"))
}

/// What the record says of its sealed file.
fn sealed_of(stored: &Stored) -> Result<Sealed, CommandError> {
    let value = stored.state.fields.one(field::SEALED);
    value
        .and_then(Sealed::parse)
        .ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("file"))
}

/// The document as it shows; nothing for a record that names no file.
fn shown(
    clinic: &Clinic,
    session: &Session,
    view: &View<'_>,
    at: Compartment,
    stored: &Stored,
) -> Result<Option<Document>, CommandError> {
    let (Some(says), Ok(sealed), Some(patient)) =
        (document(&stored.state.fields), sealed_of(stored), stored.state.patient)
    else {
        return Ok(None);
    };
    let attached = view.own_chain(at)?.is_some();
    let file = files::state_of(clinic, Some(session), &sealed)?;
    let left = view.all_left(at, std::slice::from_ref(stored))?[0] && file.left;
    let added: Option<jiff::Timestamp> = says.added.parse().ok();
    let added_ms = added.and_then(|at| u64::try_from(at.as_millisecond()).ok());
    Ok(Some(Document {
        id: stored.id,
        patient,
        compartment: at,
        title: says.draft.title,
        kind: says.draft.kind,
        date: says.draft.date,
        file_name: says.draft.file_name,
        media_type: says.draft.media_type,
        size: sealed.size,
        author: says.author,
        added_ms: added_ms.unwrap_or(0),
        removed: stored.removal == RemovalState::Removed,
        file: file.state,
        sent: attached && left,
        unsent: attached && !left,
    }))
}

/// The document as it is now.
fn answer(clinic: &Clinic, session: &Session, id: RecordId) -> Result<Document, CommandError> {
    session.snapshot(|view| {
        let (at, stored) = find(session, view, id, Wish::Read)?;
        shown(clinic, session, view, at, &stored)?.ok_or_else(|| CommandError::internal("document without file"))
    })
}

/// What a file that cannot be read means: it is not here yet, or it was damaged here and is asked for again.
fn unread(clinic: &Clinic, sealed: &Sealed, error: BlobError) -> CommandError {
    if matches!(error, BlobError::Missing | BlobError::Damaged | BlobError::WrongKey)
        && files::lost(clinic, sealed).unwrap_or(false)
    {
        return ErrorCode::FileNotHere.into();
    }
    error.into()
}
