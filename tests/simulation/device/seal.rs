//! From own ops to segments: sealed in one transaction with the chain's tip, handed to the spool, then taken from the outbox. A power loss
//! between any two leaves a segment that is offered again, never one that is made again.

use super::{Device, writer_of};
use crate::disk::{Durable, OwnSegment, Vault, place_of};
use crate::random::Seeded;
use std::sync::Arc;
use wardkeep_roster::Compartment;
use wardkeep_sync::segment::Place;
use wardkeep_sync::segment::{Kind, Segment};
use wardkeep_sync::{Checkpoint, Tip, seal_checkpoint, seal_ops};

/// Ops in one segment at most, here: small, so that there are many segments.
const OPS_AT_ONCE: usize = 4;

impl Device {
    /// Seals what may be sealed now.
    pub(crate) fn seal(&mut self, random: &mut Seeded, now_ms: u64) -> Durable<()> {
        for part in self.compartments() {
            while self.seal_one(part, random, now_ms)? {}
        }
        Ok(())
    }

    fn seal_one(&mut self, part: Compartment, random: &mut Seeded, now_ms: u64) -> Durable<bool> {
        let Some((place, key)) = self.place(part) else {
            return Ok(false);
        };
        let writer = writer_of(&place.chain);
        let vault = self.vault(part);
        let first = vault.sealed_op + 1;
        let run = vault.ops_after(writer, vault.sealed_op).take(OPS_AT_ONCE);
        let ops: Vec<Arc<[u8]>> = run.map(|(_, logged)| Arc::clone(&logged.bytes)).collect();
        if ops.is_empty() {
            return Ok(false);
        }
        let last_op = first + ops.len() as u64 - 1;
        let key_pair = &self.member.device_key;
        let bytes = seal_ops(&place, &key, first, &ops, key_pair, &mut random.source()).unwrap();
        self.disk.vault(part, |vault| vault.keep(bytes, last_op))?;
        self.empty_outbox(part, now_ms)?;
        Ok(true)
    }

    /// Says what it has seen, unless something of it is not in a segment yet or waits for an update.
    pub(crate) fn checkpoint(&mut self, part: Compartment, random: &mut Seeded, now_ms: u64) -> Durable<()> {
        let Some((place, key)) = self.place(part) else {
            return Ok(());
        };
        let vault = self.vault(part);
        let (true, Some(digests)) = (vault.says_it_all(), self.digests(part)) else {
            return Ok(());
        };
        let checkpoint = Checkpoint::new(vault.applied(), place.roster, digests, self.own_time(now_ms) << 16);
        let key_pair = &self.member.device_key;
        let bytes = seal_checkpoint(&place, &key, &checkpoint, key_pair, &mut random.source()).unwrap();
        let last_op = vault.sealed_op;
        self.disk.vault(part, |vault| vault.keep(bytes, last_op))?;
        self.empty_outbox(part, now_ms)
    }

    /// The place of the next own segment and its key, if it may be sealed and the key is here.
    fn place(&self, part: Compartment) -> Option<(Place, Arc<wardkeep_sync::EpochKey>)> {
        if !self.peer.compartments().contains(&part) {
            return None;
        }
        let place = self.peer.place(part).ok()?;
        let key = self.vault(part).keys.get(&place.epoch)?;
        Some((place, Arc::clone(key)))
    }

    /// Sealed segments go into the spool, then from the outbox.
    pub(crate) fn empty_outbox(&mut self, part: Compartment, now_ms: u64) -> Durable<()> {
        while let Some(bytes) = self.vault(part).outbox.first().cloned() {
            let (chain, tip) = self.disk.spool(|spool| spool.segments.put(&bytes))?;
            self.peer.stored(chain, tip, now_ms);
            self.disk.vault(part, |vault| vault.outbox.remove(0))?;
        }
        Ok(())
    }

    /// Writes down which own segments the server has.
    pub(crate) fn note_acknowledged(&mut self) -> Durable<()> {
        for part in self.compartments() {
            let chain = self.peer.own_chain(part);
            let left = |own: &OwnSegment| self.peer.has_left(&chain, own.tip.seq);
            let said: Vec<bool> = self.vault(part).own.iter().map(left).collect();
            if self
                .vault(part)
                .own
                .iter()
                .map(|own| own.acknowledged)
                .ne(said.iter().copied())
            {
                let note = |vault: &mut Vault| {
                    let both = vault.own.iter_mut().zip(said);
                    both.for_each(|(own, said)| own.acknowledged = said);
                };
                self.disk.vault(part, note)?;
            }
        }
        Ok(())
    }
}

impl Vault {
    /// A fresh own segment.
    fn keep(&mut self, bytes: Vec<u8>, last_op: u64) {
        let (chain, tip) = place_of(&bytes);
        let state = self.chains.entry(chain).or_default();
        assert_eq!(
            state.tip.map_or(1, |tip: Tip| tip.seq + 1),
            tip.seq,
            "the own chain has no gap"
        );
        state.tip = Some(tip);
        if Segment::parse(&bytes).unwrap().header().kind == Kind::Ops {
            state.last_op = last_op;
        }
        let in_chain = state.last_op;
        self.sealed_op = last_op;
        self.own.push(OwnSegment {
            tip,
            last_op,
            in_chain,
            acknowledged: false,
        });
        self.outbox.push(bytes);
    }

    /// Whether vector and rows say the same: all own ops are in segments, and none waits for an update.
    pub(crate) fn says_it_all(&self) -> bool {
        self.sealed_op == self.last_op && !self.has_deferred()
    }
}
