//! Making, unlocking, locking, resuming; what each keychain trouble is called.

use super::*;
use crate::session::wire::AppState;

fn status(clinic: &Clinic) -> session::wire::AppStatus {
    clinic.call(session::status::Input {}).unwrap()
}

#[test]
fn a_vault_is_made_locked_and_unlocked() {
    let laptop = Laptop::new();
    let clinic = laptop.start();
    assert_eq!(status(&clinic).state, AppState::NoVault);
    assert_eq!(refused(&clinic, "session", serde_json::json!({})), ErrorCode::Locked);
    let (clinic, view) = laptop.founded();
    assert_eq!(view.clinic_name, "Riverside");
    assert_eq!(view.user.roles.as_ref().unwrap().len(), 3);
    assert_eq!(view.compartments.len(), 2);
    assert_eq!(status(&clinic).state, AppState::Unlocked);
    lock(&clinic);
    let locked = status(&clinic);
    assert_eq!(
        (locked.state, locked.locked_because),
        (AppState::Locked, Some(LockReason::Button))
    );
    assert_eq!(
        (locked.users[0].name.as_str(), locked.users[0].roles.as_ref()),
        ("Ada Founder", None)
    );
    assert_eq!(
        refused(&clinic, "patient_search", serde_json::json!({"query": "a", "limit": 5})),
        ErrorCode::Locked
    );
    let again = unlock(&clinic, view.user.id, PASSWORD).unwrap();
    assert_eq!(again.clinic_name, "Riverside");
    assert_eq!(actions(&clinic, None), ["unlock", "lock", "found", "found"]);
}

#[test]
fn a_second_vault_is_never_made_over_the_first() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let input = serde_json::json!({"clinic_name": "X", "user_name": "Y", "password": PASSWORD});
    assert_eq!(refused(&clinic, "vault_create", input.clone()), ErrorCode::VaultExists);
    lock(&clinic);
    assert_eq!(refused(&clinic, "vault_create", input), ErrorCode::VaultExists);
}

#[test]
fn wrong_passwords_wait_survive_restarts_and_are_in_the_log() {
    let laptop = Laptop::new();
    let (clinic, view) = laptop.founded();
    lock(&clinic);
    let user = view.user.id;
    for _ in 0..4 {
        assert_eq!(
            unlock(&clinic, user, "not the password").unwrap_err().code,
            ErrorCode::WrongPassword
        );
    }
    let early = unlock(&clinic, user, PASSWORD).unwrap_err();
    assert_eq!(early.code, ErrorCode::TooSoon);
    assert!(early.detail.unwrap().seconds.unwrap() > 0);
    drop(clinic);
    let clinic = laptop.start();
    assert_eq!(unlock(&clinic, user, PASSWORD).unwrap_err().code, ErrorCode::TooSoon);
    assert!(status(&clinic).retry_in_s > 0);
    laptop.clock.advance_ms(20 * 60 * 1000);
    unlock(&clinic, user, PASSWORD).unwrap();
    assert_eq!(
        actions(&clinic, None)[..5],
        [
            "unlock",
            "unlock_failed",
            "unlock_failed",
            "unlock_failed",
            "unlock_failed"
        ]
    );
    lock(&clinic);
    unlock(&clinic, user, PASSWORD).unwrap();
    assert_eq!(actions(&clinic, None)[..2], ["unlock", "lock"], "told once");
}

#[test]
fn a_crash_is_resumed_inside_the_window_and_a_lock_is_not() {
    let laptop = Laptop::new();
    let (clinic, view) = laptop.founded();
    drop(clinic);
    laptop.clock.advance_ms(60_000);
    let clinic = laptop.start();
    assert!(status(&clinic).can_resume);
    let resumed = clinic.call(session::resume::Input {}).unwrap().unwrap();
    assert_eq!(resumed.user.id, view.user.id);
    assert_eq!(actions(&clinic, None)[0], "unlock");
    lock(&clinic);
    assert!(!status(&clinic).can_resume);
    assert!(clinic.call(session::resume::Input {}).unwrap().is_none());
    unlock(&clinic, view.user.id, PASSWORD).unwrap();
    drop(clinic);
    laptop.clock.advance_ms(301_000);
    assert!(
        laptop.start().call(session::resume::Input {}).unwrap().is_none(),
        "the window is over"
    );
}

#[test]
fn touching_renews_the_window_and_the_idle_time() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    for _ in 0..4 {
        laptop.clock.advance_ms(200_000);
        assert!(!clinic.idle_lock_due());
        let touched = clinic.call(session::touch::Input {}).unwrap();
        assert_eq!(touched.idle_lock_in_s, 300);
    }
    assert_eq!(clinic.idle_lock_in_s(), Some(300));
    laptop.clock.advance_ms(290_000);
    assert_eq!(clinic.idle_lock_in_s(), Some(10));
    drop(clinic);
    let clinic = laptop.start();
    assert!(
        clinic.call(session::resume::Input {}).unwrap().is_some(),
        "the last touch renewed it"
    );
    laptop.clock.advance_ms(300_000);
    assert!(clinic.idle_lock_due());
    lock(&clinic);
    assert!(!clinic.idle_lock_due());
    assert_eq!(clinic.idle_lock_in_s(), None);
}

#[test]
fn each_keychain_trouble_has_its_name() {
    let laptop = Laptop::new();
    let (clinic, view) = laptop.founded();
    lock(&clinic);
    for (behaviour, code) in [
        (Behaviour::Absent, ErrorCode::KeychainAbsent),
        (Behaviour::Locked, ErrorCode::KeychainLocked),
        (Behaviour::NeverUnlocked, ErrorCode::KeychainLocked),
    ] {
        (laptop.switch)(behaviour);
        assert_eq!(
            unlock(&clinic, view.user.id, PASSWORD).unwrap_err().code,
            code,
            "{behaviour:?}"
        );
        assert_eq!(status(&clinic).problem.unwrap().code, code, "{behaviour:?}");
        assert_eq!(status(&clinic).state, AppState::Locked);
    }
    (laptop.switch)(Behaviour::Works);
    unlock(&clinic, view.user.id, PASSWORD).unwrap();
    lock(&clinic);
    let other = Laptop {
        home: laptop.home,
        ..Laptop::new()
    };
    let elsewhere = other.start();
    assert_eq!(
        unlock(&elsewhere, view.user.id, PASSWORD).unwrap_err().code,
        ErrorCode::KeychainEntryMissing
    );
}

#[test]
fn a_keychain_that_is_gone_does_not_stop_a_lock() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    (laptop.switch)(Behaviour::Absent);
    lock(&clinic);
    assert_eq!(refused(&clinic, "session", serde_json::json!({})), ErrorCode::Locked);
}

#[test]
fn two_programs_do_not_open_one_vault() {
    let laptop = Laptop::new();
    let (_first, view) = laptop.founded();
    let second = laptop.start();
    assert_eq!(
        unlock(&second, view.user.id, PASSWORD).unwrap_err().code,
        ErrorCode::VaultBusy
    );
}

#[test]
fn a_damaged_slot_is_named() {
    let laptop = Laptop::new();
    let (clinic, view) = laptop.founded();
    lock(&clinic);
    let path = clinic.home().slot(view.user.id);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[50] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let error = unlock(&clinic, view.user.id, PASSWORD).unwrap_err();
    assert_eq!(error.code, ErrorCode::SlotDamaged);
    assert_eq!(
        error.detail.unwrap().file.unwrap(),
        format!("slots/{}.slot", view.user.id)
    );
}

#[test]
fn a_damaged_vault_file_is_named() {
    let laptop = Laptop::new();
    let (clinic, view) = laptop.founded();
    lock(&clinic);
    let path = clinic.home().clinical_db();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let error = unlock(&clinic, view.user.id, PASSWORD).unwrap_err();
    assert_eq!(error.code, ErrorCode::VaultDamaged);
    assert_eq!(error.detail.unwrap().file.as_deref(), Some("vault/clinical.db"));
}

#[test]
fn passwords_are_judged_while_they_are_typed() {
    let laptop = Laptop::new();
    let clinic = laptop.start();
    let judge = |text: &str| {
        json(
            &clinic,
            "password_check",
            serde_json::json!({"password": text, "user_name": "Ada Founder"}),
        )
        .unwrap()
    };
    assert_eq!(judge("short")["problem"], "password_too_short");
    assert_eq!(judge("passwordpassword")["problem"], "password_common");
    assert_eq!(judge(&"long ".repeat(100))["problem"], "password_too_long");
    assert_eq!(judge(PASSWORD)["acceptable"], true);
    let input = serde_json::json!({"clinic_name": "C", "user_name": "Ada", "password": "short"});
    let error = json(&clinic, "vault_create", input).unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::PasswordTooShort, Some("password"))
    );
    assert_eq!(status(&clinic).state, AppState::NoVault);
}
