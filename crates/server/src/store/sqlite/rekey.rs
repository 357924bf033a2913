//! A new key for the database of a server that stands still: copied under it, compared row by row, and put in place.
//!
//! The key's file decides, because it is replaced in one step: `server.db.next` is whole and synced before it, and takes the database's place
//! after it. [`settle`], at every start, does what a kill left undone. `PRAGMA rekey` is not used, for the reasons of docs/adr/0012-rotation.md.

use super::open::{self, DatabaseKey, KeyError};
use crate::store::StoreError;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Why there is no new key. The old one still opens the database.
#[derive(Debug, thiserror::Error)]
pub enum RekeyError {
    /// The old key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database cannot be read, or the copy not written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process has it open.
    #[error("the server runs: stop it first")]
    Running,
    /// A file cannot be written.
    #[error("{file}: {cause}")]
    Io {
        /// Which.
        file: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The copy is not what it should be, and was thrown away.
    #[error("the copy is not the same ({0}); nothing was changed")]
    NotTheSame(String),
}

/// Gives the database at `path` a new key, which is written over the one in `key_file`.
pub fn rekey(path: &Path, key_file: &Path) -> Result<(), RekeyError> {
    let old = DatabaseKey::load(key_file)?;
    settle(path, &old).map_err(at(path))?;
    let connection = open::for_writing(path, &old)?;
    // Leaving the write-ahead log takes the file for this connection alone, and brings the log in.
    let journal = connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0));
    if !journal.is_ok_and(|mode| mode.eq_ignore_ascii_case("delete")) {
        return Err(RekeyError::Running);
    }
    let (next, new) = (next_of(path), DatabaseKey::make());
    let copied = copy(&connection, &next, &new);
    drop(connection);
    if let Err(error) = copied {
        remove(&next).map_err(at(&next))?;
        return Err(error);
    }
    fs::File::open(&next)
        .and_then(|file| file.sync_all())
        .map_err(at(&next))?;
    sync_folder(&next).map_err(at(&next))?;
    // From here on the new file counts.
    new.store(key_file).map_err(at(key_file))?;
    settle(path, &new).map_err(at(path))
}

/// Puts a copy whose key is the one in use in the database's place, and removes one that never counted.
pub(super) fn settle(path: &Path, key: &DatabaseKey) -> io::Result<()> {
    let next = next_of(path);
    if !next.exists() {
        return Ok(());
    }
    if !open::opens(&next, key) {
        return remove(&next);
    }
    for suffix in ["-wal", "-shm", "-journal"] {
        remove_one(&with_suffix(path, suffix))?;
    }
    fs::rename(&next, path)?;
    sync_folder(path)
}

fn copy(connection: &Connection, next: &Path, key: &DatabaseKey) -> Result<(), RekeyError> {
    remove(next).map_err(at(next))?;
    crate::private::write(next, b"").map_err(at(next))?;
    let database = |error: rusqlite::Error| RekeyError::Store(error.into());
    open::attach(connection, next, key)?;
    connection
        .execute_batch("PRAGMA anew.journal_mode = OFF; PRAGMA anew.synchronous = OFF;")
        .map_err(database)?;
    connection
        .query_row("SELECT sqlcipher_export('anew')", [], |_| Ok(()))
        .map_err(database)?;
    let version: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(database)?;
    connection
        .execute_batch(&format!("PRAGMA anew.user_version = {version};"))
        .map_err(database)?;
    compare(connection)?;
    let whole: String = connection
        .query_row("PRAGMA anew.integrity_check(1)", [], |row| row.get(0))
        .map_err(database)?;
    if whole != "ok" {
        return Err(RekeyError::NotTheSame("integrity".into()));
    }
    connection.execute_batch("DETACH DATABASE anew").map_err(database)
}

/// Every definition and every row of both.
fn compare(connection: &Connection) -> Result<(), RekeyError> {
    let tables = tables(connection, "main")?;
    if tables != self::tables(connection, "anew")? {
        return Err(RekeyError::NotTheSame("definitions".into()));
    }
    for (_, table, _) in tables.iter().filter(|(kind, ..)| kind == "table") {
        if contents(connection, "main", table)? != contents(connection, "anew", table)? {
            return Err(RekeyError::NotTheSame(table.clone()));
        }
    }
    Ok(())
}

type Object = (String, String, Option<String>);

fn tables(connection: &Connection, schema: &str) -> Result<Vec<Object>, StoreError> {
    let sql = format!("SELECT type, name, sql FROM {schema}.sqlite_schema ORDER BY type, name");
    let mut query = connection.prepare(&sql)?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The hash over all values of a table, each with its type and length, in the order of its own b-tree.
fn contents(connection: &Connection, schema: &str, table: &str) -> Result<(u64, blake3::Hash), StoreError> {
    let mut query = connection.prepare(&format!("SELECT * FROM {schema}.\"{table}\" NOT INDEXED"))?;
    let columns = query.column_count();
    let (mut rows, mut count, mut hasher) = (query.query([])?, 0, blake3::Hasher::new());
    while let Some(row) = rows.next()? {
        count += 1;
        for column in 0..columns {
            let (tag, bytes) = match row.get_ref(column)? {
                ValueRef::Null => (0, Vec::new()),
                ValueRef::Integer(number) => (1, number.to_be_bytes().to_vec()),
                ValueRef::Real(number) => (2, number.to_bits().to_be_bytes().to_vec()),
                ValueRef::Text(text) => (3, text.to_vec()),
                ValueRef::Blob(blob) => (4, blob.to_vec()),
            };
            hasher
                .update(&[tag])
                .update(&(bytes.len() as u64).to_be_bytes())
                .update(&bytes);
        }
    }
    Ok((count, hasher.finalize()))
}

fn next_of(path: &Path) -> PathBuf {
    with_suffix(path, ".next")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(path: &Path) -> io::Result<()> {
    ["", "-wal", "-shm", "-journal"]
        .iter()
        .try_for_each(|suffix| remove_one(&with_suffix(path, suffix)))
}

fn remove_one(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn at(file: &Path) -> impl FnOnce(io::Error) -> RekeyError {
    move |cause| RekeyError::Io {
        file: file.into(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(dir: &Path) -> (PathBuf, PathBuf) {
        let (path, key_file) = (dir.join("server.db"), dir.join("database.key"));
        let key = DatabaseKey::make();
        key.store(&key_file).unwrap();
        open::create(&path, &key).unwrap();
        touched(&path, &key);
        (path, key_file)
    }

    fn touched(path: &Path, key: &DatabaseKey) {
        super::super::schema::touch(&open::for_writing(path, key).unwrap()).unwrap();
    }

    fn rows(path: &Path, key_file: &Path) -> i64 {
        let connection = open::for_writing(path, &DatabaseKey::load(key_file).unwrap()).unwrap();
        connection
            .query_row("SELECT count FROM probe", [], |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn a_new_database_key_opens_what_the_old_one_did_and_the_old_one_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (path, key_file) = made(dir.path());
        let old = DatabaseKey::load(&key_file).unwrap();
        rekey(&path, &key_file).unwrap();
        assert_eq!(rows(&path, &key_file), 1);
        assert!(matches!(open::for_writing(&path, &old), Err(StoreError::WrongKey(_))));
        assert!(!next_of(&path).exists());
    }

    #[test]
    fn a_database_in_use_keeps_its_key() {
        let dir = tempfile::tempdir().unwrap();
        let (path, key_file) = made(dir.path());
        let key = DatabaseKey::load(&key_file).unwrap();
        let open = open::for_writing(&path, &key).unwrap();
        super::super::schema::touch(&open).unwrap();
        assert!(matches!(rekey(&path, &key_file), Err(RekeyError::Running)));
        drop(open);
        assert_eq!(rows(&path, &key_file), 2);
    }

    #[test]
    fn a_kill_before_or_after_the_decision_is_settled_at_the_next_start() {
        for decided in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            let (path, key_file) = made(dir.path());
            let (old, new) = (DatabaseKey::load(&key_file).unwrap(), DatabaseKey::make());
            copy(&open::for_writing(&path, &old).unwrap(), &next_of(&path), &new).unwrap();
            if decided {
                new.store(&key_file).unwrap();
            }
            assert_eq!(rows(&path, &key_file), 1, "decided: {decided}");
            assert!(!next_of(&path).exists());
        }
    }
}
