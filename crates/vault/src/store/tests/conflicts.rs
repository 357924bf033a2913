//! Conflicts: listed with both values, settled by a local op, taken back.

use super::clinic::*;
use super::convergence::dump;
use super::members::Members;
use crate::store::{Choice, Store, StoreError};
use wardkeep_record::field::{self, patient};
use wardkeep_record::op::FieldKey;

/// Two laptops that have both written what `edit` says of record 1, without seeing each other, and then met.
fn met(edit: impl Fn(&str) -> crate::store::Edit) -> (Members, [Clinic; 2], [Store; 2]) {
    let (members, clinics) = (Members::of(2), [Clinic::new(1), Clinic::new(2)]);
    let mut stores = [clinics[0].create(), clinics[1].create()];
    for (store, life) in stores.iter_mut().zip(1..) {
        members.enroll(store, life);
    }
    write(&mut stores[0], OFFICE, |tx| {
        tx.put(vec![
            patient_edit(record(1), "A", "1956"),
            patient_edit(record(2), "B", "1957"),
        ])
    })
    .unwrap();
    exchange(&members, &mut stores);
    write(&mut stores[0], OFFICE, |tx| tx.put(vec![edit("left")])).unwrap();
    clinics[1].clock.advance_ms(5_000);
    write(&mut stores[1], OFFICE, |tx| tx.put(vec![edit("right")])).unwrap();
    exchange(&members, &mut stores);
    (members, clinics, stores)
}

fn exchange(members: &Members, stores: &mut [Store; 2]) {
    let [left, right] = stores;
    let (from_left, from_right) = (members.drain(left), members.drain(right));
    for bytes in &from_left {
        members.receive(right, bytes).unwrap();
    }
    for bytes in &from_right {
        members.receive(left, bytes).unwrap();
    }
}

const NAME: FieldKey = FieldKey {
    field: patient::NAME,
    item: Some(1),
};

#[test]
fn both_values_are_listed_and_the_chosen_one_wins_everywhere() {
    let (members, _clinics, mut stores) = met(|side| patient_edit(record(1), side, "1956"));
    for store in &stores {
        let view = store.read();
        assert_eq!(view.conflicts_count(OFFICE).unwrap(), 1);
        let found = view.conflicts(OFFICE, 0, 10).unwrap();
        assert_eq!(found.len(), 1);
        let conflict = &found[0];
        assert_eq!(
            (conflict.record, conflict.key, conflict.must_settle),
            (record(1), NAME, true)
        );
        let values: Vec<_> = conflict.contenders.iter().map(|one| one.value.as_deref()).collect();
        assert_eq!(values, [Some("{\"family\":\"right\"}"), Some("{\"family\":\"left\"}")]);
        let devices: Vec<_> = conflict.contenders.iter().map(|one| one.stamp.dot.device).collect();
        assert_eq!(devices, [device(2), device(1)]);
        assert_eq!(conflict.contenders[1].stamp.hlc.unix_ms(), 1_800_000_000_000);
        assert_eq!(view.conflicts_of(OFFICE, record(1)).unwrap(), found);
        assert!(
            view.conflicts(OFFICE, conflict.n, 10).unwrap().is_empty(),
            "the next page"
        );
        assert!(!format!("{found:?}").contains("left"), "no content in what is printed");
    }
    let left = stores[0].read().conflicts(OFFICE, 0, 1).unwrap()[0].contenders[1]
        .stamp
        .dot;
    let settled = write(&mut stores[0], OFFICE, |tx| {
        tx.settle(record(1), NAME, Choice::Keep(left))
    })
    .unwrap();
    exchange(&members, &mut stores);
    for store in &stores {
        let stored = store.read().record(OFFICE, record(1)).unwrap().unwrap();
        assert_eq!(stored.state.fields.get(NAME), Some("{\"family\":\"left\"}"));
        assert!(!stored.conflict && store.read().conflicts_count(OFFICE).unwrap() == 0);
    }
    let again = write(&mut stores[0], OFFICE, |tx| {
        tx.settle(record(1), NAME, Choice::Keep(left))
    });
    assert_eq!(again.unwrap_err(), StoreError::Missing { what: "conflict" });
    write(&mut stores[0], OFFICE, |tx| tx.unsettle(&settled)).unwrap();
    let twice = write(&mut stores[0], OFFICE, |tx| tx.unsettle(&settled));
    assert!(matches!(twice, Err(StoreError::Invalid { .. })));
    exchange(&members, &mut stores);
    for store in &stores {
        let stored = store.read().record(OFFICE, record(1)).unwrap().unwrap();
        assert_eq!(stored.state.fields.get(NAME), Some("{\"family\":\"right\"}"));
    }
    assert_eq!(dump(&stores[0]), dump(&stores[1]));
}

#[test]
fn items_of_a_set_can_all_be_kept_and_single_fields_cannot() {
    let (members, _clinics, mut stores) = met(|side| {
        let year = if side == "left" { "1960" } else { "1961" };
        patient_edit(record(1), side, year)
    });
    let birth = one(patient::BIRTH_DATE);
    assert_eq!(stores[0].read().conflicts(OFFICE, 0, 9).unwrap().len(), 2);
    let keep_all = Choice::KeepAll { spread: 0 };
    let refused = write(&mut stores[0], OFFICE, |tx| tx.settle(record(1), birth, keep_all));
    assert!(matches!(refused, Err(StoreError::Invalid { .. })));
    let settled = write(&mut stores[0], OFFICE, |tx| tx.settle(record(1), NAME, keep_all)).unwrap();
    exchange(&members, &mut stores);
    for store in &stores {
        let stored = store.read().record(OFFICE, record(1)).unwrap().unwrap();
        let names: Vec<_> = stored.state.fields.items(patient::NAME).collect();
        assert_eq!(names, [(1, "{\"family\":\"right\"}"), (2, "{\"family\":\"left\"}")]);
        assert_eq!(
            store.read().conflicts_of(OFFICE, record(1)).unwrap().len(),
            1,
            "the birth date is still open"
        );
    }
    write(&mut stores[0], OFFICE, |tx| tx.unsettle(&settled)).unwrap();
    let stored = stores[0].read().record(OFFICE, record(1)).unwrap().unwrap();
    let names: Vec<_> = stored.state.fields.items(patient::NAME).collect();
    assert_eq!(names, [(1, "{\"family\":\"right\"}")]);
}

#[test]
fn a_field_that_need_not_be_settled_is_listed_as_such() {
    let (_members, _clinics, stores) = met(|side| crate::store::Edit {
        values: vec![
            (one(patient::COMMUNICATION), None),
            (one(field::LANGUAGE), Some(format!("\"{side}\"").into())),
        ],
        ..patient_edit(record(1), "A", "1956")
    });
    let found = stores[0].read().conflicts(OFFICE, 0, 9).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].key, found[0].must_settle), (one(field::LANGUAGE), false));
    assert!(!stores[0].read().record(OFFICE, record(1)).unwrap().unwrap().conflict);
}

#[test]
fn a_removal_that_met_an_edit_is_listed_and_ends_by_removing_or_restoring() {
    let (members, _clinics, mut stores) = met(|side| patient_edit(record(2), side, "1957"));
    let dot = stores[0].read().conflicts(OFFICE, 0, 1).unwrap()[0].contenders[0]
        .stamp
        .dot;
    write(&mut stores[0], OFFICE, |tx| {
        tx.settle(record(2), NAME, Choice::Keep(dot))
    })
    .unwrap();
    exchange(&members, &mut stores);
    write(&mut stores[0], OFFICE, |tx| tx.remove(record(1), "entered twice")).unwrap();
    write(&mut stores[1], OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1999")])
    })
    .unwrap();
    exchange(&members, &mut stores);
    let removed = one(field::REMOVED);
    for store in &stores {
        let found = store.read().conflicts(OFFICE, 0, 9).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].record, found[0].key, found[0].must_settle),
            (record(1), removed, true)
        );
    }
    let refused = write(&mut stores[0], OFFICE, |tx| {
        tx.settle(record(1), removed, Choice::Keep(dot))
    });
    assert!(matches!(refused, Err(StoreError::Invalid { .. })));
    write(&mut stores[1], OFFICE, |tx| {
        tx.remove(record(1), "entered twice, indeed")
    })
    .unwrap();
    exchange(&members, &mut stores);
    for store in &stores {
        assert_eq!(store.read().conflicts_count(OFFICE).unwrap(), 0);
    }
    assert_eq!(dump(&stores[0]), dump(&stores[1]));
}
