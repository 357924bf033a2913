//! Each verdict, and who gets it.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::segment::SIGNATURE_BYTES;
use crate::tests::clinic::{Clinic, Member, chain};
use wardkeep_roster::entry::{Accept, Body, LastAccepted};
use wardkeep_roster::{Compartment, Role, Roster};

const OFFICE: Compartment = Compartment::Office;

/// The words of a verdict, to compare with.
fn words(roster: &Roster, held: &impl Held, bytes: &[u8]) -> String {
    match admit(roster, held, bytes) {
        Verdict::Next(_) => "next".into(),
        Verdict::Duplicate => "duplicate".into(),
        Verdict::Ahead { from, to, .. } => format!("ahead {from}..{to}"),
        Verdict::Fork(fork) => format!("fork at {}", fork.seq),
        Verdict::AfterRevocation(_) => "after revocation".into(),
        Verdict::UnknownRoster(head) => format!("unknown roster {}", head.number),
        Verdict::Reject(why) => why.to_string(),
    }
}

fn tip(bytes: &[u8]) -> Tip {
    let segment = Segment::parse(bytes).unwrap();
    Tip {
        seq: segment.header().seq,
        hash: segment.hash(),
    }
}

/// Three segments of a member's office chain, in order.
fn run(clinic: &Clinic, member: usize, text: &str) -> Vec<Vec<u8>> {
    let mut segments: Vec<Vec<u8>> = Vec::new();
    for number in 0..3 {
        let last = segments.last().map(|bytes| tip(bytes));
        segments.push(clinic.segment(member, OFFICE, last, &[format!("{text} {number}").as_bytes()]));
    }
    segments
}

fn held(clinic: &Clinic, member: usize, last: &[u8]) -> Frontier {
    Frontier::from_iter([(chain(&clinic.members[member], OFFICE), tip(last))])
}

#[test]
fn order_repetition_and_gaps() {
    let clinic = Clinic::found();
    let segments = run(&clinic, 0, "a");
    let none = Frontier::new();
    let two = held(&clinic, 0, &segments[1]);
    assert_eq!(words(&clinic.roster, &none, &segments[0]), "next");
    assert_eq!(words(&clinic.roster, &none, &segments[2]), "ahead 1..2");
    assert_eq!(words(&clinic.roster, &two, &segments[2]), "next");
    assert_eq!(words(&clinic.roster, &two, &segments[1]), "duplicate");
    assert_eq!(words(&clinic.roster, &two, &segments[0]), "duplicate");
}

#[test]
fn two_segments_in_one_place_are_a_fork() {
    let clinic = Clinic::found();
    let (ours, theirs) = (run(&clinic, 0, "ours"), run(&clinic, 0, "theirs"));
    let two = held(&clinic, 0, &ours[1]);
    assert_eq!(words(&clinic.roster, &two, &theirs[1]), "fork at 2");
    assert_eq!(words(&clinic.roster, &two, &theirs[2]), "fork at 2");
    // Unsigned, it proves nothing.
    let mut forged = theirs[1].clone();
    let at = forged.len() - SIGNATURE_BYTES;
    forged[at] ^= 1;
    assert_eq!(
        words(&clinic.roster, &two, &forged),
        "the signature is not the device's"
    );
}

#[test]
fn what_the_roster_does_not_bear_out_is_rejected() {
    let mut clinic = Clinic::of(2);
    let none = Frontier::new();
    let before = clinic.roster.clone();
    clinic.join(Member::new(3), &[Role::FrontDesk]);
    // The device is known only by the longer roster.
    let joined = clinic.segment(2, OFFICE, None, &[b"x"]);
    assert_eq!(words(&clinic.roster, &none, &joined), "next");
    assert_eq!(
        words(&before, &none, &joined),
        format!("unknown roster {}", clinic.head().number)
    );
    // The front desk holds no clinical key, and could not use one.
    let chart = clinic.segment(2, Compartment::Clinical, None, &[b"x"]);
    assert_eq!(
        words(&clinic.roster, &none, &chart),
        "device might not write in this compartment"
    );
    // Another clinic's.
    let mut other = Clinic::found();
    other.renew(OFFICE);
    let foreign = Clinic::of(2).segment(0, OFFICE, None, &[b"x"]);
    assert_eq!(
        words(&clinic.roster, &none, &foreign),
        "next",
        "the same founder, the same first entries"
    );
    // A roster that forked away.
    let fork = other.segment(0, OFFICE, None, &[b"x"]);
    let head = other.head().number;
    assert_eq!(
        words(&clinic.roster, &none, &fork),
        format!("cites another roster entry {head}")
    );
    assert_eq!(words(&clinic.roster, &none, b"x"), "no segment: length");
}

#[test]
fn an_epoch_that_was_not_the_newest_is_rejected() {
    let mut clinic = Clinic::found();
    let old = clinic.segment(0, OFFICE, None, &[b"x"]);
    let mut place = clinic.place(0, OFFICE, None);
    clinic.renew(OFFICE);
    let none = Frontier::new();
    assert_eq!(
        words(&clinic.roster, &none, &old),
        "next",
        "it was the newest by the entry that it cites"
    );
    place.roster = clinic.head();
    let key = &clinic.keys[&(OFFICE, 1)];
    let stale = crate::seal_ops(&place, key, 1, &[b"x"], &clinic.members[0].device_key, &mut |_| {}).unwrap();
    let why = "epoch was not the newest at the roster entry that it cites";
    assert_eq!(words(&clinic.roster, &none, &stale), why);
    place.epoch = 3;
    let early = crate::seal_ops(&place, key, 1, &[b"x"], &clinic.members[0].device_key, &mut |_| {}).unwrap();
    assert_eq!(words(&clinic.roster, &none, &early), why);
}

#[test]
fn a_revocation_draws_its_line() {
    let clinic = Clinic::of(2);
    let segments = run(&clinic, 1, "b");
    let chain = chain(&clinic.members[1], OFFICE);
    let last = LastAccepted {
        device: chain.device,
        incarnation: chain.incarnation.0,
        compartment: OFFICE,
        seq: 2,
    };
    let two = held(&clinic, 1, &segments[1]);
    for (line, verdicts) in [
        (Some(vec![last]), ["next", "next", "after revocation"]),
        (Some(vec![]), ["after revocation"; 3]),
        (None, ["after revocation"; 3]),
    ] {
        let mut revoked = Clinic::of(2);
        revoked.revoke(1, line);
        let mut so_far = Frontier::new();
        for (segment, verdict) in segments.iter().zip(verdicts) {
            assert_eq!(words(&revoked.roster, &so_far, segment), verdict);
            so_far.raise(chain, tip(segment));
        }
        // What was taken before stays taken.
        assert_eq!(words(&revoked.roster, &two, &segments[1]), "duplicate");
    }
}

#[test]
fn what_an_admin_accepts_counts_by_its_hash_and_nothing_in_its_place() {
    let mut clinic = Clinic::of(2);
    let (ours, theirs) = (run(&clinic, 1, "a"), run(&clinic, 1, "b"));
    let chain = chain(&clinic.members[1], OFFICE);
    let line = LastAccepted {
        device: chain.device,
        incarnation: chain.incarnation.0,
        compartment: OFFICE,
        seq: 0,
    };
    clinic.revoke(1, Some(vec![line]));
    let none = Frontier::new();
    assert_eq!(words(&clinic.roster, &none, &ours[0]), "after revocation");
    clinic.say(Body::Accept(Accept {
        device: chain.device,
        incarnation: chain.incarnation.0,
        compartment: OFFICE,
        after: 0,
        segments: ours[..2].iter().map(|bytes| tip(bytes).hash.0).collect(),
    }));
    assert_eq!(words(&clinic.roster, &none, &ours[0]), "next");
    assert_eq!(words(&clinic.roster, &none, &theirs[0]), "after revocation");
    assert_eq!(words(&clinic.roster, &none, &ours[1]), "ahead 1..1");
    let one = held(&clinic, 1, &ours[0]);
    assert_eq!(words(&clinic.roster, &one, &ours[1]), "next");
    assert_eq!(words(&clinic.roster, &one, &theirs[1]), "after revocation");
    let two = held(&clinic, 1, &ours[1]);
    assert_eq!(
        words(&clinic.roster, &two, &ours[2]),
        "after revocation",
        "behind what was accepted"
    );
    let behind = |seq| is_behind_line(&clinic.roster, &chain, seq);
    assert_eq!([1, 2, 3].map(behind), [false, false, true]);
}
