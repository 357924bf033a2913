//! Who can open an audit segment, who may write one, and what a changed byte does.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::segment::{SIGNATURE_BYTES, Unverified};
use crate::tests::Seeded;
use crate::tests::clinic::Clinic;
use proptest::prelude::*;
use wardkeep_roster::{Compartment, KemKey};

fn place(clinic: &Clinic, member: usize) -> Place {
    Place {
        epoch: 1,
        ..clinic.place(member, Compartment::Audit, None)
    }
}

/// Sealed by the second member to the first alone.
fn sealed(clinic: &Clinic, entries: &[&[u8]]) -> Vec<u8> {
    let reader: KemKey = clinic.members[0].kem.public().unwrap();
    let readers = [(clinic.members[0].me, &reader)];
    let device_key = &clinic.members[1].device_key;
    seal_audit(
        &place(clinic, 1),
        &readers,
        entries,
        device_key,
        &mut Seeded::new(5).source(),
    )
    .unwrap()
}

fn open(clinic: &Clinic, bytes: &[u8], member: usize) -> Result<Vec<Vec<u8>>, OpenError> {
    let member = &clinic.members[member];
    let verified = Segment::parse(bytes).unwrap().verify(&clinic.roster).unwrap();
    let entries = verified.open_audit(&member.me, &member.kem)?;
    Ok(entries.iter().map(|(_, entry)| entry.to_vec()).collect())
}

#[test]
fn a_reader_opens_it_and_its_writer_does_not() {
    let clinic = Clinic::of(3);
    let bytes = sealed(&clinic, &[b"one", b"two"]);
    assert_eq!(open(&clinic, &bytes, 0).unwrap(), [b"one", b"two"]);
    assert_eq!(open(&clinic, &bytes, 1).err(), Some(OpenError::NotMine));
    assert_eq!(open(&clinic, &bytes, 2).err(), Some(OpenError::NotMine));
    // Not with the reader's name and another's key either.
    let verified = Segment::parse(&bytes).unwrap().verify(&clinic.roster).unwrap();
    let stolen = verified.open_audit(&clinic.members[0].me, &clinic.members[2].kem);
    assert_eq!(stolen.err(), Some(OpenError::Commitment));
    // And no key of a compartment opens it.
    let key = clinic.key(Compartment::Audit);
    assert!(matches!(
        verified.open(key),
        Err(OpenError::NotMine | OpenError::Commitment)
    ));
}

#[test]
fn it_stands_in_the_audit_compartment_alone_and_under_no_epoch() {
    let clinic = Clinic::of(2);
    let reader = clinic.members[0].kem.public().unwrap();
    let readers = [(clinic.members[0].me, &reader)];
    let seal = |place: &Place| {
        let key = &clinic.members[1].device_key;
        seal_audit(place, &readers, &[b"entry"], key, &mut Seeded::new(6).source()).unwrap()
    };
    let other = clinic.place(1, Compartment::Office, None);
    assert!(Segment::parse(&seal(&other)).is_err());
    let second = Place {
        epoch: 2,
        ..place(&clinic, 1)
    };
    let verified = Segment::parse(&seal(&second)).unwrap().verify(&clinic.roster).map(drop);
    assert_eq!(verified, Err(Unverified::Epoch));
}

#[test]
fn nobody_to_read_it_or_too_many_is_refused() {
    let clinic = Clinic::of(2);
    let reader = clinic.members[0].kem.public().unwrap();
    for count in [0, MAX_READERS + 1, 300] {
        let readers = vec![(clinic.members[0].me, &reader); count];
        let key = &clinic.members[1].device_key;
        let sealed = seal_audit(&place(&clinic, 1), &readers, &[b"e"], key, &mut Seeded::new(7).source());
        assert_eq!(sealed, Err(SealError::Limits), "{count}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_changed_byte_opens_nothing_even_when_its_device_signs_it(at in 0usize..4_000, bit in 0u8..8) {
        let clinic = Clinic::of(2);
        let mut bytes = sealed(&clinic, &[b"one"]);
        let body = bytes.len() - SIGNATURE_BYTES;
        let at = HEADER_BYTES + at % (body - HEADER_BYTES);
        bytes[at] ^= 1 << bit;
        prop_assert!(Segment::parse(&bytes).unwrap().verify(&clinic.roster).is_err());
        let hash = Segment::parse(&bytes).unwrap().hash();
        bytes[body..].copy_from_slice(&clinic.members[1].device_key.sign_digest(&hash.0).0);
        prop_assert!(open(&clinic, &bytes, 0).is_err());
    }
}
