//! Tests of giving, counting, ending and taking in a lease.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::keychain::Behaviour;
use crate::unlock::tests::{ANNA, BEN, Machine, error, password};
use crate::unlock::{change_password, read_slot};

const DAY_MS: u64 = 86_400_000;
const ANNAS: &str = "a password of Anna's";
const BENS: &str = "a password of Ben's";

fn limits() -> Option<Limits> {
    Some(Limits {
        ms: 14 * DAY_MS,
        wrong_passwords: 3,
    })
}

fn share(byte: u8) -> LeaseShare {
    LeaseShare::from_slice(&[byte; 32]).unwrap()
}

/// A vault whose device has just been given a lease; no slot needs it yet.
fn leased() -> (Machine, Unlocked) {
    let (machine, anna) = Machine::founded();
    assert!(matches!(question(&machine.env).unwrap(), Some(Question::First)));
    keep(&machine.env, &share(7), limits()).unwrap();
    (machine, anna)
}

fn needs_lease(machine: &Machine, user: wardkeep_record::id::UserId) -> bool {
    read_slot(&machine.env, user).unwrap().header().has_lease
}

fn ended(machine: &Machine, text: &str) -> End {
    match error(machine.unlock(ANNA, text)) {
        UnlockError::LeaseEnded(why) => why,
        other => panic!("{other}"),
    }
}

#[test]
fn a_slot_takes_the_share_in_at_an_unlock_and_needs_it_from_then_on() {
    let (machine, _) = leased();
    let first = machine.unlock(ANNA, ANNAS).unwrap();
    assert!(first.lease.taken_in && needs_lease(&machine, ANNA));
    let second = machine.unlock(ANNA, ANNAS).unwrap();
    assert!(!second.lease.taken_in && second.keys.office.same(&first.keys.office));
    // A new user of the laptop begins with it, and a new password keeps it.
    machine.add_ben(&second, crate::roles::Roles::FRONT_DESK).unwrap();
    assert!(needs_lease(&machine, BEN));
    machine.unlock(BEN, BENS).unwrap();
    let (old, new) = (password(ANNAS), password("another password of Anna's"));
    change_password(&machine.env, ANNA, &old, &new).unwrap();
    assert!(needs_lease(&machine, ANNA));
    machine.unlock(ANNA, "another password of Anna's").unwrap();
}

#[test]
fn the_keychain_holds_no_share_in_clear_and_none_past_the_end() {
    let (machine, _) = leased();
    machine.unlock(ANNA, ANNAS).unwrap();
    let entries = machine.env.keychain.dump();
    assert!(
        entries
            .values()
            .all(|entry| !entry.windows(32).any(|part| part == [7; 32]))
    );
    machine.clock.advance_ms(14 * DAY_MS);
    assert_eq!(ended(&machine, ANNAS), End::Time);
    let place = Place::of(&machine.env).unwrap().unwrap();
    assert!(place.share(&machine.env).unwrap().is_none());
    // The limit may be longer now: what is gone is gone.
    let longer = Limits {
        ms: 90 * DAY_MS,
        wrong_passwords: 3,
    };
    assert_eq!(follow(&machine.env, Some(longer)).unwrap(), Standing::Ended(End::Time));
    assert!(matches!(question(&machine.env).unwrap(), Some(Question::Again)));
}

#[test]
fn the_same_share_opens_again_and_another_is_refused() {
    let (machine, _) = leased();
    machine.unlock(ANNA, ANNAS).unwrap();
    machine.clock.advance_ms(20 * DAY_MS);
    assert_eq!(ended(&machine, ANNAS), End::Time);
    let other = keep(&machine.env, &share(8), limits());
    assert!(matches!(other, Err(UnlockError::LeaseOther)));
    keep(&machine.env, &share(7), limits()).unwrap();
    let again = machine.unlock(ANNA, ANNAS).unwrap();
    let end = again.lease.ended.unwrap();
    assert_eq!(end.why, End::Time);
    told(&machine.env, &again).unwrap();
    assert_eq!(machine.unlock(ANNA, ANNAS).unwrap().lease.ended, None, "told once");
}

#[test]
fn a_clock_turned_back_lengthens_nothing() {
    let (machine, _) = leased();
    let given = machine.env.clock.now_ms();
    machine.clock.set_wall_ms(given + 13 * DAY_MS);
    machine.unlock(ANNA, ANNAS).unwrap();
    machine.clock.set_wall_ms(given - 100 * DAY_MS);
    machine.unlock(ANNA, ANNAS).unwrap();
    assert!(matches!(
        peek(&machine.env).unwrap(),
        Standing::Held { left_ms: Some(left), .. } if left <= DAY_MS
    ));
    // It runs, it sleeps, it is started anew: that counts, whatever its clock shows.
    machine.clock.restart();
    machine.clock.advance_ms(DAY_MS);
    machine.clock.set_wall_ms(given - 100 * DAY_MS);
    assert_eq!(ended(&machine, ANNAS), End::Time);
    machine.clock.set_wall_ms(given);
    assert_eq!(ended(&machine, ANNAS), End::Time, "ended stays ended");
}

#[test]
fn too_many_wrong_passwords_end_it_at_once_and_a_right_one_begins_anew() {
    let (machine, _) = leased();
    machine.unlock(ANNA, ANNAS).unwrap();
    for _ in 0..2 {
        let wrong = error(machine.unlock(ANNA, "wrong"));
        assert!(matches!(wrong, UnlockError::WrongPassword));
    }
    machine.unlock(ANNA, ANNAS).unwrap();
    for _ in 0..2 {
        error(machine.unlock(ANNA, "wrong"));
    }
    assert_eq!(ended(&machine, "wrong"), End::WrongPasswords);
    assert_eq!(ended(&machine, ANNAS), End::WrongPasswords, "the right one too");
    keep(&machine.env, &share(7), limits()).unwrap();
    let again = machine.unlock(ANNA, ANNAS).unwrap();
    assert_eq!(again.lease.ended.unwrap().why, End::WrongPasswords);
}

#[test]
fn of_two_limits_the_shorter_counts() {
    let (machine, _) = leased();
    machine.clock.advance_ms(2 * DAY_MS);
    let one_day = Limits {
        ms: DAY_MS,
        wrong_passwords: 100,
    };
    assert_eq!(follow(&machine.env, Some(one_day)).unwrap(), Standing::Ended(End::Time));
    // No slot needs it, and yet the program opens none: the rule is the same for all.
    assert_eq!(ended(&machine, ANNAS), End::Time);
}

#[test]
fn one_that_does_not_end_does_not() {
    let (machine, _) = leased();
    machine.unlock(ANNA, ANNAS).unwrap();
    assert!(matches!(
        follow(&machine.env, None).unwrap(),
        Standing::Held { left_ms: None, .. }
    ));
    machine.clock.advance_ms(1_000 * DAY_MS);
    for _ in 0..3 {
        error(machine.unlock(ANNA, "wrong"));
    }
    machine.unlock(ANNA, ANNAS).unwrap();
}

#[test]
fn a_lost_entry_is_asked_for_again_and_nobody_is_locked_out() {
    let (machine, anna) = leased();
    machine.unlock(ANNA, ANNAS).unwrap();
    machine
        .env
        .keychain
        .remove(&anna.vault, crate::keychain::Item::Lease)
        .unwrap();
    assert_eq!(ended(&machine, ANNAS), End::Missing);
    assert!(matches!(question(&machine.env).unwrap(), Some(Question::Again)));
    keep(&machine.env, &share(7), limits()).unwrap();
    machine.unlock(ANNA, ANNAS).unwrap();
}

#[test]
fn killed_between_any_two_steps_the_password_opens() {
    // The share came, and nothing else was done: the slot is the old one, and opens.
    let (machine, _) = leased();
    let before = std::fs::read(machine.env.home.slot(ANNA)).unwrap();
    machine.unlock(ANNA, ANNAS).unwrap();
    // The slot was written, and everything behind it was not.
    let after = std::fs::read(machine.env.home.slot(ANNA)).unwrap();
    assert_ne!(before, after);
    machine.unlock(ANNA, ANNAS).unwrap();
    // An old slot beside a kept share: as if the disk had forgotten the last write.
    std::fs::write(machine.env.home.slot(ANNA), &before).unwrap();
    assert!(machine.unlock(ANNA, ANNAS).unwrap().lease.taken_in);
}

#[test]
fn a_keychain_that_fails_is_told_as_such_and_ends_nothing() {
    let (machine, _) = leased();
    machine.unlock(ANNA, ANNAS).unwrap();
    (machine.behave)(Behaviour::Locked);
    assert!(matches!(
        error(machine.unlock(ANNA, ANNAS)),
        UnlockError::KeychainLocked
    ));
    (machine.behave)(Behaviour::Works);
    machine.unlock(ANNA, ANNAS).unwrap();
}

#[test]
fn what_the_keychain_gives_is_read_strictly() {
    let (machine, anna) = leased();
    let place = Place::of(&machine.env).unwrap().unwrap();
    let sealed = machine.env.keychain.dump();
    let entry = &sealed[&format!("{}/lease", anna.vault)];
    for at in 0..entry.len() {
        let mut bad = entry.clone();
        bad[at] ^= 1;
        let item = crate::keychain::Item::Lease;
        machine.env.keychain.write(&anna.vault, item, &bad).unwrap();
        assert!(place.read(&machine.env).unwrap().is_none(), "byte {at}");
    }
}

#[test]
fn a_session_is_not_resumed_past_the_end() {
    let (machine, _) = leased();
    let anna = machine.unlock(ANNA, ANNAS).unwrap();
    resume::keep(&machine.env, &anna, 90 * DAY_MS).unwrap();
    machine.clock.advance_ms(13 * DAY_MS);
    assert_eq!(resume::resumable(&machine.env).unwrap(), Some(ANNA));
    machine.clock.advance_ms(2 * DAY_MS);
    assert!(resume::resume(&machine.env).unwrap().is_none());
    assert!(!machine.env.keychain.dump().keys().any(|name| name.ends_with("/resume")));
}
