//! What an admin decides about the segments of a revoked device.

use crate::entry::{Accept, Body, Discard, LastAccepted, Revoke, Target};
use crate::limit::{MAX_JUDGED_OF_ONE, MAX_JUDGED_SEGMENTS};
use crate::role::{Compartment, Role, Roles};
use crate::roster::{CutOff, Refusal};
use crate::sample::{self, Sample, device, enrollment, founder};

const LIFE: [u8; 16] = [1; 16];

/// A founder, a clinician on device 2, a front desk on device 3 that is revoked behind segment 5.
fn revoked() -> Sample {
    let mut sample = Sample::default();
    sample.join(2, 2, Roles::of(&[Role::Clinician])).unwrap();
    sample.join(3, 3, Roles::of(&[Role::FrontDesk])).unwrap();
    let last_accepted = Some(vec![LastAccepted {
        device: device(3),
        incarnation: LIFE,
        compartment: Compartment::Office,
        seq: 5,
    }]);
    let target = Target::Device(device(3));
    sample
        .say(founder(), Body::Revoke(Revoke { target, last_accepted }))
        .unwrap();
    sample
}

fn accept(after: u64, hashes: &[u8]) -> Body {
    Body::Accept(Accept {
        device: device(3),
        incarnation: LIFE,
        compartment: Compartment::Office,
        after,
        segments: hashes.iter().map(|byte| [*byte; 32]).collect(),
    })
}

fn line(sample: &Sample) -> u64 {
    match sample.roster.cut_off(&device(3), &LIFE, Compartment::Office) {
        Some(CutOff::After { seq, .. }) => seq,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_accepted_follows_what_counts_and_moves_the_line() {
    let mut sample = revoked();
    assert_eq!(line(&sample), 5);
    for (after, expected) in [(4, 5), (6, 5), (0, 5)] {
        let refused = sample.say(founder(), accept(after, &[7])).err();
        assert_eq!(refused, Some(Refusal::AcceptedElsewhere { expected }));
    }
    sample.say(founder(), accept(5, &[6, 7])).unwrap();
    sample.say(founder(), accept(7, &[8])).unwrap();
    assert_eq!(line(&sample), 8);
    let accepted = |seq| {
        let roster = &sample.roster;
        roster.accepted(&device(3), &LIFE, Compartment::Office, seq).copied()
    };
    assert_eq!((accepted(5), accepted(9)), (None, None));
    assert_eq!([6, 7, 8].map(accepted), [6, 7, 8].map(|byte| Some([byte; 32])));
    assert_eq!(
        sample.roster.cut_off(&device(3), &LIFE, Compartment::Clinical),
        sample.roster.cut_off(&device(3), &[2; 16], Compartment::Office),
        "no other chain is touched"
    );
    let again = sample.say(founder(), accept(5, &[6])).err();
    assert_eq!(again, Some(Refusal::AcceptedElsewhere { expected: 8 }));
}

#[test]
fn only_admins_decide_and_only_about_who_has_left() {
    let mut sample = revoked();
    let discard = |device, hash: u8| {
        Body::Discard(Discard {
            device,
            segments: vec![[hash; 32]],
            reason: sample::name("not theirs"),
        })
    };
    for body in [accept(5, &[6]), discard(device(3), 6)] {
        assert_eq!(sample.say(enrollment(2, 2), body).err(), Some(Refusal::NotAdmin));
    }
    let active = Accept {
        device: device(2),
        incarnation: LIFE,
        compartment: Compartment::Office,
        after: 0,
        segments: vec![[1; 32]],
    };
    assert_eq!(
        sample.say(founder(), Body::Accept(active.clone())).err(),
        Some(Refusal::NotRevoked)
    );
    assert_eq!(
        sample.say(founder(), discard(device(2), 1)).err(),
        Some(Refusal::NotRevoked)
    );
    let unknown = Accept {
        device: device(9),
        ..active
    };
    assert_eq!(
        sample.say(founder(), Body::Accept(unknown)).err(),
        Some(Refusal::DeviceUnknown)
    );
    sample.say(founder(), discard(device(3), 6)).unwrap();
    let at = sample.roster.head().0;
    sample.say(founder(), discard(device(3), 6)).unwrap();
    assert_eq!(
        sample.roster.discarded(&device(3), &[6; 32]),
        Some(at),
        "the first word stands"
    );
    sample.say(founder(), accept(5, &[6])).unwrap();
    assert_eq!(line(&sample), 6, "what was discarded can still be accepted");
}

#[test]
fn where_no_line_was_drawn_the_first_acceptance_draws_it() {
    let mut sample = Sample::default();
    sample.join(3, 3, Roles::of(&[Role::FrontDesk])).unwrap();
    let target = Target::Device(device(3));
    let revoke = Revoke {
        target,
        last_accepted: None,
    };
    sample.say(founder(), Body::Revoke(revoke)).unwrap();
    sample.say(founder(), accept(12, &[13])).unwrap();
    assert_eq!(line(&sample), 13);
    assert!(matches!(
        sample.roster.cut_off(&device(3), &LIFE, Compartment::Clinical),
        Some(CutOff::Unstated { .. })
    ));
    let far = sample.say(founder(), accept(u64::MAX, &[1])).err();
    assert_eq!(far, Some(Refusal::AcceptedElsewhere { expected: 13 }));
}

#[test]
fn one_device_cannot_fill_the_roster() {
    let mut sample = revoked();
    let mut last = Ok(());
    for run in 0..=MAX_JUDGED_OF_ONE / MAX_JUDGED_SEGMENTS {
        let after = 5 + (run * MAX_JUDGED_SEGMENTS) as u64;
        last = sample
            .say(founder(), accept(after, &[9; MAX_JUDGED_SEGMENTS]))
            .map(|_| ());
    }
    assert_eq!(last, Err(Refusal::Full));
}
