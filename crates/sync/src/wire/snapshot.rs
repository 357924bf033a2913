//! Snapshots on their way: which there are, who has signed them, and the manifests as they were signed. Chunks travel as they are.

use super::Message;
use crate::cbor::at_most;
use crate::snapshot::{MAX_COUNTERSIGNATURE_BYTES, MAX_MANIFEST_BYTES};
use minicbor::bytes::ByteVec;
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use wardkeep_roster::Compartment;

/// Snapshots that a server keeps of one clinic at most.
pub const MAX_SNAPSHOTS: usize = 32;
/// Countersignatures of one snapshot that a server keeps and hands out at most.
pub const MAX_COUNTERSIGNATURES: usize = 64;

/// A snapshot as the server lists it. All but the signatures is the server's word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotItem {
    /// Names it.
    pub id: [u8; 32],
    /// Of which compartment.
    pub compartment: Compartment,
    /// Whole countersignatures.
    pub countersignatures: Vec<Vec<u8>>,
    /// Whether the calling device has acknowledged it.
    pub acknowledged: bool,
    /// Whether segments were let go under it.
    pub dropped: bool,
}

impl<C> Encode<C> for SnapshotItem {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(5)?.bytes(&self.id)?;
        self.compartment.encode(e, c)?;
        e.array(self.countersignatures.len() as u64)?;
        for bytes in &self.countersignatures {
            e.bytes(bytes)?;
        }
        e.bool(self.acknowledged)?.bool(self.dropped)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for SnapshotItem {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(5) {
            return Err(decode::Error::message("a snapshot has five parts"));
        }
        let id = d.bytes()?.try_into().map_err(|_| decode::Error::message("not an id"))?;
        let compartment = Compartment::decode(d, c)?;
        let signatures: Vec<ByteVec> = at_most(d, MAX_COUNTERSIGNATURES)?;
        let countersignatures: Vec<Vec<u8>> = signatures.into_iter().map(Vec::from).collect();
        if countersignatures
            .iter()
            .any(|bytes| bytes.len() > MAX_COUNTERSIGNATURE_BYTES)
        {
            return Err(decode::Error::message("a countersignature that is too long"));
        }
        Ok(Self {
            id,
            compartment,
            countersignatures,
            acknowledged: d.bool()?,
            dropped: d.bool()?,
        })
    }
}

/// The snapshots of the compartments that the calling device may read, newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotsReply {
    /// At most [`MAX_SNAPSHOTS`].
    pub snapshots: Vec<SnapshotItem>,
}

impl<C> Encode<C> for SnapshotsReply {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(1)?;
        self.snapshots.encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for SnapshotsReply {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(1) {
            return Err(decode::Error::message("a list of snapshots has one part"));
        }
        let snapshots = at_most(d, MAX_SNAPSHOTS)?;
        Ok(Self { snapshots })
    }
}

impl Message for SnapshotsReply {
    const MAX_BYTES: usize = MAX_SNAPSHOTS * (MAX_COUNTERSIGNATURES * (MAX_COUNTERSIGNATURE_BYTES + 4) + 64) + 16;
}

/// One part of a snapshot as it was signed: a manifest, or a countersignature.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Signed {
    /// All of it.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

impl Message for Signed {
    const MAX_BYTES: usize = MAX_MANIFEST_BYTES + 16;
}
