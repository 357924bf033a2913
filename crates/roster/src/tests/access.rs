//! Who opens what, now and then, and when a new key is due.

use crate::entry::{Body, Grant, Target, Wipe, hash_of};
use crate::id::{Enrollment, EntryHash};
use crate::role::{Compartment, Role, Roles, compartments_of};
use crate::roster::{DueEpoch, Status};
use crate::sample::{Sample, device, device_key, enrollment, founder, name, user};

const CLINICAL: Compartment = Compartment::Clinical;
const OFFICE: Compartment = Compartment::Office;

fn opens(sample: &Sample, compartment: Compartment) -> Vec<Enrollment> {
    sample.roster.active_enrollments(compartment).collect()
}

#[test]
fn roles_open_compartments() {
    let opened = |roles: &[Role]| compartments_of(Roles::of(roles)).collect::<Vec<_>>();
    assert_eq!(opened(&[]), []);
    assert_eq!(opened(&[Role::FrontDesk]), [OFFICE]);
    assert_eq!(opened(&[Role::Clinician]), [OFFICE, CLINICAL]);
    assert_eq!(opened(&[Role::Admin]), [OFFICE, Compartment::Audit]);
    assert_eq!(compartments_of(Roles::ALL).collect::<Vec<_>>(), Compartment::ALL);
    assert_eq!(Roles::from_bits(8), None);
}

#[test]
fn grants_and_revocations_move_the_right_to_read() {
    let mut sample = Sample::default();
    assert_eq!(opens(&sample, OFFICE), [Enrollment::RECOVERY, founder()]);
    assert_eq!(opens(&sample, CLINICAL), [Enrollment::RECOVERY]);
    let doctor = sample.join(2, 2, Roles::of(&[Role::Clinician])).unwrap();
    sample.say(founder(), sample.enroll_body(1, 2)).unwrap();
    let at_desk = enrollment(1, 2);
    assert_eq!(opens(&sample, CLINICAL), [Enrollment::RECOVERY, at_desk, doctor]);
    let (before, _) = sample.roster.head();
    sample.revoke(Target::Enrollment(at_desk)).unwrap();
    assert_eq!(opens(&sample, CLINICAL), [Enrollment::RECOVERY, doctor]);
    sample.revoke(Target::Device(device(2))).unwrap();
    assert_eq!(opens(&sample, CLINICAL), [Enrollment::RECOVERY]);
    let view = sample.roster.enrollment(&doctor).unwrap();
    assert_eq!(view.status, Status::Revoked { at: before + 2 });
    assert_eq!(view.roles, Roles::NONE);
    // What was right then stays known.
    assert!(!sample.roster.entitled_at(&doctor, CLINICAL, 3));
    assert!(sample.roster.entitled_at(&doctor, CLINICAL, 4));
    assert!(sample.roster.entitled_at(&doctor, CLINICAL, before + 1));
    assert!(!sample.roster.entitled_at(&doctor, CLINICAL, before + 2));
    assert!(!sample.roster.entitled_at(&doctor, CLINICAL, before + 3));
    assert!(!sample.roster.entitled_at(&at_desk, CLINICAL, before + 1));
    assert!(!sample.roster.entitled_at(&enrollment(9, 9), OFFICE, 1));
    assert!(sample.roster.entitled_at(&Enrollment::RECOVERY, CLINICAL, 1));
}

#[test]
fn a_wipe_order_takes_the_right_to_read_but_not_the_place() {
    let mut sample = Sample::default();
    let doctor = sample.join(2, 2, Roles::ALL).unwrap();
    let (before, _) = sample.roster.head();
    let order = Wipe {
        device: device(2),
        nonce: [3; 16],
        post_outbox: true,
    };
    sample.say(founder(), Body::Wipe(order)).unwrap();
    assert_eq!(opens(&sample, CLINICAL), [Enrollment::RECOVERY]);
    assert!(sample.roster.entitled_at(&doctor, CLINICAL, before));
    assert!(!sample.roster.entitled_at(&doctor, CLINICAL, before + 1));
    let view = sample.roster.device(&device(2)).unwrap();
    assert_eq!(view.status, Status::Active);
    let wipe = sample.roster.wipe_order(&device(2)).unwrap();
    assert_eq!((wipe.order, wipe.confirmed_at), (order, Some(before + 1)));
    assert!(sample.roster.wipe_order(&device(1)).is_none());
}

#[test]
fn devices_are_found_by_their_keys_then_and_now() {
    let mut sample = Sample::default();
    sample.join(2, 2, Roles::NONE).unwrap();
    let key = *device_key(&device(2)).verifying_key().as_bytes();
    let (id, view) = sample.roster.device_by_key(&key).unwrap();
    assert_eq!((id, view.added_at, view.status), (device(2), 2, Status::Active));
    assert_eq!(
        (view.name.clone(), view.users.clone()),
        (name("device 2"), vec![user(2)])
    );
    sample.revoke(Target::Device(device(2))).unwrap();
    let (_, view) = sample.roster.device_by_key(&key).unwrap();
    assert_eq!(view.status, Status::Revoked { at: 5 });
    let signing = crate::sample::enrollment_key(&founder()).verifying_key();
    assert!(sample.roster.device_by_key(signing.as_bytes()).is_none());
    let at = |number| sample.roster.hash_at(number).unwrap();
    let active: Vec<bool> = (1..=5)
        .map(|number| sample.roster.is_active_at(&device(2), &at(number)))
        .collect();
    assert_eq!(active, [false, true, true, true, false]);
    assert!(!sample.roster.is_active_at(&device(2), &hash_of(b"other")));
    assert!(!sample.roster.is_active_at(&device(9), &at(1)));
    assert_eq!(sample.roster.knows(&EntryHash::ZERO), None);
    assert_eq!(sample.roster.devices().count(), 2);
    assert_eq!(sample.roster.users().count(), 2);
    assert_eq!(sample.roster.enrollments().count(), 3);
}

#[test]
fn a_new_key_is_due_when_somebody_loses_the_right_to_read() {
    let mut sample = Sample::default();
    let first = |part| DueEpoch::First(part);
    assert_eq!(sample.roster.due_epochs(), [first(OFFICE), first(Compartment::Audit)]);
    let doctor = sample.join(2, 2, Roles::of(&[Role::Clinician])).unwrap();
    assert_eq!(sample.roster.due_epochs(), Compartment::ALL.map(first));
    for (author, part) in [(founder(), OFFICE), (doctor, CLINICAL), (founder(), Compartment::Audit)] {
        sample.renew(author, part, [part.number(); 32]).unwrap();
    }
    assert_eq!(sample.roster.due_epochs(), []);
    // Who comes gets the present key.
    sample.join(3, 3, Roles::of(&[Role::Clinician])).unwrap();
    assert_eq!(sample.roster.due_epochs(), []);
    let desk = Grant {
        user: user(3),
        roles: Roles::of(&[Role::FrontDesk]),
    };
    sample.say(founder(), Body::Grant(desk)).unwrap();
    let (since, _) = sample.roster.head();
    let lost = |compartment, since| DueEpoch::Lost { compartment, since };
    assert_eq!(sample.roster.due_epochs(), [lost(CLINICAL, since)]);
    sample.revoke(Target::Device(device(3))).unwrap();
    let both = [lost(OFFICE, since + 1), lost(CLINICAL, since)];
    assert_eq!(sample.roster.due_epochs(), both);
    sample.renew(founder(), OFFICE, [9; 32]).unwrap();
    assert_eq!(sample.roster.due_epochs(), [lost(CLINICAL, since)]);
    sample.renew(doctor, CLINICAL, [9; 32]).unwrap();
    assert_eq!(sample.roster.due_epochs(), []);
    sample.renew_recovery().unwrap();
    let (since, _) = sample.roster.head();
    assert_eq!(
        sample.roster.due_epochs(),
        Compartment::ALL.map(|part| lost(part, since))
    );
}

#[test]
fn epochs_are_kept_by_number() {
    let mut sample = Sample::default();
    assert!(sample.roster.epoch(OFFICE).is_none());
    sample.renew(founder(), OFFICE, [1; 32]).unwrap();
    sample.renew(founder(), OFFICE, [2; 32]).unwrap();
    let last = sample.roster.epoch(OFFICE).unwrap();
    assert_eq!((last.at, last.at_ms, last.by), (3, 3_000, founder()));
    assert_eq!((last.epoch.number, last.epoch.key_commitment), (2, [2; 32]));
    let first = sample.roster.epoch_by_number(OFFICE, 1).unwrap();
    assert_eq!((first.at, first.epoch.recipients.count), (2, 2));
    assert!(sample.roster.epoch_by_number(OFFICE, 0).is_none());
    assert!(sample.roster.epoch_by_number(OFFICE, 3).is_none());
    assert!(sample.roster.epoch_by_number(CLINICAL, 1).is_none());
}

#[test]
fn the_latest_name_of_a_user_counts() {
    let mut sample = Sample::default();
    sample.join(2, 2, Roles::NONE).unwrap();
    let Body::Enroll(mut body) = sample.enroll_body(1, 2) else {
        unreachable!("that is what was asked for")
    };
    body.user_name = name("married");
    sample.say(founder(), Body::Enroll(body)).unwrap();
    let view = sample.roster.user(&user(2)).unwrap();
    assert_eq!(view.name, name("married"));
    assert_eq!(view.devices, [device(2), device(1)]);
    assert_eq!((view.roles(), view.revoked_at), (Roles::NONE, None));
}
