//! The bytes of each kind of entry. A snapshot that changes breaks every roster there is.

use crate::codec;
use crate::entry::{
    Accept, Body, Discard, DiskEncryption, Draft, Entry, Grant, LastAccepted, Policy, Reached, RestoreEpoch, Revoke,
    SealedName, Target, Wipe, hash_of,
};
use crate::id::{ClinicId, DeviceId, Enrollment, EntryHash, UserId};
use crate::role::{Compartment, Role, Roles};
use crate::sample::{self, Sample, founder};

/// 32 bytes a line.
fn hex(bytes: &[u8]) -> String {
    let line = |line: &[u8]| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    bytes.chunks(32).map(line).collect::<Vec<_>>().join("\n")
}

/// The entry that the founder of the sample clinic would add, checked to come back from its bytes.
fn entry(body: Body) -> String {
    let bytes = Sample::default().sign(founder(), body);
    round_trip(&bytes);
    hex(&bytes)
}

fn round_trip(bytes: &[u8]) -> Entry {
    let entry = codec::decode(bytes).unwrap();
    assert_eq!(codec::encode(&entry), bytes);
    entry
}

#[test]
fn genesis() {
    let sample = Sample::default();
    let bytes = sample.roster.entry_bytes(1).unwrap();
    assert_eq!(ClinicId(hash_of(bytes).0), sample.clinic());
    insta::assert_snapshot!("genesis", format!("{}\n\nclinic {}", hex(bytes), sample.clinic()));
}

#[test]
fn genesis_without_recovery() {
    let genesis = crate::entry::Genesis {
        recovery: None,
        ..*match round_trip(&Sample::default().entries()[0]).body {
            Body::Genesis(genesis) => genesis,
            _ => unreachable!("the first entry is one"),
        }
    };
    let bytes = Draft::genesis(0, genesis).sign(&sample::enrollment_key(&founder()));
    round_trip(&bytes);
    insta::assert_snapshot!("genesis_without_recovery", hex(&bytes));
}

#[test]
fn device_and_enroll() {
    let sample = Sample::default();
    insta::assert_snapshot!("device", entry(sample.device_body(2)));
    insta::assert_snapshot!("enroll", entry(sample.enroll_body(2, 2)));
    insta::assert_snapshot!("recovery", entry(sample.recovery_body(2)));
}

#[test]
fn grant() {
    let grant = Grant {
        user: sample::user(2),
        roles: Roles::of(&[Role::FrontDesk, Role::Admin]),
    };
    insta::assert_snapshot!("grant", entry(Body::Grant(grant)));
}

#[test]
fn policy() {
    let strict = Policy {
        disk_encryption: DiskEncryption::RequireAfterDays(30),
        allow_export: false,
        two_admins: Policy::TWO_ADMINS_WIPE,
        ..sample::policy()
    };
    insta::assert_snapshot!("policy", entry(Body::Policy(strict)));
    let off = Policy {
        disk_encryption: DiskEncryption::Off,
        ..sample::policy()
    };
    insta::assert_snapshot!("policy_without_disk_encryption", entry(Body::Policy(off)));
}

#[test]
fn epoch() {
    let sample = Sample::default();
    let first = sample.roster.next_epoch(Compartment::Audit, [3; 32], Vec::new());
    insta::assert_snapshot!("epoch_first", entry(first));
    let later = match sample.roster.next_epoch(Compartment::Office, [4; 32], vec![5; 60]) {
        Body::Epoch(epoch) => crate::entry::Epoch { number: 300, ..epoch },
        _ => unreachable!("that is what was asked for"),
    };
    insta::assert_snapshot!("epoch_later", entry(Body::Epoch(later)));
}

#[test]
fn revoke() {
    let device = sample::device(2);
    let targets = [
        ("revoke_device", Target::Device(device)),
        ("revoke_user", Target::User(sample::user(2))),
        ("revoke_enrollment", Target::Enrollment(sample::enrollment(2, 2))),
    ];
    for (name, target) in targets {
        let last_accepted = matches!(target, Target::Device(_)).then(|| {
            let line = |compartment, seq| LastAccepted {
                device,
                incarnation: [9; 16],
                compartment,
                seq,
            };
            vec![line(Compartment::Office, 0), line(Compartment::Clinical, 1 << 40)]
        });
        insta::assert_snapshot!(name, entry(Body::Revoke(Revoke { target, last_accepted })));
    }
}

#[test]
fn wipe_and_restore_epoch() {
    let wipe = Wipe {
        device: sample::device(2),
        nonce: [8; 16],
        post_outbox: true,
    };
    insta::assert_snapshot!("wipe", entry(Body::Wipe(wipe)));
    let restore = RestoreEpoch {
        restored_at_ms: 1_800_000_000_000,
        from_vector: [6; 32],
    };
    insta::assert_snapshot!("restore_epoch", entry(Body::RestoreEpoch(restore)));
}

#[test]
fn accept_and_discard() {
    let accept = Accept {
        device: sample::device(2),
        incarnation: [9; 16],
        compartment: Compartment::Clinical,
        after: 1 << 33,
        segments: vec![[0xaa; 32], [0xbb; 32]],
    };
    insta::assert_snapshot!("accept", entry(Body::Accept(accept)));
    let discard = Discard {
        device: sample::device(2),
        segments: vec![[0xcc; 32]],
        reason: sample::name("why"),
    };
    insta::assert_snapshot!("discard", entry(Body::Discard(discard)));
    let none = Discard {
        device: sample::device(2),
        segments: Vec::new(),
        reason: sample::name("why"),
    };
    let bytes = Sample::default().sign(founder(), Body::Discard(none));
    assert!(codec::decode(&bytes).is_err(), "one that is about nothing is none");
}

#[test]
fn device_key() {
    let reached = |compartment, seq| Reached {
        incarnation: [9; 16],
        compartment,
        seq,
        hash: [0xdd; 32],
    };
    let lines = [reached(Compartment::Office, 1), reached(Compartment::Audit, 1 << 40)];
    insta::assert_snapshot!("device_key", entry(Sample::default().device_key_body(1, 1, &lines)));
}

#[test]
fn ids_and_keys_in_other_formats() {
    let sample = Sample::default();
    let keys = sample.roster.enrollment(&founder()).unwrap().keys.clone();
    let bytes = minicbor::to_vec((founder(), sample.clinic(), Compartment::Clinical, Roles::ALL, &keys)).unwrap();
    type Back = (Enrollment, ClinicId, Compartment, Roles, crate::EnrollmentKeys);
    let back: Back = minicbor::decode(&bytes).unwrap();
    assert_eq!(
        back,
        (founder(), sample.clinic(), Compartment::Clinical, Roles::ALL, keys)
    );
    let name: SealedName = minicbor::decode(&minicbor::to_vec(sample::name("x")).unwrap()).unwrap();
    assert_eq!(name.as_bytes(), b"x");
    assert!(minicbor::decode::<SealedName>(&[0x40]).is_err());
    assert!(minicbor::decode::<Roles>(&[8]).is_err());
    assert!(minicbor::decode::<Compartment>(&[4]).is_err());
}

#[test]
fn ids_print_as_hexadecimal() {
    let id = DeviceId([0xab; 16]);
    assert_eq!(id.to_string(), "ab".repeat(16));
    assert_eq!(format!("{id:?}"), "DeviceId(abababab)");
    assert_eq!(format!("{:?}", UserId([1; 16])), "UserId(01010101)");
    assert_eq!(EntryHash::ZERO.to_string(), "00".repeat(32));
}
