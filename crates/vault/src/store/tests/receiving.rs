//! What becomes of a segment: taken in whole, refused, stopped with its chain, or kept aside.

use super::clinic::*;
use super::convergence::dump;
use super::sync_state::{put, tip, two};
use crate::store::{Received, Stop, Store, StoreError};
use wardkeep_record::op::Dot;
use wardkeep_sync::id::{Chain, Incarnation};

#[test]
fn an_unreadable_op_stops_its_chain_and_nothing_else() {
    let (members, _clinics, [mut store, mut other]) = two();
    put(&mut store, 1, "A");
    put(&mut store, 2, "B");
    let good = members.drain(&mut store);
    let (chain, after) = tip(&good[0]);
    members.receive(&mut other, &good[0]).unwrap();
    put(&mut store, 3, "C");
    let op = store
        .read()
        .ops_after(
            OFFICE,
            Dot {
                device: device(1),
                seq: 2,
            },
            1,
        )
        .unwrap();
    let before = dump(&other);
    // A good op before the bad one is not taken either: a segment is taken whole or not at all.
    let poisoned = members.forged(chain, Some(after), 3, &[op[0].bytes.clone(), b"junk".to_vec()]);
    let entries = |store: &Store| store.read().audit_entries(OFFICE, None, None, 99).unwrap().len();
    let audited = entries(&other);
    assert_eq!(
        members.receive(&mut other, &poisoned).unwrap(),
        Received::Stopped(Stop::Unreadable)
    );
    assert_eq!(dump(&other), before);
    assert_eq!(entries(&other), audited + 1);
    let stopped = other.read().stopped_chains(OFFICE).unwrap();
    assert_eq!(
        (stopped.len(), stopped[0].chain, stopped[0].tip),
        (1, chain, Some(after))
    );
    // It stays stopped, also for a good one, and is not written down again; other compartments and devices go on.
    let good = members.drain(&mut store);
    assert_eq!(
        members.receive(&mut other, &good[0]).unwrap(),
        Received::Stopped(Stop::Unreadable)
    );
    assert_eq!(entries(&other), audited + 1);
    write(&mut store, CLINICAL, |tx| {
        tx.put(vec![observation_edit(record(5), "2020", "a")])
    })
    .unwrap();
    for bytes in members.drain(&mut store) {
        assert!(matches!(
            members.receive(&mut other, &bytes).unwrap(),
            Received::Applied { new: 1, .. }
        ));
    }
    other.retry_chain(OFFICE, chain).unwrap();
    assert!(matches!(
        members.receive(&mut other, &good[0]).unwrap(),
        Received::Applied { new: 1, .. }
    ));
    assert_eq!(dump(&other), dump(&store));
    assert!(other.read().stopped_chains(OFFICE).unwrap().is_empty());
}

#[test]
fn gaps_clones_and_misplaced_ops_stop_a_chain_each_by_its_name() {
    let (members, _clinics, [mut store, mut other]) = two();
    put(&mut store, 1, "A");
    let chain = store.read().own_chain(OFFICE).unwrap().unwrap().chain;
    let log = store
        .read()
        .ops_after(
            OFFICE,
            Dot {
                device: device(1),
                seq: 0,
            },
            9,
        )
        .unwrap();
    let sealed = members.drain(&mut store);
    members.receive(&mut other, &sealed[0]).unwrap();
    let after = Some(tip(&sealed[0]).1);
    let gap = members.forged(chain, after, 9, &[log[0].bytes.clone()]);
    let again = Chain {
        device: wardkeep_roster::DeviceId([2; 16]),
        incarnation: Incarnation([2; 16]),
        ..chain
    };
    let misplaced = Chain {
        compartment: wardkeep_roster::Compartment::Clinical,
        ..again
    };
    put(&mut other, 9, "Mine");
    let mut twin = Clinic::new(2).create();
    put(&mut twin, 1, "Another");
    let twins = twin
        .read()
        .ops_after(
            OFFICE,
            Dot {
                device: device(2),
                seq: 0,
            },
            9,
        )
        .unwrap();
    let cloned = members.forged(again, None, 1, &[twins[0].bytes.clone()]);
    let misplaced = members.forged(misplaced, None, 1, &[log[0].bytes.clone()]);
    let before = dump(&other);
    for (bytes, stop) in [(gap, Stop::Gap), (cloned, Stop::Cloned), (misplaced, Stop::Misplaced)] {
        assert_eq!(members.receive(&mut other, &bytes).unwrap(), Received::Stopped(stop));
    }
    assert_eq!(dump(&other), before);
    assert_eq!(
        other.read().frontier(OFFICE).unwrap().len(),
        1,
        "a chain that never began is in no vector"
    );
    assert_eq!(other.read().stopped_chains(OFFICE).unwrap().len(), 2);
    assert_eq!(other.read().stopped_chains(CLINICAL).unwrap().len(), 1);
}

#[test]
fn out_of_turn_and_out_of_place_is_refused_and_twice_is_once() {
    let (members, _clinics, [mut store, mut other]) = two();
    put(&mut store, 1, "A");
    members.seal(&mut store, OFFICE).unwrap();
    put(&mut store, 2, "B");
    let sealed = members.drain(&mut store);
    assert!(matches!(
        members.receive(&mut other, &sealed[1]),
        Err(StoreError::Invalid { .. })
    ));
    members.receive(&mut other, &sealed[0]).unwrap();
    assert_eq!(members.receive(&mut other, &sealed[0]).unwrap(), Received::Duplicate);
    let (chain, _) = tip(&sealed[0]);
    let log = store
        .read()
        .ops_after(
            OFFICE,
            Dot {
                device: device(1),
                seq: 1,
            },
            9,
        )
        .unwrap();
    let fork = members.forged(chain, None, 1, &[log[0].bytes.clone()]);
    assert!(matches!(
        members.receive(&mut other, &fork),
        Err(StoreError::Invalid { .. })
    ));
    members.receive(&mut other, &sealed[1]).unwrap();
    assert_eq!(dump(&other), dump(&store));
}

#[test]
fn a_restored_device_takes_its_own_tail_back_and_does_not_send_it_again() {
    let (members, _clinics, [mut store, _]) = two();
    put(&mut store, 1, "A");
    put(&mut store, 2, "B");
    let sent = members.drain(&mut store);
    let clinic = Clinic {
        device: device(1),
        ..Clinic::new(5)
    };
    let mut restored = clinic.create();
    members.enroll(&mut restored, 9);
    members.receive(&mut restored, &sent[0]).unwrap();
    assert_eq!(dump(&restored), dump(&store));
    assert_eq!(restored.read().unsent(OFFICE).unwrap().ops, 0);
    assert_eq!(members.seal(&mut restored, OFFICE).unwrap(), None);
    put(&mut restored, 3, "C");
    let next = members.drain(&mut restored);
    members.receive(&mut store, &next[0]).unwrap();
    assert_eq!(dump(&restored), dump(&store));
}
