//! A roster of 10,000 devices and 40,000 entries: the time per entry does not grow with the clinic.

use super::verify;
use crate::entry::{Body, Grant, Target};
use crate::role::{Compartment, Roles};
use crate::roster::{Refusal, Roster};
use crate::sample::{Sample, device, founder, user};
use std::time::{Duration, Instant};

const DEVICES: u32 = 10_000;

/// Joins devices, then changes roles until the chain has four entries for each device.
fn grown(devices: u32) -> Sample {
    let mut sample = Sample::default();
    let roles = |number: u32| Roles::from_bits(u8::try_from(number % 8).unwrap()).unwrap();
    for number in 2..=devices {
        sample.join(number, number, roles(number)).unwrap();
    }
    sample.renew(founder(), Compartment::Office, [1; 32]).unwrap();
    while sample.roster.head().0 < 4 * devices {
        let (head, _) = sample.roster.head();
        let number = 2 + head % (devices - 1);
        match head % 100 {
            0 => sample.renew(founder(), Compartment::Office, [2; 32]).map(drop),
            50 => sample.revoke(Target::Device(device(number))).map(drop),
            _ => {
                let roles = roles(head);
                let grant = Grant {
                    user: user(number),
                    roles,
                };
                match sample.say(founder(), Body::Grant(grant)) {
                    Err(Refusal::UserNotEnrolled) => sample.say(founder(), Body::Policy(crate::sample::policy())),
                    answer => answer,
                }
                .map(drop)
            }
        }
        .unwrap();
    }
    sample
}

#[expect(clippy::disallowed_methods, reason = "what is tested is the time it takes")]
fn timed(entries: &[Vec<u8>]) -> (Roster, Duration) {
    let start = Instant::now();
    let roster = verify(entries).unwrap();
    (roster, start.elapsed())
}

#[test]
fn ten_thousand_devices() {
    let sample = grown(DEVICES);
    let entries = sample.entries();
    assert_eq!(entries.len(), 40_000);
    assert_eq!(sample.roster.devices().count(), 10_000);
    let (roster, whole) = timed(&entries);
    assert_eq!(roster.head(), sample.roster.head());
    let (_, start) = timed(&entries[..10_000]);
    println!(
        "{} bytes; 10,000 entries {start:?}, 40,000 entries {whole:?}",
        entries.iter().map(Vec::len).sum::<usize>()
    );
    // Linear work takes four times as long at the most, since joining is dearer than what follows; quadratic work takes sixteen times.
    assert!(whole < start * 9, "10,000 entries {start:?}, 40,000 entries {whole:?}");
    let mut full = sample;
    let refused = full.say(founder(), full.device_body(DEVICES + 1)).err();
    assert_eq!(refused, Some(Refusal::Full));
    for part in Compartment::ALL {
        assert!(full.roster.active_enrollments(part).count() > 1_000);
    }
}
