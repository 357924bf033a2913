//! The lives of a device. A life ends when the device cannot be sure any more that it knows all that it has written: it was cloned, or put
//! back from an image, and somebody has seen another segment where it has its own.
//!
//! Ops are named by their *writer*: the device in its first life, a hash of device and incarnation in every later one. So two machines that
//! come from one image never give one name to two ops once they know of each other, and what they wrote of one field without seeing each
//! other is a conflict like that of any two devices.
//!
//! Beginning a new life renames what only this device has: ops after the last acknowledged one are written again by the new writer, at
//! their own times and by their own users, and the records that they touch are merged anew from the log. The old chain goes back to its last
//! acknowledged segment, so that what others have of it can be received.

use super::super::apply::NOBODY_USER;
use super::super::error::{At, StoreError};
use super::super::op_log::{self, State};
use super::super::row;
use super::super::snapshot::base;
use super::chain::{self, ChainState};
use super::{Own, schema_of, wire_device};
use crate::store::{Action, AuditEntry, Store, Tx, View};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wardkeep_record::field::REMOVED;
use wardkeep_record::id::{DeviceId, RecordId};
use wardkeep_record::merge::{RecordState, Removal, Stamp, merge};
use wardkeep_record::op::{Change, Compartment, Dot, Op, Write, check_op, decode_op};
use wardkeep_sync::id::{Chain, Incarnation, SegmentHash, Tip};

/// Records that are merged anew in one pass over the log.
const RECORDS_AT_ONCE: usize = 10_000;

const WRITER_CONTEXT: &str = "wardkeep 2026 writer of a later life v1";

/// Whose name the ops of a chain bear. Nobody can choose an incarnation to bear another's.
pub fn writer_of(chain: &Chain) -> DeviceId {
    if chain.incarnation.0 == chain.device.0 {
        return DeviceId::from_bytes(chain.device.0);
    }
    let mut hasher = blake3::Hasher::new_derive_key(WRITER_CONTEXT);
    hasher.update(&chain.device.0).update(&chain.incarnation.0);
    let mut id = [0; 16];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    DeviceId::from_bytes(id)
}

impl Store {
    /// Begins a life of this device's chain and answers its incarnation: in the first one that is the device's id, in a later one
    /// `fresh`, which must be random. Ops that were not acknowledged in the life before are sealed again in this one, and what of it waits in
    /// the outbox is dropped. Called again with the present incarnation it does nothing.
    pub fn begin_incarnation(&mut self, at: Compartment, fresh: Incarnation) -> Result<Incarnation, StoreError> {
        let own = Own::load(&self.conn, at)?;
        match own.incarnation {
            None => {
                let first = Incarnation(*self.access.device.as_bytes());
                self.keep_books(at, |conn| {
                    let own = Own::load(conn, at)?;
                    let incarnation = Some(first);
                    Own { incarnation, ..own }.store(conn, at)
                })?;
                Ok(first)
            }
            Some(present) if present == fresh => Ok(fresh),
            Some(_) => self.write(at, NOBODY_USER, |tx| tx.begin_life(own, fresh)),
        }
    }
}

impl View<'_> {
    /// The device of a writer, for showing who wrote: itself, unless it is a later life of a device whose chain is known here.
    pub fn device_of_writer(&self, at: Compartment, writer: DeviceId) -> Result<DeviceId, StoreError> {
        let chains = self.chains(at)?;
        let life = chains.iter().find(|state| writer_of(&state.chain) == writer);
        Ok(life.map_or(writer, |state| DeviceId::from_bytes(state.chain.device.0)))
    }
}

impl Tx<'_> {
    /// Ends the present life and begins another.
    fn begin_life(&mut self, own: Own, fresh: Incarnation) -> Result<Incarnation, StoreError> {
        let (conn, at) = (self.conn, self.compartment);
        let old = own.chain(self.device(), at)?;
        let new = Chain {
            device: wire_device(self.device()),
            incarnation: fresh,
            ..old
        };
        self.rewind(&own, old)?;
        let ops = op_log::applied_after(conn, at, self.writer, own.acknowledged_op)?;
        let begins_after = self.seq;
        let renaming = Renaming {
            from: self.writer,
            to: writer_of(&new),
            names: ops.iter().map(|(seq, _)| *seq).zip(begins_after + 1..).collect(),
        };
        op_log::remove_applied(conn, at, renaming.from, own.acknowledged_op)?;
        self.writer = renaming.to;
        let mut records = BTreeSet::new();
        for (_, bytes) in &ops {
            let op = decode_op(bytes).map_err(|_| StoreError::damaged(at))?;
            records.extend(op.changes.iter().map(|change| change.record));
            let op = renaming.op(op);
            let bytes = check_op(&op).map_err(|_| StoreError::damaged(at))?;
            let device = self.numbers.device(conn, at, op.dot.device)?;
            op_log::append(conn, at, (device, op.dot.seq), op.hlc, State::Applied, &bytes)?;
            self.seq = op.dot.seq;
        }
        let records: Vec<RecordId> = records.into_iter().collect();
        records
            .chunks(RECORDS_AT_ONCE)
            .try_for_each(|some| self.merge_anew(some))?;
        Own {
            incarnation: Some(fresh),
            sealed_op: begins_after,
            acknowledged_op: begins_after,
            acknowledged_seq: 0,
        }
        .store(conn, at)?;
        let detail = serde_json::json!({ "new_life": true, "ops": ops.len() });
        self.audit(&AuditEntry::new(Action::Receive).detail(&detail))?;
        Ok(fresh)
    }

    /// Takes the old chain back to the last segment that the server has acknowledged.
    fn rewind(&mut self, own: &Own, old: Chain) -> Result<(), StoreError> {
        let (conn, at) = (self.conn, self.compartment);
        let kept = kept_segment(conn, at, old.incarnation, own.acknowledged_seq)?;
        let (incarnation, seq) = (old.incarnation.0, kept.map_or(0, |(tip, _)| tip.seq).cast_signed());
        for table in ["segment_op", "outbox"] {
            let sql = format!(
                "DELETE FROM {}.{table} WHERE incarnation = ?1 AND seq > ?2",
                schema_of(at)
            );
            conn.execute(&sql, params![incarnation.as_slice(), seq]).at(at)?;
        }
        let state = ChainState {
            tip: kept.map(|(tip, _)| tip),
            last_op: kept.map_or(0, |(_, last_op)| last_op),
            ..ChainState::unknown(old)
        };
        chain::store(conn, at, &mut self.numbers, &state)
    }

    /// Merges these records from nothing but the log, and puts them in place of what was there.
    fn merge_anew(&mut self, records: &[RecordId]) -> Result<(), StoreError> {
        let (conn, at) = (self.conn, self.compartment);
        // What came with a snapshot has no op in the log: it is where the record begins.
        let mut states: HashMap<RecordId, Option<RecordState>> = HashMap::new();
        for id in records {
            states.insert(*id, base::state(conn, at, *id)?);
        }
        op_log::each_applied(conn, at, |bytes| {
            let op = decode_op(bytes).map_err(|_| StoreError::damaged(at))?;
            let stamp = Stamp {
                dot: op.dot,
                hlc: op.hlc,
                user: op.user,
            };
            for change in op.changes {
                if let Some(state) = states.get_mut(&change.record) {
                    *state = Some(merge(state.take(), change, stamp).state);
                }
            }
            Ok(())
        })?;
        for id in records {
            if let Some(state) = states.remove(id).flatten() {
                let old = row::load(conn, at, *id)?;
                self.replace(*id, old, state)?;
            }
        }
        Ok(())
    }
}

/// The last segment of a life up to number `seq`, with the last op that it or one before it holds in that life.
fn kept_segment(
    conn: &Connection,
    at: Compartment,
    incarnation: Incarnation,
    seq: u64,
) -> Result<Option<(Tip, u64)>, StoreError> {
    let sql = format!(
        "SELECT seq, hash, CASE WHEN EXISTS (SELECT 1 FROM {s}.segment_op o WHERE o.incarnation = ?1 AND o.seq <= ?2 \
         AND o.first_op <= o.last_op) THEN last_op ELSE 0 END \
         FROM {s}.segment_op WHERE incarnation = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1",
        s = schema_of(at)
    );
    let key = params![incarnation.0.as_slice(), seq.cast_signed()];
    conn.query_row(&sql, key, |row| {
        let tip = Tip {
            seq: row.get::<_, i64>(0)?.cast_unsigned(),
            hash: SegmentHash(row.get(1)?),
        };
        Ok((tip, row.get::<_, i64>(2)?.cast_unsigned()))
    })
    .optional()
    .at(at)
}

/// New names for ops.
struct Renaming {
    from: DeviceId,
    to: DeviceId,
    /// Old numbers and new ones.
    names: BTreeMap<u64, u64>,
}

impl Renaming {
    /// The same op under its new name, with what it cites of the others under theirs.
    fn op(&self, op: Op) -> Op {
        Op {
            dot: self.dot(op.dot),
            changes: op.changes.into_iter().map(|change| self.change(change)).collect(),
            ..op
        }
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

    fn change(&self, change: Change) -> Change {
        let write = |write: Write| Write {
            cites: write.cites.iter().map(|dot| self.dot(*dot)).collect(),
            value: match write.value {
                Some(value) if write.key.field == REMOVED => Some(self.removal(value)),
                value => value,
            },
            key: write.key,
        };
        Change {
            writes: change.writes.into_iter().map(write).collect(),
            ..change
        }
    }

    /// A tombstone names what it saw. One that says nothing readable stays as it is.
    fn removal(&self, value: Box<str>) -> Box<str> {
        let Ok(removal) = serde_json::from_str::<Removal>(&value) else {
            return value;
        };
        let mut seen: BTreeMap<DeviceId, BTreeSet<u64>> = BTreeMap::new();
        for (device, seqs) in removal.seen {
            for seq in seqs {
                let dot = self.dot(Dot { device, seq });
                seen.entry(dot.device).or_default().insert(dot.seq);
            }
        }
        let reason = removal.reason;
        serde_json::to_string(&Removal { reason, seen }).map_or(value, String::into_boxed_str)
    }
}
