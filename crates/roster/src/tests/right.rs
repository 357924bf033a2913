//! Who may say what.

use super::verify;
use crate::codec;
use crate::entry::{Body, Draft, Genesis, Grant, Policy, RestoreEpoch, Revoke, Target, Wipe};
use crate::id::{ClinicId, DeviceId, Enrollment, EntryHash, UserId};
use crate::key::{EnrollmentKeys, Scope};
use crate::role::{Compartment, Role, Roles};
use crate::roster::{Refusal, Roster};
use crate::sample::{self, Sample, device, enrollment, enrollment_key, founder, user};

/// A founder, a clinician on device 2, a front desk on device 3.
fn clinic() -> Sample {
    let mut sample = Sample::default();
    sample.join(2, 2, Roles::of(&[Role::Clinician])).unwrap();
    sample.join(3, 3, Roles::of(&[Role::FrontDesk])).unwrap();
    sample
}

fn revoke(target: Target) -> Body {
    Body::Revoke(Revoke {
        target,
        last_accepted: None,
    })
}

fn admin_acts(sample: &Sample) -> Vec<Body> {
    let wipe = Wipe {
        device: device(3),
        nonce: [1; 16],
        post_outbox: false,
    };
    let grant = Grant {
        user: user(2),
        roles: Roles::ALL,
    };
    let restore = RestoreEpoch {
        restored_at_ms: 1,
        from_vector: [0; 32],
    };
    vec![
        sample.device_body(9),
        sample.enroll_body(3, 2),
        Body::Grant(grant),
        Body::Policy(sample::policy()),
        revoke(Target::Device(device(3))),
        Body::Wipe(wipe),
        sample.recovery_body(2),
        Body::RestoreEpoch(restore),
    ]
}

#[test]
fn admins_decide_and_nobody_else() {
    let mut sample = clinic();
    for body in admin_acts(&sample) {
        for author in [enrollment(2, 2), enrollment(3, 3)] {
            assert_eq!(sample.say(author, body.clone()).err(), Some(Refusal::NotAdmin));
        }
    }
    for author in [founder(), Enrollment::RECOVERY] {
        for body in admin_acts(&sample) {
            let mut fresh = clinic();
            fresh.say(author, body).unwrap();
        }
    }
}

#[test]
fn nobody_makes_themselves_admin() {
    let mut sample = clinic();
    let grant = Grant {
        user: user(2),
        roles: Roles::ALL,
    };
    let refused = sample.say(enrollment(2, 2), Body::Grant(grant)).err();
    assert_eq!(refused, Some(Refusal::NotAdmin));
    // Nor does one who was never enrolled, with keys of their own.
    let refused = sample.say(enrollment(9, 9), Body::Grant(grant)).err();
    assert_eq!(refused, Some(Refusal::AuthorUnknown));
}

#[test]
fn who_was_revoked_says_nothing_more() {
    let admin = Roles::of(&[Role::Admin]);
    let targets = [
        Target::Device(device(4)),
        Target::User(user(4)),
        Target::Enrollment(enrollment(4, 4)),
    ];
    for target in targets {
        let mut sample = clinic();
        sample.join(4, 4, admin).unwrap();
        sample.say(enrollment(4, 4), Body::Policy(sample::policy())).unwrap();
        sample.revoke(target).unwrap();
        let (at, _) = sample.roster.head();
        let refused = sample.say(enrollment(4, 4), Body::Policy(sample::policy())).err();
        assert_eq!(refused, Some(Refusal::AuthorRevoked { at }));
    }
}

#[test]
fn a_device_that_is_to_be_wiped_says_nothing_more() {
    let mut sample = clinic();
    sample.join(4, 4, Roles::ALL).unwrap();
    let wipe = Wipe {
        device: device(4),
        nonce: [1; 16],
        post_outbox: true,
    };
    sample.say(founder(), Body::Wipe(wipe)).unwrap();
    let (at, _) = sample.roster.head();
    let refused = sample.say(enrollment(4, 4), Body::Policy(sample::policy())).err();
    assert_eq!(refused, Some(Refusal::AuthorWiped { at }));
}

#[test]
fn who_is_no_admin_any_more_decides_nothing() {
    let mut sample = clinic();
    let admin = sample.join(4, 4, Roles::of(&[Role::Admin])).unwrap();
    let roles = Roles::of(&[Role::FrontDesk]);
    sample
        .say(founder(), Body::Grant(Grant { user: user(4), roles }))
        .unwrap();
    let refused = sample.say(admin, Body::Policy(sample::policy())).err();
    assert_eq!(refused, Some(Refusal::NotAdmin));
}

#[test]
fn only_who_opens_a_compartment_makes_its_key() {
    let mut sample = clinic();
    let clinician = enrollment(2, 2);
    let desk = enrollment(3, 3);
    // The admin decides who reads the chart and still cannot make its key.
    let refused = sample.renew(founder(), Compartment::Clinical, [1; 32]).err();
    assert_eq!(refused, Some(Refusal::NotEntitled));
    let refused = sample.renew(desk, Compartment::Clinical, [1; 32]).err();
    assert_eq!(refused, Some(Refusal::NotEntitled));
    let refused = sample.renew(clinician, Compartment::Audit, [1; 32]).err();
    assert_eq!(refused, Some(Refusal::NotEntitled));
    sample.renew(clinician, Compartment::Clinical, [1; 32]).unwrap();
    sample.renew(desk, Compartment::Office, [2; 32]).unwrap();
    sample.renew(founder(), Compartment::Audit, [3; 32]).unwrap();
    sample
        .renew(Enrollment::RECOVERY, Compartment::Clinical, [4; 32])
        .unwrap();
    assert!(verify(&sample.entries()).is_ok());
}

#[test]
fn a_former_recovery_paper_is_worth_nothing() {
    let mut sample = clinic();
    let old = sample
        .roster
        .draft(Enrollment::RECOVERY, 0, Body::Policy(sample::policy()));
    sample.renew_recovery().unwrap();
    let mut late = sample.roster.draft(Enrollment::RECOVERY, 0, old.body.clone());
    let bytes = late.sign(&sample::recovery_key(1));
    assert_eq!(sample.roster.append(&bytes).err(), Some(Refusal::BadSignature));
    late.at_ms += 1;
    let bytes = late.sign(&sample::recovery_key(2));
    sample.roster.append(&bytes).unwrap();
}

#[test]
fn without_a_recovery_paper_nobody_signs_as_it() {
    let genesis = Genesis {
        recovery: None,
        ..sample_genesis()
    };
    let mut roster = Roster::found(&first(genesis)).unwrap();
    let draft = roster.draft(Enrollment::RECOVERY, 0, Body::Policy(sample::policy()));
    let bytes = draft.sign(&sample::recovery_key(1));
    assert_eq!(roster.append(&bytes).err(), Some(Refusal::AuthorUnknown));
}

#[test]
fn two_admins_where_the_policy_asks_for_them() {
    let mut sample = clinic();
    let second = sample.join(4, 4, Roles::of(&[Role::Admin])).unwrap();
    let two = Policy {
        two_admins: Policy::TWO_ADMINS_WIPE,
        ..sample::policy()
    };
    sample.say(founder(), Body::Policy(two)).unwrap();
    let one = Body::Policy(sample::policy());
    assert_eq!(
        sample.say(founder(), one.clone()).err(),
        Some(Refusal::TwoAdminsCleared)
    );
    let wipe = Wipe {
        device: device(3),
        nonce: [1; 16],
        post_outbox: true,
    };
    sample.say(founder(), Body::Wipe(wipe)).unwrap();
    let (at, _) = sample.roster.head();
    assert_eq!(sample.roster.wipe_order(&device(3)).unwrap().confirmed_at, None);
    let again = Some(Refusal::WipeOrdered { at });
    assert_eq!(sample.say(founder(), Body::Wipe(wipe)).err(), again);
    let harsher = Wipe {
        post_outbox: false,
        ..wipe
    };
    assert_eq!(sample.say(second, Body::Wipe(harsher)).err(), again);
    sample.say(second, Body::Wipe(wipe)).unwrap();
    let order = sample.roster.wipe_order(&device(3)).unwrap();
    assert_eq!((order.at, order.confirmed_at, order.by), (at, Some(at + 1), founder()));
    assert_eq!(sample.say(second, Body::Wipe(wipe)).err(), again);
    sample.say(Enrollment::RECOVERY, one).unwrap();
}

fn sample_genesis() -> Genesis {
    match codec::decode(&Sample::default().entries()[0]).unwrap().body {
        Body::Genesis(genesis) => *genesis,
        _ => unreachable!("the first entry is one"),
    }
}

fn first(genesis: Genesis) -> Vec<u8> {
    Draft::genesis(0, genesis).sign(&enrollment_key(&founder()))
}

#[test]
fn a_first_entry_is_complete_and_proven() {
    let good = sample_genesis();
    let founding = |genesis: Genesis| Roster::found(&first(genesis)).err();
    assert_eq!(founding(good.clone()), None);
    let mut none = good.clone();
    none.device = DeviceId::ZERO;
    assert_eq!(founding(none), Some(Refusal::ReservedId));
    let mut none = good.clone();
    none.user = UserId::ZERO;
    assert_eq!(founding(none), Some(Refusal::ReservedId));
    // Proofs are of this founding alone.
    let mut moved = good.clone();
    moved.nonce = [9; 32];
    assert_eq!(founding(moved), Some(Refusal::BadProof));
    let mut borrowed = good.clone();
    borrowed.device_key.proof = borrowed.keys.proof;
    assert_eq!(founding(borrowed), Some(Refusal::BadProof));
    let mut twice = good.clone();
    let scope = Scope::Founding(twice.nonce);
    let key = enrollment_key(&founder());
    twice.device_key = crate::DeviceKey::prove(scope, &twice.device, &key);
    assert_eq!(founding(twice), Some(Refusal::DuplicateKey));
    let mut twice = good.clone();
    let paper = EnrollmentKeys::prove(scope, &DeviceId::ZERO, &sample::recovery_key(1), twice.keys.kem.clone());
    twice.recovery = Some(paper);
    assert_eq!(founding(twice), Some(Refusal::DuplicateKey));
    let mut rules = good;
    rules.policy.lease_days = 91;
    assert!(matches!(founding(rules), Some(Refusal::Policy(fault)) if fault.rule == "lease_days"));
}

#[test]
fn a_first_entry_has_its_place_and_its_author() {
    let sample = Sample::default();
    let key = enrollment_key(&founder());
    let mut drafts = [(); 4].map(|()| Draft::genesis(0, sample_genesis()));
    drafts[0].number = 2;
    drafts[1].previous = EntryHash([1; 32]);
    drafts[2].clinic = ClinicId([1; 32]);
    drafts[3].author = enrollment(1, 2);
    for draft in drafts {
        let refused = Roster::found(&draft.sign(&key)).err();
        assert_eq!(refused, Some(Refusal::BadGenesis));
    }
    let other = sample.sign(founder(), sample.device_body(2));
    assert_eq!(Roster::found(&other).err(), Some(Refusal::BadGenesis));
    let stolen = Draft::genesis(0, sample_genesis()).sign(&sample::recovery_key(1));
    assert_eq!(Roster::found(&stolen).err(), Some(Refusal::BadSignature));
}

#[test]
fn a_clinic_begins_once() {
    let mut sample = clinic();
    let body = Body::Genesis(Box::new(sample_genesis()));
    assert_eq!(sample.say(founder(), body).err(), Some(Refusal::SecondGenesis));
}
