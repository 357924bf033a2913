//! Opening the SQLCipher file: the key first, then the settings. The reasons are those of the vault's files
//! (docs/adr/0001-sqlcipher-settings.md); what differs is in docs/adr/0009-server.md.

use super::schema;
use crate::private;
use crate::random;
use crate::store::StoreError;
use data_encoding::HEXLOWER;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The writer's page cache, in KiB: the upper pages of a few trees, since it only appends.
const WRITER_CACHE_KIB: u32 = 2 * 1024;
/// A reader's page cache, in KiB: what is pulled is read once.
const READER_CACHE_KIB: u32 = 512;

/// The key of the server's database, 32 random bytes.
pub struct DatabaseKey(Zeroizing<[u8; 32]>);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("the database's key {file}: {cause}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file does not hold 64 hex digits.
    #[error("{0} does not hold a key of 64 hex digits")]
    Malformed(PathBuf),
    /// Others than the owner may read the file.
    #[error("{0} may be read by other accounts of this machine: chmod 600 it")]
    OpenToOthers(PathBuf),
}

impl DatabaseKey {
    /// A new one.
    pub fn make() -> Self {
        Self(Zeroizing::new(random::array()))
    }

    /// Reads the file that the settings name.
    pub fn load(file: &Path) -> Result<Self, KeyError> {
        let unreadable = |cause| KeyError::Unreadable {
            file: file.into(),
            cause,
        };
        let text = Zeroizing::new(private::read(file).map_err(unreadable)?);
        if private::is_open_to_others(file).map_err(unreadable)? {
            return Err(KeyError::OpenToOthers(file.into()));
        }
        let malformed = || KeyError::Malformed(file.into());
        let bytes = Zeroizing::new(HEXLOWER.decode(text.trim_ascii()).map_err(|_| malformed())?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| malformed())?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// Writes the key as hex digits, readable by the owner alone.
    pub fn store(&self, file: &Path) -> std::io::Result<()> {
        let text = Zeroizing::new(HEXLOWER.encode(&*self.0));
        private::write(file, text.as_bytes())
    }

    fn pragma(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(HEXLOWER.encode(&*self.0));
        // Full length from the start: a string that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(digits.len() + 24));
        text.push_str("PRAGMA key = \"x'");
        text.push_str(&digits);
        text.push_str("'\"");
        text
    }
}

/// Makes an empty database with its tables.
pub fn create(path: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    private::write(path, b"").map_err(|error| StoreError::Io(error.kind().to_string()))?;
    let mut connection = open(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up_writer(&connection)?;
    schema::migrate(&mut connection)
}

/// The one connection that writes.
pub fn for_writing(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    super::rekey::settle(path, key).map_err(|error| StoreError::Io(error.kind().to_string()))?;
    let connection = open(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up_writer(&connection)?;
    Ok(connection)
}

/// A connection that only reads.
pub fn for_reading(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    let connection = open(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch(&format!(
        "PRAGMA query_only = ON; PRAGMA cache_size = -{READER_CACHE_KIB};"
    ))?;
    Ok(connection)
}

/// Whether the file opens with this key.
pub(super) fn opens(path: &Path, key: &DatabaseKey) -> bool {
    open(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE).is_ok()
}

/// Attaches an empty file under this key, as `anew`.
pub(super) fn attach(connection: &Connection, path: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let name = path
        .to_str()
        .ok_or_else(|| StoreError::Io("the path is no text".into()))?;
    let digits = Zeroizing::new(HEXLOWER.encode(&*key.0));
    // Full length from the start, and bound: the key is never part of a statement's text.
    let mut text = Zeroizing::new(String::with_capacity(digits.len() + 3));
    text.push_str("x'");
    text.push_str(&digits);
    text.push('\'');
    connection.execute(
        "ATTACH DATABASE ?1 AS anew KEY ?2",
        rusqlite::params![name, text.as_str()],
    )?;
    Ok(())
}

fn open(path: &Path, key: &DatabaseKey, access: OpenFlags) -> Result<Connection, StoreError> {
    if !path.is_file() {
        return Err(StoreError::Missing(path.into()));
    }
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    connection.execute_batch(&key.pragma())?;
    let cipher: Result<String, _> = connection.query_row("PRAGMA cipher_version", [], |row| row.get(0));
    cipher.map_err(|_| StoreError::NoCipher)?;
    connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(|error| match StoreError::from(error) {
            StoreError::Damaged(_) => StoreError::WrongKey(path.into()),
            other => other,
        })?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.execute_batch(
        "PRAGMA busy_timeout = 10000;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 0;
         PRAGMA cell_size_check = ON;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn set_up_writer(connection: &Connection) -> Result<(), StoreError> {
    let journal: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if !journal.eq_ignore_ascii_case("wal") {
        return Err(StoreError::Io("no write-ahead log on this file system".into()));
    }
    connection.execute_batch(&format!(
        "PRAGMA synchronous = FULL;
         PRAGMA cache_size = -{WRITER_CACHE_KIB};
         PRAGMA wal_autocheckpoint = 1000;
         PRAGMA journal_size_limit = 4194304;"
    ))?;
    Ok(())
}
