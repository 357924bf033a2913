//! Entries by those who may, which make no sense.

use crate::entry::{
    AddDevice, AppVersion, Body, DiskEncryption, Enroll, Epoch, Grant, LastAccepted, Policy, Recipients, Revoke,
    Target, Wipe,
};
use crate::id::{DeviceId, Enrollment, UserId};
use crate::key::{DeviceKey, Scope};
use crate::limit::{MAX_ENROLLMENTS_OF_ONE, MAX_LAST_ACCEPTED};
use crate::role::{Compartment, Role, Roles};
use crate::roster::{CutOff, Refusal};
use crate::sample::{self, Sample, device, enrollment, founder, name, user};

fn clinic() -> Sample {
    let mut sample = Sample::default();
    sample.join(2, 2, Roles::of(&[Role::Clinician])).unwrap();
    sample
}

/// What the roster answers to the founder.
fn refused(sample: &mut Sample, body: Body) -> Option<Refusal> {
    let head = sample.roster.head();
    let answer = sample.say(founder(), body).err();
    assert_eq!(sample.roster.head() == head, answer.is_some());
    answer
}

fn grant(number: u32, roles: Roles) -> Body {
    Body::Grant(Grant {
        user: user(number),
        roles,
    })
}

fn revoke(target: Target) -> Body {
    Body::Revoke(Revoke {
        target,
        last_accepted: None,
    })
}

fn wipe(number: u32) -> Body {
    Body::Wipe(Wipe {
        device: device(number),
        nonce: [1; 16],
        post_outbox: true,
    })
}

#[test]
fn ids_are_used_once() {
    let mut sample = clinic();
    let body = sample.device_body(2);
    assert_eq!(refused(&mut sample, body), Some(Refusal::DuplicateId));
    let body = sample.enroll_body(2, 2);
    assert_eq!(refused(&mut sample, body), Some(Refusal::DuplicateId));
    sample.revoke(Target::Device(device(2))).unwrap();
    let body = sample.device_body(2);
    assert_eq!(refused(&mut sample, body), Some(Refusal::DuplicateId));
    let none = Body::Device(AddDevice {
        device: DeviceId::ZERO,
        key: DeviceKey::prove(
            Scope::Clinic(sample.clinic()),
            &DeviceId::ZERO,
            &sample::device_key(&device(3)),
        ),
        name: name("none"),
    });
    assert_eq!(refused(&mut sample, none), Some(Refusal::ReservedId));
    let Body::Enroll(body) = sample.enroll_body(1, 2) else {
        unreachable!("that is what was asked for")
    };
    let nobody = Enroll {
        user: UserId::ZERO,
        ..body
    };
    assert_eq!(refused(&mut sample, Body::Enroll(nobody)), Some(Refusal::ReservedId));
}

#[test]
fn keys_are_used_once_and_proven() {
    let mut sample = clinic();
    let scope = Scope::Clinic(sample.clinic());
    let with = |number, proven_for, key: &crate::SigningKey, scope| {
        Body::Device(AddDevice {
            device: device(number),
            key: DeviceKey::prove(scope, &device(proven_for), key),
            name: name("x"),
        })
    };
    let taken = [
        sample::device_key(&device(2)),
        sample::enrollment_key(&enrollment(2, 2)),
        sample::recovery_key(1),
    ];
    for key in taken {
        let body = with(3, 3, &key, scope);
        assert_eq!(refused(&mut sample, body), Some(Refusal::DuplicateKey));
    }
    let fresh = sample::device_key(&device(3));
    let other_device = with(3, 4, &fresh, scope);
    assert_eq!(refused(&mut sample, other_device), Some(Refusal::BadProof));
    let other_clinic = with(3, 3, &fresh, Scope::Clinic(crate::ClinicId([1; 32])));
    assert_eq!(refused(&mut sample, other_clinic), Some(Refusal::BadProof));
    let founding = with(3, 3, &fresh, Scope::Founding(sample.clinic().0));
    assert_eq!(refused(&mut sample, founding), Some(Refusal::BadProof));
    let Body::Enroll(mut body) = sample.enroll_body(1, 2) else {
        unreachable!("that is what was asked for")
    };
    let right = body.keys.clone();
    body.keys.kem = sample.roster.enrollment(&founder()).unwrap().keys.kem.clone();
    assert_eq!(
        refused(&mut sample, Body::Enroll(body.clone())),
        Some(Refusal::DuplicateKey)
    );
    body.keys.kem = crate::KemKey::from_bytes(&[5; 1_216]).unwrap();
    assert_eq!(
        refused(&mut sample, Body::Enroll(body.clone())),
        Some(Refusal::BadProof)
    );
    body.keys = right;
    assert_eq!(refused(&mut sample, Body::Enroll(body)), None);
    let body = sample.recovery_body(2);
    sample.say(founder(), body.clone()).unwrap();
    assert_eq!(refused(&mut sample, body), Some(Refusal::DuplicateKey));
}

#[test]
fn enrollments_need_a_device_and_a_user_who_stay() {
    let mut sample = clinic();
    let body = sample.enroll_body(9, 9);
    assert_eq!(refused(&mut sample, body), Some(Refusal::DeviceUnknown));
    sample.join(3, 3, Roles::NONE).unwrap();
    sample.revoke(Target::User(user(3))).unwrap();
    let body = sample.enroll_body(2, 3);
    assert_eq!(refused(&mut sample, body), Some(Refusal::UserGone));
    assert_eq!(refused(&mut sample, grant(3, Roles::ALL)), Some(Refusal::UserGone));
    sample.say(founder(), sample.device_body(4)).unwrap();
    sample.say(founder(), wipe(4)).unwrap();
    let body = sample.enroll_body(4, 4);
    assert_eq!(refused(&mut sample, body.clone()), Some(Refusal::DeviceGone));
    sample.revoke(Target::Device(device(4))).unwrap();
    assert_eq!(refused(&mut sample, body), Some(Refusal::DeviceGone));
}

#[test]
fn roles_go_to_users_who_are_enrolled() {
    let mut sample = clinic();
    assert_eq!(refused(&mut sample, grant(9, Roles::ALL)), Some(Refusal::UserUnknown));
    sample.revoke(Target::Enrollment(enrollment(2, 2))).unwrap();
    assert_eq!(
        refused(&mut sample, grant(2, Roles::ALL)),
        Some(Refusal::UserNotEnrolled)
    );
    // On another device the user, who was not revoked, comes back with the roles they had.
    sample.say(founder(), sample.device_body(3)).unwrap();
    sample.say(founder(), sample.enroll_body(3, 2)).unwrap();
    let roles = sample.roster.enrollment(&enrollment(3, 2)).unwrap().roles;
    assert_eq!(roles, Roles::of(&[Role::Clinician]));
    assert_eq!(refused(&mut sample, grant(2, Roles::ALL)), None);
}

#[test]
fn one_user_or_device_has_no_endless_enrollments() {
    let mut sample = clinic();
    let most = u32::try_from(MAX_ENROLLMENTS_OF_ONE).unwrap();
    for number in 3..=most + 1 {
        let body = sample.enroll_body(2, number);
        assert_eq!(refused(&mut sample, body), None);
    }
    let body = sample.enroll_body(2, most + 2);
    assert_eq!(refused(&mut sample, body), Some(Refusal::Full));
}

#[test]
fn the_last_admin_stays() {
    let acts = || {
        vec![
            grant(1, Roles::of(&[Role::Clinician])),
            revoke(Target::User(user(1))),
            revoke(Target::Device(device(1))),
            revoke(Target::Enrollment(founder())),
            wipe(1),
        ]
    };
    let mut sample = clinic();
    for body in acts() {
        assert_eq!(refused(&mut sample, body.clone()), Some(Refusal::LastAdmin));
        let paper = sample.say(Enrollment::RECOVERY, body).err();
        assert_eq!(paper, Some(Refusal::LastAdmin));
    }
    for body in acts() {
        let mut sample = clinic();
        sample.join(3, 3, Roles::of(&[Role::Admin])).unwrap();
        assert_eq!(refused(&mut sample, body), None);
        let left = revoke(Target::User(user(3)));
        let last = sample.say(enrollment(3, 3), left).err();
        assert_eq!(last, Some(Refusal::LastAdmin));
    }
    // A second device of the only admin is enough, and where both are one laptop it is not.
    let mut sample = clinic();
    sample.say(founder(), sample.enroll_body(2, 1)).unwrap();
    assert_eq!(
        refused(&mut sample, revoke(Target::User(user(1)))),
        Some(Refusal::LastAdmin)
    );
    assert_eq!(refused(&mut sample, revoke(Target::Device(device(1)))), None);
}

#[test]
fn nothing_is_revoked_twice() {
    let targets = [
        Target::Device(device(2)),
        Target::User(user(2)),
        Target::Enrollment(enrollment(2, 2)),
    ];
    for target in targets {
        let mut sample = clinic();
        assert_eq!(refused(&mut sample, revoke(target)), None);
        let (at, _) = sample.roster.head();
        assert_eq!(
            refused(&mut sample, revoke(target)),
            Some(Refusal::AlreadyRevoked { at })
        );
        let one = Target::Enrollment(enrollment(2, 2));
        assert_eq!(refused(&mut sample, revoke(one)), Some(Refusal::AlreadyRevoked { at }));
    }
    let mut sample = clinic();
    let unknown = [
        (Target::Device(device(9)), Refusal::DeviceUnknown),
        (Target::User(user(9)), Refusal::UserUnknown),
        (Target::Enrollment(enrollment(1, 2)), Refusal::EnrollmentUnknown),
        (Target::Enrollment(Enrollment::RECOVERY), Refusal::ReservedId),
    ];
    for (target, why) in unknown {
        assert_eq!(refused(&mut sample, revoke(target)), Some(why));
    }
    assert_eq!(refused(&mut sample, wipe(9)), Some(Refusal::DeviceUnknown));
}

fn line(number: u32, compartment: Compartment, seq: u64) -> LastAccepted {
    LastAccepted {
        device: device(number),
        incarnation: [1; 16],
        compartment,
        seq,
    }
}

fn revoke_after(target: Target, chains: Vec<LastAccepted>) -> Body {
    Body::Revoke(Revoke {
        target,
        last_accepted: Some(chains),
    })
}

#[test]
fn a_line_is_drawn_through_the_chains_concerned_alone() {
    let mut sample = clinic();
    let office = |number| vec![line(number, Compartment::Office, 5)];
    let targets = [
        Target::Device(device(2)),
        Target::User(user(2)),
        Target::Enrollment(enrollment(2, 2)),
    ];
    for target in targets {
        let body = revoke_after(target, office(1));
        assert_eq!(refused(&mut sample, body), Some(Refusal::CutOffElsewhere));
    }
    let cut_off = |sample: &Sample, incarnation, part| sample.roster.cut_off(&device(2), &incarnation, part);
    assert_eq!(cut_off(&sample, [1; 16], Compartment::Office), Some(CutOff::None));
    let body = revoke_after(Target::Device(device(2)), office(2));
    assert_eq!(refused(&mut sample, body), None);
    let (at, _) = sample.roster.head();
    assert_eq!(
        cut_off(&sample, [1; 16], Compartment::Office),
        Some(CutOff::After { at, seq: 5 })
    );
    assert_eq!(
        cut_off(&sample, [1; 16], Compartment::Clinical),
        Some(CutOff::After { at, seq: 0 })
    );
    assert_eq!(
        cut_off(&sample, [2; 16], Compartment::Office),
        Some(CutOff::After { at, seq: 0 })
    );
    assert_eq!(sample.roster.cut_off(&device(9), &[1; 16], Compartment::Office), None);
    let mut sample = clinic();
    sample.revoke(Target::Device(device(2))).unwrap();
    let (at, _) = sample.roster.head();
    assert_eq!(
        cut_off(&sample, [1; 16], Compartment::Office),
        Some(CutOff::Unstated { at })
    );
}

#[test]
fn lines_are_sorted_single_and_few() {
    let mut sample = clinic();
    let target = Target::Device(device(2));
    let twice = vec![line(2, Compartment::Office, 1), line(2, Compartment::Office, 2)];
    let turned = vec![line(2, Compartment::Clinical, 1), line(2, Compartment::Office, 1)];
    let many = (0..=MAX_LAST_ACCEPTED as u64)
        .map(|number| LastAccepted {
            incarnation: u128::from(number).to_be_bytes(),
            ..line(2, Compartment::Office, 1)
        })
        .collect::<Vec<_>>();
    for chains in [twice, turned, many.clone()] {
        let why = refused(&mut sample, revoke_after(target, chains));
        assert!(matches!(why, Some(Refusal::Form(_))));
    }
    let most = many[1..].to_vec();
    assert_eq!(refused(&mut sample, revoke_after(target, most)), None);
}

fn next_epoch(sample: &Sample) -> Epoch {
    let wrapped = match sample.roster.epoch(Compartment::Office) {
        None => Vec::new(),
        Some(_) => vec![1; 60],
    };
    match sample.roster.next_epoch(Compartment::Office, [1; 32], wrapped) {
        Body::Epoch(epoch) => epoch,
        _ => unreachable!("that is what was asked for"),
    }
}

#[test]
fn epochs_are_numbered_and_wrap_the_former_key() {
    let mut sample = clinic();
    let first = next_epoch(&sample);
    for found in [0, 2, u32::MAX] {
        let epoch = Epoch {
            number: found,
            ..first.clone()
        };
        let expected = 1;
        assert_eq!(
            refused(&mut sample, Body::Epoch(epoch)),
            Some(Refusal::EpochNumber { expected, found })
        );
    }
    let mut wrapping = first.clone();
    wrapping.wrapped_previous = vec![1; 60];
    assert_eq!(
        refused(&mut sample, Body::Epoch(wrapping)),
        Some(Refusal::EpochWrapping)
    );
    assert_eq!(refused(&mut sample, Body::Epoch(first)), None);
    let mut bare = next_epoch(&sample);
    bare.wrapped_previous = Vec::new();
    assert_eq!(refused(&mut sample, Body::Epoch(bare)), Some(Refusal::EpochWrapping));
    let mut long = next_epoch(&sample);
    long.wrapped_previous = vec![1; 129];
    assert!(matches!(
        refused(&mut sample, Body::Epoch(long)),
        Some(Refusal::Form(_))
    ));
    let second = next_epoch(&sample);
    assert_eq!(second.number, 2);
    assert_eq!(refused(&mut sample, Body::Epoch(second)), None);
}

#[test]
fn epochs_name_exactly_those_entitled() {
    let mut sample = clinic();
    let right = next_epoch(&sample);
    let members = [founder(), enrollment(2, 2), Enrollment::RECOVERY];
    let others = [enrollment(9, 9), enrollment(1, 2)];
    let lists: [Vec<Enrollment>; 5] = [
        vec![members[0], members[2]],
        members[..2].to_vec(),
        members.iter().chain(&others[..1]).copied().collect(),
        vec![members[0], others[0], members[2]],
        Vec::new(),
    ];
    for mut list in lists {
        list.sort();
        let recipients = Recipients::of(list.iter());
        assert_ne!(recipients, right.recipients);
        let epoch = Epoch {
            recipients,
            ..right.clone()
        };
        assert_eq!(refused(&mut sample, Body::Epoch(epoch)), Some(Refusal::EpochRecipients));
    }
    let mut miscounted = right.clone();
    miscounted.recipients.count += 1;
    assert_eq!(
        refused(&mut sample, Body::Epoch(miscounted)),
        Some(Refusal::EpochRecipients)
    );
    // An epoch that was prepared before somebody left is too late.
    let mut sorted = members;
    sorted.sort();
    assert_eq!(Recipients::of(sorted.iter()), right.recipients);
    sample.revoke(Target::User(user(2))).unwrap();
    assert_eq!(refused(&mut sample, Body::Epoch(right)), Some(Refusal::EpochRecipients));
}

/// Turns a rule to a value outside its range.
type Change = fn(&mut Policy);

#[test]
fn rules_stay_in_their_ranges() {
    let rules: [(&str, Change); 12] = [
        ("idle_lock_s", |policy| policy.idle_lock_s = 9),
        ("idle_lock_s", |policy| policy.idle_lock_s = 86_401),
        ("resume_window_s", |policy| policy.resume_window_s = u32::MAX),
        ("lease_days", |policy| policy.lease_days = 0),
        ("lease_days", |policy| policy.lease_days = 91),
        ("wrong_password_limit", |policy| policy.wrong_password_limit = 2),
        ("disk_encryption", |policy| {
            policy.disk_encryption = DiskEncryption::RequireAfterDays(366)
        }),
        ("epoch_days", |policy| policy.epoch_days = 0),
        ("epoch_days", |policy| policy.epoch_days = 366),
        ("min_password_length", |policy| policy.min_password_length = 7),
        ("min_password_length", |policy| policy.min_password_length = 129),
        ("two_admins", |policy| policy.two_admins = 2),
    ];
    let mut sample = clinic();
    for (rule, change) in rules {
        let mut policy = sample::policy();
        change(&mut policy);
        match refused(&mut sample, Body::Policy(policy)) {
            Some(Refusal::Policy(fault)) => assert_eq!(fault.rule, rule),
            other => unreachable!("{rule}: {other:?}"),
        }
    }
    let changed = Policy {
        lease_days: 90,
        min_app_version: AppVersion {
            major: 2,
            minor: 0,
            patch: 1,
        },
        ..sample::policy()
    };
    assert_eq!(refused(&mut sample, Body::Policy(changed)), None);
    assert_eq!(*sample.roster.policy(), changed);
}
