//! What can go wrong in the store, without a word of record content.

use crate::cipher::OpenError;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;

/// Why a read or a write did not happen. Nothing of the transaction was kept.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// A vault file is damaged or was tampered with: a page, a row or the audit chain does not check out.
    #[error("the vault file {file} is damaged")]
    Damaged {
        /// The file's name within the vault folder.
        file: &'static str,
    },
    /// There is no room left on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// Another process or connection holds the vault.
    #[error("the vault is in use by another process")]
    Busy,
    /// The operating system would not read or write a vault file.
    #[error("the vault file {file} could not be read or written")]
    Io {
        /// The file's name within the vault folder.
        file: &'static str,
    },
    /// The unlocked user has no key for this compartment.
    #[error("no key for this compartment")]
    NotGranted {
        /// Which one.
        compartment: Compartment,
    },
    /// A change was about to be committed without an audit entry.
    #[error("a change must have an audit entry in its transaction")]
    Unaudited,
    /// A change names a kind of record that belongs to the other compartment.
    #[error("the record belongs to another compartment")]
    WrongCompartment,
    /// Something is larger than the limit for it.
    #[error("{what} is larger than {max}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// The limit, in bytes or items.
        max: usize,
    },
    /// The record, user or draft does not exist.
    #[error("there is no such {what}")]
    Missing {
        /// What was asked for.
        what: &'static str,
    },
    /// A user name or setting exists already.
    #[error("{what} exists already")]
    Exists {
        /// What.
        what: &'static str,
    },
    /// An edit breaks a rule that every reader of ops checks.
    #[error("the edit breaks a rule: {why}")]
    Invalid {
        /// Which rule.
        why: &'static str,
    },
    /// Two different ops carry the same number of the same device: it was cloned or restored from an image.
    #[error("two different ops carry number {seq} of one device")]
    Cloned {
        /// The device.
        device: DeviceId,
        /// The number.
        seq: u64,
    },
    /// An op's bytes are not an op of any version.
    #[error("the op cannot be read")]
    UnreadableOp,
    /// A statement failed for a reason that is a fault of the program (the number is SQLite's extended result code).
    #[error("the database refused a statement (code {code})")]
    Statement {
        /// SQLite's extended result code.
        code: i32,
    },
}

impl StoreError {
    /// The damage of a compartment's file.
    pub(super) fn damaged(compartment: Compartment) -> Self {
        Self::Damaged {
            file: file_name(compartment),
        }
    }
}

/// The name of a compartment's file within the vault folder.
pub fn file_name(compartment: Compartment) -> &'static str {
    match compartment {
        Compartment::Office => "office.db",
        Compartment::Clinical => "clinical.db",
    }
}

/// Says which compartment a database error happened in.
pub(super) trait At<T> {
    /// Turns the database's error into the store's.
    fn at(self, compartment: Compartment) -> Result<T, StoreError>;
}

impl<T> At<T> for rusqlite::Result<T> {
    fn at(self, compartment: Compartment) -> Result<T, StoreError> {
        self.map_err(|error| map_error(&error, compartment))
    }
}

/// A database error as the person meets it. A value of the wrong type or length in a row is damage too: our own
/// statements write only what the schema says.
fn map_error(error: &rusqlite::Error, compartment: Compartment) -> StoreError {
    use rusqlite::Error as E;
    let file = file_name(compartment);
    match error {
        E::FromSqlConversionFailure(..)
        | E::IntegralValueOutOfRange(..)
        | E::InvalidColumnType(..)
        | E::Utf8Error(..)
        | E::QueryReturnedNoRows => StoreError::Damaged { file },
        _ => match OpenError::from_sqlite(error, file) {
            OpenError::Damaged { .. } => StoreError::Damaged { file },
            OpenError::DiskFull => StoreError::DiskFull,
            OpenError::Busy { .. } => StoreError::Busy,
            OpenError::Io { .. } => StoreError::Io { file },
            OpenError::Statement { code } => StoreError::Statement { code },
            _ => StoreError::Statement {
                code: rusqlite::ffi::SQLITE_ERROR,
            },
        },
    }
}
