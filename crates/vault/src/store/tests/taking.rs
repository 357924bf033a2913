//! Snapshots taken in: the same as if every op had been applied, before, after and in spite of everything that this device has itself.

use super::clinic::*;
use super::convergence::{DEVICES, Step, dump, run, step};
use super::members::{BOTH, Members};
use super::sync_state::{put, two};
use crate::blob;
use crate::random::SeededRandom;
use crate::store::{Action, Store, StoreError};
use proptest::prelude::*;
use wardkeep_record::field::SEALED;
use wardkeep_record::id::BlobId;
use wardkeep_record::op::Compartment;
use wardkeep_roster::ClinicId;
use wardkeep_sync::id::Incarnation;
use wardkeep_sync::snapshot::Claim;

const CLINIC: ClinicId = ClinicId([9; 32]);

/// What a store would put into a snapshot.
pub(super) fn give(store: &Store, at: Compartment) -> (Claim, Vec<Vec<u8>>) {
    let claim = store.read().snapshot_claim(at).unwrap().unwrap();
    let mut rows = Vec::new();
    let take = |item: &[u8]| {
        rows.push(item.to_vec());
        Ok::<_, StoreError>(())
    };
    store.read().each_snapshot_item(at, take).unwrap();
    assert_eq!(claim.rows(), rows.len() as u64);
    (claim, rows)
}

pub(super) fn take(
    store: &mut Store,
    at: Compartment,
    (claim, rows): &(Claim, Vec<Vec<u8>>),
) -> Result<u64, StoreError> {
    store.take_snapshot((&CLINIC, at), |taking| {
        rows.iter().try_for_each(|row| taking.row(row))?;
        Ok(claim.clone())
    })
}

/// All that two stores must agree in.
fn agree(a: &Store, b: &Store) {
    assert_eq!(dump(a), dump(b));
    for at in BOTH {
        for store in [a, b] {
            let view = store.read();
            assert_eq!(view.digest(at).unwrap(), view.digest_of_rows(at).unwrap());
            assert_eq!(view.verify_audit(at).unwrap().fault, None);
        }
        assert_eq!(a.read().digest(at).unwrap(), b.read().digest(at).unwrap());
        assert_eq!(a.read().frontier(at).unwrap(), b.read().frontier(at).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// One device hears every segment; one takes a snapshot in the middle, with work of its own before it and after it.
    #[test]
    fn a_snapshot_and_its_tail_are_the_same_as_all_segments(
        before in proptest::collection::vec(step(), 1..25),
        after in proptest::collection::vec(step(), 0..15),
        own in 0usize..3,
    ) {
        let members = Members::of(4);
        let clinics: Vec<Clinic> = (1..=4).map(Clinic::new).collect();
        let mut stores: Vec<Store> = clinics.iter().map(Clinic::create).collect();
        for (store, life) in stores.iter_mut().zip(1..) {
            members.enroll(store, life);
        }
        let play = |stores: &mut [Store], steps: &[Step]| {
            for step in steps.iter().filter(|step| !matches!(step, Step::Sync { .. })) {
                run(&mut stores[..DEVICES], step);
            }
        };
        let exchange = |stores: &mut [Store], until: usize| {
            for from in 0..stores.len() {
                for bytes in members.drain(&mut stores[from]) {
                    for store in stores[..until].iter_mut() {
                        members.receive(store, &bytes).unwrap();
                    }
                }
            }
        };
        // The fourth has written something, as a device may that lost touch, and nobody has heard of it.
        for n in 0..own {
            put(&mut stores[3], n as u8 + 1, "Own");
        }
        play(&mut stores, &before);
        let (three, fourth) = stores.split_at_mut(DEVICES);
        exchange(three, DEVICES);
        for at in BOTH {
            let snapshot = give(&three[1], at);
            // The order of rows and the claim are the same wherever it is made.
            prop_assert_eq!(&snapshot, &give(&three[0], at));
            take(&mut fourth[0], at, &snapshot).unwrap();
        }
        exchange(&mut stores, 4);
        agree(&stores[0], &stores[3]);
        play(&mut stores, &after);
        put(&mut stores[3], 2, "Later");
        exchange(&mut stores, 4);
        agree(&stores[0], &stores[3]);
        agree(&stores[2], &stores[3]);
        // Taken again, later, by a device that has all of it: nothing changes.
        let (at, text) = (OFFICE, dump(&stores[3]));
        let snapshot = give(&stores[0], at);
        take(&mut stores[3], at, &snapshot).unwrap();
        prop_assert_eq!(dump(&stores[3]), text);
        agree(&stores[0], &stores[3]);
    }
}

#[test]
fn sealed_files_that_the_rows_name_are_fetched_like_those_of_ops() {
    let (members, clinics, [mut store, mut other]) = two();
    let (id, random) = (BlobId::from_bytes([7; 16]), SeededRandom::new(7));
    let sealed = blob::seal(&clinics[0].home, &random, id, &mut &b"a photo"[..], 100).unwrap();
    let mut edit = patient_edit(record(1), "One", "1956");
    edit.values.push((one(SEALED), Some(sealed.to_json().as_str().into())));
    write(&mut store, OFFICE, |tx| tx.put(vec![edit])).unwrap();
    members.drain(&mut store);
    assert_eq!(other.read().travelling_count(OFFICE).unwrap(), 0);
    take(&mut other, OFFICE, &give(&store, OFFICE)).unwrap();
    let files = other.read().travelling(OFFICE).unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!((files[0].hash, files[0].id), (sealed.hash, id));
    let row = other.read().blob(OFFICE, id).unwrap().unwrap();
    assert_eq!(*row.key, *sealed.key.expose(), "it can be opened");
}

#[test]
fn rows_that_were_not_signed_change_nothing() {
    let (_, _, [mut store, mut other]) = two();
    let members = Members::of(2);
    put(&mut store, 1, "One");
    put(&mut store, 2, "Two");
    put(&mut other, 3, "Own");
    members.drain(&mut store);
    let (claim, rows) = give(&store, OFFICE);
    let before = dump(&other);
    let mut changed = rows.clone();
    let last = changed[0].len() - 1;
    changed[0][last] ^= 1;
    let doubled = [&rows[..], &rows[..1]].concat();
    let lies = [rows[1..].to_vec(), changed, doubled, vec![vec![0; 5]], Vec::new()];
    for lie in lies {
        let refused = take(&mut other, OFFICE, &(claim.clone(), lie));
        assert!(refused.is_err(), "{refused:?}");
        assert_eq!(dump(&other), before);
        assert_eq!(other.read().verify_audit(OFFICE).unwrap().fault, None);
    }
    let clinical = other.take_snapshot((&CLINIC, CLINICAL), |_| Ok::<_, StoreError>(claim.clone()));
    assert_eq!(clinical, Err(StoreError::WrongCompartment));
    let hash = claim.hash(&CLINIC);
    assert_eq!(other.read().snapshot_taken(OFFICE).unwrap(), None);
    assert_eq!(take(&mut other, OFFICE, &(claim, rows)), Ok(2));
    assert_eq!(other.read().snapshot_taken(OFFICE).unwrap(), Some(hash));
    assert_eq!(
        other.read().patients_count().unwrap(),
        3,
        "what it wrote itself is still there"
    );
    let list = other.read().audit_entries(OFFICE, None, None, 10).unwrap();
    assert!(list.iter().any(|entry| entry.action == Action::Snapshot.number()));
}

#[test]
fn a_cut_anywhere_leaves_all_or_nothing() {
    let (members, _clinics, [mut store, mut other]) = two();
    for n in 1..6 {
        put(&mut store, n, "Family");
    }
    put(&mut other, 9, "Own");
    members.drain(&mut store);
    let snapshot = give(&store, OFFICE);
    let before = dump(&other);
    let mut cuts = 0;
    for instructions in (1..).step_by(97) {
        cut_after(&mut other, instructions);
        let taken = take(&mut other, OFFICE, &snapshot);
        uncut(&mut other);
        if taken.is_ok() {
            break;
        }
        cuts += 1;
        assert_eq!(dump(&other), before, "cut after {instructions}");
    }
    assert!(cuts > 10, "{cuts}");
    assert_eq!(other.read().patients_count().unwrap(), 6);
}

#[test]
fn what_waits_keeps_a_snapshot_from_being_made() {
    let (members, _clinics, [mut store, _other]) = two();
    put(&mut store, 1, "One");
    assert_eq!(
        store.read().snapshot_claim(OFFICE).unwrap(),
        None,
        "its vector would not say so"
    );
    members.drain(&mut store);
    assert!(store.read().snapshot_claim(OFFICE).unwrap().is_some());
}

#[test]
fn a_new_life_after_a_snapshot_loses_nothing_that_came_with_it() {
    let (members, _clinics, [mut store, mut other]) = two();
    put(&mut store, 1, "FromSnapshot");
    put(&mut store, 2, "Untouched");
    members.drain(&mut store);
    let snapshot = give(&store, OFFICE);
    take(&mut other, OFFICE, &snapshot).unwrap();
    // An own change that nobody has acknowledged, of a record that came with the snapshot.
    put(&mut other, 1, "Changed");
    put(&mut other, 3, "New");
    members.drain(&mut other);
    let before = dump(&other).len();
    other.begin_incarnation(OFFICE, Incarnation([77; 16])).unwrap();
    assert_eq!(dump(&other).len(), before);
    for bytes in members.drain(&mut other) {
        members.receive(&mut store, &bytes).unwrap();
    }
    let office = |store: &Store| dump(store);
    assert_eq!(office(&store), office(&other));
    assert_eq!(
        store.read().digest(OFFICE).unwrap(),
        other.read().digest(OFFICE).unwrap()
    );
}
