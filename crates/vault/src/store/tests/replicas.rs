//! Replicas: whatever order sealed segments arrive in, however often and whatever kills come between, all end the same.

use super::clinic::*;
use super::convergence::{DEVICES, Step, dump, run, step};
use super::members::{BOTH, Members};
use crate::store::{Received, Store, StoreError};
use proptest::prelude::*;
use std::fs;
use wardkeep_record::op::Compartment;

/// Every segment, by chain and in order of numbers: what a server would hold.
#[derive(Default)]
struct Pool(Vec<Vec<u8>>);

impl Pool {
    /// Delivers in the order of `picks`, out of turn and repeated, then in order until nothing more is taken.
    fn deliver(&self, members: &Members, store: &mut Store, picks: &[prop::sample::Index]) {
        for pick in picks.iter().filter(|_| !self.0.is_empty()) {
            // One out of turn is refused and changes nothing.
            match members.receive(store, &self.0[pick.index(self.0.len())]) {
                Ok(Received::Applied { .. } | Received::Duplicate) | Err(StoreError::Invalid { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        loop {
            let mut taken = false;
            for bytes in &self.0 {
                taken |= matches!(members.receive(store, bytes), Ok(Received::Applied { .. }));
            }
            if !taken {
                return;
            }
        }
    }
}

/// What must be the same everywhere, checked against the rows.
fn digests(store: &Store) -> Vec<wardkeep_sync::checkpoint::Digests> {
    let of = |at: Compartment| {
        let kept = store.read().digest(at).unwrap().unwrap();
        assert_eq!(
            store.read().digest_of_rows(at).unwrap().unwrap(),
            kept,
            "kept in step with the rows"
        );
        kept
    };
    BOTH.map(of).into()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn sealed_segments_in_any_order_make_one_digest(
        steps in proptest::collection::vec(step(), 1..30),
        seals in proptest::collection::vec(any::<bool>(), 30),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 30),
    ) {
        let members = Members::of(4);
        let clinics: Vec<Clinic> = (1..=4).map(Clinic::new).collect();
        let mut stores: Vec<Store> = clinics.iter().map(Clinic::create).collect();
        for (store, life) in stores.iter_mut().zip(1..) {
            members.enroll(store, life);
        }
        let mut pool = Pool::default();
        for (n, (step, seal)) in steps.iter().zip(&seals).enumerate() {
            clinics[n % DEVICES].clock.set_wall_ms(1_800_000_000_000 + 977 * (n as u64 % 7));
            match *step {
                // Ops travel in segments alone.
                Step::Sync { device, .. } => pool.deliver(&members, &mut stores[device], &[]),
                _ => run(&mut stores[..DEVICES], step),
            }
            if *seal {
                pool.0.extend(members.drain(&mut stores[n % DEVICES]));
            }
        }
        for store in &mut stores {
            pool.0.extend(members.drain(store));
        }
        for store in &mut stores {
            pool.deliver(&members, store, &picks);
        }
        let (expected, text) = (digests(&stores[3]), dump(&stores[3]));
        for store in &stores {
            prop_assert_eq!(&digests(store), &expected);
            prop_assert_eq!(&dump(store), &text);
            for at in BOTH {
                prop_assert_eq!(store.read().frontier(at).unwrap(), stores[3].read().frontier(at).unwrap());
                prop_assert_eq!(store.read().verify_audit(at).unwrap().fault, None);
            }
        }
    }

    /// The statement at which a call is cut off is any: what is left is as if it had never begun, and calling again completes it.
    #[test]
    fn a_cut_at_any_statement_loses_nothing(cuts in proptest::collection::vec(1u32..30_000, 24)) {
        let members = Members::of(2);
        let (left, right) = (Clinic::new(1), Clinic::new(2));
        let (mut author, mut reader) = (left.create(), right.create());
        members.enroll(&mut author, 1);
        members.enroll(&mut reader, 2);
        for n in 1..=6 {
            write(&mut author, OFFICE, |tx| tx.put(vec![patient_edit(record(n), "A", "1956")])).unwrap();
            write(&mut author, OFFICE, |tx| tx.put(vec![patient_edit(record(n), "B", "1956")])).unwrap();
        }
        let before = (dump(&reader), digests(&reader));
        for cut in &cuts {
            cut_after(&mut author, *cut / 20);
            let sealed = members.seal(&mut author, OFFICE);
            uncut(&mut author);
            let state = author.read().own_chain(OFFICE).unwrap().unwrap();
            let outbox = author.read().outbox(OFFICE, 9).unwrap();
            prop_assert_eq!(state.tip, outbox.last().map(|segment| segment.tip));
            prop_assert_eq!(author.read().unsent(OFFICE).unwrap().unsealed, if outbox.is_empty() { 12 } else { 0 });
            if matches!(sealed, Ok(Some(_))) {
                break;
            }
        }
        let segments = members.drain(&mut author);
        prop_assert_eq!(segments.len(), 1);
        for cut in &cuts {
            cut_after(&mut reader, *cut);
            let received = members.receive(&mut reader, &segments[0]);
            uncut(&mut reader);
            if received.is_ok() {
                break;
            }
            prop_assert_eq!(&(dump(&reader), digests(&reader)), &before);
            prop_assert!(reader.read().frontier(OFFICE).unwrap().is_empty());
            prop_assert!(reader.read().stopped_chains(OFFICE).unwrap().is_empty(), "a cut is no damage");
        }
        members.receive(&mut reader, &segments[0]).unwrap();
        prop_assert_eq!(dump(&reader), dump(&author));
        prop_assert_eq!(digests(&reader), digests(&author));
    }
}

/// What a killed process leaves: the files as they lie there, log included, while the store is still open.
fn killed(clinic: &Clinic, store: Store, aside: &std::path::Path) -> Store {
    let dir = clinic.home.vault_dir();
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_owned();
            // The shared memory is rebuilt from the log.
            if !name.to_str().unwrap().ends_with("-shm") {
                fs::copy(&path, to.join(name)).unwrap();
            }
        }
    };
    let _ = fs::remove_dir_all(aside);
    fs::create_dir_all(aside).unwrap();
    copy(&dir, aside);
    drop(store);
    fs::remove_dir_all(&dir).unwrap();
    fs::create_dir_all(&dir).unwrap();
    copy(aside, &dir);
    clinic.open()
}

#[test]
fn a_kill_between_any_two_writes_loses_nothing() {
    let members = Members::of(2);
    let (left, right) = (Clinic::new(1), Clinic::new(2));
    let aside = tempfile::tempdir().unwrap();
    let aside = aside.path().join("aside");
    let (mut author, mut reader) = (left.create(), right.create());
    members.enroll(&mut author, 1);
    members.enroll(&mut reader, 2);
    let mut spooled: Vec<Vec<u8>> = Vec::new();
    for n in 1..=4 {
        write(&mut author, CLINICAL, |tx| {
            tx.put(vec![observation_edit(record(n), "2020", "a")])
        })
        .unwrap();
        author = killed(&left, author, &aside);
        members.seal(&mut author, CLINICAL).unwrap().unwrap();
        author = killed(&left, author, &aside);
        // Killed after the spool has it and before the outbox knows: it is offered again, the same.
        for _ in 0..2 {
            for segment in author.read().outbox(CLINICAL, 9).unwrap() {
                if !spooled.contains(&segment.bytes) {
                    spooled.push(segment.bytes);
                }
            }
            author = killed(&left, author, &aside);
        }
        let own = author.read().own_chain(CLINICAL).unwrap().unwrap();
        author
            .outbox_done(CLINICAL, own.chain.incarnation, own.tip.unwrap().seq)
            .unwrap();
        author = killed(&left, author, &aside);
        assert_eq!(spooled.len(), usize::from(n), "sealed once, whatever the kills");
        for bytes in &spooled {
            members.receive(&mut reader, bytes).unwrap();
            reader = killed(&right, reader, &aside);
        }
    }
    assert_eq!(dump(&reader), dump(&author));
    assert_eq!(digests(&reader), digests(&author));
    assert_eq!(
        reader.read().frontier(CLINICAL).unwrap(),
        author.read().frontier(CLINICAL).unwrap()
    );
}
