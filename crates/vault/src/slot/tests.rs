//! Tests of the slot format: frozen bytes, damage, and who can open what.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use crate::kdf::{self, KdfPolicy};
use crate::key::{VaultKey, VaultKeys};
use crate::random::SeededRandom;
use crate::roles::Roles;
use proptest::prelude::*;

struct Made {
    slot: Slot,
    device: DeviceSecret,
    unlock: UnlockKey,
    clinical: VaultKey,
}

/// A slot from fixed inputs.
fn made(roles: Roles) -> Made {
    let random = SeededRandom::new(42);
    let device = DeviceSecret::generate(&random);
    let (office, clinical) = (VaultKey::generate(&random), VaultKey::generate(&random));
    let granted = roles.contains(Roles::CLINICIAN).then(|| clinical.duplicate());
    let payload = Payload {
        keys: VaultKeys {
            office,
            clinical: granted,
        },
        roles,
        enrollment: None,
    };
    let (vault, user) = (Uuid::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
    let kdf = KdfPolicy::cheap_for_tests().floor();
    let salt = [3; 32];
    let blank = Header {
        kind: SlotKind::User,
        vault,
        user,
        keychain: 1,
        kdf,
        salt,
        has_lease: false,
        unlock_commitment: [0; 32],
        device_commitment: [0; 32],
    };
    let unlock = unlock_key(&blank, &kdf::derive(b"a password", &salt, kdf).unwrap(), &device, None);
    let name = "Zoë O’Neill";
    let sealing = Sealing {
        vault,
        user,
        keychain: 1,
        kdf,
        salt,
        has_lease: false,
        name,
        payload: &payload,
        device: &device,
        unlock: &unlock,
    };
    Made {
        slot: Slot::seal(&sealing, &random),
        device,
        unlock,
        clinical,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .chunks(32)
        .map(|row| row.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n")
        .collect()
}

#[test]
fn the_format_is_frozen() {
    insta::assert_snapshot!(hex(&made(Roles::ALL).slot.encode()));
}

#[test]
fn what_was_sealed_is_opened() {
    let made = made(Roles::ALL);
    let slot = decode(&made.slot.encode()).unwrap();
    assert_eq!(slot, made.slot);
    assert!(slot.knows_device(&made.device) && slot.knows_unlock(&made.unlock));
    assert_eq!(slot.open_name(&made.device).unwrap(), "Zoë O’Neill");
    let payload = slot.open(&made.unlock).unwrap();
    assert_eq!(payload.roles, Roles::ALL);
    assert!(payload.keys.clinical.unwrap().same(&made.clinical));
    assert!(payload.enrollment.is_none());
}

#[test]
fn a_renamed_slot_still_opens() {
    let mut made = made(Roles::ALL);
    made.slot.rename("", &made.device, &SeededRandom::new(5));
    let slot = decode(&made.slot.encode()).unwrap();
    assert_eq!(slot.open_name(&made.device).unwrap(), "");
    assert!(slot.open(&made.unlock).is_ok());
}

#[test]
fn other_keys_open_nothing() {
    let made = made(Roles::ALL);
    let random = SeededRandom::new(9);
    let (device, unlock) = (DeviceSecret::generate(&random), UnlockKey::generate(&random));
    assert!(!made.slot.knows_device(&device) && !made.slot.knows_unlock(&unlock));
    assert_eq!(made.slot.open_name(&device).unwrap_err(), SlotError::Damaged);
    assert!(made.slot.open(&unlock).is_err());
}

#[test]
fn the_length_tells_neither_name_nor_roles() {
    let mut clinician = made(Roles::ALL);
    let office = made(Roles::FRONT_DESK);
    assert_eq!(clinician.slot.encode().len(), office.slot.encode().len());
    clinician
        .slot
        .rename(&"n".repeat(100), &clinician.device, &SeededRandom::new(5));
    assert_eq!(clinician.slot.encode().len(), office.slot.encode().len());
}

#[test]
fn every_flipped_bit_is_damage() {
    let made = made(Roles::ALL);
    let whole = made.slot.encode();
    for at in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        assert_eq!(decode(&bytes).unwrap_err(), SlotError::Damaged, "bit {at}");
    }
}

#[test]
fn a_forged_header_is_noticed_even_with_a_right_checksum() {
    let made = made(Roles::ALL);
    let mut slot = made.slot.clone();
    slot.header_bytes[5] ^= 1; // inside the vault's id
    let forged = decode(&slot.encode()).unwrap();
    assert_eq!(forged.open_name(&made.device).unwrap_err(), SlotError::Damaged);
    assert!(forged.open(&made.unlock).is_err());
}

#[test]
fn a_newer_version_is_named_as_such() {
    let mut bytes = made(Roles::ALL).slot.encode();
    bytes.truncate(bytes.len() - 16);
    bytes[6] = 2;
    let checksum = blake3::hash(&bytes);
    bytes.extend_from_slice(&checksum.as_bytes()[..16]);
    assert_eq!(decode(&bytes).unwrap_err(), SlotError::Newer(2));
}

#[test]
fn nothing_secret_is_printed() {
    let made = made(Roles::ALL);
    let printed = format!("{:?}", made.slot);
    assert!(!printed.contains("Zoë"));
    let office: String = made
        .slot
        .open(&made.unlock)
        .unwrap()
        .keys
        .office
        .expose()
        .map(|b| format!("{b}, "))
        .concat();
    assert!(!printed.contains(&office));
}

#[test]
fn a_hostile_length_reads_little() {
    // A CBOR byte string that claims 2^63 bytes.
    let mut bytes = b"WKSLOT\x01\x83\x5b\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec();
    let checksum = blake3::hash(&bytes);
    bytes.extend_from_slice(&checksum.as_bytes()[..16]);
    assert_eq!(decode(&bytes).unwrap_err(), SlotError::Damaged);
    assert_eq!(decode(&vec![0; MOST_BYTES + 1]).unwrap_err(), SlotError::Damaged);
}

proptest! {
    /// With a right checksum, so that the decoder behind it is reached.
    #[test]
    fn decode_takes_any_bytes(body in proptest::collection::vec(any::<u8>(), 0..400), version in 0_u8..4) {
        let mut bytes = [b"WKSLOT", &[version][..], &body].concat();
        let checksum = blake3::hash(&bytes);
        bytes.extend_from_slice(&checksum.as_bytes()[..16]);
        let _ = decode(&bytes);
        let _ = decode(&body);
        let _ = payload::decode(&body);
    }

    /// A changed file with a right checksum opens under no key that it did not open under before.
    #[test]
    fn a_changed_file_never_opens(at in 7_usize..1500, to in any::<u8>()) {
        let made = made(Roles::ALL);
        let mut bytes = made.slot.encode();
        let at = at % (bytes.len() - 16);
        prop_assume!(at >= 7 && bytes[at] != to);
        bytes[at] = to;
        let end = bytes.len() - 16;
        let checksum = blake3::hash(&bytes[..end]);
        bytes[end..].copy_from_slice(&checksum.as_bytes()[..16]);
        if let Ok(slot) = decode(&bytes) {
            prop_assert!(slot.open_name(&made.device).is_err() || slot.open(&made.unlock).is_err());
        }
    }
}
