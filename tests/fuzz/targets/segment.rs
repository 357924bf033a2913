//! Segments and wire messages as a server hands them out: any bytes parse or are refused, and none is believed. Behind a header that is right and
//! signed by the clinic's device, a ciphertext that nobody has sealed does not open. A message has one encoding.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use wardkeep_roster::entry::{Body, Grant};
use wardkeep_roster::key::digest;
use wardkeep_roster::sample::{Sample, device, device_key, founder, user};
use wardkeep_roster::{Compartment, Roles};
use wardkeep_sync::segment::{Header, Kind, Segment};
use wardkeep_sync::wire::{Message, PullRequest, PushReply, VectorReply};
use wardkeep_sync::{Chain, EpochKey, Frontier, Incarnation, RosterHead, SegmentHash, Verdict, admit};

/// A clinic whose founder opens the office, in its first epoch.
static CLINIC: LazyLock<Sample> = LazyLock::new(|| {
    let mut clinic = Sample::default();
    let roles = Roles::ALL;
    let grant = Body::Grant(Grant { user: user(1), roles });
    clinic.say(founder(), grant).expect("the founder is an admin");
    let begun = clinic.renew(founder(), Compartment::Office, [7; 32]);
    begun.expect("the founder opens the office");
    clinic
});

fuzz_target!(|bytes: &[u8]| {
    let refused = matches!(
        admit(&CLINIC.roster, &Frontier::new(), bytes),
        Verdict::Reject(_) | Verdict::UnknownRoster(_)
    );
    assert!(refused, "nobody has signed this");
    behind_a_signature(bytes);
    one_encoding::<VectorReply>(bytes);
    one_encoding::<PullRequest>(bytes);
    one_encoding::<PushReply>(bytes);
});

/// The device signs a header that is right in front of these bytes.
fn behind_a_signature(ciphertext: &[u8]) {
    let (number, hash) = CLINIC.roster.head();
    let header = Header {
        kind: Kind::Ops,
        clinic: CLINIC.roster.clinic(),
        chain: Chain {
            device: device(1),
            incarnation: Incarnation([1; 16]),
            compartment: Compartment::Office,
        },
        seq: 1,
        prev: SegmentHash::ZERO,
        roster: RosterHead { number, hash },
        epoch: 1,
        salt: [2; 16],
        commitment: [3; 32],
        length: u32::try_from(ciphertext.len()).unwrap_or(u32::MAX),
    };
    let body = [&header.encode(), ciphertext].concat();
    let hash = digest("wardkeep 2026 segment v1", &[&body]);
    let signed = [&body[..], &device_key(&device(1)).sign_digest(&hash).0].concat();
    if let Ok(segment) = Segment::parse(&signed) {
        let verified = segment.verify(&CLINIC.roster).expect("all of it is right");
        let key = EpochKey::from_slice(&[7; 32]).expect("32 bytes");
        assert!(verified.open(&key).is_err(), "nobody has sealed this");
    }
}

fn one_encoding<M: Message>(bytes: &[u8]) {
    if let Ok(message) = M::from_bytes(bytes) {
        assert_eq!(message.to_bytes(), bytes, "a message has one encoding");
    }
}
