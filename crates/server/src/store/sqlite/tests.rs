//! The store against its promises, without a network.

mod waiting;

use super::*;
use bytes::Bytes;
use std::sync::Arc;
use wardkeep_roster::Compartment;
use wardkeep_sync::id::{Incarnation, SegmentHash, Tip};
use wardkeep_sync::stream::split_items;

const CLINIC: ClinicId = ClinicId([1; 32]);
const QUOTA: u64 = 1 << 30;

struct Home {
    folder: tempfile::TempDir,
    key: DatabaseKey,
}

impl Home {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            key: DatabaseKey::make(),
        }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("server.db")
    }

    async fn store(&self) -> SqliteStore {
        let store = SqliteStore::create(&self.file(), &self.key).unwrap();
        found(&store, CLINIC, 1).await;
        store
    }
}

async fn found(store: &SqliteStore, clinic: ClinicId, token: u8) {
    store.add_token(TokenHash([token; 32]), 100).await.unwrap();
    let founding = Founding {
        clinic,
        genesis: vec![9; 100],
        token: TokenHash([token; 32]),
        now_ms: 50,
        most_clinics: 5,
    };
    assert_eq!(store.found(founding).await, Ok(Founded::New));
}

fn chain(device: u8) -> Chain {
    Chain {
        device: DeviceId([device; 16]),
        incarnation: Incarnation([7; 16]),
        compartment: Compartment::Office,
    }
}

fn hash(seq: u64) -> SegmentHash {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&seq.to_be_bytes());
    SegmentHash(bytes)
}

/// Segments `from` to `to` of a chain, each of so many bytes. The store looks at places and hashes only.
fn segments(device: u8, from: u64, to: u64, bytes: usize) -> Vec<NewSegment> {
    let segment = |seq: u64| NewSegment {
        chain: chain(device),
        seq,
        prev: hash(seq - 1),
        hash: hash(seq),
        bytes: Bytes::from(vec![seq as u8; bytes]),
    };
    (from..=to).map(segment).collect()
}

fn numbers(run: &Run) -> Vec<u8> {
    let items = split_items(&run.items, 1 << 20, 10_000).unwrap();
    items.into_iter().map(|item| item[0]).collect()
}

#[tokio::test]
async fn small_segments_share_rows_and_any_range_is_found() {
    let home = Home::new();
    let store = home.store().await;
    for seq in 1..=100 {
        let stored = store.append_segments(CLINIC, segments(1, seq, seq, 700), QUOTA).await;
        assert_eq!(stored, Ok(vec![Appended::Stored]));
    }
    store
        .append_segments(CLINIC, segments(1, 101, 200, 700), QUOTA)
        .await
        .unwrap();
    let rows: i64 = store
        .readers
        .run(|db| Ok(db.query_row("SELECT count(*) FROM run", [], |row| row.get(0))?))
        .await
        .unwrap();
    assert!(rows < 10, "{rows}");
    for (from, to) in [(1, 200), (1, 1), (23, 24), (24, 150), (199, 200), (200, 200)] {
        let run = store.segments(CLINIC, chain(1), from, to, usize::MAX).await.unwrap();
        assert_eq!(numbers(&run), (from as u8..=to as u8).collect::<Vec<_>>());
        assert_eq!(run.last, to);
    }
    let some = store.segments(CLINIC, chain(1), 20, 200, 5_000).await.unwrap();
    assert_eq!((numbers(&some), some.last), ((20..=26).collect(), 26));
    let least = store.segments(CLINIC, chain(1), 20, 200, 1).await.unwrap();
    assert_eq!(numbers(&least), [20]);
    for (from, to) in [(201, 300), (0, 0)] {
        assert_eq!(store.segments(CLINIC, chain(1), from, to, 1000).await.unwrap().last, 0);
    }
    assert_eq!(store.segments(CLINIC, chain(2), 1, 9, 1000).await.unwrap().last, 0);
    let tips = store.tips(CLINIC).await.unwrap();
    assert_eq!(
        tips.tip(&chain(1)),
        Some(Tip {
            seq: 200,
            hash: hash(200)
        })
    );
}

#[tokio::test]
async fn only_the_next_of_a_chain_is_taken_and_the_rest_goes_on() {
    let home = Home::new();
    let store = home.store().await;
    let mut mixed = segments(1, 1, 2, 10);
    mixed.extend(segments(1, 4, 4, 10));
    mixed.extend(segments(2, 2, 2, 10));
    mixed.extend(segments(3, 1, 1, 10));
    let (stored, not_next) = (Appended::Stored, Appended::NotNext);
    let answers = store.append_segments(CLINIC, mixed, QUOTA).await.unwrap();
    assert_eq!(answers, [stored, stored, not_next, not_next, stored]);
    let mut other = segments(1, 3, 3, 10);
    other[0].prev = hash(77);
    assert_eq!(store.append_segments(CLINIC, other, QUOTA).await.unwrap(), [not_next]);
    assert_eq!(store.tips(CLINIC).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_quota_takes_nothing_of_a_group_and_counts_exactly() {
    let home = Home::new();
    let store = home.store().await;
    found(&store, ClinicId([2; 32]), 2).await;
    let used = async || store.clinics().await.unwrap()[0].stored_bytes;
    assert_eq!(used().await, 100);
    let full = store
        .append_segments(CLINIC, segments(1, 1, 10, 1_000), 5_000)
        .await
        .unwrap();
    assert_eq!(full, [Appended::OverQuota; 10]);
    assert_eq!(used().await, 100);
    store
        .append_segments(CLINIC, segments(1, 1, 4, 1_000), 5_000)
        .await
        .unwrap();
    assert_eq!(used().await, 100 + 4 * 1_004);
    assert_eq!(store.clinics().await.unwrap()[1].stored_bytes, 100);
    let entries = store.append_entries(CLINIC, 1, vec![vec![1; 5_000]], 5_000).await;
    assert_eq!(entries, Ok(Appended::OverQuota));
    assert_eq!(
        store.append_entries(CLINIC, 2, vec![vec![1]], QUOTA).await,
        Ok(Appended::NotNext)
    );
    assert_eq!(store.entries(CLINIC).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_failing_job_takes_no_other_with_it() {
    let home = Home::new();
    let store = Arc::new(home.store().await);
    let mut jobs = tokio::task::JoinSet::new();
    for device in 0..40 {
        let store = Arc::clone(&store);
        jobs.spawn(async move {
            if device % 4 == 0 {
                // There is no such clinic.
                let gone = store
                    .append_segments(ClinicId([9; 32]), segments(device, 1, 3, 10), QUOTA)
                    .await;
                assert!(matches!(gone, Err(StoreError::Damaged(_))));
            } else {
                let stored = store.append_segments(CLINIC, segments(device, 1, 3, 10), QUOTA).await;
                assert_eq!(stored, Ok(vec![Appended::Stored; 3]));
            }
        });
    }
    jobs.join_all().await;
    assert_eq!(store.tips(CLINIC).await.unwrap().len(), 30);
}

/// SQLite's own limit of pages stands in for a disk that is full.
#[tokio::test]
async fn a_full_disk_is_said_and_what_was_acknowledged_stays() {
    let home = Home::new();
    let store = home.store().await;
    store
        .append_segments(CLINIC, segments(1, 1, 5, 1_000), QUOTA)
        .await
        .unwrap();
    store
        .writer
        .run(|tx| Ok(tx.query_row("PRAGMA max_page_count = 60", [], |_| Ok(()))?))
        .await
        .unwrap();
    let mut next = 6;
    let full = loop {
        match store
            .append_segments(CLINIC, segments(1, next, next, 30_000), QUOTA)
            .await
        {
            Ok(_) => next += 1,
            Err(error) => break error,
        }
        assert!(next < 50);
    };
    assert_eq!(full, StoreError::DiskFull);
    assert_eq!(store.tips(CLINIC).await.unwrap().seq(&chain(1)), next - 1);
    store
        .writer
        .run(|tx| Ok(tx.query_row("PRAGMA max_page_count = 100000", [], |_| Ok(()))?))
        .await
        .unwrap();
    let again = store
        .append_segments(CLINIC, segments(1, next, next, 30_000), QUOTA)
        .await;
    assert_eq!(again, Ok(vec![Appended::Stored]));
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let home = Home::new();
    let store = home.store().await;
    store
        .writer
        .run(|tx| Ok(tx.execute_batch("PRAGMA user_version = 7")?))
        .await
        .unwrap();
    store.close().await.unwrap();
    assert_eq!(store.check().await, Err(StoreError::Closed));
    let opened = SqliteStore::open(&home.file(), &home.key).err();
    assert_eq!(opened, Some(StoreError::Newer { found: 7, known: 4 }));
    let missing = SqliteStore::open(&home.folder.path().join("other.db"), &home.key).err();
    assert!(matches!(missing, Some(StoreError::Missing(_))));
    let other_key = DatabaseKey::make();
    let wrong = SqliteStore::open(&home.file(), &other_key).err();
    assert!(matches!(wrong, Some(StoreError::WrongKey(_))));
}
