//! Each verdict, and who gets it.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::segment::SIGNATURE_BYTES;
use crate::tests::clinic::{Clinic, Member, chain};
use wardkeep_roster::entry::{Accept, Body, LastAccepted, Reached};
use wardkeep_roster::{Compartment, Role, Roster, SigningKey};

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

/// How far a chain has come.
fn reached(clinic: &Clinic, member: usize, last: &[u8]) -> Reached {
    let (chain, tip) = (chain(&clinic.members[member], OFFICE), tip(last));
    Reached {
        incarnation: chain.incarnation.0,
        compartment: OFFICE,
        seq: tip.seq,
        hash: tip.hash.0,
    }
}

/// The next segment of a member's office chain, signed with this key and citing this roster.
fn forged(clinic: &Clinic, member: usize, last: Option<&[u8]>, key: &SigningKey, text: &str) -> Vec<u8> {
    let place = clinic.place(member, OFFICE, last.map(tip));
    let ops = [text.as_bytes()];
    crate::seal_ops(&place, clinic.key(OFFICE), 1, &ops, key, &mut |_| {}).unwrap()
}

const FORMER: &str = "the signature is of a key that the device has no more";

#[test]
fn a_former_key_signs_nothing_new() {
    let mut clinic = Clinic::of(2);
    let old = run(&clinic, 1, "old");
    let before = clinic.roster.clone();
    let former = clinic.renew_device_key(1, 0x71, vec![reached(&clinic, 1, &old[1])]);
    let two = held(&clinic, 1, &old[1]);
    // What the former key signs from now on, and what it had signed of which the device knows nothing.
    let late = forged(&clinic, 1, Some(&old[1]), &former, "late");
    assert_eq!(words(&clinic.roster, &two, &late), FORMER);
    assert_eq!(words(&clinic.roster, &two, &old[2]), FORMER);
    // The new key goes on in the same chain.
    let new = clinic.segment(1, OFFICE, Some(tip(&old[1])), &[b"new"]);
    assert_eq!(words(&clinic.roster, &two, &new), "next");
    let head = clinic.head().number;
    assert_eq!(words(&before, &two, &new), format!("unknown roster {head}"));
    // In a life of which the former key has signed nothing, and in another compartment, it signs nothing.
    let mut place = clinic.place(1, OFFICE, None);
    place.chain.incarnation = crate::Incarnation([0xdd; 16]);
    let other_life = crate::seal_ops(&place, clinic.key(OFFICE), 1, &[b"x"], &former, &mut |_| {}).unwrap();
    assert_eq!(words(&clinic.roster, &Frontier::new(), &other_life), FORMER);
    let chart = Compartment::Clinical;
    let place = clinic.place(1, chart, None);
    let chart = crate::seal_ops(&place, clinic.key(chart), 1, &[b"x"], &former, &mut |_| {}).unwrap();
    assert_eq!(words(&clinic.roster, &Frontier::new(), &chart), FORMER);
}

#[test]
fn whoever_reads_from_the_beginning_takes_what_each_key_has_signed() {
    let mut clinic = Clinic::of(2);
    let mut all = run(&clinic, 1, "first");
    clinic.renew_device_key(1, 0x71, vec![reached(&clinic, 1, &all[2])]);
    let from_first = tip(&all[2]);
    all.push(clinic.segment(1, OFFICE, Some(from_first), &[b"second"]));
    clinic.renew_device_key(1, 0x72, vec![reached(&clinic, 1, &all[3])]);
    all.push(clinic.segment(1, OFFICE, Some(tip(&all[3])), &[b"third"]));
    let chain = chain(&clinic.members[1], OFFICE);
    let mut so_far = Frontier::new();
    for segment in &all {
        assert_eq!(words(&clinic.roster, &so_far, segment), "next");
        so_far.raise(chain, tip(segment));
    }
    // From a snapshot on: the tail alone.
    let from_snapshot = held(&clinic, 1, &all[2]);
    assert_eq!(words(&clinic.roster, &from_snapshot, &all[3]), "next");
}

#[test]
fn a_former_key_cannot_put_another_past_in_place_of_the_one_that_the_device_has_confirmed() {
    let mut clinic = Clinic::of(2);
    let (ours, theirs) = (run(&clinic, 1, "ours"), run(&clinic, 1, "theirs"));
    clinic.renew_device_key(1, 0x71, vec![reached(&clinic, 1, &ours[2])]);
    // A device that has all of it is told of no fork, because there is none.
    let all = Known(ours.iter().map(|bytes| tip(bytes)).collect());
    assert_eq!(words(&clinic.roster, &all, &theirs[1]), FORMER);
    // One that has nothing may be given the beginning of it, which leads nowhere.
    let two = held(&clinic, 1, &theirs[1]);
    assert_eq!(words(&clinic.roster, &two, &theirs[2]), FORMER);
    // What a former key signs after it was replaced cites what it cannot know, or what it was not entitled to any more.
    let none = Frontier::new();
    let backdated = &theirs[0];
    assert_eq!(words(&clinic.roster, &none, backdated), "next");
    let (mut place, key) = (clinic.place(1, OFFICE, None), clinic.key(OFFICE));
    place.roster = clinic.head();
    let former = Clinic::of(2).members.remove(1).device_key;
    let now = crate::seal_ops(&place, key, 1, &[b"x"], &former, &mut |_| {}).unwrap();
    assert_eq!(words(&clinic.roster, &none, &now), FORMER);
}

#[test]
fn a_new_key_signs_nothing_of_the_time_before_it() {
    let mut clinic = Clinic::of(2);
    let before = clinic.place(1, OFFICE, None);
    clinic.renew_device_key(1, 0x71, Vec::new());
    let (key, new) = (clinic.key(OFFICE), &clinic.members[1].device_key);
    let early = crate::seal_ops(&before, key, 1, &[b"x"], new, &mut |_| {}).unwrap();
    assert_eq!(words(&clinic.roster, &Frontier::new(), &early), FORMER);
}

/// All segments of one chain.
struct Known(Vec<Tip>);

impl Held for Known {
    fn tip(&self, _: &Chain) -> Option<Tip> {
        self.0.last().copied()
    }

    fn hash_at(&self, _: &Chain, seq: u64) -> Option<SegmentHash> {
        self.0.iter().find(|tip| tip.seq == seq).map(|tip| tip.hash)
    }
}
