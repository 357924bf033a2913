//! Taking in one opened segment: all of its ops, its place in its chain and one audit entry, in one transaction.

use super::super::apply::{Applied, NOBODY_USER};
use super::super::error::StoreError;
use super::super::number::Numbers;
use super::chain::{self, ChainState, Stop};
use super::{Own, seal, store_compartment, store_device, writer_of};
use crate::store::{Action, AuditEntry, Store, Tx};
use wardkeep_record::op::{Compartment, Dot};
use wardkeep_sync::id::{Chain, SegmentHash, Tip};
use wardkeep_sync::segment::{Opened, Verified};

/// A segment that was verified and opened.
#[derive(Clone)]
pub struct Arrived<'a> {
    /// Its chain.
    pub chain: Chain,
    /// Its place and hash.
    pub tip: Tip,
    /// The hash of the one before; zeros for the first.
    pub prev: SegmentHash,
    /// Its ops with their numbers, in order; none for a checkpoint.
    pub ops: Vec<(u64, &'a [u8])>,
}

impl<'a> Arrived<'a> {
    /// A verified segment and what was inside.
    pub fn new(segment: &Verified<'_>, opened: &'a Opened) -> Self {
        let (header, hash) = (segment.segment().header(), segment.segment().hash());
        Self {
            chain: header.chain,
            tip: Tip { seq: header.seq, hash },
            prev: header.prev,
            ops: match opened {
                Opened::Ops(ops) => ops.iter().collect(),
                Opened::Checkpoint(_) => Vec::new(),
            },
        }
    }
}

/// What became of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Received {
    /// It is the chain's tip now.
    Applied {
        /// Ops that were new here.
        new: u32,
        /// Those of them that wait for an update of the program.
        deferred: u32,
    },
    /// It was here already. Nothing happened.
    Duplicate,
    /// Its chain does not go on: because of this segment, or of one before it. Nothing of it was applied.
    Stopped(Stop),
}

impl Store {
    /// Takes in the next segment of a chain. One that is out of order is refused with `Invalid`; one whose ops cannot be taken in
    /// stops its chain, which is written down. All other failures leave everything as it was.
    pub fn receive(&mut self, arrived: &Arrived<'_>) -> Result<Received, StoreError> {
        let at = store_compartment(arrived.chain.compartment).ok_or(StoreError::WrongCompartment)?;
        let state = self.read().chain(arrived.chain)?;
        if let Some(answer) = place(&state, arrived)? {
            return Ok(answer);
        }
        let stop = match self.write(at, NOBODY_USER, |tx| tx.take_in(&state, arrived)) {
            Ok(received) => return Ok(received),
            Err(StoreError::UnreadableOp) => Stop::Unreadable,
            Err(StoreError::Cloned { .. }) => Stop::Cloned,
            Err(StoreError::WrongCompartment) => Stop::Misplaced,
            Err(StoreError::Missing { what: GAP }) => Stop::Gap,
            Err(error) => return Err(error),
        };
        self.write(at, NOBODY_USER, |tx| tx.stop_chain(&state, arrived, stop))?;
        Ok(Received::Stopped(stop))
    }
}

/// From so many bytes of ops on, a segment may bring hundreds of new patients: a day's work is smaller.
const MANY_BYTES: usize = 128 * 1024;

/// How a gap in the op numbers is told on the way out of the transaction.
const GAP: &str = "op before the segment";

/// What can be said of a segment by its place alone; `None` when it is the next.
fn place(state: &ChainState, arrived: &Arrived<'_>) -> Result<Option<Received>, StoreError> {
    if let Some(tip) = state.tip.filter(|tip| arrived.tip.seq <= tip.seq) {
        let same = arrived.tip.seq < tip.seq || arrived.tip.hash == tip.hash;
        let why = "another segment stands in this place of the chain";
        return if same {
            Ok(Some(Received::Duplicate))
        } else {
            Err(StoreError::Invalid { why })
        };
    }
    if let Some(stop) = state.stopped {
        return Ok(Some(Received::Stopped(stop)));
    }
    if arrived.tip.seq != state.next_seq() || arrived.prev != state.next_prev() {
        let why = "the segment is not the next of its chain";
        return Err(StoreError::Invalid { why });
    }
    Ok(None)
}

impl Tx<'_> {
    /// Applies the ops and moves the chain.
    fn take_in(&mut self, before: &ChainState, arrived: &Arrived<'_>) -> Result<Received, StoreError> {
        let device = writer_of(&arrived.chain);
        let bytes: usize = arrived.ops.iter().map(|(_, bytes)| bytes.len()).sum();
        if bytes >= MANY_BYTES {
            self.expect_many();
        }
        let (mut new, mut deferred, mut last) = (0, 0, before.last_op);
        for (seq, bytes) in &arrived.ops {
            // The first segment of a later life begins where the one before ended, which is not known here.
            if last != 0 && *seq != last.saturating_add(1) {
                return Err(StoreError::Missing { what: GAP });
            }
            let dot = Dot { device, seq: *seq };
            match self.apply_remote(dot, bytes)? {
                Applied::New => new += 1,
                Applied::Deferred => (new, deferred) = (new + 1, deferred + 1),
                Applied::Duplicate => {}
            }
            last = *seq;
        }
        let after = ChainState {
            tip: Some(arrived.tip),
            last_op: last,
            ..*before
        };
        chain::store(self.conn, self.compartment, &mut self.numbers, &after)?;
        self.note_own_tail(arrived, after.last_op)?;
        let detail = serde_json::json!({
            "device": store_device(arrived.chain.device).to_string(), "segment": arrived.tip.seq, "ops": arrived.ops.len(), "new": new,
        });
        self.audit(&AuditEntry::new(Action::Receive).detail(&detail))?;
        Ok(Received::Applied { new, deferred })
    }

    /// A segment of this device's present chain came back from others, as to a machine that was put back from an image: what it holds has
    /// left this device, and is not sealed again.
    fn note_own_tail(&self, arrived: &Arrived<'_>, last_op: u64) -> Result<(), StoreError> {
        let (conn, at) = (self.conn, self.compartment);
        let own = Own::load(conn, at)?;
        let is_own = store_device(arrived.chain.device) == self.device();
        if !is_own || own.incarnation != Some(arrived.chain.incarnation) {
            return Ok(());
        }
        let last = last_op.max(own.sealed_op);
        let first = arrived.ops.first().map_or(last + 1, |(first, _)| *first);
        seal::note_segment(conn, at, arrived.chain.incarnation, arrived.tip, (first, last))?;
        let own = Own {
            sealed_op: last,
            acknowledged_op: last,
            acknowledged_seq: arrived.tip.seq,
            ..own
        };
        own.store(conn, at)
    }

    /// Writes down that a chain goes no further, and why.
    fn stop_chain(&mut self, before: &ChainState, arrived: &Arrived<'_>, stop: Stop) -> Result<(), StoreError> {
        let at: Compartment = self.compartment;
        let stopped = ChainState {
            stopped: Some(stop),
            ..*before
        };
        chain::store(self.conn, at, &mut Numbers::default(), &stopped)?;
        let detail = serde_json::json!({
            "device": store_device(arrived.chain.device).to_string(), "segment": arrived.tip.seq, "stopped": stop.name(),
        });
        self.audit(&AuditEntry::new(Action::Damage).detail(&detail))
    }
}
