//! Wrong password, no keychain service, locked keychain, entry gone, damaged slot: five different answers,
//! and none of them is ever a new key over an existing vault.

use serde_json::Value;
use wardkeep_tests::program::{Answer, PASSWORD, found, wardkeep, wardkeep_with_password};
use wardkeep_tests::session::{LoginSession, SecretService};

#[track_caller]
fn refused(answer: &Answer, code: &str, exit: i32) {
    assert_eq!(answer.error_code(), code);
    assert_eq!(answer.code, exit, "{}", answer.stderr);
    let said: Value = serde_json::from_str(answer.stderr.trim()).unwrap();
    let message = said["message"].as_str().unwrap();
    assert!(message.len() > 10, "no word of what to do: {message}");
}

#[test]
fn each_fault_of_unlocking_has_its_own_answer() {
    let mut session = LoginSession::start();
    found(&session);
    let search = ["patient", "search", "nobody"];
    wardkeep(&session, &search).ok();

    refused(
        &wardkeep_with_password(&session, "not the password at all", &search),
        "wrong_password",
        3,
    );

    session.stop_keyring();
    refused(&wardkeep(&session, &search), "keychain_absent", 4);

    session.restart_keyring_locked();
    refused(&wardkeep(&session, &search), "keychain_locked", 4);

    session.restart_keyring();
    wardkeep(&session, &search).ok();

    // The keychain's files gone: another laptop, or a reset log-in. The vault must say so and stay as it is.
    let before = std::fs::read(session.vault_home().join("vault/office.db")).unwrap();
    session.stop_keyring();
    std::fs::rename(session.keyring_files(), session.root().join("kept-keyrings")).unwrap();
    std::fs::create_dir(session.keyring_files()).unwrap();
    session.restart_keyring();
    refused(&wardkeep(&session, &search), "keychain_entry_missing", 4);
    refused(
        &wardkeep(&session, &["init", "--clinic", "Other", "--user", "Eve"]),
        "vault_exists",
        8,
    );
    assert_eq!(
        before,
        std::fs::read(session.vault_home().join("vault/office.db")).unwrap()
    );

    session.stop_keyring();
    std::fs::remove_dir_all(session.keyring_files()).unwrap();
    std::fs::rename(session.root().join("kept-keyrings"), session.keyring_files()).unwrap();
    session.restart_keyring();
    wardkeep(&session, &search).ok();

    let slot = the_only_slot(&session);
    let good = std::fs::read(&slot).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    std::fs::write(&slot, &bad).unwrap();
    refused(&wardkeep(&session, &search), "slot_damaged", 5);
    std::fs::write(&slot, &good).unwrap();
    wardkeep(&session, &search).ok();
}

#[test]
fn without_a_keychain_no_vault_is_founded_and_nothing_is_left_behind() {
    let session = LoginSession::start_with(SecretService::Absent);
    let answer = wardkeep(&session, &["init", "--clinic", "Riverside", "--user", "Ada"]);
    refused(&answer, "keychain_absent", 4);
    assert!(!session.vault_home().join("vault/office.db").exists());
}

#[test]
fn wrong_passwords_cost_a_rising_delay_that_survives_a_restart() {
    let session = LoginSession::start();
    found(&session);
    let search = ["patient", "search", "nobody"];
    let mut waits = Vec::new();
    for _ in 0..8 {
        let answer = wardkeep_with_password(&session, "not the password at all", &search);
        if answer.error_code() == "too_soon" {
            let said: Value = serde_json::from_str(answer.stderr.trim()).unwrap();
            waits.push(said["error"]["detail"]["seconds"].as_u64().unwrap());
        }
    }
    assert!(!waits.is_empty(), "eight wrong passwords in a row cost nothing");
    assert!(waits.iter().all(|wait| (1..=3600).contains(wait)), "{waits:?}");
    // The right password has to wait as well: otherwise the delay would tell which one is right.
    assert_eq!(
        wardkeep_with_password(&session, PASSWORD, &search).error_code(),
        "too_soon"
    );
}

fn the_only_slot(session: &LoginSession) -> std::path::PathBuf {
    let mut slots: Vec<_> = std::fs::read_dir(session.vault_home().join("slots"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "slot"))
        .collect();
    assert_eq!(slots.len(), 1);
    slots.remove(0)
}
