//! The manifest: what stands in the clear of a snapshot, signed by the device that made it.

use super::claim::ClaimHash;
use super::{MAX_CHUNK_BYTES, MIN_CHUNK_BYTES};
use crate::cbor::{self, Malformed};
use crate::frontier::Frontier;
use crate::id::RosterHead;
use crate::signed::{self, SIGNED_TAIL};
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use std::fmt;
use wardkeep_roster::key::digest;
use wardkeep_roster::{ClinicId, Compartment, DeviceId, Roster, Signature, SigningKey};

/// Chunks of one snapshot at most: 64 GiB of rows before compression.
pub const MAX_CHUNKS: usize = 65_536;
/// Bytes of one manifest at most.
pub const MAX_MANIFEST_BYTES: usize = 8 << 20;

const VERSION: u8 = 1;
const SIGNING_CONTEXT: &str = "wardkeep 2026 snapshot manifest v1";
const ID_CONTEXT: &str = "wardkeep 2026 snapshot id v1";
/// Bytes of one chunk's name: hash and length.
const NAME_BYTES: usize = 36;

/// Names a snapshot: the hash of its whole manifest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(pub [u8; 32]);

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "SnapshotId({a:02x}{b:02x}{c:02x}{d:02x})")
    }
}

/// One sealed chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChunkName {
    /// The BLAKE3 hash of what is sealed.
    pub hash: [u8; 32],
    /// Its length.
    pub bytes: u32,
}

/// What stands in the clear.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Manifest {
    #[n(0)]
    version: u8,
    /// The clinic.
    #[n(1)]
    pub clinic: ClinicId,
    /// The compartment whose rows they are.
    #[n(2)]
    pub compartment: Compartment,
    /// Who made it.
    #[n(3)]
    pub maker: DeviceId,
    /// The last roster entry that the maker had.
    #[n(4)]
    pub roster: RosterHead,
    /// The epoch under whose key it is sealed.
    #[n(5)]
    pub epoch: u32,
    /// What the rows' encoding wants of whoever reads them.
    #[n(6)]
    pub schema: u32,
    /// When it was made, by the maker's clock, in Unix milliseconds. For showing.
    #[n(7)]
    pub made_ms: u64,
    /// The last segment of each chain that is in the rows. The server knows these numbers.
    #[n(8)]
    pub vector: Frontier,
    #[cbor(n(9), with = "crate::cbor::fixed")]
    pub(super) claim: [u8; 32],
    #[cbor(n(10), with = "crate::cbor::fixed")]
    pub(super) salt: [u8; 16],
    #[cbor(n(11), with = "crate::cbor::fixed")]
    pub(super) commitment: [u8; 32],
    #[n(12)]
    chunks: Chunks,
    #[n(13)]
    signature: Signature,
}

/// Why bytes are no manifest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not the bytes of a manifest.
    #[error("no manifest: {0}")]
    Malformed(#[from] Malformed),
    /// Written by a newer version of Wardkeep.
    #[error("snapshot format {0} needs a newer version")]
    Newer(u8),
    /// A part is outside of its limits, or the vector names another compartment.
    #[error("a part of the manifest makes no sense")]
    Sense,
}

impl Manifest {
    /// Signs what was sealed.
    pub(super) fn sign(mut self, key: &SigningKey) -> Vec<u8> {
        self.signature = Signature([0; 64]);
        signed::sign(cbor::encode(&self), SIGNING_CONTEXT, key)
    }

    /// Of what was drafted; the signature comes with [`Manifest::sign`].
    pub(super) fn of(
        draft: &super::seal::Draft,
        claim: ClaimHash,
        salt: [u8; 16],
        commitment: [u8; 32],
        chunks: Vec<ChunkName>,
    ) -> Self {
        Self {
            version: VERSION,
            clinic: draft.clinic,
            compartment: draft.claim.compartment(),
            maker: draft.maker,
            roster: draft.roster,
            epoch: draft.epoch,
            schema: draft.schema,
            made_ms: draft.made_ms,
            vector: draft.claim.vector().clone(),
            claim: claim.0,
            salt,
            commitment,
            chunks: Chunks(chunks),
            signature: Signature([0; 64]),
        }
    }

    /// Reads one. Nothing is known of it yet but its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        // The version stands first, behind the head of the array: a newer one may have any shape.
        if let [_, version @ 2..=23, ..] = bytes {
            return Err(ManifestError::Newer(*version));
        }
        let read: Self = cbor::decode(bytes, MAX_MANIFEST_BYTES)?;
        let own = read
            .vector
            .iter()
            .all(|(chain, _)| chain.compartment == read.compartment);
        let sense = read.version == VERSION && own && read.epoch > 0 && read.roster.number > 0;
        if sense && bytes.len() > SIGNED_TAIL {
            Ok(read)
        } else {
            Err(ManifestError::Sense)
        }
    }

    /// Its name.
    pub fn id(bytes: &[u8]) -> SnapshotId {
        SnapshotId(digest(ID_CONTEXT, &[bytes]))
    }

    /// What it says that its rows are, by its hash.
    pub fn claim(&self) -> ClaimHash {
        ClaimHash(self.claim)
    }

    /// Its chunks, in order; at least one.
    pub fn chunks(&self) -> &[ChunkName] {
        &self.chunks.0
    }

    /// Bytes of all chunks together.
    pub fn bytes(&self) -> u64 {
        self.chunks().iter().map(|chunk| u64::from(chunk.bytes)).sum()
    }

    /// Whether the device that it names has signed it.
    pub fn is_signed(&self, bytes: &[u8], roster: &Roster) -> bool {
        let device = roster.device(&self.maker).filter(|_| self.clinic == roster.clinic());
        device.is_some_and(|device| signed::verify(bytes, SIGNING_CONTEXT, &device.key, &self.signature))
    }

    /// What key, nonces and commitment are derived for: all that says what the snapshot is.
    pub(super) fn place(&self) -> [u8; 32] {
        let head = self.roster;
        let numbers = [
            self.epoch.to_be_bytes(),
            self.schema.to_be_bytes(),
            head.number.to_be_bytes(),
        ]
        .concat();
        digest(
            "wardkeep 2026 snapshot place v1",
            &[
                &[self.version, self.compartment.number()],
                &self.clinic.0,
                &self.maker.0,
                &head.hash.0,
                &numbers,
                &self.made_ms.to_be_bytes(),
                &self.claim,
            ],
        )
    }
}

/// The names of all chunks, as one byte string.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Chunks(Vec<ChunkName>);

impl<C> Encode<C> for Chunks {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        let mut bytes = Vec::with_capacity(self.0.len() * NAME_BYTES);
        for chunk in &self.0 {
            bytes.extend_from_slice(&chunk.hash);
            bytes.extend_from_slice(&chunk.bytes.to_be_bytes());
        }
        e.bytes(&bytes)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Chunks {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let (names, rest) = d.bytes()?.as_chunks::<NAME_BYTES>();
        if names.is_empty() || names.len() > MAX_CHUNKS || !rest.is_empty() {
            return Err(decode::Error::message("no whole number of chunks, or too many"));
        }
        let mut chunks = Vec::with_capacity(names.len());
        for name in names {
            let mut chunk = ChunkName {
                hash: [0; 32],
                bytes: 0,
            };
            let (hash, length) = name.split_at(32);
            chunk.hash.copy_from_slice(hash);
            chunk.bytes = length.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
            if !(MIN_CHUNK_BYTES..=MAX_CHUNK_BYTES).contains(&(chunk.bytes as usize)) {
                return Err(decode::Error::message("a chunk of no possible length"));
            }
            chunks.push(chunk);
        }
        Ok(Self(chunks))
    }
}
