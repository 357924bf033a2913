//! The fixed header of a segment, in the clear and authenticated whole.

use crate::id::{Chain, Incarnation, RosterHead, SegmentHash};
use crate::segment::TAG_BYTES;
use wardkeep_roster::{ClinicId, Compartment, DeviceId, EntryHash};

/// Bytes of the header.
pub const HEADER_BYTES: usize = 200;
/// The only suite so far: HKDF-SHA256, AES-256-GCM, BLAKE3, Ed25519, zstd, PADME.
pub const SUITE: u8 = 1;

/// Where the salt begins: what is before it is hashed into it.
pub(super) const SALT_AT: usize = 148;
/// Where the commitment begins: what is before it goes into the derivation of key, nonce and commitment.
pub(super) const COMMITMENT_AT: usize = SALT_AT + 16;

/// What a segment holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A run of ops.
    Ops = 1,
    /// One checkpoint.
    Checkpoint = 2,
    /// Entries of a device's audit trail, for those who may read the trail and not for whoever wrote it.
    Audit = 3,
}

/// Why bytes are no segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MalformedSegment {
    /// Too short, too long, or not as long as the header says.
    #[error("length")]
    Length,
    /// Made by a version of Wardkeep with another suite.
    #[error("suite")]
    Suite,
    /// Neither ops nor a checkpoint, nor audit entries where they belong.
    #[error("kind")]
    Kind,
    /// No compartment of that number.
    #[error("compartment")]
    Compartment,
    /// A reserved byte is not zero.
    #[error("reserved byte")]
    Reserved,
    /// Number 0, or a first segment that cites another, or a later one that cites none.
    #[error("place in its chain")]
    Place,
    /// No roster entry or no epoch is cited.
    #[error("roster head or epoch")]
    Roster,
}

/// The header's fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// What is inside.
    pub kind: Kind,
    /// The clinic that it belongs to.
    pub clinic: ClinicId,
    /// The chain that it continues.
    pub chain: Chain,
    /// Its number in the chain, from 1.
    pub seq: u64,
    /// The hash of the one before; zeros for the first.
    pub prev: SegmentHash,
    /// The last roster entry that its device had.
    pub roster: RosterHead,
    /// The epoch whose key it is sealed under, from 1. Audit entries have a key of their own for each segment, and 1 here.
    pub epoch: u32,
    /// Makes key and nonce its own.
    pub salt: [u8; 16],
    /// Binds the ciphertext to one key.
    pub commitment: [u8; 32],
    /// Bytes of ciphertext and tag.
    pub length: u32,
}

impl Header {
    /// The 200 bytes.
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let mut at = 0;
        let mut put = |part: &[u8]| {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        };
        put(&[SUITE, self.kind as u8, self.chain.compartment.number(), 0]);
        put(&self.clinic.0);
        put(&self.chain.device.0);
        put(&self.chain.incarnation.0);
        put(&self.seq.to_be_bytes());
        put(&self.prev.0);
        put(&self.roster.number.to_be_bytes());
        put(&self.roster.hash.0);
        put(&self.epoch.to_be_bytes());
        put(&self.salt);
        put(&self.commitment);
        put(&self.length.to_be_bytes());
        debug_assert_eq!(at, HEADER_BYTES);
        bytes
    }

    /// Reads what [`Header::encode`] writes, and nothing else.
    pub fn decode(bytes: &[u8; HEADER_BYTES]) -> Result<Self, MalformedSegment> {
        let mut fields = Fields(bytes);
        let [suite, kind, compartment, reserved] = fields.take();
        if suite != SUITE {
            return Err(MalformedSegment::Suite);
        }
        let kind = match kind {
            1 => Kind::Ops,
            2 => Kind::Checkpoint,
            3 => Kind::Audit,
            _ => return Err(MalformedSegment::Kind),
        };
        let compartment = Compartment::from_number(compartment).ok_or(MalformedSegment::Compartment)?;
        if reserved != 0 {
            return Err(MalformedSegment::Reserved);
        }
        if kind == Kind::Audit && compartment != Compartment::Audit {
            return Err(MalformedSegment::Kind);
        }
        let header = Self {
            kind,
            clinic: ClinicId(fields.take()),
            chain: Chain {
                device: DeviceId(fields.take()),
                incarnation: Incarnation(fields.take()),
                compartment,
            },
            seq: u64::from_be_bytes(fields.take()),
            prev: SegmentHash(fields.take()),
            roster: RosterHead {
                number: u32::from_be_bytes(fields.take()),
                hash: EntryHash(fields.take()),
            },
            epoch: u32::from_be_bytes(fields.take()),
            salt: fields.take(),
            commitment: fields.take(),
            length: u32::from_be_bytes(fields.take()),
        };
        header.check()
    }

    fn check(self) -> Result<Self, MalformedSegment> {
        if self.seq == 0 || (self.seq == 1) != (self.prev == SegmentHash::ZERO) {
            return Err(MalformedSegment::Place);
        }
        if self.roster.number == 0 || self.epoch == 0 {
            return Err(MalformedSegment::Roster);
        }
        if (self.length as usize) <= TAG_BYTES {
            return Err(MalformedSegment::Length);
        }
        Ok(self)
    }
}

/// Takes fields of fixed sizes from the front. The sizes of all fields add up to [`HEADER_BYTES`].
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self.0.split_first_chunk().expect("the fields add up to the header");
        self.0 = rest;
        *field
    }
}
