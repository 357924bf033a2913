//! Tests of the keychain's manners; the store is in memory, the platforms' own are met in the acceptance tests.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a test fails by panicking, and this one measures real time

use super::*;
use std::time::Instant;

fn vault() -> uuid::Uuid {
    uuid::Uuid::from_bytes([9; 16])
}

#[test]
fn what_is_written_is_read_until_it_is_removed() {
    let (keychain, _) = Keychain::in_memory();
    keychain.probe().unwrap();
    assert!(keychain.dump().is_empty(), "a probe leaves nothing behind");
    keychain.write(&vault(), Item::Device, b"secret").unwrap();
    assert_eq!(*keychain.read(&vault(), Item::Device).unwrap(), b"secret");
    assert_eq!(
        keychain.read_if_there(&uuid::Uuid::max(), Item::Device).unwrap(),
        None,
        "another vault's"
    );
    keychain.remove(&vault(), Item::Device).unwrap();
    keychain.remove(&vault(), Item::Device).unwrap();
    assert_eq!(
        keychain.read(&vault(), Item::Device).unwrap_err(),
        KeychainError::EntryMissing
    );
}

#[test]
fn absent_locked_never_unlocked_and_missing_are_told_apart() {
    let (keychain, behave) = Keychain::in_memory();
    let read = || keychain.read(&vault(), Item::Device).unwrap_err();
    assert_eq!(read(), KeychainError::EntryMissing);
    behave(Behaviour::Locked);
    assert_eq!(read(), KeychainError::Locked);
    behave(Behaviour::NeverUnlocked);
    assert_eq!(read(), KeychainError::Locked, "'no such entry' alone is not believed");
    behave(Behaviour::Absent);
    assert_eq!(read(), KeychainError::Absent);
    behave(Behaviour::Works);
    assert_eq!(read(), KeychainError::EntryMissing, "a failed start is not remembered");
}

#[test]
fn a_restarted_service_is_met_with_a_new_connection() {
    let (keychain, behave) = Keychain::in_memory();
    keychain.write(&vault(), Item::Device, b"secret").unwrap();
    behave(Behaviour::Restarted);
    assert_eq!(*keychain.read(&vault(), Item::Device).unwrap(), b"secret");
}

#[test]
fn a_hanging_keychain_is_left_waiting() {
    let (keychain, behave) = Keychain::in_memory();
    behave(Behaviour::Hangs);
    let started = Instant::now();
    for _ in 0..MOST_HANGING + 3 {
        assert_eq!(
            keychain.read(&vault(), Item::Device).unwrap_err(),
            KeychainError::Locked
        );
    }
    let most = Duration::from_millis(200) * (MOST_HANGING as u32 + 1);
    assert!(
        started.elapsed() < most,
        "beyond the limit nothing is asked: {:?}",
        started.elapsed()
    );
}
