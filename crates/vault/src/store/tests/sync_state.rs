//! What the store knows of its own chain: sealed, acknowledged, begun anew.

use super::clinic::*;
use super::convergence::dump;
use super::members::{BOTH, Members};
use crate::store::{Action, Received, Store, StoreError};
use wardkeep_record::id::RecordId;
use wardkeep_sync::id::{Chain, Incarnation, Tip};
use wardkeep_sync::secret::{DigestKey, EpochKey};
use wardkeep_sync::segment::{MAX_OPS, Segment};

/// Two laptops of one clinic.
pub(super) fn two() -> (Members, [Clinic; 2], [Store; 2]) {
    let (members, clinics) = (Members::of(2), [Clinic::new(1), Clinic::new(2)]);
    let mut stores = [clinics[0].create(), clinics[1].create()];
    for (store, life) in stores.iter_mut().zip(1..) {
        members.enroll(store, life);
    }
    (members, clinics, stores)
}

pub(super) fn put(store: &mut Store, n: u8, family: &str) {
    write(store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(n), family, "1956")])
    })
    .unwrap();
}

pub(super) fn tip(bytes: &[u8]) -> (Chain, Tip) {
    let segment = Segment::parse(bytes).unwrap();
    let (header, hash) = (*segment.header(), segment.hash());
    (header.chain, Tip { seq: header.seq, hash })
}

#[test]
fn a_record_has_left_when_the_server_has_acknowledged_it() {
    let (members, clinics, [mut store, mut other]) = two();
    put(&mut store, 1, "A");
    clinics[0].clock.advance_ms(60_000);
    put(&mut store, 2, "B");
    let left = |store: &Store, n: u8| store.read().has_left(OFFICE, record(n)).unwrap();
    let unsent = store.read().unsent(OFFICE).unwrap();
    assert_eq!(
        (unsent.ops, unsent.unsealed, unsent.oldest_ms),
        (2, 2, Some(1_800_000_000_000))
    );
    members.seal(&mut store, OFFICE).unwrap().unwrap();
    put(&mut store, 2, "C");
    let sealed = members.drain(&mut store);
    assert_eq!(sealed.len(), 2);
    assert!(!left(&store, 1) && !left(&store, 2), "sealed is not sent");
    let life = tip(&sealed[0]).0.incarnation;
    store.note_acknowledged(OFFICE, life, 1).unwrap();
    assert!(left(&store, 1) && !left(&store, 2));
    let unsent = store.read().unsent(OFFICE).unwrap();
    assert_eq!(
        (unsent.ops, unsent.unsealed, unsent.oldest_ms),
        (1, 0, Some(1_800_000_060_000))
    );
    store.note_acknowledged(OFFICE, life, 2).unwrap();
    assert!(left(&store, 2));
    assert_eq!(store.read().unsent(OFFICE).unwrap(), crate::store::Unsent::default());
    // What another device wrote is nothing that this one has to send.
    for bytes in &sealed {
        members.receive(&mut other, bytes).unwrap();
    }
    assert!(left(&other, 1));
    assert_eq!(other.read().unsent(OFFICE).unwrap().ops, 0);
    // The server lost everything, and said so.
    store.note_acknowledged(OFFICE, life, 0).unwrap();
    assert!(!left(&store, 1) && store.read().unsent(OFFICE).unwrap().ops == 3);
    store.note_acknowledged(OFFICE, life, 2).unwrap();
    assert!(left(&store, 1));
    let missing = store.read().has_left(OFFICE, record(9));
    assert_eq!(missing.unwrap_err(), StoreError::Missing { what: "record" });
}

#[test]
fn an_overwritten_write_of_this_device_counts_until_it_has_left() {
    let (members, _clinics, [mut store, mut other]) = two();
    put(&mut store, 1, "A");
    let sealed = members.drain(&mut store);
    members.receive(&mut other, &sealed[0]).unwrap();
    put(&mut other, 1, "B");
    for bytes in members.drain(&mut other) {
        members.receive(&mut store, &bytes).unwrap();
    }
    assert!(!store.read().has_left(OFFICE, record(1)).unwrap());
    store.note_acknowledged(OFFICE, Incarnation([1; 16]), 1).unwrap();
    assert!(store.read().has_left(OFFICE, record(1)).unwrap());
    let stored = store.read().record(OFFICE, record(1)).unwrap().unwrap();
    assert_eq!(store.read().all_left(OFFICE, &[stored]).unwrap(), [true]);
}

#[test]
fn segments_hold_what_fits_and_say_whether_more_waits() {
    let (members, _clinics, [mut store, mut other]) = two();
    for n in 0..=MAX_OPS as u32 {
        let id = RecordId::new(n.into(), [0; 10]);
        write(&mut store, OFFICE, |tx| tx.put(vec![patient_edit(id, "A", "1956")])).unwrap();
    }
    let first = members.seal(&mut store, OFFICE).unwrap().unwrap();
    assert_eq!((first.ops, first.more, first.tip.seq), (MAX_OPS as u64, true, 1));
    let second = members.seal(&mut store, OFFICE).unwrap().unwrap();
    assert_eq!((second.ops, second.more, second.tip.seq), (1, false, 2));
    assert_eq!(members.seal(&mut store, OFFICE).unwrap(), None);
    // Text that does not compress: two of these do not fit into one segment.
    let long = |seed: u32| -> String {
        let hash = |n: u32| blake3::hash(&(seed + n).to_be_bytes()).to_hex().to_string();
        (0..11_000).map(hash).collect()
    };
    for n in 0..2 {
        let edit = observation_edit(record(n), "2020", &long(u32::from(n) * 100_000));
        write(&mut store, CLINICAL, |tx| tx.put(vec![edit])).unwrap();
    }
    let first = members.seal(&mut store, CLINICAL).unwrap().unwrap();
    assert_eq!((first.ops, first.more), (1, true));
    let all = members.drain(&mut store);
    assert_eq!(all.len(), 4);
    for bytes in &all {
        assert!(matches!(
            members.receive(&mut other, bytes).unwrap(),
            Received::Applied { .. }
        ));
    }
    assert_eq!(dump(&other), dump(&store));
    let receipts = other.read().audit_entries(OFFICE, None, None, 9).unwrap();
    assert_eq!(receipts.len(), 2, "one entry for each segment");
    assert!(receipts.iter().all(|row| row.action == Action::Receive.number()));
}

#[test]
fn a_sealer_that_fails_or_answers_something_else_changes_nothing() {
    let (members, _clinics, [mut store, _]) = two();
    put(&mut store, 1, "A");
    let failed = store.seal_pending(OFFICE, |_| Err::<Vec<u8>, _>(StoreError::Busy));
    assert_eq!(failed.unwrap_err(), StoreError::Busy);
    let foreign = members.forged(
        Chain {
            device: wardkeep_roster::DeviceId([2; 16]),
            ..store.read().own_chain(OFFICE).unwrap().unwrap().chain
        },
        None,
        1,
        &[vec![1]],
    );
    for wrong in [foreign, b"junk".to_vec()] {
        let refused = store.seal_pending(OFFICE, |_| Ok::<_, StoreError>(wrong));
        assert!(matches!(refused, Err(StoreError::Invalid { .. })));
    }
    assert_eq!(store.read().frontier(OFFICE).unwrap().len(), 0);
    assert_eq!(store.read().unsent(OFFICE).unwrap().unsealed, 1);
    let mut fresh = Clinic::new(3).create();
    let none = fresh.seal_pending(OFFICE, |_| Ok::<_, StoreError>(Vec::new()));
    assert_eq!(none.unwrap_err(), StoreError::Missing { what: "incarnation" });
    assert_eq!(fresh.read().own_chain(OFFICE).unwrap(), None);
}

#[test]
fn a_new_life_seals_again_what_was_not_acknowledged() {
    let (members, _clinics, [mut store, mut other]) = two();
    put(&mut store, 1, "A");
    let sent = members.drain(&mut store);
    store.note_acknowledged(OFFICE, Incarnation([1; 16]), 1).unwrap();
    put(&mut store, 2, "B");
    members.seal(&mut store, OFFICE).unwrap().unwrap();
    put(&mut store, 3, "C");
    store.begin_incarnation(OFFICE, Incarnation([8; 16])).unwrap();
    store.begin_incarnation(OFFICE, Incarnation([8; 16])).unwrap();
    assert!(
        store.read().outbox(OFFICE, 9).unwrap().is_empty(),
        "it would fork the old chain"
    );
    assert_eq!(store.read().unsent(OFFICE).unwrap().unsealed, 2);
    members.checkpoint(&mut store, OFFICE);
    let again = members.drain(&mut store);
    assert_eq!(again.len(), 2);
    for bytes in sent.iter().chain(&again) {
        assert!(matches!(
            members.receive(&mut other, bytes).unwrap(),
            Received::Applied { .. }
        ));
    }
    assert_eq!(dump(&other), dump(&store));
    // The first segment of the new life holds no op: acknowledging it takes nothing back. The old life is over.
    store.note_acknowledged(OFFICE, Incarnation([8; 16]), 1).unwrap();
    store.note_acknowledged(OFFICE, Incarnation([1; 16]), 0).unwrap();
    assert_eq!(store.read().unsent(OFFICE).unwrap().ops, 2);
    store.note_acknowledged(OFFICE, Incarnation([8; 16]), 2).unwrap();
    assert_eq!(store.read().unsent(OFFICE).unwrap().ops, 0);
}

#[test]
fn checkpoints_stand_in_the_chain_and_change_no_record() {
    let (members, _clinics, [mut store, mut other]) = two();
    put(&mut store, 1, "A");
    members.seal(&mut store, OFFICE).unwrap();
    members.checkpoint(&mut store, OFFICE);
    put(&mut store, 2, "B");
    let sealed = members.drain(&mut store);
    assert_eq!(sealed.len(), 3);
    for bytes in &sealed {
        assert!(matches!(
            members.receive(&mut other, bytes).unwrap(),
            Received::Applied { .. }
        ));
    }
    assert_eq!(dump(&other), dump(&store));
    assert_eq!(store.read().unsent(OFFICE).unwrap().ops, 2);
    store.note_acknowledged(OFFICE, Incarnation([1; 16]), 2).unwrap();
    assert_eq!(store.read().unsent(OFFICE).unwrap().ops, 1);
}

#[test]
fn keys_are_kept_once_and_stay_in_their_file() {
    let (members, clinics, [mut store, _]) = two();
    let other = EpochKey::from_slice(&[9; 32]).unwrap();
    for at in BOTH {
        store.put_epoch_key(at, 1, members.key(at)).unwrap();
        let refused = store.put_epoch_key(at, 1, &other);
        assert_eq!(refused.unwrap_err(), StoreError::Exists { what: "epoch key" });
        store.put_epoch_key(at, 2, &other).unwrap();
        assert_eq!(store.read().epoch_numbers(at).unwrap(), [1, 2]);
        assert!(store.read().epoch_key(at, 2).unwrap().unwrap().same(&other));
        assert!(store.read().epoch_key(at, 3).unwrap().is_none());
        let digest = DigestKey::from_slice(&[1; 32]).unwrap();
        let refused = store.start_digest(at, &digest);
        assert_eq!(refused.unwrap_err(), StoreError::Exists { what: "digest key" });
    }
    drop(store);
    let office_only = crate::key::VaultKeys {
        office: clinics[0].keys.office.duplicate(),
        clinical: None,
    };
    let mut store = Store::open(&clinics[0].home, &office_only, device(1), clinics[0].clock.clone()).unwrap();
    let refused = StoreError::NotGranted { compartment: CLINICAL };
    assert_eq!(store.read().epoch_key(CLINICAL, 1).err(), Some(refused.clone()));
    assert_eq!(store.put_epoch_key(CLINICAL, 3, &other).unwrap_err(), refused);
    assert_eq!(store.read().frontier(CLINICAL).unwrap_err(), refused);
}
