//! Tests of new vault keys: several users, several renewals, and a kill between any two steps.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::roles::Roles;
use crate::slot::EnrollmentKeys;
use crate::store::{Action, AuditEntry, Stage, Store};
use crate::unlock::tests::{ANNA, BEN, Machine};
use crate::unlock::{self, add_enrolled_user};
use std::sync::Arc;
use wardkeep_record::id::DeviceId;
use wardkeep_sync::secret::KemSecret;

const ANNAS: &str = "a password of Anna's";
const BENS: &str = "a password of Ben's";

fn open(machine: &Machine, session: &Unlocked) -> Store {
    let env = &machine.env;
    Store::open(
        &env.home,
        &session.keys,
        DeviceId(session.vault),
        Arc::clone(&env.clock),
    )
    .unwrap()
}

/// A vault with both files, of Anna and Ben.
fn founded() -> (Machine, Unlocked) {
    let (machine, anna) = Machine::founded();
    let env = &machine.env;
    fs::remove_file(env.home.office_db()).unwrap();
    let device = DeviceId(anna.vault);
    let mut store = Store::create(&env.home, &anna.keys, device, Arc::clone(&env.clock)).unwrap();
    for at in [Compartment::Office, Compartment::Clinical] {
        write(&mut store, at);
    }
    machine.add_ben(&anna, Roles::ALL).unwrap();
    (machine, anna)
}

fn write(store: &mut Store, at: Compartment) {
    store
        .write(at, ANNA, |tx| tx.audit(&AuditEntry::new(Action::Found)))
        .unwrap();
}

fn entries(store: &Store, at: Compartment) -> usize {
    assert!(store.read().verify_audit(at).unwrap().fault.is_none());
    store.read().audit_entries(at, None, None, 100).unwrap().len()
}

fn everybody(machine: &Machine) -> Vec<Recipient> {
    let users = machine.env.home.slot_users().unwrap();
    users.into_iter().map(|user| Recipient { user, kem: None }).collect()
}

fn renew(machine: &Machine, session: &mut Unlocked, at: Compartment, users: &[Recipient]) {
    let mut store = open(machine, session);
    let ready = store
        .write_anew(&machine.env.home, at, &*machine.env.random, &|_| true)
        .unwrap();
    store.close().unwrap();
    commit(&machine.env, session, &ready, users).unwrap();
}

#[test]
fn every_user_has_the_new_key_and_the_old_one_opens_nothing() {
    for at in [Compartment::Office, Compartment::Clinical] {
        let (machine, mut anna) = founded();
        let old = key_of(&anna, at).unwrap().duplicate();
        renew(&machine, &mut anna, at, &everybody(&machine));
        assert!(!key_of(&anna, at).unwrap().same(&old));
        assert_eq!(
            entries(&open(&machine, &anna), at),
            1,
            "the rows and the chain are the same"
        );
        assert_eq!(waiting(&machine.env, &anna, at).unwrap(), 1, "Ben has not unlocked yet");
        let wrong = crate::cipher::open(&machine.env.home.db(at), &old, crate::cipher::Mode::ReadWrite);
        assert!(wrong.is_err(), "the old key opens nothing");

        let ben = machine.unlock(BEN, BENS).unwrap();
        assert_eq!(ben.rekeyed.len(), 1);
        assert_eq!(entries(&open(&machine, &ben), at), 1);
        assert!(!machine.env.home.handover(at).exists(), "nobody waits any more");
        assert!(machine.unlock(BEN, BENS).unwrap().rekeyed.is_empty());
        assert_eq!(entries(&open(&machine, &machine.unlock(ANNA, ANNAS).unwrap()), at), 1);
    }
}

#[test]
fn who_missed_several_renewals_takes_all_of_them() {
    let (machine, mut anna) = founded();
    for _ in 0..3 {
        renew(&machine, &mut anna, Compartment::Office, &everybody(&machine));
        renew(&machine, &mut anna, Compartment::Clinical, &everybody(&machine));
    }
    let ben = machine.unlock(BEN, BENS).unwrap();
    assert_eq!(entries(&open(&machine, &ben), Compartment::Clinical), 1);
    assert!(ben.keys.office.same(&anna.keys.office));
    assert!(!machine.env.home.handover(Compartment::Office).exists());
}

#[test]
fn a_members_box_opens_with_their_own_slot_alone() {
    let (machine, mut anna) = founded();
    let env = &machine.env;
    unlock::remove_user(env, &anna, BEN).unwrap();
    let keys = EnrollmentKeys::generate(&*env.random);
    let public = KemSecret::from_slice(keys.kem.expose()).unwrap().public().unwrap();
    let password = crate::unlock::tests::password(BENS);
    let new = crate::unlock::NewUser {
        user: BEN,
        name: "Ben",
        roles: Roles::ALL,
        password: &password,
    };
    add_enrolled_user(env, &anna, &new, keys).unwrap();
    let users = [
        Recipient { user: ANNA, kem: None },
        Recipient {
            user: BEN,
            kem: Some(public),
        },
    ];
    let before = Unlocked::from_payload(
        anna.vault,
        BEN,
        "Ben".into(),
        crate::slot::Payload {
            keys: anna.keys.duplicate(),
            roles: Roles::ALL,
            enrollment: None,
        },
        crate::unlock::Secrets {
            unlock: anna.unlock_key().duplicate(),
            device: anna.device().duplicate(),
        },
    );
    renew(&machine, &mut anna, Compartment::Office, &users);
    let handover = Handover::load(env, &anna, Compartment::Office).unwrap().unwrap();
    assert!(
        handover.walk(&before, &before.keys.office).is_err(),
        "the old key and the keychain do not open it"
    );
    let ben = machine.unlock(BEN, BENS).unwrap();
    assert!(ben.keys.office.same(&anna.keys.office));
}

#[test]
fn a_copy_that_was_interrupted_leaves_nothing() {
    let (machine, anna) = founded();
    let mut store = open(&machine, &anna);
    for stop in [Stage::Copying, Stage::Comparing, Stage::Checking] {
        let made = store.write_anew(&machine.env.home, Compartment::Office, &*machine.env.random, &|stage| {
            stage != stop
        });
        assert!(matches!(made, Err(crate::store::WriteAnewError::Cancelled)));
        assert!(!machine.env.home.next_db(Compartment::Office).exists());
    }
    write(&mut store, Compartment::Office);
    assert_eq!(entries(&store, Compartment::Office), 2, "and the store goes on");
}

/// The folder as a kill after each step of the exchange leaves it: whole before, and finished by the next unlock after the decision.
#[test]
fn a_kill_between_any_two_steps_is_finished_by_the_next_unlock() {
    let at = Compartment::Office;
    for step in 0..5 {
        let (machine, mut anna) = founded();
        let (env, users) = (&machine.env, everybody(&machine));
        let mut store = open(&machine, &anna);
        let ready = store.write_anew(&env.home, at, &*env.random, &|_| true).unwrap();
        store.close().unwrap();
        drop(store);
        let old = anna.keys.office.duplicate();
        if step > 0 {
            let link = Link::make(env, &anna, (&old, &ready.key), ready.salt, &users).unwrap();
            Handover { links: vec![link] }.save(env, &anna, at).unwrap();
        }
        if step > 1 {
            remove_one(&with_suffix(&env.home.db(at), "-wal")).unwrap();
        }
        if step > 2 {
            fs::rename(env.home.next_db(at), env.home.db(at)).unwrap();
        }
        if step > 3 {
            unlock::set_vault_key(env, &mut anna, at, &ready.key).unwrap();
        }
        drop(anna);
        // Whoever comes first finishes it.
        let order = if step % 2 == 0 {
            [(ANNA, ANNAS), (BEN, BENS)]
        } else {
            [(BEN, BENS), (ANNA, ANNAS)]
        };
        for (user, text) in order {
            let session = machine.unlock(user, text).unwrap();
            assert_eq!(session.keys.office.same(&old), step == 0, "step {step}");
            assert_eq!(entries(&open(&machine, &session), at), 1, "step {step}");
        }
        assert!(
            !env.home.next_db(at).exists() && !env.home.handover(at).exists(),
            "step {step}"
        );
    }
}

#[test]
fn a_file_that_no_handover_names_is_thrown_away() {
    let (machine, anna) = founded();
    let mut store = open(&machine, &anna);
    store
        .write_anew(&machine.env.home, Compartment::Office, &*machine.env.random, &|_| true)
        .unwrap();
    drop(store);
    let next = machine.env.home.next_db(Compartment::Office);
    assert!(next.exists());
    assert!(machine.unlock(ANNA, ANNAS).unwrap().rekeyed.is_empty());
    assert!(!next.exists());
}

#[test]
fn a_changed_handover_is_damage_and_a_later_version_is_told_as_such() {
    let (machine, mut anna) = founded();
    renew(&machine, &mut anna, Compartment::Office, &everybody(&machine));
    let path = machine.env.home.handover(Compartment::Office);
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    fs::write(&path, bad).unwrap();
    assert!(matches!(
        machine.unlock(BEN, BENS),
        Err(UnlockError::SlotDamaged { .. })
    ));
    let mut newer = good.clone();
    newer[6] = 2;
    fs::write(&path, newer).unwrap();
    assert!(matches!(
        machine.unlock(BEN, BENS),
        Err(UnlockError::SlotNewer { version: 2, .. })
    ));
    fs::write(&path, good).unwrap();
    assert!(machine.unlock(BEN, BENS).is_ok());
}
