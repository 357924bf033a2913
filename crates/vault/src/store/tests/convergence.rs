//! The tables are a function of the set of ops: any order of arrival, any number of repeats.

use super::clinic::*;
use crate::store::{Applied, Store, StoreError};
use proptest::prelude::*;
use wardkeep_record::field::{Kind, observation, patient};
use wardkeep_record::op::{Compartment, Dot, FieldKey, decode_op};

/// Something that one of the devices does.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Writes a value to a field of a record.
    Put {
        device: usize,
        at: Compartment,
        record: u8,
        field: usize,
        value: u8,
    },
    /// Removes a record, if it is there.
    Remove { device: usize, at: Compartment, record: u8 },
    /// Restores a record, if it is removed.
    Restore { device: usize, at: Compartment, record: u8 },
    /// Takes in all that another device has.
    Sync { device: usize, from: usize },
}

pub(super) const DEVICES: usize = 3;

fn compartment() -> impl Strategy<Value = Compartment> {
    prop_oneof![Just(OFFICE), Just(CLINICAL)]
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let place = || (0..DEVICES, compartment(), 1u8..4);
    prop_oneof![
        6 => (place(), 0usize..3, 0u8..6).prop_map(|((device, at, record), field, value)| Step::Put {
            device, at, record, field, value
        }),
        1 => place().prop_map(|(device, at, record)| Step::Remove { device, at, record }),
        1 => place().prop_map(|(device, at, record)| Step::Restore { device, at, record }),
        2 => (0..DEVICES, 0..DEVICES).prop_map(|(device, from)| Step::Sync { device, from }),
    ]
}

/// The field and value of a step; value 0 clears.
fn value(at: Compartment, field: usize, value: u8) -> (FieldKey, Option<Box<str>>) {
    let text = |text: String| (value != 0).then(|| text.into_boxed_str());
    match (at, field) {
        (Compartment::Office, 0) => (one(patient::GENDER), text(format!("\"g{value}\""))),
        (Compartment::Office, 1) => (one(patient::BIRTH_DATE), text(format!("\"190{value}\""))),
        (Compartment::Office, _) => (
            FieldKey {
                field: patient::NAME,
                item: Some(value.into()),
            },
            text(format!("{{\"family\":\"Family{value}\"}}")),
        ),
        (Compartment::Clinical, 0) => (one(observation::STATUS), text(format!("\"s{value}\""))),
        (Compartment::Clinical, 1) => (
            one(observation::EFFECTIVE),
            text(format!("{{\"effectiveDateTime\":\"200{value}\"}}")),
        ),
        (Compartment::Clinical, _) => (one(observation::NOTE), text(format!("[{{\"text\":\"n{value}\"}}]"))),
    }
}

pub(super) fn run(stores: &mut [Store], step: &Step) {
    match *step {
        Step::Put {
            device,
            at,
            record: id,
            field,
            value: v,
        } => {
            let (kind, patient) = match at {
                Compartment::Office => (Kind::PATIENT, None),
                Compartment::Clinical => (Kind::OBSERVATION, Some(record(1))),
            };
            let values = vec![value(at, field, v)];
            let edit = crate::store::Edit {
                record: record(id),
                kind,
                patient,
                values,
            };
            write(&mut stores[device], at, |tx| tx.put(vec![edit])).unwrap();
        }
        Step::Remove { device, at, record: id } => {
            let removed = write(&mut stores[device], at, |tx| tx.remove(record(id), "test"));
            assert!(matches!(removed, Ok(_) | Err(StoreError::Missing { .. })));
        }
        Step::Restore { device, at, record: id } => {
            let restored = write(&mut stores[device], at, |tx| tx.restore(record(id)));
            assert!(matches!(restored, Ok(_) | Err(StoreError::Missing { .. })));
        }
        Step::Sync { device, from } if device != from => {
            let all = ops(&stores[from]);
            receive_all(&mut stores[device], all.iter());
        }
        Step::Sync { .. } => {}
    }
}

fn receive(store: &mut Store, at: Compartment, dot: Dot, bytes: &[u8]) -> Result<Applied, StoreError> {
    write(store, at, |tx| tx.apply_remote(dot, bytes))
}

/// Takes in many, each compartment's in one transaction.
fn receive_all<'a>(store: &mut Store, ops: impl Iterator<Item = &'a Sent> + Clone) {
    for wanted in [OFFICE, CLINICAL] {
        write(store, wanted, |tx| {
            let mut ops = ops.clone().filter(|(at, ..)| *at == wanted);
            ops.try_for_each(|(_, dot, bytes)| tx.apply_remote(*dot, bytes).map(drop))
        })
        .unwrap();
    }
}

/// An op on its way.
type Sent = (Compartment, Dot, Vec<u8>);

/// Every op that a store's log holds.
fn ops(store: &Store) -> Vec<Sent> {
    let mut all = Vec::new();
    for at in [OFFICE, CLINICAL] {
        for head in store.read().op_heads(at).unwrap() {
            let from = Dot { seq: 0, ..head };
            for op in store.read().ops_after(at, from, 1_000).unwrap() {
                assert!(op.applied);
                all.push((at, op.dot, op.bytes));
            }
        }
    }
    all
}

/// All that the tables say, without the numbers that differ from device to device.
pub(super) fn dump(store: &Store) -> Vec<String> {
    let mut lines = vec![format!("{} patients", store.read().patients_count().unwrap())];
    for at in [OFFICE, CLINICAL] {
        let s = crate::store::schema::schema(at);
        let mut ids = store
            .conn
            .prepare(&format!("SELECT id FROM {s}.record ORDER BY id"))
            .unwrap();
        let ids: Vec<[u8; 16]> = ids
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for id in ids {
            let id = wardkeep_record::id::RecordId::from_bytes(id);
            let stored = store.read().record(at, id).unwrap().unwrap();
            lines.push(format!(
                "{id} {:?} {:?} {} {:?} {} {:?} {:?}",
                stored.state.kind,
                stored.state.patient,
                stored.sort_date,
                stored.removal,
                stored.conflict,
                stored.state.fields.to_bytes(),
                stored.state.clocks.to_bytes()
            ));
        }
    }
    let index = "SELECT s.word || s.others || s.born || hex(p.id) FROM search_name s JOIN patient_row p ON p.n = s.n
                 UNION ALL SELECT born || flags || hex(id) FROM patient_row ORDER BY 1";
    let mut index = store.conn.prepare(index).unwrap();
    lines.extend(
        index
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap()
            .map(Result::unwrap),
    );
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn order_and_repetition_change_nothing(
        steps in proptest::collection::vec(step(), 1..40),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 120),
    ) {
        let clinics: Vec<Clinic> = (1..=5).map(Clinic::new).collect();
        let mut stores: Vec<Store> = clinics.iter().map(Clinic::create).collect();
        for (n, step) in steps.iter().enumerate() {
            // The clocks of the devices drift apart, one of them backwards.
            clinics[n % DEVICES].clock.set_wall_ms(1_800_000_000_000 + 977 * (n as u64 % 7) * (n as u64 % DEVICES as u64));
            run(&mut stores[..DEVICES], step);
        }
        let mut all: Vec<_> = stores[..DEVICES].iter().flat_map(ops).collect();
        all.sort_by_key(|(_, dot, _)| *dot);
        // One that hears everything in an arbitrary order with repeats, and one that hears it in the order of the names.
        let shuffled: Vec<Sent> = order.iter().filter(|_| !all.is_empty()).map(|pick| pick.get(&all).clone()).collect();
        receive_all(&mut stores[3], shuffled.iter());
        for store in &mut stores {
            receive_all(store, all.iter());
        }
        let expected = dump(&stores[4]);
        for store in &stores {
            prop_assert_eq!(&dump(store), &expected);
            prop_assert_eq!(store.read().verify_audit(OFFICE).unwrap().fault, None);
        }
    }
}

#[test]
fn duplicates_own_restored_ops_and_clones_are_told_apart() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    for family in ["A", "B"] {
        write(&mut store, OFFICE, |tx| {
            tx.put(vec![patient_edit(record(1), family, "1956")])
        })
        .unwrap();
    }
    let log = ops(&store);
    assert_eq!(
        receive(&mut store, OFFICE, log[0].1, &log[0].2).unwrap(),
        Applied::Duplicate
    );

    // The same device with an empty vault takes back its own ops, the later one first, and goes on after them.
    let restored = Clinic {
        device: clinic.device,
        ..Clinic::new(7)
    };
    let mut restored_store = restored.create();
    for (at, dot, bytes) in log.iter().rev() {
        assert_eq!(receive(&mut restored_store, *at, *dot, bytes).unwrap(), Applied::New);
    }
    assert_eq!(dump(&restored_store), dump(&store));
    let next = write(&mut restored_store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "C", "1956")])
    })
    .unwrap();
    assert_eq!(next[0].seq, 3);

    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "D", "1956")])
    })
    .unwrap();
    let (at, dot, bytes) = ops(&restored_store).pop().unwrap();
    let cloned = receive(&mut store, at, dot, &bytes);
    assert_eq!(
        cloned.unwrap_err(),
        StoreError::Cloned {
            device: clinic.device,
            seq: 3
        }
    );
}

#[test]
fn two_edits_that_met_are_both_kept_and_marked() {
    let (left, right) = (Clinic::new(1), Clinic::new(2));
    let (mut a, mut b) = (left.create(), right.create());
    write(&mut a, OFFICE, |tx| tx.put(vec![patient_edit(record(1), "A", "1956")])).unwrap();
    let (at, dot, bytes) = ops(&a).pop().unwrap();
    receive(&mut b, at, dot, &bytes).unwrap();
    write(&mut a, OFFICE, |tx| tx.put(vec![patient_edit(record(1), "A", "1957")])).unwrap();
    right.clock.advance_ms(5);
    write(&mut b, OFFICE, |tx| tx.put(vec![patient_edit(record(1), "A", "1958")])).unwrap();
    for (at, dot, bytes) in ops(&b) {
        receive(&mut a, at, dot, &bytes).unwrap();
    }
    let found = a.read().record(OFFICE, record(1)).unwrap().unwrap();
    assert!(found.conflict);
    assert_eq!(found.state.fields.one(patient::BIRTH_DATE), Some("\"1958\""));
    assert_eq!(found.state.conflicts()[0].1.len(), 2);
    write(&mut a, OFFICE, |tx| tx.put(vec![patient_edit(record(1), "A", "1958")])).unwrap();
    assert!(!a.read().record(OFFICE, record(1)).unwrap().unwrap().conflict);
}

#[test]
fn a_newer_op_waits_and_is_applied_after_the_update() {
    let (author, clinic) = (Clinic::new(1), Clinic::new(2));
    let mut store = author.create();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])
    })
    .unwrap();
    let (at, dot, bytes) = ops(&store).pop().unwrap();
    let mut newer = bytes.clone();
    newer[1] = 9;
    assert!(decode_op(&newer).is_err());

    let mut store = clinic.create();
    assert_eq!(receive(&mut store, at, dot, &newer).unwrap(), Applied::Deferred);
    assert_eq!(receive(&mut store, at, dot, &newer).unwrap(), Applied::Duplicate);
    drop(store);
    let store = clinic.open();
    assert_eq!(store.read().deferred_count(OFFICE).unwrap(), 1);
    assert_eq!(
        store.read().ops_after(OFFICE, Dot { seq: 0, ..dot }, 9).unwrap()[0].bytes,
        newer
    );
    assert_eq!(store.read().record(OFFICE, record(1)).unwrap(), None);

    // The update: the same log, and a program that can read it.
    let mut packed = vec![0];
    packed.extend_from_slice(&bytes);
    store.conn.execute("UPDATE op SET bytes = ?1", [packed]).unwrap();
    drop(store);
    let store = clinic.open();
    assert_eq!(store.read().deferred_count(OFFICE).unwrap(), 0);
    assert!(store.read().record(OFFICE, record(1)).unwrap().is_some());
    assert_eq!(store.read().verify_audit(OFFICE).unwrap().fault, None);
}

#[test]
fn what_is_no_op_is_refused_and_leaves_nothing() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])
    })
    .unwrap();
    let (_, dot, bytes) = ops(&store).pop().unwrap();
    let before = dump(&store);
    let foreign = Dot {
        device: device(9),
        seq: 1,
    };
    for (dot, bytes) in [
        (foreign, &b"junk"[..]),
        (foreign, &bytes),
        (Dot { seq: 0, ..dot }, &bytes),
        (foreign, &[]),
    ] {
        assert_eq!(
            receive(&mut store, OFFICE, dot, bytes).unwrap_err(),
            StoreError::UnreadableOp
        );
    }
    let wrong = receive(&mut store, CLINICAL, dot, &bytes);
    assert_eq!(wrong.unwrap_err(), StoreError::WrongCompartment);
    assert_eq!(dump(&store), before);
}
