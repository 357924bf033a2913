//! What a device must remember about sync between two starts, beside roster and segments. Without it a server could take back what it
//! has acknowledged, and nobody would notice.

use crate::cbor::{self, Malformed};
use crate::frontier::{Frontier, MAX_CHAINS};
use crate::id::{Chain, Tip};
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use std::collections::BTreeMap;
use wardkeep_roster::DeviceId;
use wardkeep_roster::limit::MAX_DEVICES;

/// Bytes of one memory at most.
pub const MAX_MEMORY_BYTES: usize = 16 << 20;
const VERSION: u8 = 1;

/// The memory. Stored by the vault, inside the encrypted database.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    /// What the server has durably, by its own word and as far as it agrees with what is here.
    pub(super) acknowledged: Frontier,
    /// The highest roster number that the server has shown.
    pub(super) server_roster: u32,
    /// The highest roster number that anybody has cited, and who.
    pub(super) cited_roster: Option<(u32, DeviceId)>,
    /// What exists by a witness and is not here.
    pub(super) claims: BTreeMap<Chain, Claim>,
    /// When a new segment of each device came last.
    pub(super) heard: BTreeMap<DeviceId, u64>,
    /// The last segment of each chain that was put aside after a revocation.
    pub(super) quarantined: BTreeMap<Chain, u64>,
    /// Whether a new incarnation must begin before anything is sealed.
    pub(super) must_reincarnate: bool,
}

/// Somebody has seen this segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Claim {
    pub(super) tip: Tip,
    pub(super) witness: DeviceId,
    /// Whether a person was told that the server withholds it.
    pub(super) raised: bool,
}

impl Memory {
    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads what [`Memory::to_bytes`] has written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, MAX_MEMORY_BYTES)
    }
}

impl<C> Encode<C> for Memory {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(8)?.u8(VERSION)?;
        self.acknowledged.encode(e, c)?;
        e.u32(self.server_roster)?;
        self.cited_roster.encode(e, c)?;
        let tips: Frontier = self.claims.iter().map(|(chain, claim)| (*chain, claim.tip)).collect();
        e.array(2)?;
        tips.encode(e, c)?;
        let witnesses: Vec<(DeviceId, bool)> = self
            .claims
            .values()
            .map(|claim| (claim.witness, claim.raised))
            .collect();
        witnesses.encode(e, c)?;
        e.array(self.heard.len() as u64)?;
        for (device, at) in &self.heard {
            e.array(2)?.encode_with(device, c)?.u64(*at)?;
        }
        e.array(self.quarantined.len() as u64)?;
        for (chain, seq) in &self.quarantined {
            e.array(2)?.bytes(&chain.to_bytes())?.u64(*seq)?;
        }
        e.bool(self.must_reincarnate)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Memory {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(8) || d.u8()? != VERSION {
            return Err(decode::Error::message("another version of a memory"));
        }
        let acknowledged = Frontier::decode(d, c)?;
        let server_roster = d.u32()?;
        let cited_roster = Decode::decode(d, c)?;
        if d.array()? != Some(2) {
            return Err(decode::Error::message("claims have two parts"));
        }
        let tips = Frontier::decode(d, c)?;
        let witnesses: Vec<(DeviceId, bool)> = cbor::at_most(d, MAX_CHAINS)?;
        if tips.len() != witnesses.len() {
            return Err(decode::Error::message("claims without witnesses"));
        }
        let claim = |((chain, tip), (witness, raised)): ((&Chain, &Tip), (DeviceId, bool))| {
            (
                *chain,
                Claim {
                    tip: *tip,
                    witness,
                    raised,
                },
            )
        };
        let heard: Vec<(DeviceId, u64)> = cbor::at_most(d, MAX_DEVICES)?;
        let quarantined: Vec<(ChainBytes, u64)> = cbor::at_most(d, MAX_CHAINS)?;
        Ok(Self {
            acknowledged,
            server_roster,
            cited_roster,
            claims: tips.iter().zip(witnesses).map(claim).collect(),
            heard: heard.into_iter().collect(),
            quarantined: quarantined.into_iter().map(|(chain, seq)| (chain.0, seq)).collect(),
            must_reincarnate: d.bool()?,
        })
    }
}

/// A chain in its 33 bytes.
struct ChainBytes(Chain);

impl<'b, C> Decode<'b, C> for ChainBytes {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let bytes: &[u8; 33] = d
            .bytes()?
            .try_into()
            .map_err(|_| decode::Error::message("not a chain"))?;
        Chain::from_bytes(bytes)
            .map(Self)
            .ok_or_else(|| decode::Error::message("not a chain"))
    }
}
