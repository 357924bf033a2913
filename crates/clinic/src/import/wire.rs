//! What the surfaces see of an import.

use crate::error::CommandError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a file holds its resources.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileForm {
    /// One bundle.
    Bundle,
    /// One resource a line.
    Ndjson,
    /// One resource.
    Single,
    /// None of these, or the file cannot be opened.
    Unreadable,
}

/// One file of a preview.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PreviewFile {
    /// Its name without folders.
    pub name: String,
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How it holds its resources.
    pub form: FileForm,
    /// Why it cannot be read, in English, without content.
    pub problem: Option<String>,
}

/// Resources of one type in a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PreviewCount {
    /// FHIR's name of the type.
    pub resource_type: String,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
    /// Becomes a typed record; otherwise it is kept verbatim.
    pub typed: bool,
}

/// What an import would find.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ImportPreview {
    /// The files, folders expanded.
    pub files: Vec<PreviewFile>,
    /// By type, most first.
    pub counts: Vec<PreviewCount>,
    /// Patients among them.
    #[ts(type = "number")]
    pub patients: u64,
    /// The counts are of the first part only.
    pub sampled: bool,
    /// The resources' ids are not unique beyond where they come from: the person must name the source.
    pub needs_source: bool,
}

/// Where an import stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Still at it.
    Running,
    /// Through.
    Done,
    /// Stopped between two batches; what was committed stays.
    Cancelled,
    /// Stopped by `error`; what was committed stays.
    Failed,
}

/// One resource that was not imported.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct ImportReject {
    /// The file's name without folders.
    pub file: String,
    /// Which resource of the file, from 0.
    #[ts(type = "number")]
    pub index: u64,
    /// Its type, where it could be read.
    pub resource_type: Option<String>,
    /// The element that is wrong, as a FHIR path.
    pub element: Option<String>,
    /// Why, in English, without content.
    pub reason: String,
}

/// Imported resources of one type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct TypeCount {
    /// FHIR's name of the type.
    pub resource_type: String,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
}

/// How far an import is, or how it ended.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ImportProgress {
    /// Where it stands.
    pub state: ImportState,
    /// Bytes read.
    #[ts(type = "number")]
    pub bytes_done: u64,
    /// Bytes in all.
    #[ts(type = "number")]
    pub bytes_total: u64,
    /// New records.
    #[ts(type = "number")]
    pub imported: u64,
    /// Records that were known and differed.
    #[ts(type = "number")]
    pub updated: u64,
    /// Records that were known and are the same.
    #[ts(type = "number")]
    pub unchanged: u64,
    /// Resources that were not taken.
    #[ts(type = "number")]
    pub rejected: u64,
    /// Of the new and updated ones, those kept verbatim.
    #[ts(type = "number")]
    pub kept_verbatim: u64,
    /// The file that is being read, without folders.
    pub current_file: Option<String>,
    /// Milliseconds since the start.
    #[ts(type = "number")]
    pub elapsed_ms: u64,
    /// The first rejects.
    pub rejects: Vec<ImportReject>,
    /// New and updated records by type, most first.
    pub by_type: Vec<TypeCount>,
    /// What stopped it.
    pub error: Option<CommandError>,
}

/// Rejects that are kept for the surfaces; the count goes on beyond.
pub const REJECTS_SHOWN: usize = 200;
