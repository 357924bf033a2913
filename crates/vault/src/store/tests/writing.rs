//! What a transaction keeps, refuses and counts.

use super::clinic::*;
use crate::store::{Action, AuditEntry, StoreError};
use wardkeep_record::field::{Kind, observation, patient};
use wardkeep_record::merge::RemovalState;

#[test]
fn what_was_put_is_read_after_a_restart() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "Nakamura", "1956-03-12")])
    })
    .unwrap();
    write(&mut store, CLINICAL, |tx| {
        tx.put(vec![observation_edit(record(2), "2020-01-02", "a")])
    })
    .unwrap();
    drop(store);
    let store = clinic.open();
    let found = store.read().record(OFFICE, record(1)).unwrap().unwrap();
    assert_eq!(found.state.fields.one(patient::BIRTH_DATE), Some("\"1956-03-12\""));
    assert_eq!(found.state.latest().unwrap().user, user(1));
    assert_eq!(store.read().patients_count().unwrap(), 1);
    let found = store.read().record(CLINICAL, record(2)).unwrap().unwrap();
    assert_eq!(
        (found.state.kind, found.state.patient),
        (Kind::OBSERVATION, Some(record(1)))
    );
    assert_eq!(store.read().record(OFFICE, record(2)).unwrap(), None);
}

#[test]
fn a_change_without_an_audit_entry_is_not_kept() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let refused = store.write(OFFICE, user(1), |tx| tx.put(vec![patient_edit(record(1), "A", "1956")]));
    assert_eq!(refused.unwrap_err(), StoreError::Unaudited);
    let refused = store.write(OFFICE, user(1), |tx| tx.put_setting("language", "\"en\""));
    assert_eq!(refused.unwrap_err(), StoreError::Unaudited);
    assert_eq!(store.read().record(OFFICE, record(1)).unwrap(), None);
    assert_eq!(store.read().setting("language").unwrap(), None);
    assert_eq!(store.read().op_heads(OFFICE).unwrap(), []);
}

#[test]
fn a_failure_keeps_nothing_and_no_number_is_lost() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let failed: Result<(), StoreError> = write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])?;
        Err(StoreError::Missing { what: "record" })
    });
    assert!(failed.is_err());
    let dots = write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(2), "B", "1957")])
    })
    .unwrap();
    assert_eq!(dots[0].seq, 1);
    assert_eq!(store.read().record(OFFICE, record(1)).unwrap(), None);
    assert_eq!(store.read().audit_entries(OFFICE, None, None, 10).unwrap().len(), 1);
}

#[test]
fn writing_what_shows_makes_no_op() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let edit = patient_edit(record(1), "A", "1956");
    assert_eq!(
        write(&mut store, OFFICE, |tx| tx.put(vec![edit.clone()]))
            .unwrap()
            .len(),
        1
    );
    assert_eq!(write(&mut store, OFFICE, |tx| tx.put(vec![edit])).unwrap(), []);
}

#[test]
fn a_large_batch_becomes_several_ops_and_one_record_twice_two() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let id = |n: u32| wardkeep_record::id::RecordId::new(n.into(), [0; 10]);
    let edits = (0..1_200).map(|n| observation_edit(id(n), "2020-01-02", "a")).collect();
    assert_eq!(write(&mut store, CLINICAL, |tx| tx.put(edits)).unwrap().len(), 3);
    let long = "x".repeat(300_000);
    let edits = (2_000..2_003)
        .map(|n| observation_edit(id(n), "2020-01-02", &long))
        .collect();
    assert_eq!(write(&mut store, CLINICAL, |tx| tx.put(edits)).unwrap().len(), 3);
    let twice = vec![
        observation_edit(id(1), "2020-01-02", "b"),
        observation_edit(id(1), "2020-01-02", "c"),
    ];
    assert_eq!(write(&mut store, CLINICAL, |tx| tx.put(twice)).unwrap().len(), 2);
    let found = store.read().record(CLINICAL, id(1)).unwrap().unwrap();
    assert_eq!(
        found.state.fields.one(observation::VALUE),
        Some("{\"valueString\":\"c\"}")
    );
    assert!(found.state.conflicts().is_empty());
}

#[test]
fn too_large_foreign_and_changed_identities_are_refused() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let long = "x".repeat(2 << 20);
    let refused = write(&mut store, CLINICAL, |tx| {
        tx.put(vec![observation_edit(record(2), "2020", &long)])
    });
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    let refused = write(&mut store, OFFICE, |tx| {
        tx.put(vec![observation_edit(record(2), "2020", "a")])
    });
    assert!(matches!(refused, Err(StoreError::Invalid { .. })));
    write(&mut store, CLINICAL, |tx| {
        tx.put(vec![observation_edit(record(2), "2020", "a")])
    })
    .unwrap();
    let mut other = observation_edit(record(2), "2020", "b");
    other.patient = Some(record(9));
    assert!(matches!(
        write(&mut store, CLINICAL, |tx| tx.put(vec![other])),
        Err(StoreError::Invalid { .. })
    ));
}

#[test]
fn removal_hides_and_restoral_shows_again() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let put = vec![
        patient_edit(record(1), "A", "1956"),
        patient_edit(record(2), "B", "1957"),
    ];
    write(&mut store, OFFICE, |tx| tx.put(put)).unwrap();
    write(&mut store, OFFICE, |tx| tx.remove(record(1), "entered twice"))
        .unwrap()
        .unwrap();
    assert_eq!(
        write(&mut store, OFFICE, |tx| tx.remove(record(1), "again")).unwrap(),
        None
    );
    let found = store.read().record(OFFICE, record(1)).unwrap().unwrap();
    assert_eq!(found.removal, RemovalState::Removed);
    assert_eq!(found.state.removal_reason().as_deref(), Some("entered twice"));
    assert_eq!(store.read().patients_count().unwrap(), 1);
    write(&mut store, OFFICE, |tx| tx.restore(record(1))).unwrap().unwrap();
    assert_eq!(write(&mut store, OFFICE, |tx| tx.restore(record(1))).unwrap(), None);
    assert_eq!(store.read().patients_count().unwrap(), 2);
    let missing = write(&mut store, OFFICE, |tx| tx.remove(record(7), ""));
    assert_eq!(missing.unwrap_err(), StoreError::Missing { what: "record" });
}

#[test]
fn the_chart_comes_latest_first_and_is_counted() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let put = vec![
        observation_edit(record(2), "2020-01-02", "old"),
        observation_edit(record(3), "2021-05-06T10:00:00Z", "new"),
        observation_edit(record(4), "2021-05-06", "middle"),
        observation_edit(record(5), "2022", "removed"),
    ];
    write(&mut store, CLINICAL, |tx| tx.put(put)).unwrap();
    write(&mut store, CLINICAL, |tx| tx.remove(record(5), "wrong patient")).unwrap();
    let view = store.read();
    let ids = |list: Vec<crate::store::Stored>| list.into_iter().map(|stored| stored.id).collect::<Vec<_>>();
    let chart = view.records_of(CLINICAL, record(1), Kind::OBSERVATION, 10).unwrap();
    assert_eq!(ids(chart), [record(3), record(4), record(2)]);
    assert_eq!(
        ids(view.records_of(CLINICAL, record(1), Kind::OBSERVATION, 1).unwrap()),
        [record(3)]
    );
    assert_eq!(
        ids(view.removed_of(CLINICAL, record(1), Kind::OBSERVATION, 10).unwrap()),
        [record(5)]
    );
    assert_eq!(
        view.count_by_kind(CLINICAL, record(1)).unwrap(),
        [(Kind::OBSERVATION, 3)]
    );
    assert_eq!(view.count_by_kind(CLINICAL, record(8)).unwrap(), []);
    let mut all = Vec::new();
    view.each_of_patient::<StoreError>(CLINICAL, record(1), |stored| {
        all.push(stored);
        Ok(())
    })
    .unwrap();
    assert_eq!(ids(all), [record(3), record(4), record(2)]);
}

#[test]
fn times_never_go_back_though_the_clock_does() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])
    })
    .unwrap();
    let before = store
        .read()
        .record(OFFICE, record(1))
        .unwrap()
        .unwrap()
        .state
        .latest()
        .unwrap();
    drop(store);
    clinic.clock.set_wall_ms(1_000);
    let mut store = clinic.open();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "B", "1956")])
    })
    .unwrap();
    let after = store
        .read()
        .record(OFFICE, record(1))
        .unwrap()
        .unwrap()
        .state
        .latest()
        .unwrap();
    assert!(after.hlc > before.hlc && after.dot.seq == before.dot.seq + 1);
}

#[test]
fn a_reader_sees_what_is_committed_beside_a_transaction() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let reader = clinic.reader();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])?;
        assert!(tx.read().record(OFFICE, record(1))?.is_some());
        assert_eq!(reader.read().record(OFFICE, record(1))?, None);
        Ok(())
    })
    .unwrap();
    assert!(reader.read().record(OFFICE, record(1)).unwrap().is_some());
    let counted = reader.snapshot(|view| view.patients_count()).unwrap();
    assert_eq!(counted, 1);
}

#[test]
fn without_the_clinical_key_there_is_no_chart() {
    let clinic = Clinic::new(1);
    drop(clinic.create());
    let keys = crate::key::VaultKeys {
        office: clinic.keys.office.duplicate(),
        clinical: None,
    };
    let mut store = crate::store::Store::open(&clinic.home, &keys, clinic.device, clinic.clock.clone()).unwrap();
    let refused = StoreError::NotGranted { compartment: CLINICAL };
    assert!(!store.read().has(CLINICAL) && store.read().has(OFFICE));
    assert_eq!(store.read().record(CLINICAL, record(1)).unwrap_err(), refused);
    assert_eq!(store.read().verify_audit(CLINICAL).unwrap_err(), refused);
    let write = store.write(CLINICAL, user(1), |tx| tx.audit(&AuditEntry::new(Action::View)));
    assert_eq!(write.unwrap_err(), refused);
}
