//! The segment: a sealed, signed run of one device's ops in one compartment, one of its checkpoints, or entries of its audit trail.
//!
//! ```text
//! suite 1 | kind 1 | compartment 1 | 0 | clinic 32 | device 16 | incarnation 16 | seq 8 | prev 32 | roster number 4 |
//! roster hash 32 | epoch 4 | salt 16 | commitment 32 | length 4 || ciphertext and tag || signature 64
//! ```
//!
//! All integers big-endian. The whole header is associated data of the cipher and part of what is signed. The layout is frozen;
//! another one gets another suite number. Why each part is there: docs/adr/0007-sealed-segments.md.

mod audit;
mod header;
mod open;
mod ops;
pub(crate) mod pack;
pub(crate) mod padme;

pub use padme::padded_length;
mod seal;
pub(crate) mod verify;

pub use audit::{MAX_READERS, seal_audit};
pub use header::{HEADER_BYTES, Header, Kind, MalformedSegment, SUITE};
pub use open::{OpenError, Opened};
pub use ops::{MAX_OP_BYTES, MAX_OPS, Ops, fitting};
pub use pack::MAX_CONTENT;
pub use seal::{Place, SealError, seal_checkpoint, seal_ops};
pub use verify::{Unverified, Verified};

use crate::id::SegmentHash;
use wardkeep_roster::Signature;
use wardkeep_roster::key::digest;

/// Bytes of the cipher's tag (AES-256-GCM).
pub(crate) const TAG_BYTES: usize = 16;
/// Bytes of the signature at the end.
pub const SIGNATURE_BYTES: usize = 64;
/// Bytes of a whole segment at most.
pub const MAX_SEGMENT_BYTES: usize = (1 << 20) + (1 << 18);
/// Bytes of a whole segment at least: one byte of ciphertext and its tag.
pub const MIN_SEGMENT_BYTES: usize = HEADER_BYTES + TAG_BYTES + 1 + SIGNATURE_BYTES;

const HASH_CONTEXT: &str = "wardkeep 2026 segment v1";

/// A segment whose structure is right. Nothing else is known of it yet: not who made it, not what is inside.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    bytes: &'a [u8],
    header: Header,
    hash: SegmentHash,
}

impl<'a> Segment<'a> {
    /// Reads header and lengths, without copying. Everything about a segment that can be checked without a roster is checked.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MalformedSegment> {
        if !(MIN_SEGMENT_BYTES..=MAX_SEGMENT_BYTES).contains(&bytes.len()) {
            return Err(MalformedSegment::Length);
        }
        let fixed = bytes.first_chunk::<HEADER_BYTES>().ok_or(MalformedSegment::Length)?;
        let header = Header::decode(fixed)?;
        if HEADER_BYTES + header.length as usize + SIGNATURE_BYTES != bytes.len() {
            return Err(MalformedSegment::Length);
        }
        let hash = SegmentHash(digest(HASH_CONTEXT, &[&bytes[..bytes.len() - SIGNATURE_BYTES]]));
        Ok(Self { bytes, header, hash })
    }

    /// What stands in the clear.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The hash that the next segment of the chain cites.
    pub fn hash(&self) -> SegmentHash {
        self.hash
    }

    /// The whole segment, as received.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Ciphertext and tag.
    fn ciphertext(&self) -> &'a [u8] {
        &self.bytes[HEADER_BYTES..self.bytes.len() - SIGNATURE_BYTES]
    }

    fn signature(&self) -> Signature {
        let mut signature = [0; SIGNATURE_BYTES];
        signature.copy_from_slice(&self.bytes[self.bytes.len() - SIGNATURE_BYTES..]);
        Signature(signature)
    }
}

#[cfg(test)]
mod tests;
