//! `document ...`.

use super::ForWhom;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `document ...`.
#[derive(Subcommand, Debug)]
pub enum Document {
    /// Seal a file and make it a document of the patient
    Add(AddDocument),
    /// The patient's documents
    List(ListDocuments),
    /// One document, without its content
    Show(WhichDocument),
    /// Write a copy in clear to a new file (an export, written in the audit log)
    Save(SaveDocument),
    /// Take it off the list
    Remove(RemoveDocument),
    /// Bring a removed one back
    Restore(WhichDocument),
}

/// `document add`.
#[derive(Args, Debug)]
pub struct AddDocument {
    /// The patient, by id or record number
    #[arg(long, value_name = "ID|NUMBER")]
    pub patient: String,
    /// The file, at most 100 MiB; it stays where it is
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What it is called (default: the file's name)
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub title: String,
    /// What sort it is
    #[arg(long, value_enum, default_value_t = Sort::Other)]
    pub kind: Sort,
    /// The day on it: yyyy, yyyy-mm or yyyy-mm-dd
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// Who may read it
    #[arg(long, value_enum, default_value_t = DocumentPart::Clinical)]
    pub part: DocumentPart,
}

/// `document list`.
#[derive(Args, Debug)]
pub struct ListDocuments {
    /// The patient, by id or record number
    #[arg(long, value_name = "ID|NUMBER")]
    pub patient: String,
}

/// Which one.
#[derive(Args, Debug)]
pub struct WhichDocument {
    /// The document's id
    #[arg(value_name = "ID")]
    pub document: String,
}

/// `document save`.
#[derive(Args, Debug)]
pub struct SaveDocument {
    /// The document's id
    #[arg(value_name = "ID")]
    pub document: String,
    /// A new file; - for standard output
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// For whom the copy is
    #[command(flatten)]
    pub for_whom: ForWhom,
}

/// `document remove`.
#[derive(Args, Debug)]
pub struct RemoveDocument {
    /// The document's id
    #[arg(value_name = "ID")]
    pub document: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// Who may read a document.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum DocumentPart {
    /// Everybody of the office
    Office,
    /// Those who read the chart
    Clinical,
}

/// What sort of document it is.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Sort {
    Letter,
    Report,
    Result,
    Image,
    Consent,
    Identity,
    Insurance,
    Other,
}
