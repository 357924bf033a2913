//! A server that would lengthen a lease, or keep a device from opening by another share.

use wardkeep_sync::Message;
use wardkeep_sync::lease::{Passed, Running};
use wardkeep_sync::wire::{LeasePost, LeaseReply, SHARE_BYTES};

const DAY_MS: u64 = 86_400_000;
const GIVEN_MS: u64 = 20_000 * DAY_MS;

/// The answer to a question for a lease has room for a share and for nothing else: no time, no days.
#[test]
fn a28_no_answer_of_the_server_can_say_how_long_a_lease_lasts() {
    let honest = LeaseReply::new([7; SHARE_BYTES]).to_bytes();
    assert!(LeaseReply::from_bytes(&honest).is_ok());
    // An end, a number of days, a time beside the share, in front of it, or behind the message.
    let share = &honest[1..];
    let far = [0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let lies = [
        [&[0x82], share, &far].concat(),
        [&[0x82], &far[..], share].concat(),
        [&honest[..], &far].concat(),
        [&[0x83], share, &far, &far].concat(),
        [&[0x81], &far[..]].concat(),
    ];
    for lie in lies {
        assert!(LeaseReply::from_bytes(&lie).is_err(), "{lie:x?}");
    }
    // Nor does a device ever say how much is left, which a server might answer to.
    for ask in [LeasePost::First, LeasePost::Again] {
        assert_eq!(ask.to_bytes().len(), 2);
    }
}

/// A server has a device's clock turned, as whoever answers for the network's time can, years ahead and years back, between any two looks.
#[test]
fn a28_a_clock_turned_in_either_direction_lengthens_no_lease() {
    let started = |since_ms| {
        Some(Running {
            start: [1; 16],
            since_ms,
        })
    };
    for turned in [-20 * 365 * DAY_MS.cast_signed(), -1, 1, 20 * 365 * DAY_MS.cast_signed()] {
        let mut passed = Passed::begin(GIVEN_MS, started(0));
        for day in 1..=14 {
            let true_ms = GIVEN_MS + day * DAY_MS;
            passed.look(true_ms.saturating_add_signed(turned), started(day * DAY_MS));
            passed.look(true_ms, started(day * DAY_MS));
            assert!(passed.ms >= day * DAY_MS, "turned by {turned}, day {day}");
        }
    }
    // Also where the platform does not tell for how long it has run: the highest time ever seen counts.
    let mut passed = Passed::begin(GIVEN_MS, None);
    passed.look(GIVEN_MS + 13 * DAY_MS, None);
    passed.look(GIVEN_MS - 900 * DAY_MS, None);
    passed.look(GIVEN_MS + 14 * DAY_MS, None);
    assert_eq!(passed.ms, 14 * DAY_MS);
}
