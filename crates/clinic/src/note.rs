//! Free-text notes: drafts saved as they are typed, finished notes that stand.

pub mod draft_discard;
pub mod draft_get;
pub mod draft_save;
pub mod finish;
pub mod list;

use crate::error::{CommandError, ErrorCode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::clinical::{MAX_NOTE_BYTES, note};
use wardkeep_record::id::RecordId;
use wardkeep_vault::store::Stored;

/// The form's name among the drafts.
const FORM: &str = "note";

/// A finished note.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Note {
    /// Which record.
    pub id: RecordId,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub author: String,
    /// When it was finished, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// A note that is being written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoteDraft {
    /// What it says so far.
    pub text: String,
    /// When it was saved, in Unix milliseconds.
    #[ts(type = "number")]
    pub saved_at_ms: u64,
}

/// Refuses a text that is too long to keep.
fn check_length(text: &str) -> Result<(), CommandError> {
    if text.len() > MAX_NOTE_BYTES {
        Err(CommandError::new(ErrorCode::TooLarge).at("text"))
    } else {
        Ok(())
    }
}

/// A note as it shows; nothing for a record without text.
fn of_record(stored: &Stored) -> Option<Note> {
    let shown = note(&stored.state.fields)?;
    let written: Option<jiff::Timestamp> = shown.date.parse().ok();
    let at_ms = match written.map(|at| u64::try_from(at.as_millisecond())) {
        Some(Ok(at_ms)) => at_ms,
        _ => stored.state.latest()?.hlc.unix_ms(),
    };
    Some(Note {
        id: stored.id,
        text: shown.text,
        author: shown.author,
        at_ms,
    })
}
