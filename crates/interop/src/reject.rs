//! What an import refused, and why: where it stood, which element, what rule. Never what it said.

use std::fmt;
use std::sync::Arc;

/// Where in a file something stood.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// `Bundle.entry[n]`, from 0.
    Entry(u64),
    /// The line of an NDJSON file, from 1.
    Line(u64),
    /// The one resource of the file, or the file itself.
    File,
}

impl Place {
    /// The entry's or the line's number; 0 for the file itself.
    pub fn number(self) -> u64 {
        match self {
            Self::Entry(number) | Self::Line(number) => number,
            Self::File => 0,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(number) => write!(f, "entry {number}"),
            Self::Line(number) => write!(f, "line {number}"),
            Self::File => f.write_str("file"),
        }
    }
}

/// One resource that was not taken in, or the point at which a file could not be read on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{file}, {place}, byte {offset}: {}{}{reason}",
    resource_type.unwrap_or(""),
    element.as_deref().map_or_else(|| if resource_type.is_some() { ": ".to_owned() } else { String::new() }, |path| format!(".{path}: "))
)]
pub struct Rejected {
    /// The name that the caller gave the file.
    pub file: Arc<str>,
    /// Which entry or line.
    pub place: Place,
    /// Where in the file it begins, in bytes; for broken JSON of a bundle, where it breaks.
    pub offset: u64,
    /// Its FHIR type, when that is known.
    pub resource_type: Option<&'static str>,
    /// The element at fault, as a path below the resource: `name[0].given`.
    pub element: Option<Box<str>>,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a resource or a file. The words hold names of elements, codes of the specification and limits only.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Reason {
    /// The file has nothing in it.
    #[error("the file is empty")]
    EmptyFile,
    /// Reading stopped with an error of the operating system.
    #[error("the file could not be read on: {0}")]
    Unreadable(std::io::ErrorKind),
    /// More than [`crate::read::MAX_FILE_BYTES`].
    #[error("the file is longer than 8 GiB; nothing after that was read")]
    FileTooLarge,
    /// More than [`crate::read::MAX_RESOURCE_BYTES`].
    #[error("longer than 16 MiB")]
    TooLarge,
    /// Nested deeper than [`crate::read::MAX_DEPTH`].
    #[error("nested deeper than 100 levels")]
    TooDeep,
    /// The text ends within a value.
    #[error("the text ends too early; nothing after the last whole entry was read")]
    Truncated,
    /// A bundle's JSON is broken: what follows cannot be told apart.
    #[error("broken JSON ({0}); nothing after it was read")]
    BrokenFile(&'static str),
    /// The JSON of one resource is broken.
    #[error("broken JSON ({0})")]
    Broken(&'static str),
    /// Bytes that are no UTF-8.
    #[error("not UTF-8 text")]
    NotUtf8,
    /// The top of the file or line is no JSON object.
    #[error("not a JSON object")]
    NotAnObject,
    /// No `resourceType`.
    #[error("resourceType is missing")]
    NoType,
    /// A `resourceType` that FHIR R4 does not have.
    #[error("no resource type of FHIR R4")]
    UnknownType,
    /// An element that the type does not have.
    #[error("no element of this type in FHIR R4")]
    UnknownElement,
    /// A required element is missing.
    #[error("required, and missing")]
    Missing,
    /// An element occurs twice.
    #[error("given twice")]
    Twice,
    /// A single value where the element repeats.
    #[error("must be an array")]
    NotAnArray,
    /// An array where the element does not repeat.
    #[error("must not be an array")]
    IsAnArray,
    /// Nothing in it, which FHIR forbids.
    #[error("must not be empty")]
    Empty,
    /// A value of another JSON type.
    #[error("must be {0}")]
    WrongJson(&'static str),
    /// A text that does not follow the grammar of its type.
    #[error("not a valid {0}")]
    Grammar(&'static str),
    /// A code outside a required value set.
    #[error("not one of: {0}")]
    NotInValueSet(&'static str),
    /// A reference to a type that the element does not point at.
    #[error("must refer to one of: {0}")]
    WrongTarget(&'static str),
    /// A rule between elements, by its key in the specification.
    #[error("{words} (rule {key})")]
    Rule {
        /// The key, as `ait-1`.
        key: &'static str,
        /// The rule in words.
        words: &'static str,
    },
    /// Sound, but no record can hold it.
    #[error("cannot be kept: {0}")]
    NotKept(&'static str),
    /// Longer than one change of a record may be.
    #[error("longer than one change may be (1 MiB)")]
    TooLargeToKeep,
    /// An id names a record that is of another type here.
    #[error("the id belongs to a record of another type")]
    OtherType,
    /// An id names a patient that is known here under another family name and another birth date.
    #[error("the id belongs to a patient of another name and birth date; give this source a label of its own")]
    IdentityMismatch,
}
