//! Tests of the wait for wrong passwords.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::roles::Roles;
use crate::unlock::tests::{ANNA, BEN, Machine, error};
use std::fs;

fn wrong(machine: &Machine) -> UnlockError {
    error(machine.unlock(ANNA, "wrong"))
}

fn right(machine: &Machine) -> Result<Unlocked, UnlockError> {
    machine.unlock(ANNA, "a password of Anna's")
}

/// Wrong passwords until there is a wait, and how long it is.
fn until_wait(machine: &Machine) -> u64 {
    for _ in 0..10 {
        if let UnlockError::TooSoon { seconds } = wrong(machine) {
            return seconds;
        }
    }
    panic!("ten wrong passwords without a wait");
}

#[test]
fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
    let waits: Vec<u64> = (0..16).map(|count| delay_ms(count) / 1000).collect();
    assert_eq!(waits, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    assert_eq!(delay_ms(u32::MAX), LONGEST_MS);
}

#[test]
fn three_are_free_then_one_waits_even_with_the_right_password() {
    let (machine, _) = Machine::founded();
    for _ in 0..4 {
        assert!(matches!(wrong(&machine), UnlockError::WrongPassword));
    }
    assert!(matches!(error(right(&machine)), UnlockError::TooSoon { seconds: 2 }));
    assert_eq!(wait_s(&machine.env, ANNA).unwrap(), 2);
    machine.clock.advance_ms(1_999);
    assert!(matches!(error(right(&machine)), UnlockError::TooSoon { seconds: 1 }));
    machine.clock.advance_ms(1);
    assert!(right(&machine).is_ok());
    assert!(
        matches!(wrong(&machine), UnlockError::WrongPassword),
        "and it starts anew"
    );
}

#[test]
fn one_users_mistakes_are_not_anothers() {
    let (machine, anna) = Machine::founded();
    machine.add_ben(&anna, Roles::FRONT_DESK).unwrap();
    until_wait(&machine);
    assert!(machine.unlock(BEN, "a password of Ben's").is_ok());
    assert!(
        matches!(error(right(&machine)), UnlockError::TooSoon { .. }),
        "and his success is not hers"
    );
}

#[test]
fn a_restart_of_program_or_machine_shortens_nothing() {
    let (machine, _) = Machine::founded();
    until_wait(&machine);
    machine.clock.restart();
    assert!(matches!(error(right(&machine)), UnlockError::TooSoon { seconds: 2 }));
    machine.clock.advance_ms(2_000);
    assert!(right(&machine).is_ok());
}

#[test]
fn setting_the_clock_shortens_nothing_and_never_locks_out_for_long() {
    let (machine, _) = Machine::founded();
    until_wait(&machine);
    for wall in [1_000, 1_790_000_000_000 + 86_400_000] {
        machine.clock.set_wall_ms(wall);
        assert!(
            matches!(error(right(&machine)), UnlockError::TooSoon { seconds: 2 }),
            "{wall}"
        );
    }
    // After a restart only the wall clock is left; set back, it begins the wait anew, once.
    machine.clock.restart();
    machine.clock.set_wall_ms(1_000);
    assert!(matches!(error(right(&machine)), UnlockError::TooSoon { seconds: 2 }));
    machine.clock.advance_ms(2_000);
    assert!(right(&machine).is_ok());
}

#[test]
fn a_missing_forged_or_older_file_is_the_longest_wait() {
    for how in ["missing", "garbled", "older", "empty", "number gone"] {
        let (machine, anna) = Machine::founded();
        let path = machine.env.home.attempts();
        let old = fs::read(&path).unwrap();
        wrong(&machine);
        match how {
            "missing" => fs::remove_file(&path).unwrap(),
            "garbled" => fs::write(&path, b"WKATTEMPTS").unwrap(),
            "older" => fs::write(&path, old).unwrap(),
            "empty" => fs::write(&path, b"").unwrap(),
            _ => machine.env.keychain.plant(&format!("{}/attempts", anna.vault), None),
        }
        assert!(
            matches!(error(right(&machine)), UnlockError::TooSoon { seconds: 900 }),
            "{how}"
        );
        machine.clock.advance_ms(LONGEST_MS - 1_000);
        assert!(
            matches!(error(right(&machine)), UnlockError::TooSoon { seconds: 1 }),
            "{how}: it counts down"
        );
        machine.clock.advance_ms(1_000);
        let failures = right(&machine).unwrap().failures;
        assert!(
            matches!(failures[..], [FailedAttempt::RecordTampered { .. }]),
            "{how}: the audit trail hears of it"
        );
    }
}

#[test]
fn a_file_written_just_before_a_crash_is_accepted() {
    let (machine, anna) = Machine::founded();
    wrong(&machine);
    let entry = format!("{}/attempts", anna.vault);
    let behind = machine.env.keychain.dump()[&entry].clone();
    wrong(&machine);
    // The crash came between the file and the keychain.
    machine.env.keychain.plant(&entry, Some(behind));
    assert!(matches!(wrong(&machine), UnlockError::WrongPassword));
    assert!(matches!(wrong(&machine), UnlockError::WrongPassword));
    assert!(
        matches!(wrong(&machine), UnlockError::TooSoon { .. }),
        "and all five were counted"
    );
}

#[test]
fn the_attempt_is_on_disk_before_its_result_is_known() {
    let (machine, _) = Machine::founded();
    let before = fs::read(machine.env.home.attempts()).unwrap();
    // Kill the program where Argon2id runs: what remains is what `begin` wrote.
    let (slot, device) = unlock::slot_and_device(&machine.env, ANNA).unwrap();
    let mut ledger = Ledger::load(&machine.env, slot.header().vault, &device).unwrap();
    ledger.begin(&machine.env, &device, ANNA).unwrap();
    assert_ne!(fs::read(machine.env.home.attempts()).unwrap(), before);
    let reread = Ledger::load(&machine.env, slot.header().vault, &device).unwrap();
    assert_eq!(reread.unreported().len(), 1);
}
