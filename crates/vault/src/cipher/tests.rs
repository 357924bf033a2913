//! Tests of opening SQLCipher files.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::random::SeededRandom;
use std::fs;
use std::path::PathBuf;

fn key(seed: u64) -> VaultKey {
    VaultKey::generate(&SeededRandom::new(seed))
}

/// A file with enough rows for several pages, closed and so without a WAL.
fn filled(dir: &Path, key: &VaultKey) -> PathBuf {
    let path = dir.join("office.db");
    let connection = open(&path, key, Mode::Create).unwrap();
    connection
        .execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT")
        .unwrap();
    for n in 0..200 {
        connection
            .execute("INSERT INTO t VALUES (?1, ?2)", (n, "v".repeat(100)))
            .unwrap();
    }
    path
}

fn rows(connection: &Connection, schema: &str) -> rusqlite::Result<i64> {
    connection.query_row(
        &format!("SELECT count(v) FROM {schema}.t WHERE v LIKE 'v%'"),
        [],
        |row| row.get(0),
    )
}

#[test]
fn what_was_written_is_read_and_the_settings_hold() {
    let dir = tempfile::tempdir().unwrap();
    let path = filled(dir.path(), &key(1));
    let connection = open(&path, &key(1), Mode::ReadWrite).unwrap();
    assert_eq!(rows(&connection, "main").unwrap(), 200);
    assert!(version(&connection).unwrap().starts_with("4."));
    let text = |pragma: &str| -> String {
        connection
            .query_row(&format!("PRAGMA {pragma}"), [], |row| {
                row.get::<_, rusqlite::types::Value>(0)
            })
            .map(|value| format!("{value:?}"))
            .unwrap()
    };
    assert_eq!(text("journal_mode"), "Text(\"wal\")");
    assert_eq!(text("synchronous"), "Integer(2)");
    assert_eq!(text("foreign_keys"), "Integer(1)");
    assert_eq!(text("secure_delete"), "Integer(1)");
    assert_eq!(text("temp_store"), "Integer(2)");
    assert_eq!(text("cache_size"), "Integer(-65536)");
    assert_eq!(text("trusted_schema"), "Integer(0)");
    assert_eq!(text("cell_size_check"), "Integer(1)");
    assert_eq!(text("cipher_memory_security"), "Text(\"1\")");
    let compiled: i64 = connection
        .query_row("SELECT sqlite_compileoption_used('TEMP_STORE=3')", [], |row| row.get(0))
        .unwrap();
    assert_eq!(
        compiled, 1,
        "temporary tables must stay in memory whatever a pragma says"
    );
}

#[test]
#[cfg(unix)]
fn only_the_owner_may_read_any_of_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = filled(dir.path(), &key(1));
    let connection = open(&path, &key(1), Mode::ReadWrite).unwrap();
    connection.execute("INSERT INTO t VALUES (1000, 'v')", []).unwrap();
    let names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(names.len(), 3, "the file, its WAL and its index: {names:?}");
    for name in names {
        assert_eq!(
            fs::metadata(&name).unwrap().permissions().mode() & 0o777,
            0o600,
            "{name:?}"
        );
    }
}

#[test]
fn nothing_readable_is_in_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = filled(dir.path(), &key(1));
    let connection = open(&path, &key(1), Mode::ReadWrite).unwrap();
    connection
        .execute("INSERT INTO t VALUES (1000, 'Canaryname')", [])
        .unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let bytes = fs::read(format!("{}{suffix}", path.display())).unwrap();
        for needle in [
            &b"SQLite format 3"[..],
            b"CREATE TABLE",
            b"Canaryname",
            b"vvvvvvvv",
            &key(1).expose()[..],
        ] {
            assert!(
                !bytes.windows(needle.len()).any(|window| window == needle),
                "{suffix} {needle:?}"
            );
        }
    }
}

#[test]
fn a_wrong_key_is_told_from_a_damaged_page() {
    let dir = tempfile::tempdir().unwrap();
    let path = filled(dir.path(), &key(1));
    let file = "office.db".to_owned();
    assert_eq!(
        open(&path, &key(2), Mode::ReadWrite).unwrap_err(),
        OpenError::WrongKey { file: file.clone() }
    );
    let mut bytes = fs::read(&path).unwrap();
    bytes[1000] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert_eq!(
        open(&path, &key(1), Mode::ReadWrite).unwrap_err(),
        OpenError::Damaged { file }
    );
}

#[test]
fn a_flipped_byte_in_any_page_is_an_error_and_never_wrong_data() {
    let dir = tempfile::tempdir().unwrap();
    let path = filled(dir.path(), &key(1));
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() > 5 * 4096);
    for at in (0..whole.len()).step_by(509) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        fs::write(&path, &bytes).unwrap();
        let error = match open(&path, &key(1), Mode::ReadWrite) {
            Err(error) => error,
            Ok(connection) => match rows(&connection, "main") {
                Err(cause) => OpenError::at(&path)(cause),
                Ok(count) => {
                    // A page that this statement does not touch, such as one of the free list.
                    assert_eq!(count, 200, "byte {at}");
                    continue;
                }
            },
        };
        let file = "office.db".to_owned();
        assert!(
            error == OpenError::Damaged { file: file.clone() } || (at < 16 && error == OpenError::WrongKey { file }),
            "byte {at}: {error:?}"
        );
    }
}

#[test]
fn missing_empty_and_existing_files_are_three_things() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("office.db");
    let file = "office.db".to_owned();
    assert_eq!(
        open(&path, &key(1), Mode::ReadWrite).unwrap_err(),
        OpenError::Missing { file: file.clone() }
    );
    assert!(!path.exists(), "opening must not create");
    fs::write(&path, b"").unwrap();
    assert_eq!(
        open(&path, &key(1), Mode::ReadWrite).unwrap_err(),
        OpenError::Damaged { file: file.clone() }
    );
    assert_eq!(
        open(&path, &key(1), Mode::Create).unwrap_err(),
        OpenError::Exists { file }
    );
}

#[test]
fn a_second_file_is_attached_under_its_own_key() {
    let dir = tempfile::tempdir().unwrap();
    let office = dir.path().join("office.db");
    let connection = open(&office, &key(1), Mode::Create).unwrap();
    let clinical = dir.path().join("clinical.db");
    attach(&connection, "clinical", &clinical, &key(2), Mode::Create).unwrap();
    connection
        .execute_batch("CREATE TABLE clinical.t (v TEXT) STRICT; INSERT INTO clinical.t VALUES ('v')")
        .unwrap();
    assert_eq!(rows(&connection, "clinical").unwrap(), 1);
    let journal: String = connection
        .query_row("PRAGMA clinical.journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(journal, "wal");
    drop(connection);

    let file = "clinical.db".to_owned();
    let connection = open(&office, &key(1), Mode::ReadWrite).unwrap();
    let wrong = attach(&connection, "clinical", &clinical, &key(1), Mode::ReadWrite).unwrap_err();
    assert_eq!(wrong, OpenError::WrongKey { file: file.clone() });
    attach(&connection, "clinical", &clinical, &key(2), Mode::ReadWrite).unwrap();
    let twice = attach(&connection, "clinical", &clinical, &key(2), Mode::ReadWrite).unwrap_err();
    assert!(
        matches!(twice, OpenError::Statement { .. }),
        "a fault of ours is not called damage: {twice:?}"
    );
    drop(connection);
    let connection = open(&office, &key(1), Mode::ReadWrite).unwrap();
    attach(&connection, "clinical", &clinical, &key(2), Mode::ReadWrite).unwrap();
    assert_eq!(rows(&connection, "clinical").unwrap(), 1);
    drop(connection);

    let mut bytes = fs::read(&clinical).unwrap();
    bytes[100] ^= 1;
    fs::write(&clinical, bytes).unwrap();
    let connection = open(&office, &key(1), Mode::ReadWrite).unwrap();
    let damaged = attach(&connection, "clinical", &clinical, &key(2), Mode::ReadWrite).unwrap_err();
    assert_eq!(damaged, OpenError::Damaged { file });
}

#[test]
fn a_read_only_connection_reads_and_refuses_to_write() {
    let dir = tempfile::tempdir().unwrap();
    let path = filled(dir.path(), &key(1));
    let connection = open(&path, &key(1), Mode::ReadOnly).unwrap();
    assert_eq!(rows(&connection, "main").unwrap(), 200);
    assert!(connection.execute("DELETE FROM t", []).is_err());
}

#[test]
fn what_was_committed_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("office.db");
    let connection = open(&path, &key(1), Mode::Create).unwrap();
    // A file whose first change is still in the WAL: killed right after it was made.
    connection
        .execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, v TEXT) STRICT; INSERT INTO t VALUES (1, 'v')")
        .unwrap();
    let killed = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal"] {
        let name = format!("office.db{suffix}");
        fs::copy(dir.path().join(&name), killed.path().join(&name)).unwrap();
    }
    let again = open(&killed.path().join("office.db"), &key(1), Mode::ReadWrite).unwrap();
    assert_eq!(rows(&again, "main").unwrap(), 1);
}
