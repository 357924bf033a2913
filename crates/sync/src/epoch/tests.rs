//! Epoch keys: commitments, wrapping, the way back to the first.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use crate::tests::clinic::Clinic;
use crate::tests::hex;

fn epoch(number: u32) -> EpochId {
    EpochId {
        clinic: ClinicId([1; 32]),
        compartment: Compartment::Clinical,
        number,
    }
}

fn key(byte: u8) -> EpochKey {
    EpochKey::from_slice(&[byte; 32]).unwrap()
}

#[test]
fn their_bytes_are_frozen() {
    insta::assert_snapshot!(
        [
            hex(&key(1).commitment(&epoch(1))),
            hex(&key(2).wrap(&epoch(2), &key(1)))
        ]
        .join("\n")
    );
}

#[test]
fn only_the_committed_former_key_is_unwrapped() {
    let (former, newer) = (key(1), key(2));
    let commitment = former.commitment(&epoch(1));
    let wrapped = newer.wrap(&epoch(2), &former);
    assert_eq!(wrapped.len(), WRAPPED_BYTES);
    assert!(newer.unwrap(&epoch(2), &wrapped, &commitment).unwrap().same(&former));
    assert!(key(3).unwrap(&epoch(2), &wrapped, &commitment).is_err());
    assert!(newer.unwrap(&epoch(3), &wrapped, &commitment).is_err());
    let other = EpochId {
        compartment: Compartment::Office,
        ..epoch(2)
    };
    assert!(newer.unwrap(&other, &wrapped, &commitment).is_err());
    assert!(
        newer
            .unwrap(&epoch(2), &wrapped, &key(9).commitment(&epoch(1)))
            .is_err()
    );
    for at in 0..wrapped.len() {
        let mut bad = wrapped.clone();
        bad[at] ^= 1;
        assert!(newer.unwrap(&epoch(2), &bad, &commitment).is_err());
        assert!(newer.unwrap(&epoch(2), &wrapped[..at], &commitment).is_err());
    }
}

#[test]
fn the_newest_key_opens_all_former_ones() {
    let mut clinic = Clinic::found();
    (0..3).for_each(|_| clinic.renew(Compartment::Clinical));
    let newest = clinic.key(Compartment::Clinical);
    let keys = former_keys(&clinic.roster, Compartment::Clinical, 4, newest, 1).unwrap();
    assert_eq!(keys.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 2, 1]);
    assert!(
        keys.iter()
            .all(|(number, key)| key.same(&clinic.keys[&(Compartment::Clinical, *number)]))
    );
    assert_eq!(
        former_keys(&clinic.roster, Compartment::Clinical, 4, newest, 3)
            .unwrap()
            .len(),
        1
    );
    assert!(
        former_keys(&clinic.roster, Compartment::Clinical, 4, newest, 9)
            .unwrap()
            .is_empty()
    );
    let wrong = former_keys(&clinic.roster, Compartment::Clinical, 4, &key(1), 1);
    assert_eq!(wrong.err(), Some(EpochError::Commitment(4)));
    let unknown = former_keys(&clinic.roster, Compartment::Clinical, 5, newest, 1);
    assert_eq!(unknown.err(), Some(EpochError::Unknown(5)));
}

#[test]
fn a_key_wrapped_wrongly_is_named() {
    let mut clinic = Clinic::found();
    let id = EpochId {
        clinic: clinic.roster.clinic(),
        compartment: Compartment::Office,
        number: 2,
    };
    let newer = key(5);
    let wrapped = newer.wrap(&id, &key(6));
    clinic.say(
        clinic
            .roster
            .next_epoch(Compartment::Office, newer.commitment(&id), wrapped),
    );
    let keys = former_keys(&clinic.roster, Compartment::Office, 2, &newer, 1);
    assert_eq!(keys.err(), Some(EpochError::Wrapped(2)));
}
