//! What the server lets in and hands out.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use crate::parcel::Label;
use crate::segment::Segment;
use crate::tests::Seeded;
use crate::tests::clinic::{Clinic, Member, chain};
use wardkeep_roster::entry::Reached;

const OFFICE: Compartment = Compartment::Office;
const CLINICAL: Compartment = Compartment::Clinical;

/// A founder, a clinician, a front desk; and a server with a segment of each compartment.
fn clinic() -> (Clinic, Relay) {
    let mut clinic = Clinic::of(2);
    clinic.join(Member::new(3), &[Role::FrontDesk]);
    let mut relay = Relay::new(clinic.roster.clone(), Frontier::new());
    let written = {
        let none = Frontier::new();
        let mut batch = relay.batch(&none);
        for compartment in [OFFICE, CLINICAL] {
            assert!(matches!(
                batch.judge(&clinic.segment(0, compartment, None, &[b"x"])),
                Ruling::Store { .. }
            ));
        }
        batch.finish()
    };
    relay.stored(&written);
    (clinic, relay)
}

fn tip(bytes: &[u8]) -> Tip {
    let segment = Segment::parse(bytes).unwrap();
    Tip {
        seq: segment.header().seq,
        hash: segment.hash(),
    }
}

fn post(clinic: &Clinic, relay: &Relay) -> RosterPost {
    let expected = relay.head();
    RosterPost {
        expected,
        entries: clinic
            .roster
            .entries_after(expected.number)
            .map(<[u8]>::to_vec)
            .collect(),
    }
}

#[test]
fn nobody_is_given_more_than_the_roster_opens() {
    let (clinic, relay) = clinic();
    let (founder, desk) = (clinic.members[0].device(), clinic.members[2].device());
    assert_eq!(relay.readable(&founder), Compartment::ALL);
    assert_eq!(relay.readable(&desk), [OFFICE]);
    assert_eq!(relay.readable(&DeviceId([0xee; 16])), []);
    assert_eq!(relay.vector_for(&desk).tips.len(), 1);
    let pull = PullRequest {
        vector: Frontier::new(),
        compartments: Compartment::ALL.to_vec(),
        max_bytes: 1,
    };
    let gaps = |device| relay.plan_pull(&device, &pull);
    assert_eq!(gaps(founder).len(), 2);
    assert!(gaps(desk).iter().all(|gap| gap.chain.compartment == OFFICE) && gaps(desk).len() == 1);
    assert!(relay.is_admins(&founder) && !relay.is_admins(&desk));
}

#[test]
fn a_device_is_shown_its_own_audit_trail_and_nobody_elses() {
    let (clinic, mut relay) = clinic();
    let (colleague, desk) = (&clinic.members[1], &clinic.members[2]);
    let trails = [colleague, desk].map(|member| chain(member, Compartment::Audit));
    let last = Tip {
        seq: 1,
        hash: SegmentHash([7; 32]),
    };
    relay.stored(&trails.into_iter().map(|chain| (chain, last)).collect());
    let shown = relay.vector_for(&desk.device()).tips.within(&[Compartment::Audit]);
    assert_eq!(shown.iter().map(|(chain, _)| *chain).collect::<Vec<_>>(), [trails[1]]);
    let pull = |compartments: &[Compartment]| {
        let pull = PullRequest {
            vector: Frontier::new(),
            compartments: compartments.to_vec(),
            max_bytes: 1,
        };
        let gaps = relay.plan_pull(&desk.device(), &pull);
        gaps.into_iter().map(|gap| gap.chain).collect::<Vec<_>>()
    };
    assert_eq!(pull(&[Compartment::Audit]), [trails[1]]);
    assert_eq!(pull(&[CLINICAL]), []);
}

#[test]
fn a_push_is_judged_in_order_before_anything_is_written() {
    let (clinic, relay) = clinic();
    let first = clinic.segment(1, OFFICE, None, &[b"1"]);
    let second = clinic.segment(1, OFFICE, Some(tip(&first)), &[b"2"]);
    let third = clinic.segment(1, OFFICE, Some(tip(&second)), &[b"3"]);
    let other = clinic.segment(1, OFFICE, Some(tip(&first)), &[b"another second"]);
    let chart = clinic.segment(2, CLINICAL, None, &[b"by the front desk"]);
    let mut forged = first.clone();
    forged[210] ^= 1;
    let none = Frontier::new();
    let mut batch = relay.batch(&none);
    let chain = chain(&clinic.members[1], OFFICE);
    let store = |bytes: &[u8]| Ruling::Store { chain, tip: tip(bytes) };
    let refuse = Ruling::Refuse;
    for (bytes, ruling) in [
        (&third, refuse(RefusalCode::Gap)),
        (&first, store(&first)),
        (&first, Ruling::Duplicate),
        (&forged, refuse(RefusalCode::Signature)),
        (&second, store(&second)),
        (&other, refuse(RefusalCode::Fork)),
        (&chart, refuse(RefusalCode::Roster)),
        (&b"x".to_vec(), refuse(RefusalCode::Malformed)),
        (&third, store(&third)),
    ] {
        assert_eq!(batch.judge(bytes), ruling);
    }
    assert_eq!(batch.finish().seq(&chain), 3);
}

#[test]
fn rosters_are_taken_by_compare_and_swap() {
    let (mut clinic, mut relay) = clinic();
    let empty = RosterPost {
        expected: relay.head(),
        entries: vec![],
    };
    assert!(relay.judge_roster(&empty).is_ok());
    clinic.renew(OFFICE);
    let first = post(&clinic, &relay);
    let unknown = clinic.segment(0, OFFICE, None, &[b"x"]);
    let none = Frontier::new();
    assert_eq!(
        relay.batch(&none).judge(&unknown),
        Ruling::Refuse(RefusalCode::UnknownRoster)
    );
    let longer = relay.judge_roster(&first).unwrap();
    assert!(relay.adopt(longer).is_empty());
    assert!(relay.judge_roster(&first).is_ok(), "posted twice");
    let mut other = Clinic::of(2);
    other.join(Member::new(3), &[Role::FrontDesk]);
    other.renew(CLINICAL);
    let late = RosterPost {
        expected: first.expected,
        entries: vec![other.roster.entry_bytes(other.head().number).unwrap().to_vec()],
    };
    assert_eq!(
        relay.judge_roster(&late).err(),
        Some(RosterRefusal::Conflict(relay.head()))
    );
    let forged = RosterPost {
        expected: relay.head(),
        entries: late.entries,
    };
    assert!(matches!(relay.judge_roster(&forged), Err(RosterRefusal::Refused(_))));
}

#[test]
fn the_revoked_are_shut_out_at_once() {
    let (mut clinic, mut relay) = clinic();
    let key = *clinic.members[1].device_key.verifying_key().as_bytes();
    let device = clinic.members[1].device();
    assert_eq!(relay.may_connect(&key), Some(device));
    assert_eq!(relay.may_connect(&[9; 32]), None);
    let late = clinic.segment(1, OFFICE, None, &[b"late"]);
    clinic.revoke(1, Some(vec![]));
    let longer = relay.judge_roster(&post(&clinic, &relay)).unwrap();
    assert_eq!(relay.adopt(longer), [device]);
    assert_eq!(relay.may_connect(&key), None);
    assert_eq!(relay.readable(&device), []);
    let none = Frontier::new();
    assert_eq!(relay.batch(&none).judge(&late), Ruling::Refuse(RefusalCode::Revoked));
}

#[test]
fn a_former_key_is_shut_out_at_once_and_what_it_had_signed_is_still_taken() {
    let (mut clinic, mut relay) = clinic();
    let device = clinic.members[1].device();
    let key = |clinic: &Clinic| *clinic.members[1].device_key.verifying_key().as_bytes();
    let former = key(&clinic);
    let first = clinic.segment(1, OFFICE, None, &[b"not sent yet"]);
    let chain = chain(&clinic.members[1], OFFICE);
    let line = Reached {
        incarnation: chain.incarnation.0,
        compartment: OFFICE,
        seq: 1,
        hash: tip(&first).hash.0,
    };
    let old = clinic.renew_device_key(1, 0x71, vec![line]);
    assert_eq!(relay.may_connect(&key(&clinic)), None, "not before the roster says so");
    let longer = relay.judge_roster(&post(&clinic, &relay)).unwrap();
    assert!(relay.adopt(longer).is_empty(), "the device stays");
    assert_eq!(relay.may_connect(&former), None);
    assert_eq!(relay.may_connect(&key(&clinic)), Some(device));
    let none = Frontier::new();
    let mut batch = relay.batch(&none);
    assert_eq!(
        batch.judge(&first),
        Ruling::Store {
            chain,
            tip: tip(&first)
        }
    );
    let place = clinic.place(1, OFFICE, Some(tip(&first)));
    let late = crate::seal_ops(&place, clinic.key(OFFICE), 2, &[b"late"], &old, &mut |_| {}).unwrap();
    assert_eq!(batch.judge(&late), Ruling::Refuse(RefusalCode::Signature));
    let second = clinic.segment(1, OFFICE, Some(tip(&first)), &[b"2"]);
    assert_eq!(
        batch.judge(&second),
        Ruling::Store {
            chain,
            tip: tip(&second)
        }
    );
}

#[test]
fn parcels_go_where_they_say_from_whom_they_say() {
    let (clinic, relay) = clinic();
    let (from, to) = (&clinic.members[0], &clinic.members[1]);
    let label = Label {
        clinic: relay.roster().clinic(),
        compartment: CLINICAL,
        epoch: 1,
        sender: from.me,
        recipient: to.me,
    };
    let key = clinic.key(CLINICAL);
    let parcel = Parcel::seal(
        relay.roster(),
        &label,
        key,
        &from.sign_key,
        &mut Seeded::new(1).source(),
    )
    .unwrap();
    assert_eq!(relay.judge_parcel(&from.device(), &parcel), Ok(to.device()));
    assert_eq!(relay.judge_parcel(&to.device(), &parcel), Err(ParcelError::Sender));
    assert!(relay.judge_parcel(&from.device(), b"x").is_err());
}

#[test]
fn a_revoked_device_rescues_its_own_and_nothing_else() {
    let (mut clinic, mut relay) = clinic();
    let (founder, gone) = (clinic.members[0].device(), clinic.members[1].device());
    let late = clinic.segment(1, CLINICAL, None, &[b"late"]);
    let none = Frontier::new();
    let judge = |relay: &Relay, device, bytes: &[u8]| relay.judge_rescue(&none, &device, bytes);
    assert_eq!(
        judge(&relay, gone, &late),
        Rescue::Refuse(RefusalCode::Signature),
        "an active device pushes"
    );
    clinic.revoke(1, Some(Vec::new()));
    let longer = relay.judge_roster(&post(&clinic, &relay)).unwrap();
    relay.adopt(longer);
    let chain = chain(&clinic.members[1], CLINICAL);
    let kept = Rescue::Keep { chain, tip: tip(&late) };
    assert_eq!(judge(&relay, gone, &late), kept);
    assert_eq!(judge(&relay, founder, &late), Rescue::Refuse(RefusalCode::Signature));
    let others = clinic.segment(0, CLINICAL, None, &[b"x"]);
    assert_eq!(judge(&relay, gone, &others), Rescue::Refuse(RefusalCode::Signature));
    let mut forged = late.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(judge(&relay, gone, &forged), Rescue::Refuse(RefusalCode::Signature));
    assert_eq!(judge(&relay, gone, b"x"), Rescue::Refuse(RefusalCode::Malformed));
    assert_eq!(relay.rescues_shown_to(&founder), Compartment::ALL, "an admin's");
    assert_eq!(relay.rescues_shown_to(&clinic.members[2].device()), [OFFICE]);
    assert_eq!(relay.rescues_shown_to(&gone), []);
    // Kept or not, it counts for nothing: a push of it is refused as ever.
    let mut batch = relay.batch(&none);
    assert_eq!(batch.judge(&late), Ruling::Refuse(RefusalCode::Revoked));
}
