//! Applying what is held: each chain's next segment, all of its ops in one transaction.

use super::{Device, writer_of};
use crate::disk::{Durable, Logged, Vault};
use crate::program;
use wardkeep_record::op::{DecodeError, Dot};
use wardkeep_roster::Compartment;
use wardkeep_sync::peer::Replica;
use wardkeep_sync::segment::{Opened, Segment};
use wardkeep_sync::{Action, Chain, Checkpoint, Ops, Tip};

impl Device {
    /// Applies all that can be applied. The actions that checkpoints cause.
    pub(crate) fn apply(&mut self) -> Durable<Vec<Action>> {
        let mut actions = Vec::new();
        for chain in self.disk.spool.segments.chains() {
            if self.disk.vaults.contains_key(&chain.compartment) {
                while self.apply_next(&chain, &mut actions)? {}
            }
        }
        Ok(actions)
    }

    fn apply_next(&mut self, chain: &Chain, actions: &mut Vec<Action>) -> Durable<bool> {
        let part = chain.compartment;
        let state = self.vault(part).chains.get(chain).copied().unwrap_or_default();
        let seq = state.tip.map_or(1, |tip| tip.seq + 1);
        let Some(bytes) = self
            .disk
            .spool
            .segments
            .get(chain, seq)
            .cloned()
            .filter(|_| !state.stopped)
        else {
            return Ok(false);
        };
        let segment = Segment::parse(&bytes).unwrap();
        let tip = Tip {
            seq,
            hash: segment.hash(),
        };
        let Some(key) = self.vault(part).keys.get(&segment.header().epoch).cloned() else {
            return Ok(false);
        };
        let opened = segment.verify(self.peer.roster()).unwrap().open(&key);
        let program = self.program;
        match opened {
            Ok(Opened::Ops(ops)) => {
                let taken = self
                    .disk
                    .vault(part, |vault| vault.receive(chain, tip, &ops, program))?;
                if taken.is_err() {
                    self.note(self.peer.unreadable(*chain, seq));
                }
            }
            Ok(Opened::Checkpoint(checkpoint)) => {
                actions.extend(self.compare(chain, &checkpoint)?);
                self.disk
                    .vault(part, |vault| vault.chains.entry(*chain).or_default().tip = Some(tip))?;
            }
            Err(_) => {
                self.note(self.peer.unreadable(*chain, seq));
                self.disk
                    .vault(part, |vault| vault.chains.entry(*chain).or_default().stopped = true)?;
            }
        }
        Ok(true)
    }

    /// A checkpoint is looked at, and what it says remembered, before it moves its chain.
    fn compare(&mut self, chain: &Chain, checkpoint: &Checkpoint) -> Durable<Vec<Action>> {
        let part = chain.compartment;
        let (applied, digests) = (self.vault(part).applied(), self.digests(part));
        let here = digests.as_ref().map(|digests| Replica {
            applied: &applied,
            digests,
        });
        let here = here.filter(|_| self.vault(part).says_it_all());
        let store = &self.disk.spool.segments;
        let actions = self
            .peer
            .on_checkpoint(store, chain.device, part, checkpoint, here.as_ref());
        self.remember()?;
        Ok(self.note(actions))
    }

    /// The program was updated: what waited for it is read.
    pub(crate) fn update(&mut self, program: u8) -> Durable<()> {
        self.program = program;
        for part in self.compartments() {
            self.disk.vault(part, |vault| vault.apply_deferred(program))?;
        }
        Ok(())
    }

    /// Whether a compartment has ops that this version cannot read.
    pub(crate) fn waits_for_update(&self, part: Compartment) -> bool {
        self.vault(part).has_deferred()
    }
}

/// A segment that cannot be taken in.
pub(crate) struct Stopped;

impl Vault {
    /// One segment's ops, whole or not at all.
    fn receive(&mut self, chain: &Chain, tip: Tip, ops: &Ops, program: u8) -> Result<(), Stopped> {
        let writer = writer_of(chain);
        let state = self.chains.entry(*chain).or_default();
        let begins = state.last_op == 0 || ops.first() == state.last_op + 1;
        let read: Option<Vec<_>> = ops
            .iter()
            .map(|(seq, bytes)| {
                let dot = Dot { device: writer, seq };
                match program::read(bytes, program) {
                    Ok(op) if op.dot == dot => Some((seq, bytes, Some(op))),
                    Err(DecodeError::Newer) => Some((seq, bytes, None)),
                    _ => None,
                }
            })
            .collect();
        let (true, Some(read)) = (begins, read) else {
            state.stopped = true;
            return Err(Stopped);
        };
        let same = |logged: &Logged, bytes: &[u8]| *logged.bytes == *bytes;
        let known = |seq: u64| self.log.get(&(writer, seq));
        if read
            .iter()
            .any(|(seq, bytes, _)| known(*seq).is_some_and(|logged| !same(logged, bytes)))
        {
            self.chains.entry(*chain).or_default().stopped = true;
            return Err(Stopped);
        }
        for (seq, bytes, op) in read {
            match (self.log.contains_key(&(writer, seq)), op) {
                (true, _) => {}
                (false, Some(op)) => self.take(op, bytes),
                (false, None) => {
                    let logged = Logged {
                        bytes: bytes.into(),
                        deferred: true,
                    };
                    self.log.insert((writer, seq), logged);
                }
            }
        }
        let state = self.chains.entry(*chain).or_default();
        (state.tip, state.last_op) = (Some(tip), ops.first() + ops.count() as u64 - 1);
        Ok(())
    }

    fn apply_deferred(&mut self, program: u8) {
        let waiting = self.log.values_mut().filter(|logged| logged.deferred);
        let mut ops = Vec::new();
        for logged in waiting {
            if let Ok(op) = program::read(&logged.bytes, program) {
                logged.deferred = false;
                ops.push(op);
            }
        }
        for op in ops {
            self.hlc = self.hlc.observe(op.hlc);
            self.merge(op);
        }
    }
}
