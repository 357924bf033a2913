//! Sealing: content, compressed and padded, under a key that no other segment ever has, committed to, signed.

use super::header::{COMMITMENT_AT, SALT_AT};
use super::{HASH_CONTEXT, HEADER_BYTES, Header, Kind, MAX_SEGMENT_BYTES, SIGNATURE_BYTES, TAG_BYTES, ops, pack};
use crate::checkpoint::Checkpoint;
use crate::id::{Chain, RosterHead, SegmentHash, Tip};
use crate::secret::{EpochKey, PurposeKey, Random, derive_into};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use wardkeep_roster::key::digest;
use wardkeep_roster::{ClinicId, SigningKey};
use zeroize::Zeroizing;

const KEY_LABEL: &str = "wardkeep segment v1";
const SALT_LABEL: &str = "wardkeep segment salt v1";

/// Where a new segment goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The clinic.
    pub clinic: ClinicId,
    /// The chain that it continues.
    pub chain: Chain,
    /// The last segment of the chain; none for the first.
    pub tip: Option<Tip>,
    /// The last roster entry that this device has verified.
    pub roster: RosterHead,
    /// The newest epoch of the compartment in that roster.
    pub epoch: u32,
}

/// Why nothing was sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SealError {
    /// No ops, too many, an empty one, or too many bytes: see [`super::fitting`].
    #[error("outside of a segment's limits")]
    Limits,
    /// The roster head or the epoch is 0, or the chain is at its last number.
    #[error("no place for a segment")]
    Place,
    /// The cipher refused, which it does for nothing within the limits.
    #[error("the cipher failed")]
    Cipher,
}

/// Seals consecutive ops, the first of which has the number `first_op`. `device_key` is the key that the roster lists.
pub fn seal_ops(
    place: &Place,
    key: &EpochKey,
    first_op: u64,
    ops: &[impl AsRef<[u8]>],
    device_key: &SigningKey,
    random: Random<'_>,
) -> Result<Vec<u8>, SealError> {
    let content = ops::write(first_op, ops).ok_or(SealError::Limits)?;
    seal(Kind::Ops, place, (key, &[]), &content, device_key, random)
}

/// Seals a checkpoint into the same chain.
pub fn seal_checkpoint(
    place: &Place,
    key: &EpochKey,
    checkpoint: &Checkpoint,
    device_key: &SigningKey,
    random: Random<'_>,
) -> Result<Vec<u8>, SealError> {
    let content = checkpoint.encode().ok_or(SealError::Limits)?;
    seal(Kind::Checkpoint, place, (key, &[]), &content, device_key, random)
}

/// `front` stands in the clear before the ciphertext and is associated data with the header.
pub(super) fn seal(
    kind: Kind,
    place: &Place,
    (key, front): (&EpochKey, &[u8]),
    content: &[u8],
    device_key: &SigningKey,
    random: Random<'_>,
) -> Result<Vec<u8>, SealError> {
    let plain = pack::pack(content);
    let mut header = header(kind, place, front.len() + plain.len())?;
    header.salt = salt(key, &header, &plain, random);
    let derived = Derived::of(key, &header);
    header.commitment = derived.commitment;
    let total = HEADER_BYTES + front.len() + plain.len() + TAG_BYTES + SIGNATURE_BYTES;
    if total > MAX_SEGMENT_BYTES {
        return Err(SealError::Limits);
    }
    let header = header.encode();
    let mut segment = Vec::with_capacity(total);
    segment.extend_from_slice(&header);
    segment.extend_from_slice(front);
    let associated = segment.clone();
    segment.extend_from_slice(&plain);
    let tag = derived
        .cipher()
        .ok_or(SealError::Cipher)?
        .seal_in_place_separate_tag(
            derived.nonce(),
            Aad::from(&associated),
            &mut segment[associated.len()..],
        )
        .map_err(|_| SealError::Cipher)?;
    segment.extend_from_slice(tag.as_ref());
    let signature = device_key.sign_digest(&digest(HASH_CONTEXT, &[&segment]));
    segment.extend_from_slice(&signature.0);
    Ok(segment)
}

pub(super) fn header(kind: Kind, place: &Place, plain: usize) -> Result<Header, SealError> {
    let (seq, prev) = match place.tip {
        Some(tip) => (tip.seq.checked_add(1).ok_or(SealError::Place)?, tip.hash),
        None => (1, SegmentHash::ZERO),
    };
    if place.roster.number == 0 || place.epoch == 0 {
        return Err(SealError::Place);
    }
    Ok(Header {
        kind,
        clinic: place.clinic,
        chain: place.chain,
        seq,
        prev,
        roster: place.roster,
        epoch: place.epoch,
        salt: [0; 16],
        commitment: [0; 32],
        length: u32::try_from(plain + TAG_BYTES).map_err(|_| SealError::Limits)?,
    })
}

/// The salt is random, and beyond that a keyed hash of place and content. So even where two machines have the same state of
/// their random generators (a cloned machine, a restored image) two different segments never share a salt, and with it
/// never a key and a nonce; the same segment sealed twice from the same randomness is the same segment.
fn salt(key: &EpochKey, header: &Header, plain: &[u8], random: Random<'_>) -> [u8; 16] {
    let mut fresh = Zeroizing::new([0; 32]);
    random(&mut fresh[..]);
    let salt_key = PurposeKey::derive(key.expose(), &[], SALT_LABEL, &[]);
    let mut hasher = blake3::Hasher::new_keyed(salt_key.expose());
    hasher.update(&fresh[..]);
    hasher.update(&header.encode()[..SALT_AT]);
    hasher.update(plain);
    let mut salt = [0; 16];
    salt.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    salt
}

/// What one segment's key material consists of.
pub(super) struct Derived {
    key_and_nonce: Box<Zeroizing<[u8; 44]>>,
    pub(super) commitment: [u8; 32],
}

impl Derived {
    /// From the epoch key, the salt and every byte of the header before the commitment.
    pub(super) fn of(key: &EpochKey, header: &Header) -> Self {
        let mut out = Box::new(Zeroizing::new([0; 76]));
        derive_into(
            key.expose(),
            &header.salt,
            KEY_LABEL,
            &header.encode()[..COMMITMENT_AT],
            &mut out[..],
        );
        let mut derived = Self {
            key_and_nonce: Box::new(Zeroizing::new([0; 44])),
            commitment: [0; 32],
        };
        derived.key_and_nonce.copy_from_slice(&out[..44]);
        derived.commitment.copy_from_slice(&out[44..]);
        derived
    }

    pub(super) fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, &self.key_and_nonce[..32])
            .ok()
            .map(LessSafeKey::new)
    }

    pub(super) fn nonce(&self) -> Nonce {
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&self.key_and_nonce[32..]);
        Nonce::assume_unique_for_key(nonce)
    }
}
