//! A compartment's file written anew under another key, and proven to be the same before anybody relies on it ([`crate::rekey`]).
//!
//! SQLCipher's own export copies the tables. Nothing of it is believed: both files are then read row by row and compared, the new one is
//! checked page by page, and only its audit head is changed, whose MAC is under a key that belongs to the file's key.

use super::audit::{AuditKey, stored_head};
use super::error::{At, StoreError, file_name};
use super::schema::{application_id, schema};
use super::{Access, Store};
use crate::cipher::{self, Mode, OpenError};
use crate::home::{Home, HomeError};
use crate::integrity;
use crate::key::VaultKey;
use crate::random::Random;
use crate::rekey::{self, Ready};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, InterruptHandle, params};
use wardkeep_record::op::Compartment;

/// The new file's name on the connection.
const ANEW: &str = "anew";

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// The new file is written.
    Copying,
    /// Both are read and compared.
    Comparing,
    /// The new one is checked page by page.
    Checking,
}

/// Why a file was not written anew. The old one is as it was, and nothing is left of the new one.
#[derive(Debug, thiserror::Error)]
pub enum WriteAnewError {
    /// The new file cannot be made or checked.
    #[error(transparent)]
    File(#[from] OpenError),
    /// The old one cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder cannot be written.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// Somebody interrupted it.
    #[error("interrupted")]
    Cancelled,
    /// The copy is not the same, or not whole: it is not used.
    #[error("the copy of {file} is not the same: {what}")]
    NotTheSame {
        /// Whose copy.
        file: &'static str,
        /// A table, or the check that failed.
        what: String,
    },
}

/// Ends what a store is doing, from another thread.
pub struct Interrupt(InterruptHandle);

impl Interrupt {
    /// The statement that runs ends with an error; nothing happens where none runs.
    pub fn now(&self) {
        self.0.interrupt();
    }
}

impl Store {
    /// What ends a long piece of work on this store.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt(self.conn.get_interrupt_handle())
    }

    /// Rows that this connection, the only one that writes, has changed so far: two equal answers mean that nothing was written between.
    pub fn changes(&self) -> Result<u64, StoreError> {
        let sql = "SELECT total_changes()";
        let changes: i64 = self.conn.query_row(sql, [], |row| row.get(0)).at(Compartment::Office)?;
        Ok(changes.cast_unsigned())
    }

    /// Writes a compartment's file anew under a new key, beside the old one. Takes as long as reading it three times. `goes_on`
    /// is told of each stage and asked after each table.
    pub fn write_anew(
        &mut self,
        home: &Home,
        at: Compartment,
        random: &dyn Random,
        goes_on: &dyn Fn(Stage) -> bool,
    ) -> Result<Ready, WriteAnewError> {
        let next = home.next_db(at);
        rekey::remove(&next)?;
        let key = VaultKey::generate(random);
        let made = self.make(home, at, &key, goes_on);
        // The connection goes on without it, whatever became of it.
        let _ = self.conn.execute_batch(&format!("DETACH DATABASE {ANEW}"));
        let made = made.and_then(|()| {
            sync(&next)?;
            Ok(rekey::salt_of(&next)?)
        });
        match made {
            Ok(Some(salt)) => Ok(Ready {
                compartment: at,
                key,
                salt,
            }),
            other => {
                rekey::remove(&next)?;
                Err(other.err().unwrap_or_else(|| differs(at, "empty")))
            }
        }
    }

    fn make(
        &self,
        home: &Home,
        at: Compartment,
        key: &VaultKey,
        goes_on: &dyn Fn(Stage) -> bool,
    ) -> Result<(), WriteAnewError> {
        ask(goes_on, Stage::Copying)?;
        let (conn, path) = (&self.conn, home.next_db(at));
        cipher::attach(conn, ANEW, &path, key, Mode::Create)?;
        let open = OpenError::at(&path);
        // No log of its own: until it is whole and synced nobody uses it.
        conn.execute_batch(&format!(
            "PRAGMA {ANEW}.journal_mode = DELETE; PRAGMA {ANEW}.journal_mode = OFF; PRAGMA {ANEW}.synchronous = OFF;"
        ))
        .map_err(&open)?;
        let from = schema(at);
        interruptible(
            conn.query_row("SELECT sqlcipher_export(?1, ?2)", params![ANEW, from], |_| Ok(())),
            &open,
        )?;
        let version: i64 = conn
            .query_row(&format!("PRAGMA {from}.user_version"), [], |row| row.get(0))
            .map_err(&open)?;
        let application = application_id(at);
        conn.execute_batch(&format!(
            "PRAGMA {ANEW}.user_version = {version}; PRAGMA {ANEW}.application_id = {application};"
        ))
        .map_err(&open)?;
        compare(conn, at, goes_on)?;
        seal_head(conn, &self.access, at, key)?;
        ask(goes_on, Stage::Checking)?;
        let report = integrity::check(conn, ANEW, &path)?;
        if report.is_whole() {
            Ok(())
        } else {
            Err(differs(at, "integrity"))
        }
    }

    /// Closes the files: from now on every call fails. What opens them next may find others in their place.
    pub fn close(&mut self) -> Result<(), OpenError> {
        let open = std::mem::replace(&mut self.conn, cipher::scratch()?);
        // Closing the last connection brings the log into the file and removes it.
        open.close()
            .map_err(|(_, cause)| OpenError::from_sqlite(&cause, "vault"))
    }
}

fn ask(goes_on: &dyn Fn(Stage) -> bool, stage: Stage) -> Result<(), WriteAnewError> {
    if goes_on(stage) {
        Ok(())
    } else {
        Err(WriteAnewError::Cancelled)
    }
}

fn differs(at: Compartment, what: &str) -> WriteAnewError {
    WriteAnewError::NotTheSame {
        file: file_name(at),
        what: what.to_owned(),
    }
}

fn interruptible<T>(
    result: rusqlite::Result<T>,
    open: &impl Fn(rusqlite::Error) -> OpenError,
) -> Result<T, WriteAnewError> {
    match result {
        Err(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ffi::ErrorCode::OperationInterrupted =>
        {
            Err(WriteAnewError::Cancelled)
        }
        other => Ok(other.map_err(open)?),
    }
}

/// Tables, indexes and every row of both files.
fn compare(conn: &Connection, at: Compartment, goes_on: &dyn Fn(Stage) -> bool) -> Result<(), WriteAnewError> {
    let (old, new) = (tables(conn, schema(at), at)?, tables(conn, ANEW, at)?);
    if old != new {
        return Err(differs(at, "tables"));
    }
    for (kind, name, _) in old.iter().filter(|(kind, _, _)| kind == "table") {
        ask(goes_on, Stage::Comparing)?;
        let (before, after) = (contents(conn, schema(at), name, at)?, contents(conn, ANEW, name, at)?);
        if before != after {
            return Err(differs(at, &format!("{kind} {name}")));
        }
    }
    Ok(())
}

type Object = (String, String, Option<String>);

fn tables(conn: &Connection, schema: &str, at: Compartment) -> Result<Vec<Object>, StoreError> {
    let sql = format!("SELECT type, name, sql FROM {schema}.sqlite_schema ORDER BY type, name");
    let mut query = conn.prepare(&sql).at(at)?;
    let rows = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .at(at)?;
    rows.collect::<rusqlite::Result<_>>().at(at)
}

/// How many rows a table has, and a hash over all their values in the order of its own b-tree.
fn contents(
    conn: &Connection,
    schema: &str,
    table: &str,
    at: Compartment,
) -> Result<(u64, blake3::Hash), WriteAnewError> {
    let open = |cause| OpenError::from_sqlite(&cause, file_name(at));
    // The name is one of the schema's own, never input.
    let sql = format!("SELECT * FROM {schema}.\"{table}\" NOT INDEXED");
    let mut query = conn.prepare(&sql).at(at)?;
    let columns = query.column_count();
    let mut rows = query.query([]).at(at)?;
    let (mut count, mut hasher) = (0, blake3::Hasher::new());
    while let Some(row) = interruptible(rows.next(), &open)? {
        count += 1;
        for column in 0..columns {
            feed(&mut hasher, row.get_ref(column).at(at)?);
        }
    }
    Ok((count, hasher.finalize()))
}

/// A value with its type and length before it.
fn feed(hasher: &mut blake3::Hasher, value: ValueRef<'_>) {
    let (tag, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(number) => {
            hasher.update(&[1]).update(&number.to_be_bytes());
            return;
        }
        ValueRef::Real(number) => {
            hasher.update(&[2]).update(&number.to_bits().to_be_bytes());
            return;
        }
        ValueRef::Text(text) => (3, text),
        ValueRef::Blob(blob) => (4, blob),
    };
    hasher
        .update(&[tag])
        .update(&(bytes.len() as u64).to_be_bytes())
        .update(bytes);
}

/// The new file's audit head under the MAC key of its own key. One that does not verify is never sealed again.
fn seal_head(conn: &Connection, access: &Access, at: Compartment, key: &VaultKey) -> Result<(), StoreError> {
    let (head, mac) = stored_head(conn, at)?;
    if head.mac(access.audit_key(at)?, access.device, at) != mac {
        return Err(StoreError::damaged(at));
    }
    let mac = head.mac(&AuditKey::derive(key), access.device, at);
    let sql = format!("UPDATE {ANEW}.meta SET audit_mac = ?1");
    conn.execute(&sql, params![mac.as_bytes().as_slice()]).at(at)?;
    Ok(())
}

/// Onto the disk, with its name.
fn sync(next: &std::path::Path) -> Result<(), HomeError> {
    std::fs::File::open(next)
        .and_then(|file| file.sync_all())
        .map_err(HomeError::io(next))?;
    crate::home::sync_dir_of(next)
}
