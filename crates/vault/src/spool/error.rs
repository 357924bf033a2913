//! What can go wrong with the spool.

use crate::cipher::OpenError;
use crate::unlock::UnlockError;

/// The file's name, as errors say it.
pub(super) const NAME: &str = "spool.db";

/// Why the spool was not opened, read or written. Nothing of a failed call was kept.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// No vault, no slot, or the keychain does not give the device secret.
    #[error(transparent)]
    Key(#[from] UnlockError),
    /// The file is damaged, newer, in use, or the disk is full.
    #[error(transparent)]
    File(#[from] OpenError),
    /// Something else stands there already, and is not replaced.
    #[error("another {what} is kept already")]
    Exists {
        /// What.
        what: &'static str,
    },
    /// Something is missing before this.
    #[error("the {what} before is missing")]
    Gap {
        /// What.
        what: &'static str,
    },
    /// Larger than the limit for it.
    #[error("{what} is larger than {max}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// The limit, in bytes.
        max: usize,
    },
}

/// Turns the database's error into the spool's.
pub(super) trait Failed<T> {
    /// A value of the wrong type or length is damage: our own statements write only what the schema says.
    fn failed(self) -> Result<T, SpoolError>;
}

impl<T> Failed<T> for rusqlite::Result<T> {
    fn failed(self) -> Result<T, SpoolError> {
        use rusqlite::Error as E;
        self.map_err(|error| match error {
            E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::Utf8Error(..)
            | E::QueryReturnedNoRows => damaged(),
            _ => OpenError::from_sqlite(&error, NAME).into(),
        })
    }
}

/// The spool's rows do not say what only they can say.
pub(super) fn damaged() -> SpoolError {
    SpoolError::File(OpenError::Damaged { file: NAME.to_owned() })
}
