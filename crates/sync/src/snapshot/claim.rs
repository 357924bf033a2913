//! What a snapshot says that it is: everything that two devices which have applied the same must agree in, and nothing that differs
//! between them.

use crate::cbor::{self, Malformed};
use crate::checkpoint::Digests;
use crate::frontier::Frontier;
use crate::id::{Chain, Tip};
use minicbor::{Decode, Encode};
use std::fmt;
use wardkeep_roster::key::digest;
use wardkeep_roster::{ClinicId, Compartment};

/// Bytes of one claim at most.
const MAX_BYTES: usize = 8 << 20;
const VERSION: u8 = 1;
const HASH_CONTEXT: &str = "wardkeep 2026 snapshot claim v1";

/// Vector and digests of one compartment at one moment, with the number of the last op of each chain: a device that begins from here must
/// notice when ops are missing behind it. It is sealed, because it counts rows.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Claim {
    #[n(0)]
    version: u8,
    #[n(1)]
    compartment: Compartment,
    #[n(2)]
    vector: Frontier,
    /// In the order of the vector's chains.
    #[n(3)]
    last_ops: Vec<u64>,
    #[n(4)]
    digests: Digests,
}

/// Names a claim. It tells nothing: the digests in it are sums of keyed hashes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimHash(pub [u8; 32]);

impl fmt::Debug for ClaimHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, ..] = self.0;
        write!(f, "ClaimHash({a:02x}{b:02x})")
    }
}

impl Claim {
    /// Of chains with their tips and last ops, in any order; those of other compartments are left out.
    pub fn new(
        compartment: Compartment,
        chains: impl IntoIterator<Item = (Chain, Tip, u64)>,
        digests: Digests,
    ) -> Self {
        let mut rows: Vec<_> = chains
            .into_iter()
            .filter(|(chain, ..)| chain.compartment == compartment)
            .collect();
        rows.sort_by_key(|(chain, ..)| *chain);
        Self {
            version: VERSION,
            compartment,
            vector: rows.iter().map(|(chain, tip, _)| (*chain, *tip)).collect(),
            last_ops: rows.iter().map(|(.., last)| *last).collect(),
            digests,
        }
    }

    /// The compartment.
    pub fn compartment(&self) -> Compartment {
        self.compartment
    }

    /// The last segment of each chain that is in the rows.
    pub fn vector(&self) -> &Frontier {
        &self.vector
    }

    /// The chains with their tips and the last op up to there.
    pub fn chains(&self) -> impl Iterator<Item = (Chain, Tip, u64)> {
        let tips = self.vector.iter().zip(&self.last_ops);
        tips.map(|((chain, tip), last)| (*chain, *tip, *last))
    }

    /// The digest of each table.
    pub fn digests(&self) -> &Digests {
        &self.digests
    }

    /// How many rows there are in all.
    pub fn rows(&self) -> u64 {
        self.digests
            .iter()
            .fold(0, |sum, (_, table)| sum.saturating_add(table.rows))
    }

    /// Its name within a clinic.
    pub fn hash(&self, clinic: &ClinicId) -> ClaimHash {
        ClaimHash(digest(HASH_CONTEXT, &[&clinic.0, &self.to_bytes()]))
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let claim: Self = cbor::decode(bytes, MAX_BYTES)?;
        let fits = claim.version == VERSION
            && claim.last_ops.len() == claim.vector.len()
            && claim
                .vector
                .iter()
                .all(|(chain, _)| chain.compartment == claim.compartment);
        if fits {
            Ok(claim)
        } else {
            Err(Malformed::Shape { at: 0 })
        }
    }
}
