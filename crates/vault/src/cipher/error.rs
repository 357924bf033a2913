//! Why a vault file does not open, and how SQLite's codes become that.

use super::page::{self, Verdict};
use crate::key::VaultKey;
use rusqlite::ffi::ErrorCode as C;
use std::path::Path;

/// Why a vault file does not open. Files are named by their last part, without the folder.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file.
    #[error("the vault file {file} is missing")]
    Missing {
        /// Which.
        file: String,
    },
    /// `Mode::Create`, and the file is there.
    #[error("the vault file {file} exists already")]
    Exists {
        /// Which.
        file: String,
    },
    /// The key fits no page of the file: it belongs to another vault, or nothing of it is left.
    #[error("the key does not fit the vault file {file}")]
    WrongKey {
        /// Which.
        file: String,
    },
    /// A page was changed outside SQLCipher, or is torn.
    #[error("the vault file {file} is damaged")]
    Damaged {
        /// Which.
        file: String,
    },
    /// Written by a newer Wardkeep.
    #[error("the vault file {file} has format {found}, newer than {known}")]
    Newer {
        /// Which.
        file: String,
        /// The version in the file.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// No room left on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// Another connection or process holds it.
    #[error("the vault file {file} is in use")]
    Busy {
        /// Which.
        file: String,
    },
    /// The operating system would not read or write it.
    #[error("the vault file {file} could not be read or written")]
    Io {
        /// Which.
        file: String,
    },
    /// This process's SQLite is not SQLCipher: the build is broken, and nothing must be written by it.
    #[error("SQLCipher is not in this program")]
    NoCipher,
    /// A statement failed for a reason that is a fault of the program.
    #[error("the database refused a statement (code {code})")]
    Statement {
        /// SQLite's extended result code.
        code: i32,
    },
}

impl OpenError {
    /// Names the file of a database error.
    pub fn at(path: &Path) -> impl Fn(rusqlite::Error) -> Self {
        let file = file_name(path);
        move |cause| Self::from_sqlite(&cause, &file)
    }

    /// A database error as the person meets it.
    pub fn from_sqlite(cause: &rusqlite::Error, file: &str) -> Self {
        let file = file.to_owned();
        let rusqlite::Error::SqliteFailure(failure, _) = cause else {
            return Self::Statement {
                code: rusqlite::ffi::SQLITE_ERROR,
            };
        };
        match failure.code {
            C::DatabaseCorrupt | C::NotADatabase => Self::Damaged { file },
            C::DiskFull => Self::DiskFull,
            // Growing the WAL index: the one write that SQLite does not tell as 'full' when no space is left.
            _ if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => Self::DiskFull,
            C::DatabaseBusy | C::DatabaseLocked | C::FileLockingProtocolFailed => Self::Busy { file },
            C::SystemIoFailure | C::CannotOpen | C::ReadOnly | C::PermissionDenied => Self::Io { file },
            _ => Self::Statement {
                code: failure.extended_code,
            },
        }
    }

    /// A new file could not be made.
    pub(super) fn creating(path: &Path, cause: &std::io::Error) -> Self {
        let file = file_name(path);
        match cause.kind() {
            std::io::ErrorKind::AlreadyExists => Self::Exists { file },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io { file },
        }
    }
}

/// SQLCipher answers 'not a database' to a wrong key and to a damaged first page alike, and `ATTACH` answers a plain error: the
/// pages themselves tell which it was.
pub(super) fn first_page_failure(cause: rusqlite::Error, path: &Path, key: &VaultKey) -> OpenError {
    let file = file_name(path);
    let is_plain = matches!(&cause, rusqlite::Error::SqliteFailure(failure, _) if failure.code == C::Unknown);
    match OpenError::from_sqlite(&cause, &file) {
        other if !is_plain && !matches!(other, OpenError::Damaged { .. }) => other,
        other => match page::verdict(path, key) {
            Verdict::Fits => other,
            Verdict::FirstPageDamaged => OpenError::Damaged { file },
            Verdict::FitsNowhere => OpenError::WrongKey { file },
        },
    }
}

/// The last part of a path, which is all of it that an error says.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
