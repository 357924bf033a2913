//! A new key of a device: who may say it, what it must prove, and whose signature counts where.

use super::verify;
use crate::codec;
use crate::entry::{Body, Reached, RenewDeviceKey, Target, Wipe};
use crate::id::Enrollment;
use crate::key::RenewedKey;
use crate::limit::{MAX_KEYS_OF_ONE, MAX_REACHED};
use crate::role::{Compartment, Role, Roles};
use crate::roster::Refusal;
use crate::sample::{Sample, device, device_key, enrollment, founder, renewed_key};

const LIFE: [u8; 16] = [1; 16];
const OFFICE: Compartment = Compartment::Office;

/// A founder; on device 2 a front desk and a clinician; an admin on device 3.
fn clinic() -> Sample {
    let mut sample = Sample::default();
    sample.join(2, 2, Roles::of(&[Role::FrontDesk])).unwrap();
    sample.join(3, 3, Roles::of(&[Role::Admin])).unwrap();
    sample.say(founder(), sample.enroll_body(2, 4)).unwrap();
    sample
}

fn line(compartment: Compartment, seq: u64) -> Reached {
    Reached {
        incarnation: LIFE,
        compartment,
        seq,
        hash: [seq as u8; 32],
    }
}

fn refused(sample: &mut Sample, author: Enrollment, body: Body) -> Option<Refusal> {
    let head = sample.roster.head();
    let refusal = sample.say(author, body).err();
    assert!(refusal.is_none() || sample.roster.head() == head);
    refusal
}

fn parts(body: Body) -> RenewDeviceKey {
    match body {
        Body::DeviceKey(parts) => parts,
        _ => unreachable!("that is what was asked for"),
    }
}

#[test]
fn whoever_is_enrolled_on_the_device_renews_its_key_and_nobody_else() {
    let mut sample = clinic();
    let body = sample.device_key_body(2, 1, &[]);
    // No admin elsewhere, not the recovery key, nobody who was never there.
    for (author, why) in [
        (founder(), Refusal::OtherDevice),
        (enrollment(3, 3), Refusal::OtherDevice),
        (Enrollment::RECOVERY, Refusal::OtherDevice),
        (enrollment(2, 9), Refusal::AuthorUnknown),
    ] {
        assert_eq!(refused(&mut sample, author, body.clone()), Some(why));
    }
    let gone = Target::Enrollment(enrollment(2, 4));
    sample.revoke(gone).unwrap();
    assert!(matches!(
        refused(&mut sample, enrollment(2, 4), body.clone()),
        Some(Refusal::AuthorRevoked { .. })
    ));
    sample.say(enrollment(2, 2), body).unwrap();
    let known = sample.roster.device(&device(2)).unwrap();
    let (former, present) = (device_key(&device(2)), renewed_key(&device(2), 1));
    assert_eq!(known.key, present.verifying_key());
    assert_eq!(known.key_since, sample.roster.head().0);
    assert_eq!(known.former_keys().collect::<Vec<_>>(), [&former.verifying_key()]);
    for key in [former, present] {
        let (id, _) = sample.roster.device_by_key(key.verifying_key().as_bytes()).unwrap();
        assert_eq!(id, device(2));
    }
    let again = verify(&sample.entries()).unwrap();
    assert_eq!(again.device(&device(2)).unwrap().key, known.key);
}

#[test]
fn both_keys_must_have_signed_for_this_device_of_this_clinic() {
    let mut sample = clinic();
    let me = enrollment(2, 2);
    let (former, new) = (device_key(&device(2)), renewed_key(&device(2), 1));
    let clinic = sample.clinic();
    let with = |key: RenewedKey| {
        Body::DeviceKey(RenewDeviceKey {
            device: device(2),
            key,
            reached: Vec::new(),
        })
    };
    let right = RenewedKey::prove(clinic, &device(2), &former, &new);
    let stranger = renewed_key(&device(9), 1);
    let swapped = RenewedKey {
        by_new: right.by_former,
        by_former: right.by_new,
        ..right.clone()
    };
    let half = RenewedKey {
        by_former: RenewedKey::prove(clinic, &device(2), &stranger, &new).by_former,
        ..right.clone()
    };
    for wrong in [
        // Without the former key.
        RenewedKey::prove(clinic, &device(2), &stranger, &new),
        half,
        // Without the new one.
        RenewedKey {
            key: stranger.verifying_key(),
            ..right.clone()
        },
        swapped,
        RenewedKey::prove(clinic, &device(3), &former, &new),
        RenewedKey::prove(crate::ClinicId([7; 32]), &device(2), &former, &new),
    ] {
        assert_eq!(refused(&mut sample, me, with(wrong)), Some(Refusal::BadProof));
    }
    for taken in [
        device_key(&device(2)),
        device_key(&device(1)),
        crate::sample::enrollment_key(&founder()),
    ] {
        let key = RenewedKey::prove(clinic, &device(2), &former, &taken);
        assert_eq!(refused(&mut sample, me, with(key)), Some(Refusal::DuplicateKey));
    }
    sample.say(me, with(right.clone())).unwrap();
    // The same again, and back to the key before.
    assert_eq!(refused(&mut sample, me, with(right)), Some(Refusal::DuplicateKey));
    let back = RenewedKey::prove(clinic, &device(2), &new, &former);
    assert_eq!(refused(&mut sample, me, with(back)), Some(Refusal::DuplicateKey));
    // A key that was proven over the former one counts for nothing over the present one.
    let late = RenewedKey::prove(clinic, &device(2), &former, &renewed_key(&device(2), 2));
    assert_eq!(refused(&mut sample, me, with(late)), Some(Refusal::BadProof));
}

#[test]
fn who_has_left_or_is_leaving_gets_no_new_key() {
    let mut sample = clinic();
    let body = sample.device_key_body(2, 1, &[]);
    sample.revoke(Target::Device(device(2))).unwrap();
    assert!(matches!(
        refused(&mut sample, enrollment(2, 2), body),
        Some(Refusal::AuthorRevoked { .. })
    ));
    let mut sample = clinic();
    let body = sample.device_key_body(2, 1, &[]);
    let wipe = Wipe {
        device: device(2),
        nonce: [1; 16],
        post_outbox: false,
    };
    sample.say(founder(), Body::Wipe(wipe)).unwrap();
    assert!(matches!(
        refused(&mut sample, enrollment(2, 2), body),
        Some(Refusal::AuthorWiped { .. })
    ));
}

#[test]
fn a_place_in_a_chain_says_whose_signature_it_must_bear() {
    let mut sample = clinic();
    let me = enrollment(2, 2);
    let keys = [
        device_key(&device(2)).verifying_key(),
        renewed_key(&device(2), 1).verifying_key(),
        renewed_key(&device(2), 2).verifying_key(),
    ];
    sample
        .say(
            me,
            sample.device_key_body(2, 1, &[line(OFFICE, 5), line(Compartment::Audit, 2)]),
        )
        .unwrap();
    let first = sample.roster.head().0;
    // Lines only rise, and only where something was signed since.
    for (seq, refusal) in [(4, Some(Refusal::LineBehind)), (5, Some(Refusal::LineBehind))] {
        let body = sample.device_key_body(2, 2, &[line(OFFICE, seq)]);
        assert_eq!(refused(&mut sample, me, body), refusal);
    }
    sample
        .say(
            me,
            sample.device_key_body(2, 2, &[line(OFFICE, 8), line(Compartment::Clinical, 1)]),
        )
        .unwrap();
    let second = sample.roster.head().0;
    let known = sample.roster.device(&device(2)).unwrap();
    let signer = |compartment, seq| {
        let signer = known.signer(&LIFE, compartment, seq);
        let key = keys.iter().position(|key| *key == signer.key).unwrap();
        (key, signer.since, signer.until, signer.last)
    };
    let added = known.added_at;
    assert_eq!(signer(OFFICE, 1), (0, added, Some(first), Some((5, [5; 32]))));
    assert_eq!(signer(OFFICE, 5), (0, added, Some(first), Some((5, [5; 32]))));
    assert_eq!(signer(OFFICE, 6), (1, first, Some(second), Some((8, [8; 32]))));
    assert_eq!(signer(OFFICE, 8), (1, first, Some(second), Some((8, [8; 32]))));
    assert_eq!(signer(OFFICE, 9), (2, second, None, None));
    assert_eq!(signer(Compartment::Clinical, 1).0, 1);
    assert_eq!(signer(Compartment::Clinical, 2).0, 2);
    assert_eq!(signer(Compartment::Audit, 2).0, 0);
    assert_eq!(signer(Compartment::Audit, 3).0, 2);
    let other_life = known.signer(&[2; 16], OFFICE, 1);
    assert_eq!((other_life.key, other_life.last), (keys[2], None));
    let reached = [OFFICE, Compartment::Clinical, Compartment::Audit].map(|part| known.reached(&LIFE, part));
    assert_eq!(reached, [8, 1, 2]);
}

#[test]
fn lines_have_one_order_and_a_limit() {
    let sample = clinic();
    let me = enrollment(2, 2);
    let reads = |reached: Vec<Reached>| {
        let body = RenewDeviceKey {
            reached,
            ..parts(sample.device_key_body(2, 1, &[]))
        };
        codec::decode(&sample.sign(me, Body::DeviceKey(body))).is_ok()
    };
    let life = |number: usize| Reached {
        incarnation: u128::try_from(number).unwrap().to_be_bytes(),
        ..line(OFFICE, 1)
    };
    assert!(reads((0..MAX_REACHED).map(life).collect()));
    assert!(!reads((0..=MAX_REACHED).map(life).collect()));
    assert!(!reads(vec![life(2), life(1)]));
    assert!(!reads(vec![life(1), life(1)]));
    assert!(!reads(vec![line(OFFICE, 0)]), "an empty chain has no line");
}

#[test]
fn one_device_cannot_have_keys_without_end() {
    let mut sample = clinic();
    let me = enrollment(2, 2);
    let last = u32::try_from(MAX_KEYS_OF_ONE).unwrap();
    for renewal in 1..last {
        sample.say(me, sample.device_key_body(2, renewal, &[])).unwrap();
    }
    let body = sample.device_key_body(2, last, &[]);
    assert_eq!(refused(&mut sample, me, body), Some(Refusal::Full));
}
