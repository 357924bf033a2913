//! Snapshots, whole: frozen bytes, every lie about chunks and signers, the rule for letting segments go.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::checkpoint::Digests;
use crate::digest::TableDigest;
use crate::id::{SegmentHash, Tip};
use crate::relay::{Relay, SnapshotRefusal};
use crate::segment::Unverified;
use crate::tests::clinic::{Clinic, chain};
use crate::tests::{Seeded, hex};
use proptest::prelude::*;
use std::collections::BTreeSet;
use wardkeep_roster::Compartment;

const OFFICE: Compartment = Compartment::Office;

/// A snapshot as it lies on a disk.
struct Made {
    manifest: Vec<u8>,
    chunks: Vec<Vec<u8>>,
}

fn claim(clinic: &Clinic) -> Claim {
    let tip = Tip {
        seq: 5,
        hash: SegmentHash([5; 32]),
    };
    let digest = TableDigest { rows: 3, sum: [7; 32] };
    let chains = clinic.members.iter().map(|member| (chain(member, OFFICE), tip, 40));
    Claim::new(OFFICE, chains, Digests::new(vec![(1, digest)]).unwrap())
}

fn draft(clinic: &Clinic, member: usize) -> Draft {
    Draft {
        clinic: clinic.roster.clinic(),
        maker: clinic.members[member].device(),
        roster: clinic.head(),
        epoch: 1,
        schema: 1,
        made_ms: 1_700_000_000_000,
        claim: claim(clinic),
    }
}

fn make(clinic: &Clinic, member: usize, rows: &[Vec<u8>]) -> Made {
    let random = &mut Seeded::new(4);
    let mut sealer = Sealer::new(draft(clinic, member), clinic.key(OFFICE), &mut random.source()).unwrap();
    let mut chunks = Vec::new();
    for row in rows {
        sealer.push(row).unwrap();
        while let Some(chunk) = sealer.chunk().unwrap() {
            chunks.push(chunk.bytes);
        }
    }
    let (last, manifest, _) = sealer.finish(&clinic.members[member].device_key).unwrap();
    chunks.push(last.bytes);
    Made { manifest, chunks }
}

fn sign(clinic: &Clinic, member: usize, made: &Made) -> Vec<u8> {
    let claim = Manifest::parse(&made.manifest).unwrap().claim();
    let what = (clinic.roster.clinic(), OFFICE, claim);
    let member = &clinic.members[member];
    Countersignature::make(what, member.device(), clinic.head(), &member.device_key)
}

fn open(clinic: &Clinic, made: &Made) -> Result<Vec<Vec<u8>>, OpenSnapshotError> {
    let manifest = Manifest::parse(&made.manifest).unwrap();
    let mut opener = Opener::new(&manifest, clinic.key(OFFICE))?;
    let mut rows = Vec::new();
    for chunk in &made.chunks {
        opener.push(chunk.clone())?;
        while let Some(row) = opener.row()? {
            rows.push(row.to_vec());
        }
    }
    assert_eq!(opener.finish()?, claim(clinic));
    Ok(rows)
}

/// Rows that do not compress, so that there are several chunks.
fn many() -> Vec<Vec<u8>> {
    let mut random = Seeded::new(9);
    (0..70).map(|_| random.array::<65_536>().to_vec()).collect()
}

fn judged(clinic: &Clinic, me: Option<usize>, made: &Made, signatures: &[Vec<u8>]) -> Result<Trust, Untrusted> {
    let manifest = Manifest::parse(&made.manifest).unwrap();
    let me = me.map(|member| clinic.members[member].device());
    trust(&clinic.roster, me, (&manifest, &made.manifest), signatures)
}

#[test]
fn its_bytes_are_frozen() {
    let clinic = Clinic::of(2);
    let made = make(&clinic, 0, &[b"one row".to_vec(), b"another".to_vec()]);
    assert_eq!(made.chunks.len(), 1);
    let parts = [&made.manifest, &made.chunks[0], &sign(&clinic, 1, &made)];
    insta::assert_snapshot!(parts.map(|part| hex(part)).join("\n\n"));
    assert_eq!(open(&clinic, &made).unwrap(), [b"one row", b"another"]);
}

#[test]
fn a_flipped_byte_is_refused_wherever_it_is() {
    let clinic = Clinic::of(2);
    let made = make(&clinic, 0, &[b"one row".to_vec()]);
    for at in 0..made.manifest.len() {
        let mut bytes = made.manifest.clone();
        bytes[at] ^= 1;
        let believed = Manifest::parse(&bytes).is_ok_and(|manifest| manifest.is_signed(&bytes, &clinic.roster));
        assert!(!believed, "manifest, byte {at}");
    }
    for at in 0..made.chunks[0].len() {
        let mut chunks = made.chunks.clone();
        chunks[0][at] ^= 1;
        let manifest = made.manifest.clone();
        assert_eq!(
            open(&clinic, &Made { manifest, chunks }),
            Err(OpenSnapshotError::OtherChunk(0))
        );
    }
    let signature = sign(&clinic, 1, &made);
    for at in 0..signature.len() {
        let mut bytes = signature.clone();
        bytes[at] ^= 1;
        assert_eq!(
            judged(&clinic, None, &made, &[bytes]),
            Err(Untrusted::OneSigner),
            "byte {at}"
        );
    }
}

#[test]
fn chunks_that_are_swapped_missing_too_many_or_of_another_snapshot_are_refused() {
    let clinic = Clinic::of(2);
    let rows = many();
    let made = make(&clinic, 0, &rows);
    assert!(made.chunks.len() > 3);
    assert_eq!(open(&clinic, &made).unwrap(), rows);
    let with = |chunks: Vec<Vec<u8>>| {
        open(
            &clinic,
            &Made {
                manifest: made.manifest.clone(),
                chunks,
            },
        )
    };
    let mut swapped = made.chunks.clone();
    swapped.swap(1, 2);
    assert_eq!(with(swapped), Err(OpenSnapshotError::OtherChunk(1)));
    assert_eq!(with(made.chunks[1..].to_vec()), Err(OpenSnapshotError::OtherChunk(0)));
    assert_eq!(with(made.chunks[..2].to_vec()), Err(OpenSnapshotError::Length));
    let extra = [&made.chunks[..], &made.chunks[..1]].concat();
    assert_eq!(with(extra), Err(OpenSnapshotError::Length));
    // The same rows by another maker have other keys.
    let theirs = make(&clinic, 1, &rows);
    assert_eq!(with(theirs.chunks), Err(OpenSnapshotError::OtherChunk(0)));
    // With another key nothing is decrypted at all.
    let manifest = Manifest::parse(&made.manifest).unwrap();
    let other = Opener::new(&manifest, clinic.key(Compartment::Clinical));
    assert!(matches!(other, Err(OpenSnapshotError::Commitment)));
}

#[test]
fn two_devices_must_have_signed_the_same() {
    let clinic = Clinic::of(3);
    let made = make(&clinic, 0, &[b"row".to_vec()]);
    let none: [Vec<u8>; 0] = [];
    assert_eq!(judged(&clinic, Some(2), &made, &none), Err(Untrusted::OneSigner));
    // The maker's own, however often, is no second one.
    let own = sign(&clinic, 0, &made);
    assert_eq!(
        judged(&clinic, Some(2), &made, &[own.clone(), own]),
        Err(Untrusted::OneSigner)
    );
    let by = vec![clinic.members[0].device(), clinic.members[1].device()];
    let second = sign(&clinic, 1, &made);
    let signatures = [second.clone(), second.clone(), b"junk".to_vec()];
    assert_eq!(
        judged(&clinic, Some(2), &made, &signatures),
        Ok(Trust::Confirmed { by })
    );
    // A signature over other rows says nothing of these.
    let mut other = draft(&clinic, 0);
    other.claim = Claim::new(OFFICE, [], Digests::default());
    let random = &mut Seeded::new(4);
    let sealer = Sealer::new(other, clinic.key(OFFICE), &mut random.source()).unwrap();
    let (last, manifest, _) = sealer.finish(&clinic.members[0].device_key).unwrap();
    let other = Made {
        manifest,
        chunks: vec![last.bytes],
    };
    assert_eq!(judged(&clinic, Some(2), &other, &[second]), Err(Untrusted::OneSigner));
}

#[test]
fn one_signature_is_enough_only_where_nobody_else_could_sign() {
    let clinic = Clinic::of(2);
    let made = make(&clinic, 0, &[b"row".to_vec()]);
    let none: [Vec<u8>; 0] = [];
    assert_eq!(judged(&clinic, Some(1), &made, &none), Ok(Trust::Alone));
    // The server never lets go of anything for one signature.
    assert_eq!(judged(&clinic, None, &made, &none), Err(Untrusted::OneSigner));
}

#[test]
fn a_revoked_signer_does_not_count() {
    let mut clinic = Clinic::of(3);
    let made = make(&clinic, 0, &[b"row".to_vec()]);
    let theirs = make(&clinic, 1, &[b"row".to_vec()]);
    let second = sign(&clinic, 1, &made);
    clinic.revoke(1, Some(Vec::new()));
    assert_eq!(
        judged(&clinic, Some(2), &made, &[second]),
        Err(Untrusted::Beyond),
        "its chain counts no more"
    );
    let by_revoked = judged(&clinic, Some(2), &theirs, &[sign(&clinic, 0, &theirs)]);
    assert_eq!(by_revoked, Err(Unverified::NotActive.into()));
}

#[test]
fn a_server_keeps_only_what_its_maker_sends_and_what_it_can_serve() {
    let clinic = Clinic::of(2);
    let made = make(&clinic, 0, &[b"row".to_vec()]);
    let (maker, other) = (clinic.members[0].device(), clinic.members[1].device());
    let full = claim(&clinic).vector().clone();
    let relay = Relay::new(clinic.roster.clone(), full);
    assert!(relay.judge_snapshot(&maker, &made.manifest).is_ok());
    assert_eq!(
        relay.judge_snapshot(&other, &made.manifest),
        Err(SnapshotRefusal::Sender)
    );
    let empty = Relay::new(clinic.roster.clone(), crate::Frontier::new());
    assert_eq!(
        empty.judge_snapshot(&maker, &made.manifest),
        Err(SnapshotRefusal::Ahead)
    );
    let manifest = Manifest::parse(&made.manifest).unwrap();
    let signature = sign(&clinic, 1, &made);
    assert!(relay.judge_countersignature(&other, &manifest, &signature));
    assert!(
        !relay.judge_countersignature(&maker, &manifest, &signature),
        "brought by another"
    );
    // A segment is no manifest, and a manifest no countersignature.
    let segment = clinic.segment(0, OFFICE, None, &[b"op"]);
    assert!(relay.judge_snapshot(&maker, &segment).is_err());
    assert!(!relay.judge_countersignature(&maker, &manifest, &made.manifest));
}

#[test]
fn segments_go_only_when_all_have_said_so_and_the_time_is_over() {
    let clinic = Clinic::of(3);
    let made = make(&clinic, 0, &[b"row".to_vec()]);
    let manifest = Manifest::parse(&made.manifest).unwrap();
    let all: BTreeSet<_> = clinic.members.iter().map(|member| member.device()).collect();
    let may = |signatures: &[Vec<u8>], said: &BTreeSet<_>, now_ms| {
        let what = (&manifest, &made.manifest[..]);
        may_drop(&clinic.roster, what, signatures, said, (1_000, GRACE_MS, now_ms))
    };
    let (late, second) = (1_000 + GRACE_MS, [sign(&clinic, 1, &made)]);
    assert_eq!(may(&second, &all, late), Ok(()));
    assert_eq!(may(&[], &all, late), Err(Keeping::Untrusted(Untrusted::OneSigner)));
    assert_eq!(may(&second, &all, late - 1), Err(Keeping::Until(late)));
    assert_eq!(
        may(&second, &all, 0),
        Err(Keeping::Until(late)),
        "a clock set back keeps more, never less"
    );
    let missing = clinic.members[2].device();
    let some = all.iter().copied().filter(|device| *device != missing).collect();
    assert_eq!(may(&second, &some, late), Err(Keeping::Waiting([missing].into())));
}

#[test]
fn a_newer_format_is_told_from_junk() {
    let clinic = Clinic::of(2);
    let mut bytes = make(&clinic, 0, &[]).manifest;
    bytes[1] = 2;
    assert_eq!(Manifest::parse(&bytes), Err(ManifestError::Newer(2)));
    assert!(matches!(Manifest::parse(b"junk"), Err(ManifestError::Malformed(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn rows_come_back_whatever_their_sizes(sizes in proptest::collection::vec(1usize..700_000, 0..8)) {
        let clinic = Clinic::of(2);
        let rows: Vec<Vec<u8>> = sizes.iter().map(|size| vec![*size as u8; *size]).collect();
        prop_assert_eq!(open(&clinic, &make(&clinic, 0, &rows)).unwrap(), rows);
    }

    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Manifest::parse(&bytes);
        let _ = Countersignature::parse(&bytes);
        let _ = Claim::from_bytes(&bytes);
    }
}

#[test]
fn what_a_former_key_has_signed_confirms_nothing_any_more() {
    let mut clinic = Clinic::of(3);
    let made = make(&clinic, 0, &[b"one row".to_vec()]);
    let signature = sign(&clinic, 1, &made);
    assert!(matches!(
        judged(&clinic, None, &made, std::slice::from_ref(&signature)),
        Ok(Trust::Confirmed { .. })
    ));
    let former = clinic.renew_device_key(1, 0x71, Vec::new());
    assert_eq!(judged(&clinic, None, &made, &[signature]), Err(Untrusted::OneSigner));
    let anew = sign(&clinic, 1, &made);
    assert!(matches!(
        judged(&clinic, None, &made, &[anew]),
        Ok(Trust::Confirmed { .. })
    ));
    let claim = Manifest::parse(&made.manifest).unwrap().claim();
    let what = (clinic.roster.clinic(), OFFICE, claim);
    let forged = Countersignature::make(what, clinic.members[1].device(), clinic.head(), &former);
    assert_eq!(judged(&clinic, None, &made, &[forged]), Err(Untrusted::OneSigner));
    clinic.renew_device_key(0, 0x72, Vec::new());
    let anew = sign(&clinic, 1, &made);
    let why = Untrusted::Maker(Unverified::Signature);
    assert_eq!(judged(&clinic, None, &made, &[anew]), Err(why), "the maker's");
}
