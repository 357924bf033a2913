//! A wipe that is cut short behind each of its steps is gone on with, and leaves nothing that opens at any of them.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::keychain::Behaviour;
use crate::resume;
use crate::spool::Spool;
use crate::unlock::tests::{ANNA, Machine, password};
use crate::unlock::{NewVault, UnlockError, Unlocked, create_vault, list_users, unlock};
use crate::{key::SigningSeed, roles::Roles};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wardkeep_roster::{ClinicId, DeviceId, EntryHash};
use wardkeep_sync::receipt::Answered;

const PASSWORD: &str = "a password of Anna's";

fn answered() -> Answered {
    Answered {
        clinic: ClinicId([1; 32]),
        device: DeviceId([2; 16]),
        order: EntryHash([3; 32]),
        nonce: [4; 16],
    }
}

fn receipt_key() -> ReceiptKey {
    ReceiptKey {
        seed: SigningSeed::from_slice(&[0x77; 32]).unwrap(),
        answered: answered(),
        address: "localhost:4433".to_owned(),
        pin: [5; 32],
    }
}

/// A machine with a vault, a spool, a resumable session and a stray file.
fn laptop() -> (Machine, Unlocked) {
    let (machine, anna) = Machine::founded();
    let mut spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    spool.set_device_seed(&receipt_key().seed).unwrap();
    drop(spool);
    resume::keep(&machine.env, &anna, 60_000).unwrap();
    fs::write(machine.env.home.root().join("stray"), b"of another version").unwrap();
    (machine, anna)
}

/// Every file below a folder with its content.
fn files(dir: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

fn assert_nothing_opens(machine: &Machine, at: Step) {
    let outcome = unlock(&machine.env, ANNA, &password(PASSWORD));
    assert!(matches!(outcome, Err(UnlockError::Wiped)), "{at:?}");
    assert!(resume::resume(&machine.env).unwrap().is_none(), "{at:?}");
    let second = create_vault(
        &machine.env,
        &NewVault {
            user: ANNA,
            name: "Anna",
            roles: Roles::ALL,
            password: &password(PASSWORD),
        },
        |_| Ok::<_, UnlockError>(()),
    );
    assert!(second.is_err(), "no vault is made before the wipe is over: {at:?}");
}

#[test]
fn cut_short_behind_any_step_it_is_gone_on_with_and_nothing_opens_meanwhile() {
    for at in Step::ALL
        .into_iter()
        .filter(|at| (Step::Secured..=Step::Destroyed).contains(at))
    {
        let (machine, anna) = laptop();
        let mark = begin(&machine.env.home, anna.vault, 9).unwrap();
        let cut = catch_unwind(AssertUnwindSafe(|| {
            destroy(&machine.env, &mark, Some(&receipt_key()), &mut |step| {
                assert_ne!(step, at, "cut")
            })
        }));
        assert!(cut.is_err(), "{at:?} was never reached");
        assert_nothing_opens(&machine, at);
        // The next start knows nothing but the mark.
        let mark = Mark::read(&machine.env.home).unwrap().unwrap();
        let key = ReceiptKey::load(&machine.env, mark.vault).unwrap().unwrap();
        assert!(
            key.seed.same(&receipt_key().seed) && key.answered == answered(),
            "{at:?}"
        );
        let mark = destroy(&machine.env, &mark, None, &mut |_| ()).unwrap();
        assert_eq!(mark.phase, Phase::Destroyed);
        finish(&machine.env, &mark).unwrap();
        assert!(
            machine.env.keychain.dump().is_empty(),
            "the keychain keeps nothing: {at:?}"
        );
        let left: Vec<_> = files(machine.env.home.root()).into_keys().collect();
        assert_eq!(left, [machine.env.home.wiped()], "{at:?}");
        assert!(wiped(&machine.env.home).is_some() && !is_marked(&machine.env.home));
        assert!(matches!(list_users(&machine.env), Err(UnlockError::NoVault)), "{at:?}");
    }
}

#[test]
fn files_put_back_from_a_copy_do_not_open_with_the_right_password() {
    let (machine, anna) = laptop();
    drop(anna);
    let root = machine.env.home.root().to_owned();
    let copy = files(&root);
    let vault = list_and_unlock(&machine).unwrap();
    let mark = begin(&machine.env.home, vault, 9).unwrap();
    let mark = destroy(&machine.env, &mark, Some(&receipt_key()), &mut |_| ()).unwrap();
    finish(&machine.env, &mark).unwrap();
    for (path, bytes) in copy {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::remove_file(machine.env.home.wiped()).unwrap();
    assert!(matches!(
        list_and_unlock(&machine),
        Err(UnlockError::KeychainEntryMissing)
    ));
}

fn list_and_unlock(machine: &Machine) -> Result<Uuid, UnlockError> {
    unlock(&machine.env, ANNA, &password(PASSWORD)).map(|unlocked| unlocked.vault)
}

#[test]
fn a_keychain_that_does_not_answer_saves_no_slot_and_no_database() {
    let (machine, anna) = laptop();
    let mark = begin(&machine.env.home, anna.vault, 9).unwrap();
    (machine.behave)(Behaviour::Locked);
    assert!(destroy(&machine.env, &mark, Some(&receipt_key()), &mut |_| ()).is_err());
    assert!(!machine.env.home.slots_dir().exists() && !machine.env.home.vault_dir().exists());
    (machine.behave)(Behaviour::Works);
    // Slots are gone, the spool is not: what the receipt needs is read from there.
    let spool = Spool::open_without_slots(&machine.env, mark.vault).unwrap().unwrap();
    assert!(spool.device_seed().unwrap().unwrap().same(&receipt_key().seed));
    drop(spool);
    let mark = destroy(&machine.env, &mark, Some(&receipt_key()), &mut |_| ()).unwrap();
    finish(&machine.env, &mark).unwrap();
    assert!(machine.env.keychain.dump().is_empty());
}

#[test]
fn a_mark_that_cannot_be_read_still_says_that_nothing_opens() {
    let (machine, anna) = laptop();
    fs::write(machine.env.home.wiping(), b"cut off").unwrap();
    assert_nothing_opens(&machine, Step::Marked);
    let mark = Mark::read(&machine.env.home).unwrap().unwrap();
    assert_eq!((mark.phase, mark.vault), (Phase::Destroying, anna.vault));
}
