//! A machine that exists twice, or was put back from an image: nothing that either wrote is lost, and what met is a conflict.

use super::clinic::*;
use super::convergence::dump;
use super::members::{BOTH, Members};
use super::sync_state::put;
use crate::store::{Edit, Received, Stop, Store, StoreError, writer_of};
use wardkeep_record::field::patient;
use wardkeep_record::id::DeviceId;
use wardkeep_sync::id::{Chain, Incarnation};

/// Two machines from one image, and a third that is neither. The image has sent one segment, and holds one op more.
struct Twins {
    members: Members,
    clinics: Vec<Clinic>,
    original: Store,
    twin: Store,
    witness: Store,
}

const FRESH: Incarnation = Incarnation([0x77; 16]);

fn twins() -> Twins {
    let members = Members::of(2);
    let (first, third) = (Clinic::new(1), Clinic::new(2));
    let (mut original, mut witness) = (first.create(), third.create());
    members.enroll(&mut original, 1);
    members.enroll(&mut witness, 2);
    put(&mut original, 1, "Image");
    for bytes in members.drain(&mut original) {
        members.receive(&mut witness, &bytes).unwrap();
    }
    original.note_acknowledged(OFFICE, Incarnation([1; 16]), 1).unwrap();
    drop(original);
    let second = Clinic {
        keys: first.keys.duplicate(),
        device: first.device,
        ..Clinic::new(9)
    };
    for file in ["office.db", "clinical.db"] {
        std::fs::copy(first.home.vault_dir().join(file), second.home.vault_dir().join(file)).unwrap();
    }
    let (original, twin) = (first.open(), second.open());
    Twins {
        members,
        clinics: vec![first, second, third],
        original,
        twin,
        witness,
    }
}

fn born(n: u8, year: &str) -> Edit {
    Edit {
        values: vec![(one(patient::BIRTH_DATE), Some(format!("\"{year}\"").into()))],
        ..patient_edit(record(n), "", "")
    }
}

/// All three have seen everything, say the same, and keep their digests in step.
fn all_agree(stores: &[&Store]) {
    for store in stores {
        assert_eq!(dump(store), dump(stores[0]));
        for at in BOTH {
            let view = store.read();
            assert_eq!(view.digest(at).unwrap(), stores[0].read().digest(at).unwrap());
            assert_eq!(view.digest(at).unwrap(), view.digest_of_rows(at).unwrap());
            assert_eq!(view.verify_audit(at).unwrap().fault, None);
        }
    }
}

#[test]
fn what_two_machines_of_one_name_wrote_meets_as_a_conflict() {
    let mut t = twins();
    // Both go on without knowing of each other: the same field, a record of their own, a removal.
    write(&mut t.original, OFFICE, |tx| tx.put(vec![born(1, "1960")])).unwrap();
    put(&mut t.original, 2, "Only of the original");
    write(&mut t.twin, OFFICE, |tx| tx.put(vec![born(1, "1961")])).unwrap();
    put(&mut t.twin, 3, "Only of the twin");
    write(&mut t.twin, OFFICE, |tx| tx.put(vec![born(3, "1971")])).unwrap();
    put(&mut t.twin, 4, "Gone again");
    write(&mut t.twin, OFFICE, |tx| tx.remove(record(4), "entered twice")).unwrap();
    let before = dump(&t.twin);
    let from_original = t.members.drain(&mut t.original);
    // The twin has sealed too, and learns then that the original was first.
    t.members.drain(&mut t.twin);
    let refused = t.members.receive(&mut t.twin, &from_original[0]);
    assert!(matches!(refused, Err(StoreError::Invalid { .. })));
    assert_eq!(t.twin.begin_incarnation(OFFICE, FRESH).unwrap(), FRESH);
    assert_eq!(t.twin.begin_incarnation(OFFICE, FRESH).unwrap(), FRESH);
    let same = |left: &[String], right: &[String]| left.len() == right.len();
    assert!(same(&dump(&t.twin), &before), "nobody's record vanishes in between");
    let unsent = t.twin.read().unsent(OFFICE).unwrap();
    assert_eq!((unsent.ops, unsent.unsealed), (5, 5));
    for bytes in &from_original {
        assert!(matches!(
            t.members.receive(&mut t.twin, bytes),
            Ok(Received::Applied { new: 2, .. })
        ));
        t.members.receive(&mut t.witness, bytes).unwrap();
    }
    let from_twin = t.members.drain(&mut t.twin);
    assert_eq!(from_twin.len(), 1);
    for bytes in &from_twin {
        t.members.receive(&mut t.witness, bytes).unwrap();
        t.members.receive(&mut t.original, bytes).unwrap();
    }
    all_agree(&[&t.original, &t.twin, &t.witness]);
    let view = t.witness.read();
    let found = view.conflicts(OFFICE, 0, 9).unwrap();
    assert_eq!(found.len(), 1, "only what both wrote");
    let mut values: Vec<_> = found[0]
        .contenders
        .iter()
        .filter_map(|one| one.value.as_deref())
        .collect();
    values.sort_unstable();
    assert_eq!(values, ["\"1960\"", "\"1961\""]);
    for contender in &found[0].contenders {
        assert_eq!(contender.stamp.user, user(1), "who wrote it stays who wrote it");
        let writer = contender.stamp.dot.device;
        assert_eq!(view.device_of_writer(OFFICE, writer).unwrap(), device(1));
    }
    assert!(view.record(OFFICE, record(4)).unwrap().unwrap().state.is_removed());
    assert_eq!(view.patients_count().unwrap(), 3);
    assert!(!t.twin.read().has_left(OFFICE, record(3)).unwrap());
    t.twin.note_acknowledged(OFFICE, FRESH, 1).unwrap();
    assert!(t.twin.read().has_left(OFFICE, record(3)).unwrap());
    // Both go on, each in its own life.
    put(&mut t.original, 1, "A");
    put(&mut t.twin, 1, "B");
    let (left, right) = (t.members.drain(&mut t.original), t.members.drain(&mut t.twin));
    for bytes in left.iter().chain(&right) {
        for store in [&mut t.original, &mut t.twin, &mut t.witness] {
            t.members.receive(store, bytes).unwrap();
        }
    }
    all_agree(&[&t.original, &t.twin, &t.witness]);
}

#[test]
fn an_image_that_wrote_before_it_heard_of_its_own_tail_loses_neither() {
    let mut t = twins();
    // The machine worked on and died; the image of the day before takes its place, and is written in at once.
    write(&mut t.original, OFFICE, |tx| tx.put(vec![born(1, "1960")])).unwrap();
    let tail = t.members.drain(&mut t.original);
    t.members.receive(&mut t.witness, &tail[0]).unwrap();
    t.clinics[1].clock.advance_ms(86_400_000);
    write(&mut t.twin, OFFICE, |tx| tx.put(vec![born(1, "1960")])).unwrap();
    put(&mut t.twin, 5, "After the image");
    assert_eq!(
        t.members.receive(&mut t.twin, &tail[0]).unwrap(),
        Received::Stopped(Stop::Cloned)
    );
    t.twin.begin_incarnation(OFFICE, FRESH).unwrap();
    assert!(t.twin.read().stopped_chains(OFFICE).unwrap().is_empty());
    assert!(matches!(
        t.members.receive(&mut t.twin, &tail[0]),
        Ok(Received::Applied { new: 1, .. })
    ));
    for bytes in t.members.drain(&mut t.twin) {
        t.members.receive(&mut t.witness, &bytes).unwrap();
    }
    all_agree(&[&t.twin, &t.witness]);
    // Both wrote the same value: two heads that agree are nothing for a person to settle.
    let stored = t.witness.read().record(OFFICE, record(1)).unwrap().unwrap();
    assert_eq!(stored.state.conflicts().len(), 1);
    assert!(!stored.conflict);
    assert_eq!(t.witness.read().conflicts_count(OFFICE).unwrap(), 0);
    assert!(t.witness.read().conflicts_of(OFFICE, record(1)).unwrap().is_empty());
}

#[test]
fn a_cut_while_a_life_begins_leaves_the_one_before() {
    let mut t = twins();
    write(&mut t.twin, OFFICE, |tx| tx.put(vec![born(1, "1961")])).unwrap();
    let before = (dump(&t.twin), t.twin.read().own_chain(OFFICE).unwrap());
    let mut cuts = 0;
    // Ever longer, so that early and late statements are both cut off.
    let lengths = std::iter::successors(Some(20_u32), |length| Some(length + length / 3));
    for instructions in lengths {
        cut_after(&mut t.twin, instructions);
        let begun = t.twin.begin_incarnation(OFFICE, FRESH);
        uncut(&mut t.twin);
        if begun.is_ok() {
            break;
        }
        cuts += 1;
        assert_eq!((dump(&t.twin), t.twin.read().own_chain(OFFICE).unwrap()), before);
    }
    assert!(cuts > 10, "{cuts}");
    assert_eq!(
        t.twin.read().own_chain(OFFICE).unwrap().unwrap().chain.incarnation,
        FRESH
    );
    assert_eq!(t.twin.read().unsent(OFFICE).unwrap().ops, 1);
}

#[test]
fn a_writer_is_the_device_in_its_first_life_and_nobody_elses_name_later() {
    let chain = |device: u8, incarnation: u8| Chain {
        device: wardkeep_roster::DeviceId([device; 16]),
        incarnation: Incarnation([incarnation; 16]),
        compartment: wardkeep_roster::Compartment::Office,
    };
    assert_eq!(writer_of(&chain(1, 1)), device(1));
    let later = writer_of(&chain(1, 2));
    assert!(later != device(1) && later != device(2));
    assert_ne!(later, writer_of(&chain(3, 2)));
    // Frozen: ops bear this name for ever.
    let frozen = "writer";
    insta::assert_snapshot!(frozen, DeviceId(later.0).to_string());
}
