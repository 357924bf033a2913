//! Receipts: frozen bytes, every byte flipped, and nobody's word but the device's own about its own order.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use crate::tests::clinic::Clinic;
use crate::tests::hex;
use wardkeep_roster::entry::{Body, Wipe};

/// A clinic of three whose second device is to be wiped.
fn ordered() -> (Clinic, Answered) {
    let mut clinic = Clinic::of(3);
    let device = clinic.members[1].device();
    clinic.say(Body::Wipe(Wipe {
        device,
        nonce: [0x5a; 16],
        post_outbox: true,
    }));
    let (answered, _) = Answered::of(&clinic.roster, device).unwrap();
    (clinic, answered)
}

#[test]
fn the_bytes_are_frozen_and_every_flipped_byte_is_noticed() {
    let (clinic, answered) = ordered();
    let receipt = Receipt::sign(&answered, Stage::Done, 7_000, &clinic.members[1].device_key);
    assert!(receipt.len() <= MAX_RECEIPT_BYTES, "{}", receipt.len());
    insta::assert_snapshot!(hex(&receipt));
    let read = Receipt::verify(&clinic.roster, &receipt).unwrap();
    assert_eq!((read.stage, read.at_ms), (Stage::Done, 7_000));
    for at in 0..receipt.len() {
        let mut bad = receipt.clone();
        bad[at] ^= 1;
        assert!(Receipt::verify(&clinic.roster, &bad).is_err(), "byte {at}");
        assert!(Receipt::verify(&clinic.roster, &receipt[..at]).is_err(), "length {at}");
    }
}

#[test]
fn nobody_but_the_device_confirms_its_own_order() {
    let (mut clinic, answered) = ordered();
    let verify = |clinic: &Clinic, answered: &Answered, signer: usize| {
        let receipt = Receipt::sign(answered, Stage::Done, 7_000, &clinic.members[signer].device_key);
        Receipt::verify(&clinic.roster, &receipt).err()
    };
    assert_eq!(verify(&clinic, &answered, 1), None);
    assert_eq!(verify(&clinic, &answered, 0), Some(ReceiptError::Signature));
    let other = Answered {
        device: clinic.members[2].device(),
        ..answered
    };
    assert_eq!(verify(&clinic, &other, 2), Some(ReceiptError::NoOrder));
    let nonce = Answered {
        nonce: [0; 16],
        ..answered
    };
    assert_eq!(verify(&clinic, &nonce, 1), Some(ReceiptError::NoOrder));
    let clinic_of_others = Answered {
        clinic: ClinicId([3; 32]),
        ..answered
    };
    assert_eq!(verify(&clinic, &clinic_of_others, 1), Some(ReceiptError::OtherClinic));
    // An answer to an earlier order is none to this one, and an order that waits for its second admin cannot be answered.
    let third = clinic.members[2].device();
    let policy = wardkeep_roster::entry::Policy {
        two_admins: wardkeep_roster::entry::Policy::TWO_ADMINS_WIPE,
        ..*clinic.roster.policy()
    };
    clinic.say(Body::Policy(policy));
    clinic.say(Body::Wipe(Wipe {
        device: third,
        nonce: [0x5a; 16],
        post_outbox: true,
    }));
    assert!(Answered::of(&clinic.roster, third).is_none());
    assert_eq!(verify(&clinic, &other, 2), Some(ReceiptError::NoOrder));
}
