//! Checkpoints: what one device says that it has seen, for one compartment, sealed and signed in its own chain.
//!
//! A checkpoint which names a segment that I lack proves that the server withholds it from me; equal vectors with different digests
//! prove that two replicas have diverged.

use crate::cbor::{self, Malformed};
use crate::digest::TableDigest;
use crate::frontier::Frontier;
use crate::id::RosterHead;
use crate::segment::MAX_CONTENT;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use zeroize::Zeroizing;

/// Tables in one checkpoint at most.
pub const MAX_TABLES: usize = 256;
const VERSION: u8 = 1;

/// What a device says of one compartment.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Checkpoint {
    #[n(0)]
    version: Version,
    /// The last segment of each chain of the compartment that it has applied, its own included. The own chain's tip is the segment
    /// before this one.
    #[n(1)]
    pub vector: Frontier,
    /// The last roster entry that it has verified.
    #[n(2)]
    pub roster: RosterHead,
    /// The digest of each table, by table number, ascending.
    #[n(3)]
    pub digests: Digests,
    /// Its hybrid logical clock.
    #[n(4)]
    pub hlc: u64,
}

impl Checkpoint {
    /// A checkpoint of this moment.
    pub fn new(vector: Frontier, roster: RosterHead, digests: Digests, hlc: u64) -> Self {
        Self {
            version: Version,
            vector,
            roster,
            digests,
            hlc,
        }
    }

    /// Its content; `None` if it is larger than a segment may be.
    pub(crate) fn encode(&self) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = Zeroizing::new(cbor::encode(self));
        (bytes.len() <= MAX_CONTENT).then_some(bytes)
    }

    /// Reads content.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, MAX_CONTENT)
    }
}

/// The digests of the tables of one compartment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Digests(Vec<(u16, TableDigest)>);

impl Digests {
    /// From tables in ascending order, each once, at most [`MAX_TABLES`].
    pub fn new(tables: Vec<(u16, TableDigest)>) -> Option<Self> {
        let ascending = tables.windows(2).all(|pair| pair[0].0 < pair[1].0);
        (ascending && tables.len() <= MAX_TABLES).then_some(Self(tables))
    }

    /// All tables in order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &TableDigest)> {
        self.0.iter().map(|(table, digest)| (*table, digest))
    }

    /// The tables that differ, or that only one side has.
    pub fn differing(&self, other: &Self) -> Vec<u16> {
        let only = |a: &Self, b: &Self| -> Vec<u16> {
            let unmatched = a.0.iter().filter(|row| !b.0.contains(row));
            unmatched.map(|(table, _)| *table).collect()
        };
        let mut tables = [only(self, other), only(other, self)].concat();
        tables.sort_unstable();
        tables.dedup();
        tables
    }
}

impl<C> Encode<C> for Digests {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        self.0.encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for Digests {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let tables = cbor::at_most(d, MAX_TABLES)?;
        Self::new(tables).ok_or_else(|| decode::Error::message("tables are not in order"))
    }
}

/// The one version so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Version;

impl<C> Encode<C> for Version {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.u8(VERSION)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Version {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.u8()? == VERSION {
            Ok(Self)
        } else {
            Err(decode::Error::message("another version"))
        }
    }
}

impl<C> Encode<C> for RosterHead {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(2)?.u32(self.number)?.encode_with(self.hash, c)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for RosterHead {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(2) {
            return Err(decode::Error::message("a roster head has two parts"));
        }
        Ok(Self {
            number: d.u32()?,
            hash: d.decode_with(c)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use crate::id::{Chain, Incarnation, SegmentHash, Tip};
    use proptest::prelude::*;
    use wardkeep_roster::{Compartment, DeviceId, EntryHash};

    fn sample() -> Checkpoint {
        let chain = Chain {
            device: DeviceId([1; 16]),
            incarnation: Incarnation([2; 16]),
            compartment: Compartment::Office,
        };
        let vector = [(
            chain,
            Tip {
                seq: 256,
                hash: SegmentHash([3; 32]),
            },
        )]
        .into_iter()
        .collect();
        let tables = vec![(1, TableDigest { rows: 7, sum: [4; 32] }), (9, TableDigest::default())];
        let roster = RosterHead {
            number: 12,
            hash: EntryHash([5; 32]),
        };
        Checkpoint::new(vector, roster, Digests::new(tables).unwrap(), 0x0190_0000_0000_0001)
    }

    #[test]
    fn its_bytes_are_frozen() {
        insta::assert_snapshot!(crate::tests::hex(&sample().encode().unwrap()));
    }

    #[test]
    fn comes_back_and_nothing_else_does() {
        let bytes = sample().encode().unwrap();
        assert_eq!(Checkpoint::decode(&bytes).unwrap(), sample());
        for at in 0..bytes.len() {
            assert!(Checkpoint::decode(&bytes[..at]).is_err());
        }
        assert!(Checkpoint::decode(&[&bytes[..], &[0]].concat()).is_err());
        let mut newer = bytes.to_vec();
        newer[1] = 2;
        assert!(Checkpoint::decode(&newer).is_err());
    }

    #[test]
    fn tables_stand_in_order() {
        let digest = TableDigest::default();
        assert!(Digests::new(vec![(2, digest), (1, digest)]).is_none());
        assert!(Digests::new(vec![(1, digest), (1, digest)]).is_none());
        assert!(Digests::new((0..257).map(|table| (table, digest)).collect()).is_none());
        let other = TableDigest { rows: 1, sum: [0; 32] };
        let (a, b) = (
            vec![(1, digest), (2, digest)],
            vec![(1, other), (2, digest), (3, digest)],
        );
        assert_eq!(Digests::new(a).unwrap().differing(&Digests::new(b).unwrap()), [1, 3]);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Checkpoint::decode(&bytes);
        }

        #[test]
        fn a_flipped_bit_is_another_checkpoint_or_none(at in 0usize..1_000, bit in 0u8..8) {
            let mut bytes = sample().encode().unwrap().to_vec();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            prop_assert_ne!(Checkpoint::decode(&bytes).ok(), Some(sample()));
        }
    }
}
