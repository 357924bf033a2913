//! Patients that come many at once: found from their commit on, whatever was killed half-way, and in the end where all others are.

use super::clinic::*;
use crate::search::{FRESH_SCHEMA, Match, Query, SCHEMA, search};
use crate::store::{Action, AuditEntry, Store, StoreError};
use rusqlite::Connection;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment::Office as OFFICE;

fn nth(n: u64) -> RecordId {
    RecordId::new(n, [7; 10])
}

/// A family name that says which patient it is.
fn family(n: u64) -> String {
    let letters = "abcdefghijklmnop".as_bytes();
    let digits = format!("{n:04x}");
    let name: String = digits
        .chars()
        .map(|c| char::from(letters[c.to_digit(16).unwrap() as usize]))
        .collect();
    format!("Q{name}")
}

/// Brings so many patients in one transaction that expects many.
fn bring(store: &mut Store, numbers: std::ops::Range<u64>) {
    store
        .write(OFFICE, user(1), |tx| {
            tx.expect_many();
            tx.put(
                numbers
                    .map(|n| patient_edit(nth(n), &family(n), "1956-03-04"))
                    .collect(),
            )?;
            tx.audit(&AuditEntry::new(Action::Import))?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

/// Who is found, near misses left out.
fn found(conn: &Connection, text: &str) -> Vec<RecordId> {
    let query = Query {
        text,
        limit: 20,
        this_year: 2026,
    };
    let rows = search(conn, &query).unwrap().rows;
    rows.iter()
        .filter(|row| row.fit < Match::Near)
        .map(|row| row.id)
        .collect()
}

#[track_caller]
fn finds_all(store: &Store, numbers: std::ops::Range<u64>) {
    for n in numbers.step_by(37) {
        assert_eq!(found(&store.conn, &family(n)), [nth(n)], "{n}");
    }
}

fn settle(store: &mut Store) {
    while !store.settle_search().unwrap() {}
}

/// Every index row, in the large level and, which must be empty, in the small one.
fn index(conn: &Connection) -> Vec<String> {
    let tables = |text: &'static str| {
        text.split("CREATE TABLE ")
            .skip(1)
            .filter_map(|rest| rest.split(' ').next())
            .collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    for table in tables(SCHEMA).into_iter().chain(tables(FRESH_SCHEMA)) {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<String> = (0..columns)
                .map(|at| format!("{:?}", row.get_ref(at).unwrap()))
                .collect();
            all.push(format!("{table} {}", values.join(" | ")));
        }
    }
    all
}

#[test]
fn many_are_found_at_once_and_end_where_those_are_that_came_alone() {
    let (one, other) = (Clinic::new(1), Clinic::new(1));
    let (mut bulk, mut alone) = (one.create(), other.create());
    bring(&mut bulk, 1..400);
    finds_all(&bulk, 1..400);
    assert!(bulk.is_search_unsettled().unwrap() && !bulk.must_settle_search().unwrap());
    for n in 1..400 {
        write(&mut alone, OFFICE, |tx| {
            tx.put(vec![patient_edit(nth(n), &family(n), "1956-03-04")])
        })
        .unwrap();
    }
    settle(&mut bulk);
    assert!(!bulk.is_search_unsettled().unwrap());
    finds_all(&bulk, 1..400);
    assert_eq!(index(&bulk.conn), index(&alone.conn));
}

#[test]
fn a_kill_between_two_steps_costs_nothing_but_the_steps() {
    let clinic = Clinic::new(2);
    let mut store = clinic.create();
    bring(&mut store, 1..2_000);
    for steps in 1..4 {
        for _ in 0..steps {
            assert!(!store.settle_search().unwrap(), "there is more than one step");
        }
        // What has begun is known to this process only.
        drop(store);
        store = clinic.open();
        assert!(store.is_search_unsettled().unwrap());
        finds_all(&store, 1..2_000);
    }
    // Somebody is edited and more come while it goes on.
    assert!(!store.settle_search().unwrap());
    assert!(store.must_settle_search().unwrap());
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(nth(5), "Changed", "1956-03-04")])
    })
    .unwrap();
    bring(&mut store, 2_000..2_300);
    assert_eq!(found(&store.conn, "changed"), [nth(5)]);
    assert!(found(&store.conn, &family(5)).is_empty());
    finds_all(&store, 38..2_300);
    settle(&mut store);
    assert!(!store.is_search_unsettled().unwrap());
    assert_eq!(found(&store.conn, "changed"), [nth(5)]);
    assert!(found(&store.conn, &family(5)).is_empty());
    finds_all(&store, 38..2_300);
}

#[test]
fn who_comes_and_changes_in_one_transaction_shows_as_last_written() {
    let clinic = Clinic::new(3);
    let mut store = clinic.create();
    store
        .write(OFFICE, user(1), |tx| {
            tx.expect_many();
            tx.put(vec![patient_edit(nth(1), "Before", "1956")])?;
            tx.put(vec![patient_edit(nth(1), "After", "1956")])?;
            tx.audit(&AuditEntry::new(Action::Import))?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    settle(&mut store);
    assert_eq!(found(&store.conn, "after"), [nth(1)]);
    assert!(found(&store.conn, "before").is_empty());
}
