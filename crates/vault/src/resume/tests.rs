//! Tests of the resume window.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use crate::password::Password;
use crate::unlock::change_password;
use crate::unlock::tests::{ANNA, Machine, password};
use std::fs;

const WINDOW: u64 = 300_000;

fn kept() -> (Machine, Unlocked) {
    let (machine, anna) = Machine::founded();
    keep(&machine.env, &anna, WINDOW).unwrap();
    (machine, anna)
}

fn opens(machine: &Machine) -> bool {
    assert_eq!(
        resumable(&machine.env).unwrap().is_some(),
        resume(&machine.env).unwrap().is_some()
    );
    resume(&machine.env).unwrap().is_some()
}

#[test]
fn inside_the_window_the_session_goes_on() {
    let (machine, anna) = kept();
    machine.clock.advance_ms(WINDOW - 1);
    assert_eq!(resumable(&machine.env).unwrap(), Some(ANNA));
    let session = resume(&machine.env).unwrap().unwrap();
    assert!(session.keys.office.same(&anna.keys.office) && session.keys.clinical.is_some());
    assert_eq!(
        (session.user, session.name.as_str(), session.roles),
        (ANNA, "Anna Åberg", anna.roles)
    );
    keep(&machine.env, &session, WINDOW).unwrap();
    machine.clock.advance_ms(WINDOW - 1);
    assert!(opens(&machine), "working prolongs it");
}

#[test]
fn after_the_window_nothing_is_left() {
    let (machine, anna) = kept();
    machine.clock.advance_ms(WINDOW);
    assert!(!opens(&machine));
    assert!(
        !machine
            .env
            .keychain
            .dump()
            .contains_key(&format!("{}/resume", anna.vault))
    );
}

#[test]
fn locking_forgets_and_a_window_of_zero_keeps_nothing() {
    let (machine, anna) = kept();
    forget(&machine.env, anna.vault).unwrap();
    assert!(!opens(&machine));
    keep(&machine.env, &anna, WINDOW).unwrap();
    keep(&machine.env, &anna, 0).unwrap();
    assert!(!opens(&machine));
}

#[test]
fn a_clock_set_back_lengthens_nothing() {
    let (machine, _) = kept();
    machine.clock.advance_ms(1_000);
    machine.clock.set_wall_ms(1_789_999_999_999);
    assert!(!opens(&machine), "before the time it was kept at");

    let (machine, _) = kept();
    machine.clock.advance_ms(WINDOW);
    machine.clock.set_wall_ms(1_790_000_000_001);
    assert!(!opens(&machine), "the time since the start of the machine counts too");
}

#[test]
fn a_restart_of_the_machine_inside_the_window_resumes() {
    let (machine, _) = kept();
    machine.clock.restart();
    machine.clock.advance_ms(60_000);
    assert!(opens(&machine));
}

#[test]
fn a_changed_password_or_a_removed_slot_ends_it() {
    let (machine, _) = kept();
    let (current, new): (Password, Password) = (password("a password of Anna's"), password("something else"));
    change_password(&machine.env, ANNA, &current, &new).unwrap();
    assert!(resume(&machine.env).unwrap().is_none());
    let (machine, _) = kept();
    fs::remove_file(machine.env.home.slot(ANNA)).unwrap();
    assert!(resume(&machine.env).unwrap().is_none());
}

#[test]
fn a_forged_entry_opens_nothing_and_goes() {
    let (machine, anna) = kept();
    let name = format!("{}/resume", anna.vault);
    let mut forged = machine.env.keychain.dump()[&name].clone();
    forged[40] ^= 1;
    machine.env.keychain.plant(&name, Some(forged));
    assert!(!opens(&machine));
    assert!(!machine.env.keychain.dump().contains_key(&name));
}
