//! Opening SQLCipher files: the key goes in first, the settings are checked by reading them back, and every failure says
//! which file and which kind.
//!
//! The settings and the reasons for them are in docs/adr/0001-sqlcipher-settings.md. A file made here is a plain SQLCipher 4
//! file: any other SQLCipher 4 opens it with `PRAGMA key = "x'<64 hex digits>'"`.

mod error;
mod page;
mod wal;

pub use error::OpenError;

use crate::home::{create_private, with_suffix};
use crate::key::VaultKey;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// What the caller wants of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Make it; it must not exist.
    Create,
    /// Read and write what exists.
    ReadWrite,
    /// Read what exists.
    ReadOnly,
}

/// How long a statement waits for another connection of this process, in milliseconds.
const BUSY_TIMEOUT_MS: u32 = 5_000;
/// SQLite's own page cache, in KiB: the hot set must fit, because each miss costs an HMAC and a decryption.
const CACHE_KIB: i64 = 64 * 1024;

/// Opens a file as the connection's main database, keyed and set up.
pub fn open(path: &Path, key: &VaultKey, mode: Mode) -> Result<Connection, OpenError> {
    prepare_process()?;
    place(path, mode)?;
    let access = match mode {
        Mode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Mode::Create | Mode::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    // No URI names: a path with a question mark is a path. No shared cache, no mutex: one thread uses a connection at a time.
    let connection =
        Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(OpenError::at(path))?;
    connection
        .execute_batch(&key_statement(key))
        .map_err(OpenError::at(path))?;
    verify_key(&connection, "main", path, key)?;
    harden(&connection, mode).map_err(OpenError::at(path))?;
    set_up(&connection, "main", path, mode)?;
    Ok(connection)
}

/// Opens a second file under a schema name (an identifier of ours, never input) beside the connection's main database.
pub fn attach(
    connection: &Connection,
    schema: &'static str,
    path: &Path,
    key: &VaultKey,
    mode: Mode,
) -> Result<(), OpenError> {
    place(path, mode)?;
    let name = path.to_str().ok_or_else(|| OpenError::Io {
        file: error::file_name(path),
    })?;
    // Bound, so that neither path nor key is ever part of a statement's text.
    let text = key_text(key);
    connection
        .execute(
            &format!("ATTACH DATABASE ?1 AS {schema} KEY ?2"),
            rusqlite::params![name, text.as_str()],
        )
        .map_err(|cause| error::first_page_failure(cause, path, key))?;
    let attached = verify_key(connection, schema, path, key).and_then(|()| set_up(connection, schema, path, mode));
    if attached.is_err() {
        // The first failure is the one to report; a connection without the file is what the caller is left with.
        let _ = connection.execute_batch(&format!("DETACH DATABASE {schema}"));
    }
    attached
}

/// A connection without a file, to attach one to. Nothing is ever written to its main database.
pub(crate) fn scratch() -> Result<Connection, OpenError> {
    prepare_process()?;
    let connection = Connection::open_in_memory().map_err(|_| OpenError::NoCipher)?;
    let file = OpenError::at(Path::new("memory"));
    harden(&connection, Mode::Create).map_err(file)?;
    Ok(connection)
}

/// SQLCipher's version in this process, such as `4.19.0 community`.
pub fn version(connection: &Connection) -> Result<String, OpenError> {
    connection
        .query_row("PRAGMA cipher_version", [], |row| row.get(0))
        .map_err(|_| OpenError::NoCipher)
}

/// SQLCipher's version in this process, without any file.
pub fn library_version() -> Result<String, OpenError> {
    version(&Connection::open_in_memory().map_err(|_| OpenError::NoCipher)?)
}

/// Once for the process, before the first key: SQLCipher's own logging off (it goes to stderr), and memory security on, so
/// that every buffer SQLite frees is overwritten first, including the text of the statement that carries the key.
/// SQLCipher cannot switch it off again.
fn prepare_process() -> Result<(), OpenError> {
    static PREPARED: OnceLock<Result<(), OpenError>> = OnceLock::new();
    PREPARED.get_or_init(prepare).clone()
}

/// The settings of the process, made through a connection that never sees a file.
fn prepare() -> Result<(), OpenError> {
    let connection = Connection::open_in_memory().map_err(|_| OpenError::NoCipher)?;
    version(&connection)?;
    connection
        .execute_batch("PRAGMA cipher_log_level = NONE; PRAGMA cipher_memory_security = ON;")
        .map_err(|_| OpenError::NoCipher)
}

/// Creates the empty private file, or says that there is none.
fn place(path: &Path, mode: Mode) -> Result<(), OpenError> {
    if mode == Mode::Create {
        return create_private(path)
            .map(drop)
            .map_err(|error| OpenError::creating(path, &error));
    }
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() && found.len() == 0 => Err(OpenError::Damaged {
            file: error::file_name(path),
        }),
        Ok(found) if found.is_file() => check_wal(path, mode),
        Ok(_) => Err(OpenError::Io {
            file: error::file_name(path),
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(OpenError::Missing {
            file: error::file_name(path),
        }),
        Err(_) => Err(OpenError::Io {
            file: error::file_name(path),
        }),
    }
}

/// Before SQLite may drop what it cannot read. Readers open while a writer writes, so only a writer, who comes first and alone, looks.
fn check_wal(path: &Path, mode: Mode) -> Result<(), OpenError> {
    let wal = with_suffix(path, "-wal");
    if mode != Mode::ReadWrite || wal::is_whole(&wal, &with_suffix(path, "-shm")) {
        return Ok(());
    }
    Err(OpenError::Damaged {
        file: error::file_name(&wal),
    })
}

/// The raw key as SQLCipher reads it: `x'` and 64 hex digits and `'`. No passphrase, so no PBKDF2.
fn key_text(key: &VaultKey) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // Full length from the start: a string that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * crate::key::LENGTH + 3));
    text.push_str("x'");
    for byte in key.expose() {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text.push('\'');
    text
}

/// The statement that keys a connection's main database.
fn key_statement(key: &VaultKey) -> Zeroizing<String> {
    const START: &str = "PRAGMA key = \"";
    let text = key_text(key);
    // Not by `format!`, which grows its string and so leaves the key in a freed block.
    let mut statement = Zeroizing::new(String::with_capacity(START.len() + text.len() + 1));
    statement.push_str(START);
    statement.push_str(&text);
    statement.push('"');
    statement
}

/// Reads the first page: proves that the cipher is there, that the key fits and that the page is whole.
fn verify_key(connection: &Connection, schema: &str, path: &Path, key: &VaultKey) -> Result<(), OpenError> {
    version(connection)?;
    connection
        .query_row(&format!("SELECT count(*) FROM {schema}.sqlite_schema"), [], |row| {
            row.get::<_, i64>(0)
        })
        .map(drop)
        .map_err(|cause| error::first_page_failure(cause, path, key))
}

/// Settings of the connection, whatever files it has.
fn harden(connection: &Connection, mode: Mode) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // Plans do not depend on bound values: else SQLite prepares a statement with `LIMIT ?` anew whenever it is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(&format!(
        "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS};
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cell_size_check = ON;
         PRAGMA query_only = {};",
        if mode == Mode::ReadOnly { "ON" } else { "OFF" }
    ))
}

/// Settings of one file, each read back where SQLite could have declined.
fn set_up(connection: &Connection, schema: &str, path: &Path, mode: Mode) -> Result<(), OpenError> {
    let at = OpenError::at(path);
    connection
        .execute_batch(&format!(
            "PRAGMA {schema}.cache_size = -{CACHE_KIB};
             PRAGMA {schema}.mmap_size = 0;
             PRAGMA {schema}.synchronous = FULL;
             PRAGMA {schema}.secure_delete = ON;"
        ))
        .map_err(&at)?;
    if mode == Mode::ReadOnly {
        return Ok(());
    }
    let journal: String = connection
        .query_row(&format!("PRAGMA {schema}.journal_mode = WAL"), [], |row| row.get(0))
        .map_err(&at)?;
    if journal.eq_ignore_ascii_case("wal") {
        Ok(())
    } else {
        Err(OpenError::Io {
            file: error::file_name(path),
        })
    }
}

#[cfg(test)]
mod tests;
