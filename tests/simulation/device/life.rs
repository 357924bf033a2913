//! The lives of a device, as the vault leads them (docs/adr/0010-spool.md): ops that the server has not acknowledged are written again by
//! the writer of the new life, and what cites them is renamed with them.

use super::Device;
use crate::disk::{Durable, Spool, Vault};
use crate::program;
use std::collections::{BTreeMap, BTreeSet};
use wardkeep_record::field::REMOVED;
use wardkeep_record::id::DeviceId as Writer;
use wardkeep_record::merge::Removal;
use wardkeep_record::op::{Dot, Op};
use wardkeep_sync::{Action, Chain, Incarnation};

const WRITER_CONTEXT: &str = "wardkeep 2026 writer of a later life v1";

/// Whose name the ops of a chain bear.
pub(crate) fn writer_of(chain: &Chain) -> Writer {
    if chain.incarnation.0 == chain.device.0 {
        return Writer::from_bytes(chain.device.0);
    }
    let mut hasher = blake3::Hasher::new_derive_key(WRITER_CONTEXT);
    hasher.update(&chain.device.0).update(&chain.incarnation.0);
    let mut id = [0; 16];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Writer::from_bytes(id)
}

impl Device {
    /// Begins a new life in every file. What is begun is in the spool first, so that a power loss in between is taken up again.
    pub(crate) fn begin_life(&mut self, fresh: Incarnation) -> Durable<()> {
        self.note_acknowledged()?;
        let memory = self.peer.memory().clone();
        self.disk.spool(|spool| {
            spool.memory = memory;
            spool.next_life = Some(fresh);
        })?;
        self.finish_life()
    }

    /// Goes on with a life that is being begun.
    pub(crate) fn finish_life(&mut self) -> Durable<()> {
        let Some(fresh) = self.disk.spool.next_life else {
            return Ok(());
        };
        let former = self.peer.incarnation();
        let mut kept = Vec::new();
        for part in self.compartments() {
            let old = Chain {
                incarnation: former,
                ..self.peer.own_chain(part)
            };
            let new = Chain {
                incarnation: fresh,
                ..old
            };
            if self.vault(part).incarnation != Some(fresh) {
                self.disk.vault(part, |vault| vault.begin_life(&old, &new))?;
            }
            kept.push((old, self.vault(part).chains.get(&old).and_then(|state| state.tip)));
        }
        self.peer.begin(fresh);
        for (old, tip) in &kept {
            self.peer.rewound(*old, *tip);
        }
        let memory = self.peer.memory().clone();
        self.disk.spool(|spool: &mut Spool| {
            for (old, tip) in kept {
                spool.segments.truncate(&old, tip.map_or(0, |tip| tip.seq));
            }
            spool.memory = memory;
            spool.incarnation = Some(fresh);
            spool.next_life = None;
        })
    }

    /// The server has something else behind `keep`. A life that was begun has taken the chain back already, at least so far.
    pub(crate) fn rewind(&mut self, chain: Chain, keep: u64) -> Durable<Vec<Action>> {
        let applied = self
            .vault(chain.compartment)
            .chains
            .get(&chain)
            .and_then(|state| state.tip);
        assert!(
            applied.is_none_or(|tip| tip.seq <= keep),
            "nothing acknowledged is taken back"
        );
        Ok(self.peer.rewound(chain, applied))
    }
}

impl Vault {
    fn begin_life(&mut self, old: &Chain, new: &Chain) {
        let (from, to) = (writer_of(old), writer_of(new));
        let acknowledged = self.acknowledged();
        let after = self.acknowledged_op();
        let moved: Vec<u64> = self.ops_after(from, after).map(|(seq, _)| seq).collect();
        let begins_after = self.last_op;
        let names: BTreeMap<u64, u64> = moved.iter().copied().zip(begins_after + 1..).collect();
        let renaming = Renaming { from, to, names };
        for seq in moved {
            let logged = self.log.remove(&(from, seq)).unwrap();
            let version = logged.bytes[1];
            let op = renaming.op(program::read(&logged.bytes, program::LAST).unwrap());
            self.last_op = op.dot.seq;
            let bytes = program::write(&op, version).into();
            self.log
                .insert((to, op.dot.seq), crate::disk::Logged { bytes, ..logged });
        }
        self.merge_anew();
        let state = self.chains.entry(*old).or_default();
        state.tip = acknowledged.map(|own| own.tip);
        state.last_op = acknowledged.map_or(0, |own| own.in_chain);
        self.own.clear();
        self.outbox.clear();
        self.sealed_op = begins_after;
        self.incarnation = Some(new.incarnation);
    }
}

/// New names for ops.
struct Renaming {
    from: Writer,
    to: Writer,
    names: BTreeMap<u64, u64>,
}

impl Renaming {
    fn op(&self, mut op: Op) -> Op {
        op.dot = self.dot(op.dot);
        for write in op.changes.iter_mut().flat_map(|change| &mut change.writes) {
            write.cites.iter_mut().for_each(|dot| *dot = self.dot(*dot));
            if let (REMOVED, Some(value)) = (write.key.field, &write.value) {
                write.value = Some(self.removal(value));
            }
        }
        op
    }

    fn dot(&self, dot: Dot) -> Dot {
        match self.names.get(&dot.seq) {
            Some(seq) if dot.device == self.from => Dot {
                device: self.to,
                seq: *seq,
            },
            _ => dot,
        }
    }

    /// A tombstone names what it saw.
    fn removal(&self, value: &str) -> Box<str> {
        let removal: Removal = serde_json::from_str(value).unwrap();
        let mut seen: BTreeMap<Writer, BTreeSet<u64>> = BTreeMap::new();
        for (device, seqs) in removal.seen {
            for seq in seqs {
                let dot = self.dot(Dot { device, seq });
                seen.entry(dot.device).or_default().insert(dot.seq);
            }
        }
        let reason = removal.reason;
        serde_json::to_string(&Removal { reason, seen }).unwrap().into()
    }
}
