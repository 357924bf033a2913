//! Tests of what a slot gains and loses while its session is open.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::key::KemSeed;
use crate::password::Password;
use crate::resume;
use crate::store::{Store, create_clinical};
use crate::unlock::tests::{ANNA, BEN, Machine, error, password};
use crate::unlock::{JoiningVault, change_password, join_vault, unlock};
use std::sync::Arc;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;

const PASSWORD: &str = "a password of Ben's";

/// A device that joins: an office, no chart, no roles.
fn joined() -> (Machine, Unlocked) {
    let machine = Machine::bare();
    let password = password(PASSWORD);
    let unlocked = join(&machine, &password).unwrap();
    (machine, unlocked)
}

fn join(machine: &Machine, password: &Password) -> Result<Unlocked, UnlockError> {
    let new = JoiningVault {
        user: BEN,
        name: "Ben",
        password,
        enrollment: EnrollmentKeys::generate(&*machine.env.random),
    };
    join_vault(&machine.env, new, |session| open(machine, session, true).map(drop))
}

/// The store that the session's keys open.
fn open(machine: &Machine, session: &Unlocked, new: bool) -> Result<Store, UnlockError> {
    let (env, device) = (&machine.env, DeviceId(session.vault));
    let open = if new { Store::create } else { Store::open };
    Ok(open(&env.home, &session.keys, device, Arc::clone(&env.clock)).unwrap())
}

fn build(machine: &Machine) -> impl FnOnce(&Unlocked, &VaultKey) -> Result<(), UnlockError> {
    let home = machine.env.home.clone();
    move |session, key| {
        create_clinical(&home, key, DeviceId(session.vault)).unwrap();
        Ok(())
    }
}

#[test]
fn a_joining_device_has_an_office_and_its_enrollment_and_nothing_else() {
    let (machine, first) = joined();
    assert!(first.keys.clinical.is_none() && first.roles.is_empty());
    let again = machine.unlock(BEN, PASSWORD).unwrap();
    assert!(
        again
            .enrollment
            .as_ref()
            .unwrap()
            .same(first.enrollment.as_ref().unwrap())
    );
    assert!(again.keys.clinical.is_none() && again.roles.is_empty());
    assert!(!open(&machine, &again, false).unwrap().read().has(Compartment::Clinical));
    let second = password(PASSWORD);
    assert!(matches!(error(join(&machine, &second)), UnlockError::VaultExists));
}

#[test]
fn enrollment_keys_outlive_unlock_resume_and_a_new_password() {
    let (machine, mut anna) = Machine::founded();
    assert!(anna.enrollment.is_none());
    let keys = EnrollmentKeys::generate(&*machine.env.random);
    set_enrollment(&machine.env, &mut anna, keys.duplicate()).unwrap();
    let has = |session: &Unlocked| session.enrollment.as_ref().unwrap().same(&keys);
    assert!(has(&anna));
    let again = machine.unlock(ANNA, "a password of Anna's").unwrap();
    assert!(has(&again) && again.keys.office.same(&anna.keys.office) && again.roles == Roles::ALL);
    resume::keep(&machine.env, &again, 60_000).unwrap();
    assert!(has(&resume::resume(&machine.env).unwrap().unwrap()));
    let (old, new) = (password("a password of Anna's"), password("another one of Anna's"));
    assert!(has(&change_password(&machine.env, ANNA, &old, &new).unwrap()));
    assert!(has(&unlock(&machine.env, ANNA, &new).unwrap()));
    // The session from before the change holds an unlock key that opens nothing now, and must not bring the old slot back.
    let refused = set_enrollment(&machine.env, &mut anna, keys.duplicate());
    assert!(matches!(refused, Err(UnlockError::WrongPassword)));
    assert!(has(&unlock(&machine.env, ANNA, &new).unwrap()));
}

#[test]
fn the_chart_comes_with_the_role_and_goes_with_it() {
    let (machine, mut ben) = joined();
    let refused = grant_clinical(&machine.env, &mut ben, build(&machine));
    assert!(matches!(refused, Err(UnlockError::NotAllowed)));
    set_roles(&machine.env, &mut ben, Roles::CLINICIAN).unwrap();
    grant_clinical(&machine.env, &mut ben, build(&machine)).unwrap();
    assert!(!machine.env.home.granting().exists());
    let again = machine.unlock(BEN, PASSWORD).unwrap();
    let key = again.keys.clinical.as_ref().unwrap();
    assert!(key.same(ben.keys.clinical.as_ref().unwrap()));
    assert!(open(&machine, &again, false).unwrap().read().has(Compartment::Clinical));
    // Once more changes nothing.
    grant_clinical(&machine.env, &mut ben, build(&machine)).unwrap();
    assert!(ben.keys.clinical.as_ref().unwrap().same(key));

    set_roles(&machine.env, &mut ben, Roles::FRONT_DESK).unwrap();
    assert!(ben.keys.clinical.is_none());
    let again = machine.unlock(BEN, PASSWORD).unwrap();
    assert!(again.keys.clinical.is_none() && again.roles == Roles::FRONT_DESK);
    assert!(matches!(
        adopt_clinical(&machine.env, &mut ben, key.duplicate()),
        Err(UnlockError::NotAllowed)
    ));
    // The file is still there and its key elsewhere: no second one is made over it.
    set_roles(&machine.env, &mut ben, Roles::CLINICIAN).unwrap();
    let refused = grant_clinical(&machine.env, &mut ben, build(&machine));
    assert!(matches!(refused, Err(UnlockError::VaultExists)));
    adopt_clinical(&machine.env, &mut ben, key.duplicate()).unwrap();
    let again = machine.unlock(BEN, PASSWORD).unwrap();
    assert!(open(&machine, &again, false).unwrap().read().has(Compartment::Clinical));
}

#[test]
fn a_grant_that_was_cut_short_is_begun_anew() {
    let (machine, mut ben) = joined();
    set_roles(&machine.env, &mut ben, Roles::CLINICIAN).unwrap();
    let cut = grant_clinical(&machine.env, &mut ben, |session, key| {
        create_clinical(&machine.env.home, key, DeviceId(session.vault)).unwrap();
        Err(UnlockError::NoMemory)
    });
    assert!(matches!(cut, Err(UnlockError::NoMemory)));
    let mut again = machine.unlock(BEN, PASSWORD).unwrap();
    assert!(again.keys.clinical.is_none() && machine.env.home.clinical_db().exists());
    assert!(!open(&machine, &again, false).unwrap().read().has(Compartment::Clinical));
    grant_clinical(&machine.env, &mut again, build(&machine)).unwrap();
    assert!(open(&machine, &again, false).unwrap().read().has(Compartment::Clinical));
    let aside = fs::read_dir(machine.env.home.quarantine_dir()).unwrap().count();
    assert_eq!(aside, 1, "the file that nobody can open is kept");

    // The mark of one user does not let another throw away what that one holds.
    fs::write(machine.env.home.granting(), ANNA.to_string()).unwrap();
    fs::write(machine.env.home.slot(ANNA), b"a slot").unwrap();
    set_roles(&machine.env, &mut again, Roles::NONE).unwrap();
    set_roles(&machine.env, &mut again, Roles::CLINICIAN).unwrap();
    let refused = grant_clinical(&machine.env, &mut again, build(&machine));
    assert!(matches!(refused, Err(UnlockError::VaultExists)));
}

#[test]
fn a_slot_with_enrollment_is_as_long_as_one_without() {
    let (machine, mut anna) = Machine::founded();
    let before = fs::read(machine.env.home.slot(ANNA)).unwrap().len();
    let keys = EnrollmentKeys {
        kem: KemSeed::generate(&*machine.env.random),
        ..EnrollmentKeys::generate(&*machine.env.random)
    };
    set_enrollment(&machine.env, &mut anna, keys).unwrap();
    assert_eq!(fs::read(machine.env.home.slot(ANNA)).unwrap().len(), before);
}
