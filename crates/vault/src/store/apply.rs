//! The one write path: every change of a record, local or received, passes here.
//!
//! Applying an op logs its bytes and merges each of its changes into the record's row. The merge itself is
//! [`wardkeep_record::merge`], a pure function, so the rows depend on which ops were applied and on nothing else.

use super::audit::{Action, AuditEntry};
use super::error::StoreError;
use super::op_log::{self, State};
use super::projection::{Shown, project};
use super::snapshot::base;
use super::{Store, Stored, Tx, row};
use wardkeep_record::field::{Kind, SEALED};
use wardkeep_record::fields::Fields;
use wardkeep_record::id::{RecordId, UserId};
use wardkeep_record::merge::{RecordState, RemovalState, Stamp, merge};
use wardkeep_record::op::{Change, Compartment, DecodeError, Dot, Op, decode_op};

/// Deferred ops that are tried in one transaction.
const DEFERRED_AT_ONCE: u32 = 100;

/// The user of entries that no person caused: all zeros.
pub const NOBODY_USER: UserId = UserId(uuid::Uuid::nil());

/// What became of a received op.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applied {
    /// It was new and its changes are in the tables.
    New,
    /// The log held it already; nothing happened.
    Duplicate,
    /// A newer version wrote it: it is kept as it is and will be applied after an update.
    Deferred,
}

/// An op on its way into the tables.
pub(super) struct Incoming<'b> {
    pub(super) op: Op,
    /// Its bytes, as they were made or received.
    pub(super) bytes: &'b [u8],
    /// The records as they are, change by change, where the caller has loaded them already.
    pub(super) before: Option<Vec<Option<Stored>>>,
}

/// A row before it changes: its number, whether it was there, and of a patient what it said.
type Before = (i64, RemovalState, Option<(Kind, Fields)>);

impl Tx<'_> {
    /// Takes in the bytes of an op that some device named `dot`; also one of this device, out of a backup or from others.
    /// Bytes that no version could have written are refused with `UnreadableOp`, two different ops of one name with
    /// `Cloned`: nothing of them is kept.
    pub fn apply_remote(&mut self, dot: Dot, bytes: &[u8]) -> Result<Applied, StoreError> {
        if dot.seq == 0 || i64::try_from(dot.seq).is_err() {
            return Err(StoreError::UnreadableOp);
        }
        let device = self.numbers.device(self.conn, self.compartment, dot.device)?;
        if let Some(known) = op_log::find(self.conn, self.compartment, (device, dot.seq))? {
            let same = known == bytes;
            return if same {
                Ok(Applied::Duplicate)
            } else {
                Err(StoreError::Cloned {
                    device: dot.device,
                    seq: dot.seq,
                })
            };
        }
        match decode_op(bytes) {
            Ok(op) if op.compartment != self.compartment => Err(StoreError::WrongCompartment),
            Ok(op) if op.dot != dot => Err(StoreError::UnreadableOp),
            Ok(op) => {
                self.apply(Incoming {
                    op,
                    bytes,
                    before: None,
                })?;
                Ok(Applied::New)
            }
            Err(DecodeError::Newer) => {
                let name = (device, dot.seq);
                op_log::append(self.conn, self.compartment, name, self.hlc, State::Deferred, bytes)?;
                self.note_own(dot);
                self.must_audit();
                Ok(Applied::Deferred)
            }
            Err(DecodeError::TooLarge | DecodeError::Malformed(_)) => Err(StoreError::UnreadableOp),
        }
    }

    /// Logs an op that the log does not hold, and applies it.
    pub(super) fn apply(&mut self, incoming: Incoming<'_>) -> Result<(), StoreError> {
        let Incoming { op, bytes, before } = incoming;
        let device = self.numbers.device(self.conn, self.compartment, op.dot.device)?;
        op_log::append(
            self.conn,
            self.compartment,
            (device, op.dot.seq),
            op.hlc,
            State::Applied,
            bytes,
        )?;
        self.apply_changes(op, before)
    }

    /// Merges an op's changes into the rows.
    fn apply_changes(&mut self, op: Op, before: Option<Vec<Option<Stored>>>) -> Result<(), StoreError> {
        let stamp = Stamp {
            dot: op.dot,
            hlc: op.hlc,
            user: op.user,
        };
        let mut before = before.map(Vec::into_iter);
        for change in op.changes {
            let old = match before.as_mut().and_then(Iterator::next) {
                Some(old) => old,
                None => row::load(self.conn, self.compartment, change.record)?,
            };
            self.apply_change(change, stamp, old)?;
        }
        self.hlc = self.hlc.observe(op.hlc);
        self.note_own(op.dot);
        self.must_audit();
        Ok(())
    }

    /// Merges one change into its row and what is computed from it.
    pub(super) fn apply_change(&mut self, change: Change, stamp: Stamp, old: Option<Stored>) -> Result<(), StoreError> {
        let id = change.record;
        // Also of a write that another one has replaced: whoever loses a conflict keeps the file.
        let files = change.writes.iter().filter(|write| write.key.field == SEALED);
        for value in files.filter_map(|write| write.value.as_deref()) {
            self.note_sealed(id, stamp, value)?;
        }
        // Only the index of patients compares before and after; no other record pays for the copy.
        let was_patient = old.as_ref().is_some_and(|old| old.state.kind == Kind::PATIENT);
        let is_patient = was_patient || change.kind == Kind::PATIENT;
        let before = old.as_ref().map(|old| {
            let fields = is_patient.then(|| (old.state.kind, old.state.fields.clone()));
            (old.n, old.removal, fields)
        });
        if let Some(old) = &old {
            if old.n <= self.base_n {
                base::keep(self.conn, self.compartment, old.n, (id, &old.state))?;
            }
            self.digest.remove(id, &old.state);
        }
        let merged = merge(old.map(|old| old.state), change, stamp);
        self.put_row(id, before, (merged.state, merged.after))
    }

    /// Writes a record's row and what is computed from it.
    fn put_row(
        &mut self,
        id: RecordId,
        before: Option<Before>,
        (state, after): (RecordState, RemovalState),
    ) -> Result<(), StoreError> {
        let bytes = state.fields.to_bytes();
        self.digest.add(id, &state, &bytes);
        let n = before.as_ref().map(|(n, ..)| *n);
        let row = (&state, after, &bytes[..]);
        let n = row::store(self.conn, self.compartment, &mut self.numbers, (n, id), row)?;
        if state.kind == Kind::PATIENT {
            let removed = |removal| removal == RemovalState::Removed;
            let shown = Shown {
                id,
                kind: state.kind,
                fields: &state.fields,
                removed: removed(after),
            };
            let old = before.as_ref().and_then(|(_, was, fields)| {
                let (kind, fields) = fields.as_ref()?;
                Some(Shown {
                    id,
                    kind: *kind,
                    fields,
                    removed: removed(*was),
                })
            });
            project(self.conn, &mut self.newcomers, n, (old, shown))?;
            let there = |shown: &Shown<'_>| i64::from(!shown.removed);
            self.patients += there(&shown) - old.as_ref().map_or(0, there);
        }
        Ok(())
    }

    /// Puts a record's state in place of the one that is there.
    pub(super) fn replace(&mut self, id: RecordId, old: Option<Stored>, state: RecordState) -> Result<(), StoreError> {
        if let Some(old) = &old {
            self.digest.remove(id, &old.state);
        }
        let before = old.map(|old| (old.n, old.removal, Some((old.state.kind, old.state.fields))));
        let after = state.removal_state();
        self.put_row(id, before, (state, after))
    }

    /// Remembers the highest number of this device: a number is never used twice, even when the log comes from a backup.
    fn note_own(&mut self, dot: Dot) {
        if dot.device == self.writer {
            self.seq = self.seq.max(dot.seq);
        }
    }
}

impl Store {
    /// Applies the deferred ops that this version can read. Called when the store opens.
    pub(super) fn apply_deferred(&mut self, at: Compartment) -> Result<u64, StoreError> {
        let (mut after, mut applied) = (0, 0);
        loop {
            let waiting = op_log::deferred(&self.conn, at, after, DEFERRED_AT_ONCE)?;
            let Some((last, ..)) = waiting.last() else {
                return Ok(applied);
            };
            after = *last;
            let decode = |(n, dot, bytes): (i64, Dot, Vec<u8>)| {
                let op = decode_op(&bytes)
                    .ok()
                    .filter(|op| op.dot == dot && op.compartment == at)?;
                Some((n, op))
            };
            let readable: Vec<(i64, Op)> = waiting.into_iter().filter_map(decode).collect();
            if readable.is_empty() {
                continue;
            }
            applied += readable.len() as u64;
            self.write(at, NOBODY_USER, |tx| tx.settle_deferred(readable))?;
        }
    }
}

impl Tx<'_> {
    /// Applies ops that the log holds as deferred.
    fn settle_deferred(&mut self, ops: Vec<(i64, Op)>) -> Result<(), StoreError> {
        let detail = serde_json::json!({ "after_update": ops.len() });
        for (n, op) in ops {
            self.expect(op.compartment)?;
            op_log::settle(self.conn, self.compartment, n, op.hlc)?;
            self.apply_changes(op, None)?;
        }
        self.audit(&AuditEntry::new(Action::Receive).detail(&detail))
    }
}
