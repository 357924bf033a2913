//! The session extension as a witness: every changed row of a record is explained by an op of the same transaction.

use super::clinic::*;
use crate::store::pack::unpack;
use crate::store::{LocalUser, Store};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeSet;
use wardkeep_oracle::{Changed, Happened, watch};
use wardkeep_record::op::{Compartment, Dot, MAX_OP_BYTES, decode_op};

fn connection(store: &Store) -> &Connection {
    &store.conn
}

/// What a piece of work changed in each file.
struct Seen {
    office: Vec<Changed>,
    clinical: Vec<Changed>,
}

/// Does the work under the watch of both files.
fn watched(store: &mut Store, work: impl FnOnce(&mut Store)) -> Seen {
    let (((), clinical), office) = watch(store, connection, "main", |store| {
        watch(store, connection, "clinical", work)
    });
    Seen { office, clinical }
}

/// The ids of the records that the new ops name.
fn named_by_ops(changed: &[Changed], at: Compartment) -> BTreeSet<[u8; 16]> {
    let mut named = BTreeSet::new();
    for change in changed
        .iter()
        .filter(|change| change.table == "op" && change.happened == Happened::Insert)
    {
        let Some(Some(Value::Blob(packed))) = change.new.get(5) else {
            panic!("an op without bytes")
        };
        let op = decode_op(&unpack(packed, MAX_OP_BYTES).unwrap()).unwrap();
        assert_eq!(op.compartment, at);
        named.extend(op.changes.iter().map(|change| *change.record.as_bytes()));
    }
    named
}

/// What no op explains, in words; empty when all is well.
fn unexplained(store: &Store, changed: &[Changed], at: Compartment) -> Vec<String> {
    let named = named_by_ops(changed, at);
    let find = format!(
        "SELECT id FROM {}.record WHERE n = ?1",
        crate::store::schema::schema(at)
    );
    let mut faults = Vec::new();
    for change in changed {
        let table = change.table.as_str();
        match (table, change.happened) {
            ("op" | "audit" | "device" | "user_ref" | "subject", Happened::Insert) | ("meta", Happened::Update) => {}
            ("digest", Happened::Insert | Happened::Update) => {
                faults.extend(named.is_empty().then(|| "a digest without an op".to_owned()));
            }
            ("record", Happened::Insert | Happened::Update) => {
                let columns = if change.happened == Happened::Insert {
                    &change.new
                } else {
                    &change.old
                };
                let Some(Some(Value::Integer(n))) = columns.first() else {
                    panic!("a row without a number")
                };
                let id: [u8; 16] = store.conn.query_row(&find, [n], |row| row.get(0)).unwrap();
                faults.extend((!named.contains(&id)).then(|| "a record that no op names".to_owned()));
            }
            (index, _) if index.starts_with("search_") || index == "patient_row" => {
                faults.extend(named.is_empty().then(|| format!("{index} without an op")));
            }
            (table, happened) => faults.push(format!("{table}: {happened:?}")),
        }
    }
    let audited = changed.iter().any(|change| change.table == "audit");
    faults.extend((!changed.is_empty() && !audited).then(|| "no audit entry".to_owned()));
    faults
}

#[test]
fn every_changed_record_is_explained_by_an_op_in_the_one_file_written() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    type Work = fn(&mut Store);
    let office: [Work; 4] = [
        |store| {
            let put = vec![
                patient_edit(record(1), "A", "1956"),
                patient_edit(record(2), "B", "1957"),
            ];
            write(store, OFFICE, |tx| tx.put(put)).map(drop).unwrap();
        },
        |store| {
            write(store, OFFICE, |tx| tx.put(vec![patient_edit(record(1), "C", "1956")]))
                .map(drop)
                .unwrap()
        },
        |store| {
            write(store, OFFICE, |tx| tx.remove(record(1), "test"))
                .map(drop)
                .unwrap()
        },
        |store| write(store, OFFICE, |tx| tx.restore(record(1))).map(drop).unwrap(),
    ];
    for work in office {
        let seen = watched(&mut store, work);
        assert!(seen.office.iter().any(|change| change.table == "record"));
        assert_eq!(unexplained(&store, &seen.office, OFFICE), [""; 0]);
        assert_eq!(seen.clinical, [], "one transaction writes one file");
    }
    let seen = watched(&mut store, |store| {
        let put = vec![
            observation_edit(record(3), "2020", "a"),
            observation_edit(record(4), "2021", "b"),
        ];
        write(store, CLINICAL, |tx| tx.put(put)).unwrap();
    });
    assert_eq!(
        seen.clinical.iter().filter(|change| change.table == "record").count(),
        2
    );
    assert_eq!(unexplained(&store, &seen.clinical, CLINICAL), [""; 0]);
    assert_eq!(seen.office, [], "one transaction writes one file");
}

#[test]
fn a_received_op_is_explained_too() {
    let (author, clinic) = (Clinic::new(1), Clinic::new(2));
    let mut store = author.create();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])
    })
    .unwrap();
    let op = store
        .read()
        .ops_after(
            OFFICE,
            Dot {
                device: author.device,
                seq: 0,
            },
            1,
        )
        .unwrap()
        .remove(0);
    let mut store = clinic.create();
    let seen = watched(&mut store, |store| {
        write(store, OFFICE, |tx| tx.apply_remote(op.dot, &op.bytes)).unwrap();
    });
    assert!(seen.office.iter().any(|change| change.table == "record"));
    assert_eq!(unexplained(&store, &seen.office, OFFICE), [""; 0]);
}

#[test]
fn a_failed_transaction_changes_nothing_at_all() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let seen = watched(&mut store, |store| {
        let refused = store.write(OFFICE, user(1), |tx| tx.put(vec![patient_edit(record(1), "A", "1956")]));
        assert!(refused.is_err());
    });
    assert_eq!((seen.office, seen.clinical), (vec![], vec![]));
}

#[test]
fn the_witness_tells_what_no_op_explains() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])
    })
    .unwrap();
    let seen = watched(&mut store, |store| {
        store.conn.execute("UPDATE record SET sort_date = 7", []).unwrap();
    });
    assert_eq!(
        unexplained(&store, &seen.office, OFFICE),
        ["a record that no op names", "no audit entry"]
    );
    let seen = watched(&mut store, |store| {
        let ada = LocalUser {
            id: user(1),
            name: "Ada".into(),
            roles: 1,
            created_ms: 5,
            closed_ms: None,
        };
        write(store, OFFICE, |tx| tx.put_user(&ada)).unwrap();
    });
    assert_eq!(unexplained(&store, &seen.office, OFFICE), ["local_user: Insert"]);
}
