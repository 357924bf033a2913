//! Why the store could not do what it was asked. None of these says anything about what is stored.

use rusqlite::ErrorCode;
use std::path::PathBuf;

/// Why the store failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No space left on the disk. Nothing of the call was kept.
    #[error("the disk is full")]
    DiskFull,
    /// The system could not read or write.
    #[error("the disk failed: {0}")]
    Io(String),
    /// The file is not what this server wrote.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The key opens another database, or none.
    #[error("{0} does not open with this key")]
    WrongKey(PathBuf),
    /// There is no database where it should be.
    #[error("{0} is missing: run `wardkeep-server init` first, or set `data`")]
    Missing(PathBuf),
    /// A newer server has written the database.
    #[error("the database has version {found}; this server knows up to {known}")]
    Newer {
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The library in this process does not encrypt.
    #[error("this program was built without SQLCipher")]
    NoCipher,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // The message of SQLite's own names tables at most; statements carry their values as parameters.
        let code = error.sqlite_error_code();
        let text = code.map_or_else(|| "unexpected value".to_owned(), |code| format!("{code:?}"));
        match code {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TypeMismatch) | None => {
                Self::Damaged(text)
            }
            Some(_) => Self::Io(text),
        }
    }
}
