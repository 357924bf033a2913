//! Segments, whole: frozen bytes, every byte flipped, one key for one blob, no key and nonce twice.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::checkpoint::{Checkpoint, Digests};
use crate::frontier::Frontier;
use crate::secret::{EpochKey, derive_into};
use crate::tests::clinic::Clinic;
use crate::tests::{Seeded, hex};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use proptest::prelude::*;
use wardkeep_roster::Compartment;

const OPS: [&[u8]; 2] = [b"first op", b"second op, which differs"];

fn sample(clinic: &Clinic) -> Vec<u8> {
    clinic.segment(0, Compartment::Office, None, &OPS)
}

/// Signs anew what a member's device has: for damage that the device itself has made.
fn sign_again(clinic: &Clinic, segment: &mut [u8]) {
    let body = segment.len() - SIGNATURE_BYTES;
    let hash = digest(HASH_CONTEXT, &[&segment[..body]]);
    segment[body..].copy_from_slice(&clinic.members[0].device_key.sign_digest(&hash).0);
}

fn opened(clinic: &Clinic, segment: &[u8], key: &EpochKey) -> Result<Opened, OpenError> {
    Segment::parse(segment)
        .unwrap()
        .verify(&clinic.roster)
        .unwrap()
        .open(key)
}

#[test]
fn its_bytes_are_frozen() {
    let clinic = Clinic::found();
    let segment = sample(&clinic);
    insta::assert_snapshot!(hex(&segment));
    insta::assert_snapshot!(Segment::parse(&segment).unwrap().hash().to_string());
}

#[test]
fn a_compressed_segment_of_this_version_opens_for_ever() {
    // Frozen, because zstd may compress otherwise one day, and must still open this.
    let clinic = Clinic::found();
    let ops: Vec<Vec<u8>> = (0..40)
        .map(|n| format!("a field of a patient, number {n}").into_bytes())
        .collect();
    let place = clinic.place(0, Compartment::Clinical, None);
    let key = clinic.key(Compartment::Clinical);
    let sealed = seal_ops(
        &place,
        key,
        1,
        &ops,
        &clinic.members[0].device_key,
        &mut Seeded::new(8).source(),
    )
    .unwrap();
    let frozen = include_str!("compressed.hex");
    let frozen: Vec<u8> = frozen
        .split_whitespace()
        .flat_map(|line| line.as_bytes().chunks(2))
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    assert!(sealed.len() < 600, "{}\n{}", sealed.len(), hex(&sealed));
    let Opened::Ops(read) =
        opened(&clinic, &frozen, key).unwrap_or_else(|why| panic!("{why}: now it is\n{}", hex(&sealed)))
    else {
        panic!("not ops")
    };
    assert!(read.iter().map(|(_, op)| op.to_vec()).eq(ops));
}

#[test]
fn ops_and_checkpoints_come_back() {
    let clinic = Clinic::found();
    let key = clinic.key(Compartment::Office);
    let Ok(Opened::Ops(ops)) = opened(&clinic, &sample(&clinic), key) else {
        panic!("not ops")
    };
    assert_eq!(ops.iter().collect::<Vec<_>>(), [(1, OPS[0]), (2, OPS[1])]);
    let checkpoint = Checkpoint::new(Frontier::new(), clinic.head(), Digests::default(), 7);
    let place = clinic.place(0, Compartment::Office, None);
    let sealed = seal_checkpoint(
        &place,
        key,
        &checkpoint,
        &clinic.members[0].device_key,
        &mut Seeded::new(3).source(),
    )
    .unwrap();
    assert_eq!(Segment::parse(&sealed).unwrap().header().kind, Kind::Checkpoint);
    let Ok(Opened::Checkpoint(read)) = opened(&clinic, &sealed, key) else {
        panic!("no checkpoint")
    };
    assert_eq!(read, checkpoint);
}

#[test]
fn every_flipped_bit_is_noticed_without_a_key() {
    let clinic = Clinic::found();
    let segment = sample(&clinic);
    for at in 0..segment.len() {
        for bit in 0..8 {
            let mut bad = segment.clone();
            bad[at] ^= 1 << bit;
            let believed = Segment::parse(&bad).is_ok_and(|segment| segment.verify(&clinic.roster).is_ok());
            assert!(!believed, "byte {at}, bit {bit}");
        }
        assert!(Segment::parse(&segment[..at]).is_err(), "length {at}");
    }
    assert!(Segment::parse(&[&segment[..], &[0]].concat()).is_err());
}

#[test]
fn every_flipped_byte_that_the_device_signed_itself_opens_nothing() {
    let clinic = Clinic::found();
    let segment = sample(&clinic);
    let key = clinic.key(Compartment::Office);
    for at in 0..segment.len() - SIGNATURE_BYTES {
        let mut bad = segment.clone();
        bad[at] ^= 1;
        sign_again(&clinic, &mut bad);
        // Some headers are refused before; no other one opens.
        let parsed = Segment::parse(&bad).ok();
        if let Some(verified) = parsed.and_then(|segment| segment.verify(&clinic.roster).ok()) {
            let why = verified.open(key).err();
            let expected = if at < HEADER_BYTES {
                OpenError::Commitment
            } else {
                OpenError::Ciphertext
            };
            assert_eq!(why, Some(expected), "byte {at}");
        }
    }
}

#[test]
fn two_keys_cannot_open_one_blob() {
    let clinic = Clinic::found();
    let segment = sample(&clinic);
    let other = EpochKey::from_slice(&[0x42; 32]).unwrap();
    assert_eq!(opened(&clinic, &segment, &other).err(), Some(OpenError::Commitment));
    // Whoever may sign cannot make one either: with the other key's commitment in the header the first key is refused, whatever
    // the ciphertext is, and both commitments do not fit into it.
    let header = Segment::parse(&segment).unwrap().header;
    let commitment = |key: &EpochKey| seal::Derived::of(key, &header).commitment;
    assert_ne!(commitment(&other), commitment(clinic.key(Compartment::Office)));
    let mut forged = segment.clone();
    forged[164..196].copy_from_slice(&commitment(&other));
    sign_again(&clinic, &mut forged);
    assert_eq!(
        opened(&clinic, &forged, clinic.key(Compartment::Office)).err(),
        Some(OpenError::Commitment)
    );
    assert_eq!(opened(&clinic, &forged, &other).err(), Some(OpenError::Ciphertext));
}

#[test]
fn key_and_nonce_come_from_salt_and_header() {
    let clinic = Clinic::found();
    let segment = sample(&clinic);
    let key = clinic.key(Compartment::Office);
    let mut out = [0; 76];
    derive_into(
        key.expose(),
        &segment[148..164],
        "wardkeep segment v1",
        &segment[..164],
        &mut out,
    );
    assert_eq!(out[44..], segment[164..196]);
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &out[..32]).unwrap());
    let mut buffer = segment[HEADER_BYTES..segment.len() - SIGNATURE_BYTES].to_vec();
    let nonce = Nonce::try_assume_unique_for_key(&out[32..44]).unwrap();
    let plain = cipher
        .open_in_place(nonce, Aad::from(&segment[..HEADER_BYTES]), &mut buffer)
        .unwrap();
    assert_eq!(plain.len(), padded_length(plain.len()));
}

#[test]
fn a_cloned_machine_never_uses_a_key_and_a_nonce_twice() {
    // The same state of the random generator on both: the worst case.
    let clinic = Clinic::found();
    let key = clinic.key(Compartment::Office);
    let place = clinic.place(0, Compartment::Office, None);
    let seal = |place: &Place, ops: &[&[u8]]| {
        seal_ops(place, key, 1, ops, &clinic.members[0].device_key, &mut |bytes| {
            bytes.fill(0)
        })
        .unwrap()
    };
    let one = seal(&place, &[b"what the original writes"]);
    let salt = |segment: &[u8]| segment[148..164].to_vec();
    assert_ne!(salt(&one), salt(&seal(&place, &[b"what the clone's user does"])));
    let mut moved = place;
    moved.chain.incarnation.0[0] ^= 1;
    assert_ne!(salt(&one), salt(&seal(&moved, &[b"what the original writes"])));
    assert_eq!(
        one,
        seal(&place, &[b"what the original writes"]),
        "the same segment, so nothing is told"
    );
}

#[test]
fn limits_hold() {
    let clinic = Clinic::found();
    let key = clinic.key(Compartment::Office);
    let place = clinic.place(0, Compartment::Office, None);
    let seal = |place: &Place, ops: &[Vec<u8>]| {
        seal_ops(
            place,
            key,
            1,
            ops,
            &clinic.members[0].device_key,
            &mut Seeded::new(1).source(),
        )
    };
    // The largest content, incompressible, is below the largest segment.
    let mut noise = vec![0; MAX_OP_BYTES + 60_000];
    Seeded::new(2).source()(&mut noise);
    let more = noise.split_off(MAX_OP_BYTES);
    let largest = seal(&place, &[noise, more]).unwrap();
    assert!(largest.len() > MAX_OP_BYTES + 60_000 && largest.len() < MAX_SEGMENT_BYTES);
    assert!(matches!(opened(&clinic, &largest, key), Ok(Opened::Ops(_))));
    assert_eq!(
        Segment::parse(&vec![1; MAX_SEGMENT_BYTES + 1]).err(),
        Some(MalformedSegment::Length)
    );
    assert_eq!(seal(&place, &[]).err(), Some(SealError::Limits));
    assert_eq!(seal(&place, &vec![vec![1]; 1_001]).err(), Some(SealError::Limits));
    let mut last = place;
    last.tip = Some(crate::id::Tip {
        seq: u64::MAX,
        hash: SegmentHash::ZERO,
    });
    assert_eq!(seal(&last, &[vec![1]]).err(), Some(SealError::Place));
}

#[test]
fn bytes_for_each_op() {
    // 52 bytes are what 'change a phone number' takes as the record crate encodes it. These do not compress at all: the worst case.
    let clinic = Clinic::found();
    let key = clinic.key(Compartment::Office);
    let mut random = Seeded::new(4);
    let ops: Vec<[u8; 52]> = (0..1_000).map(|_| random.array()).collect();
    let size = |count: usize| {
        let place = clinic.place(0, Compartment::Office, None);
        let device_key = &clinic.members[0].device_key;
        let sealed = seal_ops(&place, key, 1, &ops[..count], device_key, &mut Seeded::new(5).source());
        sealed.unwrap().len()
    };
    assert_eq!(size(1), 344);
    for count in [100, 300, 1_000] {
        let (sealed, plain) = (size(count), count * 52);
        assert!(sealed * 100 <= plain * 115, "{count} ops: {sealed} bytes for {plain}");
    }
}

proptest! {
    #[test]
    fn garbage_is_no_segment(bytes in proptest::collection::vec(any::<u8>(), 0..600), suite in any::<bool>()) {
        let mut bytes = bytes;
        if let (true, Some(first)) = (suite, bytes.first_mut()) {
            *first = SUITE;
        }
        let _ = Segment::parse(&bytes);
    }

    #[test]
    fn headers_come_back(bytes in proptest::collection::vec(any::<u8>(), HEADER_BYTES)) {
        let mut fixed: [u8; HEADER_BYTES] = bytes.try_into().unwrap();
        let first = [SUITE, fixed[1] % 3, fixed[2] % 5, 0];
        fixed[..4].copy_from_slice(&first);
        if let Ok(header) = Header::decode(&fixed) {
            prop_assert_eq!(header.encode(), fixed);
        }
    }
}
