//! What survives when the power fails: one file for each compartment and the spool, as in docs/adr/0010-spool.md. A transaction writes one
//! file, whole or not at all; a fuse blows between any two of them.

use crate::ledger::Token;
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
    /// The rows that came with a snapshot, as they came.
    pub(crate) base: BTreeMap<RecordId, RecordState>,
    /// The acts that came with it, for the ledger.
    pub(crate) inherited: BTreeMap<Token, usize>,
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
    /// The last op that this chain holds up to here; 0 while it has none.
    pub(crate) in_chain: u64,
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

/// Segments, chain by chain, without gaps; from where a snapshot ends.
#[derive(Clone, Default)]
pub(crate) struct Segments(BTreeMap<Chain, Line>);

/// One chain.
#[derive(Clone, Default)]
struct Line {
    floor: Option<Tip>,
    segments: Vec<Stored>,
}

/// A segment with its hash.
type Stored = (SegmentHash, Arc<[u8]>);

impl Line {
    fn floor(&self) -> u64 {
        self.floor.map_or(0, |floor| floor.seq)
    }

    fn seq(&self) -> u64 {
        self.floor() + self.segments.len() as u64
    }

    fn at(&self, seq: u64) -> Option<&Stored> {
        let at = seq.checked_sub(self.floor() + 1)?;
        self.segments.get(usize::try_from(at).ok()?)
    }

    fn tip(&self) -> Option<Tip> {
        let last = self.segments.last().map(|(hash, _)| Tip {
            seq: self.seq(),
            hash: *hash,
        });
        last.or(self.floor)
    }
}

impl Segments {
    /// Takes the next segment of a chain; one that is there already stays.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> (Chain, Tip) {
        let (chain, tip) = place_of(bytes);
        let line = self.0.entry(chain).or_default();
        if tip.seq == line.seq() + 1 {
            line.segments.push((tip.hash, bytes.into()));
        } else {
            let known = line.at(tip.seq).map(|(hash, _)| *hash);
            assert_eq!(known, Some(tip.hash), "a store takes the next segment only");
        }
        (chain, tip)
    }

    pub(crate) fn get(&self, chain: &Chain, seq: u64) -> Option<&Arc<[u8]>> {
        self.0.get(chain)?.at(seq).map(|(_, bytes)| bytes)
    }

    /// What is there of a gap from its first one on: what follows a segment that is not there is of no use.
    pub(crate) fn range(&self, gap: &Gap) -> Vec<Vec<u8>> {
        (gap.from..=gap.to.min(self.seq(&gap.chain)))
            .map_while(|seq| self.get(&gap.chain, seq).map(|bytes| bytes.to_vec()))
            .collect()
    }

    pub(crate) fn seq(&self, chain: &Chain) -> u64 {
        self.0.get(chain).map_or(0, Line::seq)
    }

    pub(crate) fn frontier(&self) -> Frontier {
        let tips = self.0.iter();
        tips.filter_map(|(chain, line)| Some((*chain, line.tip()?))).collect()
    }

    pub(crate) fn truncate(&mut self, chain: &Chain, keep: u64) {
        let line = self.0.entry(*chain).or_default();
        let keep = keep.saturating_sub(line.floor());
        line.segments.truncate(keep as usize);
    }

    /// A snapshot stands for everything up to this vector: chains that are not that far go on from it.
    pub(crate) fn adopt(&mut self, vector: &Frontier) {
        for (chain, tip) in vector
            .iter()
            .filter(|(chain, tip)| self.seq(chain) < tip.seq)
            .collect::<Vec<_>>()
        {
            let line = Line {
                floor: Some(*tip),
                segments: Vec::new(),
            };
            self.0.insert(*chain, line);
        }
    }

    /// Lets go of everything up to this vector. Chains keep their tips.
    pub(crate) fn drop_upto(&mut self, vector: &Frontier) {
        for (chain, tip) in vector.iter() {
            if let Some(line) = self.0.get_mut(chain).filter(|line| line.floor() < tip.seq) {
                let gone = (tip.seq - line.floor()) as usize;
                line.segments.drain(..gone.min(line.segments.len()));
                line.floor = Some(*tip);
            }
        }
    }

    pub(crate) fn chains(&self) -> Vec<Chain> {
        self.0.keys().copied().collect()
    }

    /// All segments.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.0.values().flat_map(|line| &line.segments).map(|(_, bytes)| bytes)
    }
}

impl Held for Segments {
    fn tip(&self, chain: &Chain) -> Option<Tip> {
        self.0.get(chain)?.tip()
    }

    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash> {
        let line = self.0.get(chain)?;
        let floor = line.floor.filter(|floor| floor.seq == seq);
        floor
            .map(|floor| floor.hash)
            .or_else(|| line.at(seq).map(|(hash, _)| *hash))
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
