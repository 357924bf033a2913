//! Random histories: what a roster takes verifies again, its state is what a plain reckoning says, and whatever is done to its bytes is
//! noticed.

use super::verify;
use crate::codec;
use crate::entry::{Body, Draft, Grant, Policy, Revoke, Target, Wipe};
use crate::id::Enrollment;
use crate::role::{Compartment, Role, Roles};
use crate::roster::{Roster, Status};
use crate::sample::{self, Sample, device, enrollment, founder, user};
use proptest::prelude::*;

/// One act: a kind and three small numbers, to be read as that kind needs them.
type Act = (u8, u32, u32, u32);

fn acts() -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec((0_u8..14, 1_u32..6, 1_u32..6, 0_u32..8), 0..40)
}

fn body(sample: &Sample, (kind, first, second, third): Act) -> Body {
    let roles = Roles::from_bits(u8::try_from(third).unwrap()).unwrap();
    let target = match third % 3 {
        0 => Target::Device(device(first)),
        1 => Target::User(user(first)),
        _ => Target::Enrollment(enrollment(first, second)),
    };
    match kind {
        0 | 1 => sample.device_body(first),
        2..=4 => sample.enroll_body(first, second),
        5..=7 => Body::Grant(Grant {
            user: user(first),
            roles,
        }),
        8 => Body::Policy(Policy {
            idle_lock_s: 60 + first,
            two_admins: u8::from(second == 1),
            ..sample::policy()
        }),
        9 | 10 => {
            let part = Compartment::ALL[first as usize % 3];
            let wrapped = sample.roster.epoch(part).map_or(Vec::new(), |_| vec![1; 60]);
            sample.roster.next_epoch(part, [first as u8; 32], wrapped)
        }
        11 => Body::Revoke(Revoke {
            target,
            last_accepted: (second == 2).then(Vec::new),
        }),
        12 => {
            let renewals = sample
                .roster
                .device(&device(first))
                .map_or(0, |one| one.former_keys().count());
            sample.device_key_body(first, u32::try_from(renewals).unwrap() + 1, &[])
        }
        _ => Body::Wipe(Wipe {
            device: device(first),
            nonce: [1; 16],
            post_outbox: true,
        }),
    }
}

/// Plays the acts by changing authors. What is refused changes nothing, and what is taken leaves everything in order.
fn play(acts: &[Act]) -> Sample {
    let mut sample = Sample::default();
    for (step, act) in acts.iter().enumerate() {
        let author = match (step % 4, act.3) {
            (3, 0) => Enrollment::RECOVERY,
            (3, _) => enrollment(act.1, act.2),
            _ => founder(),
        };
        let before = sample.roster.head();
        let state = reckoning(&sample.roster);
        let body = body(&sample, *act);
        if sample.say(author, body).is_err() {
            assert_eq!(sample.roster.head(), before);
            assert_eq!(reckoning(&sample.roster), state);
        }
        assert_in_order(&sample.roster);
    }
    sample
}

/// Everything that can be asked, as text.
fn reckoning(roster: &Roster) -> String {
    let enrolled: Vec<_> = roster
        .enrollments()
        .map(|one| {
            let view = roster.enrollment(&one).unwrap();
            (one, view.status, view.roles, view.added_at)
        })
        .collect();
    let entitled = Compartment::ALL.map(|part| roster.active_enrollments(part).collect::<Vec<_>>());
    let epochs = Compartment::ALL.map(|part| roster.epoch(part));
    format!(
        "{:?} {:?} {enrolled:?} {entitled:?} {epochs:?} {:?} {:?}",
        roster.devices().collect::<Vec<_>>(),
        roster.users().collect::<Vec<_>>(),
        roster.policy(),
        roster.due_epochs(),
    )
}

/// The sets that are kept up to date step by step are what follows from the roles, by whichever way it is asked.
fn assert_in_order(roster: &Roster) {
    let (head, _) = roster.head();
    let mut admins = 0;
    for one in roster.enrollments() {
        let view = roster.enrollment(&one).unwrap();
        for part in Compartment::ALL {
            let listed = roster.active_enrollments(part).any(|other| other == one);
            assert_eq!(listed, view.roles.opens(part));
            assert_eq!(listed, roster.entitled_at(&one, part, head));
        }
        let person = one != Enrollment::RECOVERY;
        admins += u32::from(person && view.roles.has(Role::Admin));
        if let (true, Some(device)) = (person, roster.device(&one.device))
            && device.status != Status::Active
        {
            assert_eq!(view.roles, Roles::NONE);
        }
    }
    assert!(admins > 0);
}

/// The entry by the same author, signed with another key.
fn signed_by(entry: &[u8], key: &crate::SigningKey) -> Vec<u8> {
    let entry = codec::decode(entry).unwrap();
    let draft = Draft {
        clinic: entry.clinic,
        number: entry.number,
        previous: entry.previous,
        at_ms: entry.at_ms,
        author: entry.author,
        body: entry.body,
    };
    draft.sign(key)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_taken_verifies_again(acts in acts()) {
        let sample = play(&acts);
        let again = verify(&sample.entries()).unwrap();
        prop_assert_eq!(again.head(), sample.roster.head());
        prop_assert_eq!(reckoning(&again), reckoning(&sample.roster));
    }

    #[test]
    fn whatever_is_done_to_it_is_noticed(
        acts in acts(),
        place in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        bit in 0_u8..8,
        other in any::<prop::sample::Index>(),
    ) {
        let entries = play(&acts).entries();
        let seen = verify(&entries).unwrap().head();
        let refused = |entries: &[Vec<u8>]| {
            Roster::verify_seen(entries.iter().map(Vec::as_slice), seen).is_err()
        };
        let (place, other) = (place.index(entries.len()), other.index(entries.len()));
        let mut flipped = entries.clone();
        let byte = byte.index(flipped[place].len());
        flipped[place][byte] ^= 1 << bit;
        prop_assert!(refused(&flipped));
        let mut dropped = entries.clone();
        dropped.remove(place);
        prop_assert!(refused(&dropped));
        let mut doubled = entries.clone();
        doubled.insert(other, entries[place].clone());
        prop_assert!(refused(&doubled));
        if place != other {
            let mut reordered = entries.clone();
            reordered.swap(place, other);
            prop_assert!(refused(&reordered));
        }
        let author = codec::decode(&entries[place]).unwrap().author;
        for stranger in [sample::enrollment_key(&enrollment(2, 2)), sample::device_key(&device(1))] {
            if author != enrollment(2, 2) {
                let mut resigned = entries.clone();
                resigned[place] = signed_by(&entries[place], &stranger);
                prop_assert!(refused(&resigned));
            }
        }
    }
}

#[test]
fn the_acts_reach_every_kind() {
    // Founder's acts in this order; the fourth of each group is somebody else's.
    let script: [Act; 17] = [
        (0, 2, 1, 0),
        (2, 2, 2, 0),
        (5, 2, 1, 7),
        (8, 3, 1, 0),
        (9, 3, 1, 0),
        (9, 1, 1, 0),
        (0, 3, 1, 0),
        (9, 2, 2, 1),
        (2, 3, 3, 0),
        (8, 1, 1, 0),
        (12, 1, 1, 0),
        (13, 3, 1, 0),
        (13, 3, 2, 2),
        (11, 3, 2, 0),
        (9, 3, 1, 0),
        (8, 1, 2, 0),
        (8, 4, 2, 0),
    ];
    let sample = play(&script);
    let mut kinds: Vec<u8> = (1..=sample.roster.head().0)
        .map(|number| sample.roster.entry(number).unwrap().body.kind())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, [1, 2, 3, 4, 5, 6, 7, 8, 13]);
}

/// Every byte of a history with every kind of entry, one at a time.
#[test]
fn no_byte_of_a_history_can_be_flipped() {
    let mut sample = Sample::default();
    sample.join(2, 2, Roles::ALL).unwrap();
    sample.renew(founder(), Compartment::Office, [1; 32]).unwrap();
    sample.say(founder(), Body::Policy(sample::policy())).unwrap();
    sample.renew_recovery().unwrap();
    let wipe = Wipe {
        device: device(2),
        nonce: [1; 16],
        post_outbox: true,
    };
    sample.say(founder(), Body::Wipe(wipe)).unwrap();
    sample.revoke(Target::Device(device(2))).unwrap();
    let entries = sample.entries();
    for (place, entry) in entries.iter().enumerate() {
        let mut before = place.checked_sub(1).map(|last| verify(&entries[..=last]).unwrap());
        for byte in 0..entry.len() {
            let mut flipped = entry.clone();
            flipped[byte] ^= 1 << (byte % 8);
            let taken = match &mut before {
                None => Roster::found(&flipped).is_ok(),
                Some(roster) => roster.append(&flipped).is_ok(),
            };
            assert!(!taken, "entry {place}, byte {byte}");
        }
    }
}
