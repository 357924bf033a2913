//! Parcels: frozen bytes, every byte flipped, nobody's key but the committed one, nobody who is not entitled.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use crate::secret::EpochKey;
use crate::tests::clinic::{Clinic, Member};
use crate::tests::{Seeded, hex};
use proptest::prelude::*;
use wardkeep_roster::Role;

fn label(clinic: &Clinic, from: usize, to: usize, compartment: Compartment, epoch: u32) -> Label {
    let member = |at: usize| clinic.members[at].me;
    Label {
        clinic: clinic.roster.clinic(),
        compartment,
        epoch,
        sender: member(from),
        recipient: member(to),
    }
}

fn sealed(clinic: &Clinic, label: &Label, key: &EpochKey, from: usize) -> Result<Vec<u8>, ParcelError> {
    Parcel::seal(
        &clinic.roster,
        label,
        key,
        &clinic.members[from].sign_key,
        &mut Seeded::new(6).source(),
    )
}

#[test]
fn a_key_arrives_and_every_flipped_byte_is_noticed() {
    let clinic = Clinic::of(2);
    let label = label(&clinic, 0, 1, Compartment::Clinical, 1);
    let key = clinic.key(Compartment::Clinical);
    let parcel = sealed(&clinic, &label, key, 0).unwrap();
    assert!(parcel.len() <= MAX_PARCEL_BYTES, "{}", parcel.len());
    insta::assert_snapshot!(hex(&parcel));
    let to = &clinic.members[1];
    let read = Parcel::verify(&clinic.roster, &parcel).unwrap();
    assert_eq!(read.label(), &label);
    assert!(read.open(&clinic.roster, &to.me, &to.kem).unwrap().same(key));
    let from = &clinic.members[0];
    assert_eq!(
        read.open(&clinic.roster, &from.me, &from.kem).err(),
        Some(ParcelError::NotMine)
    );
    assert_eq!(
        read.open(&clinic.roster, &to.me, &from.kem).err(),
        Some(ParcelError::Seal(HybridError))
    );
    for at in 0..parcel.len() {
        let mut bad = parcel.clone();
        bad[at] ^= 1;
        assert!(Parcel::verify(&clinic.roster, &bad).is_err(), "byte {at}");
        assert!(Parcel::verify(&clinic.roster, &parcel[..at]).is_err(), "length {at}");
    }
}

#[test]
fn another_key_than_the_committed_one_goes_nowhere() {
    let clinic = Clinic::of(2);
    let label = label(&clinic, 0, 1, Compartment::Clinical, 1);
    let wrong = EpochKey::from_slice(&[1; 32]).unwrap();
    assert_eq!(
        sealed(&clinic, &label, &wrong, 0).err(),
        Some(ParcelError::Key(EpochError::Commitment(1)))
    );
    // A sender that does not ask itself.
    let to = &clinic.members[1];
    let kem = to.kem.public().unwrap();
    let (encapsulated, sealed) = hybrid::seal(
        &kem,
        INFO,
        &cbor::encode(&label),
        wrong.expose(),
        &mut Seeded::new(1).source(),
    )
    .unwrap();
    let parcel = Parcel {
        version: VERSION,
        label,
        encapsulated: encapsulated.to_vec(),
        sealed,
        signature: Signature([0; 64]),
    };
    let bytes = signed::sign(cbor::encode(&parcel), SIGNING_CONTEXT, &clinic.members[0].sign_key);
    let read = Parcel::verify(&clinic.roster, &bytes).unwrap();
    assert_eq!(
        read.open(&clinic.roster, &to.me, &to.kem).err(),
        Some(ParcelError::Key(EpochError::Commitment(1)))
    );
}

#[test]
fn only_who_is_entitled_sends_or_receives() {
    let mut clinic = Clinic::of(2);
    clinic.join(Member::new(3), &[Role::FrontDesk]);
    let key = |clinic: &Clinic, compartment| clinic.key(compartment).duplicate();
    let clinical = key(&clinic, Compartment::Clinical);
    let to_desk = label(&clinic, 0, 2, Compartment::Clinical, 1);
    assert_eq!(
        sealed(&clinic, &to_desk, &clinical, 0).err(),
        Some(ParcelError::Recipient)
    );
    let from_desk = label(&clinic, 2, 1, Compartment::Clinical, 1);
    assert_eq!(
        sealed(&clinic, &from_desk, &clinical, 2).err(),
        Some(ParcelError::Sender)
    );
    let office = label(&clinic, 0, 2, Compartment::Office, 1);
    assert!(sealed(&clinic, &office, &key(&clinic, Compartment::Office), 0).is_ok());
    let unknown = label(&clinic, 0, 1, Compartment::Clinical, 2);
    assert_eq!(
        sealed(&clinic, &unknown, &clinical, 0).err(),
        Some(ParcelError::UnknownEpoch)
    );
    let mut elsewhere = label(&clinic, 0, 1, Compartment::Clinical, 1);
    elsewhere.clinic = ClinicId([0; 32]);
    assert_eq!(
        sealed(&clinic, &elsewhere, &clinical, 0).err(),
        Some(ParcelError::OtherClinic)
    );
    let by_another = label(&clinic, 0, 1, Compartment::Clinical, 1);
    let bytes = sealed(&clinic, &by_another, &clinical, 1).unwrap();
    assert_eq!(
        Parcel::verify(&clinic.roster, &bytes).err(),
        Some(ParcelError::Signature)
    );
    clinic.revoke(1, None);
    assert_eq!(
        sealed(&clinic, &by_another, &clinical, 0).err(),
        Some(ParcelError::Recipient)
    );
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let clinic = Clinic::found();
        prop_assert!(Parcel::verify(&clinic.roster, &bytes).is_err());
    }
}
