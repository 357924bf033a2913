//! Bytes that are no entry, or not the one encoding of it. Nothing panics.

use crate::codec::{self, DecodeError};
use crate::entry::{Body, Policy, SealedName};
use crate::limit::{MAX_ENTRY_BYTES, MAX_SEALED_NAME_BYTES};
use crate::roster::{Refusal, Roster};
use crate::sample::{self, Sample, founder};
use proptest::prelude::*;

fn entry() -> Vec<u8> {
    Sample::default().sign(founder(), Body::Policy(sample::policy()))
}

/// The entry with these bytes in place of others.
fn replaced(at: usize, length: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = entry();
    bytes.splice(at..at + length, new.iter().copied());
    bytes
}

#[test]
fn what_follows_an_entry_is_refused() {
    let mut bytes = entry();
    bytes.push(0);
    let at = bytes.len() - 1;
    assert_eq!(codec::decode(&bytes), Err(DecodeError::Malformed { at }));
}

#[test]
fn an_entry_cut_anywhere_is_refused() {
    let bytes = entry();
    for end in 0..bytes.len() {
        assert!(matches!(
            codec::decode(&bytes[..end]),
            Err(DecodeError::Malformed { .. })
        ));
    }
}

#[test]
fn an_entry_has_one_encoding() {
    let bytes = entry();
    assert_eq!(bytes[..4], [0x88, 1, 0x58, 32]);
    // Its number is 2, at byte 36: longer encodings of it, and of the lengths around it.
    assert_eq!(bytes[36], 2);
    for long in [
        &[0x18, 2][..],
        &[0x19, 0, 2],
        &[0x1a, 0, 0, 0, 2],
        &[0x1b, 0, 0, 0, 0, 0, 0, 0, 2],
    ] {
        assert_eq!(codec::decode(&replaced(36, 1, long)), Err(DecodeError::NotCanonical));
    }
    assert_eq!(
        codec::decode(&replaced(0, 1, &[0x98, 8])),
        Err(DecodeError::NotCanonical)
    );
    assert_eq!(
        codec::decode(&replaced(2, 2, &[0x59, 0, 32])),
        Err(DecodeError::NotCanonical)
    );
    let mut open = replaced(0, 1, &[0x9f]);
    open.push(0xff);
    assert!(matches!(codec::decode(&open), Err(DecodeError::Malformed { .. })));
}

#[test]
fn what_a_newer_version_wrote_is_named_so() {
    assert_eq!(codec::decode(&replaced(1, 1, &[2])), Err(DecodeError::NewerVersion(2)));
    let bytes = entry();
    let kind = bytes.windows(3).position(|part| part == [0x82, 5, 0x8a]).unwrap() + 1;
    let unknown = replaced(kind, 1, &[23]);
    assert_eq!(codec::decode(&unknown), Err(DecodeError::UnknownKind(23)));
    let mut sample = Sample::default();
    let refusal = Refusal::Form(DecodeError::UnknownKind(23));
    assert_eq!(sample.roster.append(&unknown).err(), Some(refusal));
}

#[test]
fn a_policy_is_no_other_kind() {
    let bytes = entry();
    let kind = bytes.windows(3).position(|part| part == [0x82, 5, 0x8a]).unwrap() + 1;
    for other in (1..=10).filter(|other| *other != 5) {
        let confused = replaced(kind, 1, &[other]);
        assert!(matches!(codec::decode(&confused), Err(DecodeError::Malformed { .. })));
    }
}

#[test]
fn giant_lengths_and_deep_nesting_cost_nothing() {
    let giant = [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    for at in [2, 36, 37, 71] {
        assert!(codec::decode(&replaced(at, 1, &giant)).is_err());
    }
    let list = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert!(codec::decode(&replaced(0, 1, &list)).is_err());
    assert!(codec::decode(&[0x81; MAX_ENTRY_BYTES]).is_err());
    assert_eq!(codec::decode(&[0x81; MAX_ENTRY_BYTES + 1]), Err(DecodeError::TooLong));
    assert_eq!(SealedName::new(vec![1; MAX_SEALED_NAME_BYTES + 1]), None);
    assert_eq!(SealedName::new(Vec::new()), None);
}

#[test]
fn a_long_name_is_refused_where_it_is_read() {
    let sample = Sample::default();
    let Body::Device(mut body) = sample.device_body(2) else {
        unreachable!("that is what was asked for")
    };
    body.name = SealedName::new(vec![0xee; MAX_SEALED_NAME_BYTES]).unwrap();
    let bytes = sample.sign(founder(), Body::Device(body));
    let at = bytes.windows(4).position(|part| part == [0x59, 1, 0, 0xee]).unwrap();
    let mut longer = bytes.clone();
    longer.splice(at..at + 3, [0x59, 1, 1, 0xee]);
    assert!(codec::decode(&bytes).is_ok());
    assert!(matches!(codec::decode(&longer), Err(DecodeError::Malformed { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(Roster::found(&bytes).is_err());
        prop_assert!(Sample::default().roster.append(&bytes).is_err());
    }

    #[test]
    fn bent_entries_never_panic(
        at in any::<prop::sample::Index>(),
        new in prop::collection::vec(any::<u8>(), 1..12),
        gap in 0_usize..12,
    ) {
        let whole = entry();
        let at = at.index(whole.len());
        let bytes = replaced(at, gap.min(whole.len() - at), &new);
        prop_assert!(bytes == whole || Sample::default().roster.append(&bytes).is_err());
    }

    #[test]
    fn policies_come_back_from_their_bytes(
        small in any::<[u16; 6]>(),
        long in any::<[u32; 2]>(),
        disk in 0_u8..3,
        allow_export in any::<bool>(),
        two_admins in any::<u8>(),
    ) {
        use crate::entry::{AppVersion, DiskEncryption};
        let [lease_days, wrong_password_limit, epoch_days, min_password_length, minor, days] = small;
        let policy = Policy {
            idle_lock_s: long[0],
            resume_window_s: long[1],
            lease_days,
            wrong_password_limit,
            min_app_version: AppVersion { major: days, minor, patch: lease_days },
            disk_encryption: match disk {
                0 => DiskEncryption::Off,
                1 => DiskEncryption::Warn,
                _ => DiskEncryption::RequireAfterDays(days),
            },
            epoch_days,
            min_password_length,
            allow_export,
            two_admins,
        };
        let bytes = Sample::default().sign(founder(), Body::Policy(policy));
        prop_assert_eq!(codec::decode(&bytes).unwrap().body, Body::Policy(policy));
    }
}
