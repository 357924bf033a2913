//! The version vector: the last segment of every chain that somebody has. It is state of devices and server, and a wire form.

use crate::cbor::{self, Malformed};
use crate::id::{Chain, Incarnation, SegmentHash, Tip};
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use std::collections::BTreeMap;
use wardkeep_roster::key::digest;
use wardkeep_roster::{Compartment, DeviceId};

/// Chains in one vector at most.
pub const MAX_CHAINS: usize = 65_536;
/// Bytes of one encoded vector at most; a chain takes at most 82.
pub const MAX_FRONTIER_BYTES: usize = MAX_CHAINS * 82 + 16;

const HASH_CONTEXT: &str = "wardkeep 2026 version vector v1";

/// The tip of each chain.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Frontier(BTreeMap<Chain, Tip>);

/// Segments that one side has and the other has not: `from` to `to`, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// Of which chain.
    pub chain: Chain,
    /// The first that is missing.
    pub from: u64,
    /// The last that is missing.
    pub to: u64,
}

impl Gap {
    /// How many segments.
    pub fn count(&self) -> u64 {
        (self.to + 1).saturating_sub(self.from)
    }
}

impl Frontier {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tip of a chain.
    pub fn tip(&self, chain: &Chain) -> Option<Tip> {
        self.0.get(chain).copied()
    }

    /// The number of the last segment of a chain; 0 where there is none.
    pub fn seq(&self, chain: &Chain) -> u64 {
        self.tip(chain).map_or(0, |tip| tip.seq)
    }

    /// Sets the tip of a chain, whatever it was.
    pub fn set(&mut self, chain: Chain, tip: Tip) {
        self.0.insert(chain, tip);
    }

    /// Raises the tip of a chain; a lower or equal one changes nothing.
    pub fn raise(&mut self, chain: Chain, tip: Tip) {
        if tip.seq > self.seq(&chain) {
            self.set(chain, tip);
        }
    }

    /// Raises every chain to the other's tip where that is higher.
    pub fn join(&mut self, other: &Self) {
        other.iter().for_each(|(chain, tip)| self.raise(*chain, *tip));
    }

    /// All chains in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Chain, &Tip)> {
        self.0.iter()
    }

    /// How many chains.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no chain.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The chains of these compartments, and the device's own audit trail, which it writes and need not be able to read.
    #[must_use]
    pub fn shown_to(&self, device: &DeviceId, compartments: &[Compartment]) -> Self {
        let own = |chain: &Chain| chain.device == *device && chain.compartment == Compartment::Audit;
        let chains = self
            .iter()
            .filter(|(chain, _)| own(chain) || compartments.contains(&chain.compartment));
        Self(chains.map(|(chain, tip)| (*chain, *tip)).collect())
    }

    /// Only the chains of these compartments.
    #[must_use]
    pub fn within(&self, compartments: &[Compartment]) -> Self {
        let chains = self
            .iter()
            .filter(|(chain, _)| compartments.contains(&chain.compartment));
        Self(chains.map(|(chain, tip)| (*chain, *tip)).collect())
    }

    /// What this one has and the other has not, in the order of chains. Hashes are not compared.
    pub fn beyond(&self, other: &Self) -> Vec<Gap> {
        let gap = |(chain, tip): (&Chain, &Tip)| {
            let from = other.seq(chain) + 1;
            (tip.seq >= from).then_some(Gap {
                chain: *chain,
                from,
                to: tip.seq,
            })
        };
        self.iter().filter_map(gap).collect()
    }

    /// Its hash: what a roster entry about a restored server cites.
    pub fn hash(&self) -> [u8; 32] {
        digest(HASH_CONTEXT, &[&self.to_bytes()])
    }

    /// Its one encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads what [`Frontier::to_bytes`] writes, and nothing else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, MAX_FRONTIER_BYTES)
    }
}

impl FromIterator<(Chain, Tip)> for Frontier {
    fn from_iter<I: IntoIterator<Item = (Chain, Tip)>>(chains: I) -> Self {
        Self(chains.into_iter().collect())
    }
}

impl<C> Encode<C> for Frontier {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(self.0.len() as u64)?;
        for (chain, tip) in &self.0 {
            e.array(5)?;
            e.bytes(&chain.device.0)?.bytes(&chain.incarnation.0)?;
            e.u8(chain.compartment.number())?.u64(tip.seq)?.bytes(&tip.hash.0)?;
        }
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Frontier {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let rows: Vec<Row> = cbor::at_most(d, MAX_CHAINS)?;
        let mut frontier = Self::new();
        for Row(chain, tip) in rows {
            // The order is compared by encoding again; a chain that stands twice would be lost there.
            if frontier.0.insert(chain, tip).is_some() {
                return Err(decode::Error::message("a chain stands twice"));
            }
        }
        Ok(frontier)
    }
}

/// One chain with its tip, as it stands in the array.
struct Row(Chain, Tip);

impl<'b, C> Decode<'b, C> for Row {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(5) {
            return Err(decode::Error::message("a chain has five parts"));
        }
        let chain = Chain {
            device: d.decode_with(c)?,
            incarnation: Incarnation::decode(d, c)?,
            compartment: d.decode_with(c)?,
        };
        let tip = Tip {
            seq: d.u64()?,
            hash: SegmentHash::decode(d, c)?,
        };
        if tip.seq == 0 {
            return Err(decode::Error::message("a chain starts at 1"));
        }
        Ok(Self(chain, tip))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use proptest::prelude::*;

    fn chain(device: u8, compartment: Compartment) -> Chain {
        Chain {
            device: DeviceId([device; 16]),
            incarnation: Incarnation([device ^ 0xff; 16]),
            compartment,
        }
    }

    fn tip(seq: u64) -> Tip {
        Tip {
            seq,
            hash: SegmentHash([seq as u8; 32]),
        }
    }

    fn arbitrary() -> impl Strategy<Value = Frontier> {
        let row = (any::<u8>(), 0usize..3, 1u64..u64::MAX);
        let rows = proptest::collection::vec(row, 0..20);
        rows.prop_map(|rows| {
            rows.into_iter()
                .map(|(d, c, seq)| (chain(d, Compartment::ALL[c]), tip(seq)))
                .collect()
        })
    }

    #[test]
    fn its_bytes_are_frozen() {
        let frontier: Frontier = [
            (chain(2, Compartment::Clinical), tip(300)),
            (chain(1, Compartment::Office), tip(1)),
        ]
        .into_iter()
        .collect();
        insta::assert_snapshot!(crate::tests::hex(&frontier.to_bytes()));
    }

    #[test]
    fn one_vector_has_one_encoding() {
        let (a, b) = (
            (chain(1, Compartment::Office), tip(1)),
            (chain(2, Compartment::Office), tip(1)),
        );
        let one = |row| Frontier::from_iter([row]).to_bytes()[1..].to_vec();
        let two = |rows: [(Chain, Tip); 2]| [&[0x82][..], &one(rows[0]), &one(rows[1])].concat();
        assert!(Frontier::from_bytes(&two([a, b])).is_ok());
        assert_eq!(Frontier::from_bytes(&two([b, a])), Err(Malformed::NotCanonical));
        assert!(Frontier::from_bytes(&two([a, a])).is_err());
        let zero = Frontier::from_iter([(a.0, tip(0))]).to_bytes();
        assert!(Frontier::from_bytes(&zero).is_err());
        assert!(Frontier::from_bytes(&[0x9a, 0xff, 0xff, 0xff, 0xff]).is_err());
        assert!(Frontier::from_bytes(&[0x9f, 0xff]).is_err());
    }

    #[test]
    fn gaps_are_what_the_other_lacks() {
        let (office, chart) = (chain(1, Compartment::Office), chain(1, Compartment::Clinical));
        let mine: Frontier = [(office, tip(5)), (chart, tip(2))].into_iter().collect();
        let theirs: Frontier = [(office, tip(3)), (chart, tip(9))].into_iter().collect();
        assert_eq!(
            mine.beyond(&theirs),
            [Gap {
                chain: office,
                from: 4,
                to: 5
            }]
        );
        assert_eq!(
            theirs.beyond(&mine),
            [Gap {
                chain: chart,
                from: 3,
                to: 9
            }]
        );
        assert_eq!(mine.within(&[Compartment::Office]).len(), 1);
    }

    proptest! {
        #[test]
        fn comes_back(frontier in arbitrary()) {
            prop_assert_eq!(Frontier::from_bytes(&frontier.to_bytes()).unwrap(), frontier);
        }

        #[test]
        fn join_is_the_least_upper_bound(a in arbitrary(), b in arbitrary()) {
            let mut joined = a.clone();
            joined.join(&b);
            prop_assert!(a.beyond(&joined).is_empty() && b.beyond(&joined).is_empty());
            prop_assert!(joined.iter().all(|(chain, tip)| tip.seq == a.seq(chain).max(b.seq(chain))));
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Frontier::from_bytes(&bytes);
        }
    }
}
