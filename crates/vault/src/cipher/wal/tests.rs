//! Tests of the check of a crashed program's WAL.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::super::{Mode, OpenError, open};
use super::*;
use crate::key::VaultKey;
use crate::random::SeededRandom;
use rusqlite::Connection;
use std::fs;

const CHANGES: i64 = 12;

fn key() -> VaultKey {
    VaultKey::generate(&SeededRandom::new(1))
}

/// What lies in the folder of a program that was killed after so many acknowledged changes; `reset` checkpoints and starts the WAL over first.
fn killed(reset: Option<i64>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let connection = open(&dir.path().join("office.db"), &key(), Mode::Create).unwrap();
    connection
        .execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT")
        .unwrap();
    for n in 0..CHANGES {
        // Two pages each, so that transactions have several frames.
        connection
            .execute("INSERT INTO t VALUES (?1, ?2)", (n, "v".repeat(5_000)))
            .unwrap();
        if reset == Some(n) {
            connection
                .query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))
                .unwrap();
        }
    }
    let copy = tempfile::tempdir().unwrap();
    for name in ["office.db", "office.db-wal", "office.db-shm"] {
        fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
    }
    copy
}

/// Opens a copy with a changed WAL; `None` stands for an index that is lost.
fn open_with(dir: &Path, wal: &[u8], index: Option<&[u8]>) -> Result<Connection, OpenError> {
    let copy = tempfile::tempdir().unwrap();
    fs::copy(dir.join("office.db"), copy.path().join("office.db")).unwrap();
    fs::write(copy.path().join("office.db-wal"), wal).unwrap();
    if let Some(index) = index {
        fs::write(copy.path().join("office.db-shm"), index).unwrap();
    }
    open(&copy.path().join("office.db"), &key(), Mode::ReadWrite)
}

fn rows(connection: &Connection) -> i64 {
    connection
        .query_row("SELECT count(*) FROM t WHERE length(v) = 5000", [], |row| row.get(0))
        .unwrap()
}

fn damaged() -> OpenError {
    OpenError::Damaged {
        file: "office.db-wal".to_owned(),
    }
}

#[test]
fn a_whole_wal_is_whole_with_and_without_its_index() {
    for reset in [None, Some(3), Some(10)] {
        let dir = killed(reset);
        let (wal, index) = (
            fs::read(dir.path().join("office.db-wal")).unwrap(),
            fs::read(dir.path().join("office.db-shm")).unwrap(),
        );
        assert_eq!(
            rows(&open_with(dir.path(), &wal, Some(&index)).unwrap()),
            CHANGES,
            "{reset:?}"
        );
        assert_eq!(rows(&open_with(dir.path(), &wal, None).unwrap()), CHANGES, "{reset:?}");
        assert_eq!(
            rows(&open_with(dir.path(), &wal, Some(b"garbage")).unwrap()),
            CHANGES,
            "{reset:?}"
        );
    }
}

#[test]
fn any_flipped_byte_is_damage_while_the_index_is_there() {
    let dir = killed(None);
    let (wal, index) = (
        fs::read(dir.path().join("office.db-wal")).unwrap(),
        fs::read(dir.path().join("office.db-shm")).unwrap(),
    );
    let frames = (wal.len() - HEADER) / (FRAME_HEADER + PAGE);
    let in_frame_headers =
        (0..frames).flat_map(|n| (0..FRAME_HEADER).map(move |at| HEADER + n * (FRAME_HEADER + PAGE) + at));
    for at in (0..HEADER).chain(in_frame_headers).chain((0..wal.len()).step_by(997)) {
        let mut flipped = wal.clone();
        flipped[at] ^= 0x20;
        match open_with(dir.path(), &flipped, Some(&index)) {
            Err(error) => assert_eq!(error, damaged(), "byte {at}"),
            // The checkpoint's number is the one thing that no checksum of a frame covers; it is covered by the header's.
            Ok(_) => panic!("byte {at} was not noticed"),
        }
    }
}

#[test]
fn without_the_index_every_transaction_but_the_last_is_covered() {
    let dir = killed(None);
    let wal = fs::read(dir.path().join("office.db-wal")).unwrap();
    let mut unnoticed = Vec::new();
    for at in (0..wal.len()).step_by(499) {
        let mut flipped = wal.clone();
        flipped[at] ^= 0x20;
        match open_with(dir.path(), &flipped, None) {
            Err(error) => assert_eq!(error, damaged(), "byte {at}"),
            Ok(connection) => {
                assert_eq!(
                    rows(&connection),
                    CHANGES - 1,
                    "only the last change can be lost so, byte {at}"
                );
                unnoticed.push(at);
            }
        }
    }
    assert!(
        !unnoticed.is_empty() && unnoticed[0] > wal.len() * 3 / 4,
        "{unnoticed:?}"
    );
}

#[test]
fn a_torn_last_write_is_no_damage() {
    let dir = killed(Some(3));
    let wal = fs::read(dir.path().join("office.db-wal")).unwrap();
    let frame = FRAME_HEADER + PAGE;
    // The index of a power cut is lost; of the last frame a part was written.
    let written = {
        let (mut chain, mut reader) = (Chain::start(wal[..HEADER].try_into().unwrap()).unwrap(), &wal[HEADER..]);
        HEADER + chain.count_good(&mut reader) as usize * frame
    };
    for missing in [1, 100, frame - 1, frame] {
        let mut torn = wal.clone();
        torn[written - missing..written].fill(0);
        let connection = open_with(dir.path(), &torn, None).unwrap();
        assert_eq!(rows(&connection), CHANGES - 1, "{missing}");
    }
}

#[test]
fn a_wal_that_was_taken_away_is_missed() {
    for (reset, frames_are_missed) in [(None, true), (Some(3), true), (Some(CHANGES - 1), false)] {
        let dir = killed(reset);
        let index = fs::read(dir.path().join("office.db-shm")).unwrap();
        for wal in [&b""[..], &[0; HEADER]] {
            match open_with(dir.path(), wal, Some(&index)) {
                Err(error) => assert!(frames_are_missed && error == damaged(), "{reset:?}"),
                Ok(connection) => assert!(!frames_are_missed && rows(&connection) == CHANGES, "{reset:?}"),
            }
        }
        fs::remove_file(dir.path().join("office.db-wal")).unwrap();
        assert_eq!(
            open(&dir.path().join("office.db"), &key(), Mode::ReadWrite).is_err(),
            frames_are_missed
        );
    }
}

#[test]
fn an_empty_or_missing_wal_is_whole() {
    let dir = killed(None);
    for wal in [&b""[..], &[0; HEADER]] {
        fs::write(dir.path().join("x-wal"), wal).unwrap();
        assert!(is_whole(&dir.path().join("x-wal"), &dir.path().join("x-shm")));
    }
    assert!(is_whole(&dir.path().join("missing"), &dir.path().join("missing")));
}
