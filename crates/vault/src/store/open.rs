//! Opening the compartments that the keys allow, and closing them by dropping.

use super::audit::AuditKey;
use super::error::StoreError;
use super::migrate::{MigrateError, known_version, migrate, user_version};
use super::schema::schema;
use super::{Access, Reader, Store, file_name};
use crate::cipher::{self, Mode};
use crate::clock::Clock;
use crate::home::Home;
use crate::key::{VaultKey, VaultKeys};
use rusqlite::Connection;
use std::sync::Arc;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;

/// Statements kept prepared: more than the store has, so that none is ever parsed twice.
const STATEMENTS: usize = 128;

/// Why the store does not open.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenError {
    /// A file is missing, damaged, newer, in use, or the key does not fit it.
    #[error(transparent)]
    File(#[from] cipher::OpenError),
    /// The file was made on another device: a vault folder must not be copied to a second laptop.
    #[error("the vault file {file} belongs to another device")]
    OtherDevice {
        /// The file's name within the vault folder.
        file: &'static str,
    },
}

impl OpenError {
    /// A failure of the store while it opens, as one of a file.
    fn store(error: StoreError) -> Self {
        Self::File(match error {
            StoreError::DiskFull => cipher::OpenError::DiskFull,
            StoreError::Damaged { file } => cipher::OpenError::Damaged { file: file.to_owned() },
            StoreError::Io { file } => cipher::OpenError::Io { file: file.to_owned() },
            StoreError::Busy => cipher::OpenError::Busy {
                file: file_name(Compartment::Office).to_owned(),
            },
            StoreError::Statement { code } => cipher::OpenError::Statement { code },
            _ => cipher::OpenError::Statement {
                code: rusqlite::ffi::SQLITE_ERROR,
            },
        })
    }
}

/// The compartments that the keys allow, the office first, because the other is attached to it.
fn granted(keys: &VaultKeys) -> impl Iterator<Item = (Compartment, &VaultKey)> {
    let office = [(Compartment::Office, &keys.office)];
    office
        .into_iter()
        .chain(keys.clinical.iter().map(|key| (Compartment::Clinical, key)))
}

/// Opens the files, one connection for all.
fn connect(home: &Home, keys: &VaultKeys, mode: Mode) -> Result<Connection, cipher::OpenError> {
    let conn = cipher::open(&home.office_db(), &keys.office, mode)?;
    if let Some(key) = &keys.clinical {
        cipher::attach(&conn, schema(Compartment::Clinical), &home.clinical_db(), key, mode)?;
    }
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(conn)
}

/// What the keys allow, with the keys of the audit chains.
fn access(keys: &VaultKeys, device: DeviceId) -> Access {
    Access {
        device,
        office: AuditKey::derive(&keys.office),
        clinical: keys.clinical.as_ref().map(AuditKey::derive),
    }
}

/// Makes the clinical file of a device that began without one, under a key that no slot has yet ([`crate::unlock::grant_clinical`]).
pub fn create_clinical(home: &Home, key: &VaultKey, device: DeviceId) -> Result<(), OpenError> {
    let at = Compartment::Clinical;
    let mut conn = cipher::scratch()?;
    cipher::attach(&conn, schema(at), &home.clinical_db(), key, Mode::Create)?;
    migrate(&mut conn, at, device, &AuditKey::derive(key)).map_err(|error| of_migration(at, error))
}

/// A migration's failure as one of its file.
fn of_migration(at: Compartment, error: MigrateError) -> OpenError {
    match error {
        MigrateError::Newer { found, known } => OpenError::File(cipher::OpenError::Newer {
            file: file_name(at).to_owned(),
            found: found.into(),
            known: known.into(),
        }),
        MigrateError::Exchanged => OpenError::store(StoreError::damaged(at)),
        MigrateError::OtherDevice => OpenError::OtherDevice { file: file_name(at) },
        MigrateError::Store(error) => OpenError::store(error),
    }
}

impl Store {
    /// Makes the files of a new vault; none of them may exist. What a failure leaves behind holds no record.
    pub fn create(home: &Home, keys: &VaultKeys, device: DeviceId, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let conn = connect(home, keys, Mode::Create)?;
        Self::prepare(conn, keys, device, clock)
    }

    /// Opens the files that the keys allow, brings their tables to this version, and applies the ops that had waited for
    /// it. The caller holds the home's lock.
    pub fn open(home: &Home, keys: &VaultKeys, device: DeviceId, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let conn = connect(home, keys, Mode::ReadWrite)?;
        Self::prepare(conn, keys, device, clock)
    }

    /// Migrates and takes in what was deferred.
    fn prepare(
        mut conn: Connection,
        keys: &VaultKeys,
        device: DeviceId,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let access = access(keys, device);
        for (at, _) in granted(keys) {
            let key = access.audit_key(at).map_err(OpenError::store)?;
            migrate(&mut conn, at, device, key).map_err(|error| of_migration(at, error))?;
        }
        let mut store = Self {
            conn,
            access,
            clock,
            settling: None,
        };
        for (at, _) in granted(keys) {
            store.apply_deferred(at).map_err(OpenError::store)?;
        }
        Ok(store)
    }
}

impl Reader {
    /// Opens a second connection that only reads, beside the store of the same process, which has migrated the files.
    pub fn open(home: &Home, keys: &VaultKeys, device: DeviceId) -> Result<Self, OpenError> {
        let conn = connect(home, keys, Mode::ReadOnly)?;
        for (at, _) in granted(keys) {
            let found = user_version(&conn, at).map_err(OpenError::store)?;
            let known = known_version(at);
            if found > known {
                let file = file_name(at).to_owned();
                let (found, known) = (found.into(), known.into());
                return Err(cipher::OpenError::Newer { file, found, known }.into());
            }
            if found < known {
                // The store of this process has not migrated the file yet: a fault of the program.
                let code = rusqlite::ffi::SQLITE_SCHEMA;
                return Err(OpenError::store(StoreError::Statement { code }));
            }
        }
        Ok(Self {
            conn,
            access: access(keys, device),
        })
    }
}
