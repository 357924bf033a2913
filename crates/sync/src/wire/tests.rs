//! The bytes of every message, frozen; limits; garbage.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use crate::frontier::Frontier;
use crate::id::{Chain, Incarnation, RosterHead, SegmentHash, Tip};
use crate::tests::hex;
use proptest::prelude::*;
use wardkeep_roster::{ClinicId, Compartment, DeviceId, EntryHash};

fn head() -> RosterHead {
    RosterHead {
        number: 300,
        hash: EntryHash([3; 32]),
    }
}

fn vector() -> Frontier {
    let chain = Chain {
        device: DeviceId([1; 16]),
        incarnation: Incarnation([2; 16]),
        compartment: Compartment::Clinical,
    };
    Frontier::from_iter([(
        chain,
        Tip {
            seq: 70_000,
            hash: SegmentHash([4; 32]),
        },
    )])
}

/// Its bytes, after checking that they come back, that no byte can be cut off or added, and the limit.
fn frozen<M: Message + PartialEq + std::fmt::Debug>(name: &str, message: &M) -> String {
    let bytes = message.to_bytes();
    assert_eq!(M::from_bytes(&bytes).as_ref(), Ok(message));
    (0..bytes.len()).for_each(|at| assert!(M::from_bytes(&bytes[..at]).is_err(), "{name} cut at {at}"));
    assert!(M::from_bytes(&[&bytes[..], &[0]].concat()).is_err(), "{name} and more");
    assert_eq!(M::from_bytes(&vec![0; M::MAX_BYTES + 1]), Err(Malformed::TooLong));
    format!("{name}\n{}", hex(&bytes))
}

#[test]
fn bytes_of_rosters_and_segments_are_frozen() {
    let results = [
        PushResult::Stored,
        PushResult::Duplicate,
        PushResult::Refused(RefusalCode::Fork),
    ]
    .to_vec();
    let post = RosterPost {
        expected: head(),
        entries: vec![vec![1; 3], vec![2]],
    };
    let pull = PullRequest {
        vector: vector(),
        compartments: vec![Compartment::Office, Compartment::Clinical],
        max_bytes: 1 << 20,
    };
    let all = [
        frozen(
            "hello",
            &Hello {
                version: VERSION,
                suites: vec![1],
                now_ms: 1_767_225_600_000,
            },
        ),
        frozen(
            "found",
            &FoundPost {
                token: vec![7; 8],
                genesis: vec![1, 2],
            },
        ),
        frozen(
            "founded",
            &Founded {
                clinic: ClinicId([5; 32]),
            },
        ),
        frozen("roster post", &post),
        frozen("roster reply", &RosterReply { head: head() }),
        frozen(
            "vector reply",
            &VectorReply {
                roster: head(),
                tips: vector(),
            },
        ),
        frozen("push reply", &PushReply { results }),
        frozen("pull request", &pull),
        frozen(
            "failure",
            &Failure {
                code: FailureCode::TooMany,
                retry_after_ms: 1_500,
            },
        ),
    ];
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn bytes_of_parcels_and_joins_are_frozen() {
    let join = Join {
        invitation: [1; 16],
        request: vec![2; 3],
    };
    let all = [
        frozen(
            "parcels post",
            &ParcelsPost {
                parcels: vec![vec![1; 4]],
            },
        ),
        frozen(
            "parcels reply",
            &ParcelsReply {
                parcels: vec![ParcelItem {
                    number: 9,
                    parcel: vec![1; 4],
                }],
            },
        ),
        frozen(
            "rescues reply",
            &RescuesReply {
                rescues: vec![RescueItem {
                    number: 9,
                    segment: vec![1; 4],
                }],
            },
        ),
        frozen(
            "invitation",
            &InvitationPost {
                id: [1; 16],
                ticket_hash: [2; 32],
                expires_ms: 5,
            },
        ),
        frozen(
            "join post",
            &JoinPost {
                invitation: [1; 16],
                ticket: [2; 32],
                request: vec![3; 3],
            },
        ),
        frozen("joins reply", &JoinsReply { joins: vec![join] }),
        frozen("welcome post", &WelcomePost { welcome: vec![1; 3] }),
        frozen("join waiting", &JoinState::Waiting),
        frozen("join welcome", &JoinState::Welcome(vec![1; 3])),
        frozen("join declined", &JoinState::Declined),
    ];
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn one_message_has_one_encoding() {
    // A longer integer than needed, an indefinite array, one part more.
    let bytes = Failure {
        code: FailureCode::Storage,
        retry_after_ms: 5,
    }
    .to_bytes();
    assert_eq!(bytes, [0x82, 6, 5]);
    for other in [&[0x82, 6, 0x18, 5][..], &[0x9f, 6, 5, 0xff], &[0x83, 6, 5, 0]] {
        assert!(Failure::from_bytes(other).is_err());
    }
    assert!(Failure::from_bytes(&[0x82, 99, 0]).is_err());
}

#[test]
fn newer_codes_are_read() {
    let reply = PushReply {
        results: vec![PushResult::Refused(RefusalCode::Other(77)), PushResult::Stored],
    };
    assert_eq!(PushReply::from_bytes(&reply.to_bytes()), Ok(reply));
    for number in 1..=239 {
        assert_eq!(RefusalCode::from_number(number).number(), number);
    }
}

#[test]
fn lists_have_limits() {
    let too_many = RosterPost {
        expected: head(),
        entries: vec![vec![1]; MAX_ROSTER_POST_ENTRIES + 1],
    };
    assert!(RosterPost::from_bytes(&too_many.to_bytes()).is_err());
    assert!(
        RosterPost::from_bytes(
            &RosterPost {
                expected: head(),
                entries: vec![]
            }
            .to_bytes()
        )
        .is_err()
    );
    let too_long = RosterPost {
        expected: head(),
        entries: vec![vec![0; (64 << 10) + 1]],
    };
    assert!(RosterPost::from_bytes(&too_long.to_bytes()).is_err());
    assert!(
        ParcelsPost::from_bytes(
            &ParcelsPost {
                parcels: vec![vec![1]; MAX_PARCELS + 1]
            }
            .to_bytes()
        )
        .is_err()
    );
    assert!(
        ParcelsPost::from_bytes(
            &ParcelsPost {
                parcels: vec![vec![1; 1_537]]
            }
            .to_bytes()
        )
        .is_err()
    );
    let item = |number| ParcelItem { number, parcel: vec![] };
    let unordered = ParcelsReply {
        parcels: vec![item(2), item(1)],
    };
    assert!(ParcelsReply::from_bytes(&unordered.to_bytes()).is_err());
    let twice = PullRequest {
        vector: vector(),
        compartments: vec![Compartment::Office; 2],
        max_bytes: 1,
    };
    assert!(PullRequest::from_bytes(&twice.to_bytes()).is_err());
    let join = Join {
        invitation: [1; 16],
        request: vec![],
    };
    assert!(
        JoinsReply::from_bytes(
            &JoinsReply {
                joins: vec![join; MAX_JOINS + 1]
            }
            .to_bytes()
        )
        .is_err()
    );
}

#[test]
fn deep_nesting_is_refused() {
    for byte in [0x81, 0xa1, 0xc1, 0x9f, 0xd8] {
        let deep = vec![byte; 60_000];
        assert!(RosterPost::from_bytes(&deep).is_err());
        assert!(FoundPost::from_bytes(&deep).is_err());
        assert!(PullRequest::from_bytes(&deep).is_err());
        // One part more than there should be, and that one deep.
        assert!(FoundPost::from_bytes(&[&[0x83, 0x41, 1, 0x41, 1], &deep[..]].concat()).is_err());
    }
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = (Hello::from_bytes(&bytes), FoundPost::from_bytes(&bytes), RosterPost::from_bytes(&bytes));
        let _ = (VectorReply::from_bytes(&bytes), PushReply::from_bytes(&bytes), PullRequest::from_bytes(&bytes));
        let _ = (ParcelsPost::from_bytes(&bytes), ParcelsReply::from_bytes(&bytes), JoinsReply::from_bytes(&bytes));
        let _ = (JoinPost::from_bytes(&bytes), JoinState::from_bytes(&bytes), Failure::from_bytes(&bytes));
    }

    #[test]
    fn pulls_come_back(max_bytes: u64, all: bool) {
        let compartments = if all { Compartment::ALL.to_vec() } else { vec![] };
        let pull = PullRequest { vector: vector(), compartments, max_bytes };
        prop_assert_eq!(PullRequest::from_bytes(&pull.to_bytes()), Ok(pull));
    }
}

#[test]
fn bytes_of_snapshots_are_frozen() {
    let item = SnapshotItem {
        id: [5; 32],
        compartment: Compartment::Office,
        countersignatures: vec![vec![1; 3], vec![2]],
        acknowledged: true,
        dropped: false,
    };
    let list = SnapshotsReply { snapshots: vec![item] };
    let signed = Signed { bytes: vec![7; 5] };
    insta::assert_snapshot!([frozen("snapshots", &list), frozen("signed", &signed)].join("\n"));
}

#[test]
fn bytes_of_receipts_and_leases_are_frozen() {
    let all = [
        frozen("receipt post", &ReceiptPost { receipt: vec![1; 3] }),
        frozen(
            "receipts reply",
            &ReceiptsReply {
                receipts: vec![vec![1; 3], vec![2]],
            },
        ),
        frozen("lease post, first", &LeasePost::First),
        frozen("lease post, again", &LeasePost::Again),
        frozen("lease reply", &LeaseReply::new([5; SHARE_BYTES])),
        frozen(
            "leases reply",
            &LeasesReply {
                leases: vec![LeaseRow {
                    device: [1; 16],
                    handed_ms: 70_000,
                }],
            },
        ),
    ];
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn bytes_of_questions_for_files_are_frozen() {
    let ask = BlobsAsk::new(&[[1; 32], [2; 32]]);
    let reply = BlobsReply::new([true, false]);
    insta::assert_snapshot!([frozen("ask", &ask), frozen("reply", &reply)].join("\n"));
    assert_eq!(ask.names().collect::<Vec<_>>(), [[1; 32], [2; 32]]);
    assert_eq!(reply.whole().collect::<Vec<_>>(), [true, false]);
    assert_eq!(BlobsAsk::new(&vec![[0; 32]; MAX_BLOBS + 5]).names().count(), MAX_BLOBS);
}
