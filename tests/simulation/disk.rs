//! What survives when the power fails: one file for each compartment and the spool, as in docs/adr/0010-spool.md. A transaction writes one
//! file, whole or not at all; a fuse blows between any two of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use wardkeep_record::hlc::Hlc;
use wardkeep_record::id::{DeviceId as Writer, RecordId};
use wardkeep_record::merge::RecordState;
use wardkeep_roster::{Compartment, Roster};
use wardkeep_sync::admit::Held;
use wardkeep_sync::peer::Memory;
use wardkeep_sync::segment::Segment;
use wardkeep_sync::{Chain, EpochKey, Frontier, Gap, Incarnation, SegmentHash, Tip};

/// The power has failed: everything that is not on the disk is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PowerLoss;

/// Whatever writes may end so.
pub(crate) type Durable<T> = Result<T, PowerLoss>;

/// The disk of one laptop.
#[derive(Clone)]
pub(crate) struct Disk {
    pub(crate) vaults: BTreeMap<Compartment, Vault>,
    pub(crate) spool: Spool,
    /// Transactions until the power fails.
    pub(crate) fuse: Option<u32>,
}

/// One compartment's file.
#[derive(Clone, Default)]
pub(crate) struct Vault {
    pub(crate) incarnation: Option<Incarnation>,
    /// The number of the last op that this device has written.
    pub(crate) last_op: u64,
    pub(crate) hlc: Hlc,
    pub(crate) log: BTreeMap<(Writer, u64), Logged>,
    pub(crate) rows: BTreeMap<RecordId, RecordState>,
    pub(crate) keys: BTreeMap<u32, Arc<EpochKey>>,
    pub(crate) chains: BTreeMap<Chain, ChainState>,
    /// The own segments of the present life, with their last op.
    pub(crate) own: Vec<OwnSegment>,
    pub(crate) sealed_op: u64,
    pub(crate) outbox: Vec<Vec<u8>>,
}

/// An op in the log.
#[derive(Clone)]
pub(crate) struct Logged {
    pub(crate) bytes: Arc<[u8]>,
    /// It waits for an update of the program.
    pub(crate) deferred: bool,
}

/// How far a chain was applied.
#[derive(Clone, Copy, Default)]
pub(crate) struct ChainState {
    pub(crate) tip: Option<Tip>,
    pub(crate) last_op: u64,
    pub(crate) stopped: bool,
}

/// An own segment.
#[derive(Clone, Copy)]
pub(crate) struct OwnSegment {
    pub(crate) tip: Tip,
    pub(crate) last_op: u64,
    /// The server has it durably.
    pub(crate) acknowledged: bool,
}

/// What a locked device needs.
#[derive(Clone, Default)]
pub(crate) struct Spool {
    pub(crate) segments: Segments,
    /// As it was verified.
    pub(crate) roster: Option<Roster>,
    pub(crate) memory: Memory,
    pub(crate) incarnation: Option<Incarnation>,
    /// A life that is being begun.
    pub(crate) next_life: Option<Incarnation>,
    pub(crate) aside: Vec<Vec<u8>>,
}

impl Disk {
    /// One transaction on a compartment's file.
    pub(crate) fn vault<T>(&mut self, at: Compartment, write: impl FnOnce(&mut Vault) -> T) -> Durable<T> {
        self.burn()?;
        Ok(write(self.vaults.entry(at).or_default()))
    }

    /// One transaction on the spool.
    pub(crate) fn spool<T>(&mut self, write: impl FnOnce(&mut Spool) -> T) -> Durable<T> {
        self.burn()?;
        Ok(write(&mut self.spool))
    }

    fn burn(&mut self) -> Durable<()> {
        match &mut self.fuse {
            Some(0) => Err(PowerLoss),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Vault {
    /// The number of the last own op that the server has; 0 for none.
    pub(crate) fn acknowledged_op(&self) -> u64 {
        self.acknowledged().map_or(0, |own| own.last_op)
    }

    /// The last own segment of this life that the server has.
    pub(crate) fn acknowledged(&self) -> Option<OwnSegment> {
        self.own.iter().take_while(|own| own.acknowledged).last().copied()
    }

    /// The ops of a writer after this number.
    pub(crate) fn ops_after(&self, writer: Writer, seq: u64) -> impl Iterator<Item = (u64, &Logged)> {
        let ops = self
            .log
            .range((writer, seq + 1)..)
            .take_while(move |((other, _), _)| *other == writer);
        ops.map(|((_, seq), logged)| (*seq, logged))
    }

    /// What was applied.
    pub(crate) fn applied(&self) -> Frontier {
        self.chains
            .iter()
            .filter_map(|(chain, state)| Some((*chain, state.tip?)))
            .collect()
    }

    pub(crate) fn has_deferred(&self) -> bool {
        self.log.values().any(|logged| logged.deferred)
    }
}

/// Segments, chain by chain, without gaps.
#[derive(Clone, Default)]
pub(crate) struct Segments(BTreeMap<Chain, Vec<Stored>>);

/// A segment with its hash.
type Stored = (SegmentHash, Arc<[u8]>);

impl Segments {
    /// Takes the next segment of a chain; one that is there already stays.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> (Chain, Tip) {
        let (chain, tip) = place_of(bytes);
        let segments = self.0.entry(chain).or_default();
        let here = segments.len() as u64;
        if tip.seq == here + 1 {
            segments.push((tip.hash, bytes.into()));
        } else {
            let known = segments.get(tip.seq as usize - 1).map(|(hash, _)| *hash);
            assert_eq!(known, Some(tip.hash), "a store takes the next segment only");
        }
        (chain, tip)
    }

    pub(crate) fn get(&self, chain: &Chain, seq: u64) -> Option<&Arc<[u8]>> {
        let at = usize::try_from(seq).ok()?.checked_sub(1)?;
        self.0.get(chain)?.get(at).map(|(_, bytes)| bytes)
    }

    pub(crate) fn range(&self, gap: &Gap) -> Vec<Vec<u8>> {
        (gap.from..=gap.to.min(self.seq(&gap.chain)))
            .filter_map(|seq| self.get(&gap.chain, seq).map(|bytes| bytes.to_vec()))
            .collect()
    }

    pub(crate) fn seq(&self, chain: &Chain) -> u64 {
        self.0.get(chain).map_or(0, |segments| segments.len() as u64)
    }

    pub(crate) fn frontier(&self) -> Frontier {
        let tip = |segments: &Vec<Stored>| {
            let (hash, _) = segments.last()?;
            Some(Tip {
                seq: segments.len() as u64,
                hash: *hash,
            })
        };
        let tips = self
            .0
            .iter()
            .filter_map(|(chain, segments)| Some((*chain, tip(segments)?)));
        tips.collect()
    }

    pub(crate) fn truncate(&mut self, chain: &Chain, keep: u64) {
        self.0.entry(*chain).or_default().truncate(keep as usize);
    }

    pub(crate) fn chains(&self) -> Vec<Chain> {
        self.0.keys().copied().collect()
    }

    /// All segments.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.0.values().flatten().map(|(_, bytes)| bytes)
    }
}

impl Held for Segments {
    fn tip(&self, chain: &Chain) -> Option<Tip> {
        let (hash, _) = self.0.get(chain)?.last()?;
        Some(Tip {
            seq: self.seq(chain),
            hash: *hash,
        })
    }

    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash> {
        let at = usize::try_from(seq).ok()?.checked_sub(1)?;
        self.0.get(chain)?.get(at).map(|(hash, _)| *hash)
    }
}

/// Where a segment stands.
pub(crate) fn place_of(bytes: &[u8]) -> (Chain, Tip) {
    let segment = Segment::parse(bytes).unwrap();
    let tip = Tip {
        seq: segment.header().seq,
        hash: segment.hash(),
    };
    (segment.header().chain, tip)
}
