//! Local changes: what a person or an import wants, made into ops that cite what they replace.

use super::apply::Incoming;
use super::error::StoreError;
use super::row;
use super::{Stored, Tx};
use wardkeep_record::field::Kind;
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::{self, RemovalState};
use wardkeep_record::op::{Change, Dot, FieldKey, Op, OpError, Write, check_op};

/// The most records that a local op changes.
pub const OP_RECORDS_MAX: usize = 500;

/// About how many bytes of values a local op of several records holds. One record alone may be larger, up to the limit
/// that every reader of ops has ([`wardkeep_record::op::MAX_OP_BYTES`]).
pub const OP_BYTES_MAX: usize = 512 * 1024;

/// New values for fields of one record, which is made if it does not exist.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// Which record.
    pub record: RecordId,
    /// What it is. Must be what the record is already, if it exists.
    pub kind: Kind,
    /// Whose chart it belongs to. Must be what the record has already, if it exists.
    pub patient: Option<RecordId>,
    /// The values to write, as minified JSON texts; `None` clears. Fields that are not named stay as they are.
    pub values: Vec<(FieldKey, Option<Box<str>>)>,
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edit")
            .field("record", &self.record)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Edit {
    /// About how many bytes this adds to an op.
    pub fn size(&self) -> usize {
        let value = |(_, value): &(FieldKey, Option<Box<str>>)| 16 + value.as_ref().map_or(0, |value| value.len());
        64 + self.values.iter().map(value).sum::<usize>()
    }
}

/// Changes that will become one op.
#[derive(Default)]
pub(super) struct Batch {
    changes: Vec<Change>,
    before: Vec<Option<Stored>>,
    bytes: usize,
}

impl Batch {
    /// The change of one record, which is there.
    pub(super) fn of_one(change: Change, before: Stored) -> Self {
        Self {
            changes: vec![change],
            before: vec![Some(before)],
            bytes: 0,
        }
    }

    /// Whether the edit must go into a later op: this one is full, or has that record already.
    fn refuses(&self, edit: &Edit, size: usize) -> bool {
        let full = self.changes.len() >= OP_RECORDS_MAX || self.bytes + size > OP_BYTES_MAX;
        !self.changes.is_empty() && (full || self.changes.iter().any(|change| change.record == edit.record))
    }
}

impl Tx<'_> {
    /// Writes new values. Each write cites the writes that it replaces; a value that shows already is left alone, so what
    /// changes nothing makes no op. Makes as many ops as [`OP_RECORDS_MAX`] and [`OP_BYTES_MAX`] ask for; answers their
    /// names.
    pub fn put(&mut self, edits: Vec<Edit>) -> Result<Vec<Dot>, StoreError> {
        let mut dots = Vec::new();
        let mut batch = Batch::default();
        for edit in edits {
            let size = edit.size();
            if batch.refuses(&edit, size) {
                dots.push(self.write_op(std::mem::take(&mut batch))?);
            }
            let before = row::load(self.conn, self.compartment, edit.record)?;
            let change = change(edit, before.as_ref())?;
            if !change.writes.is_empty() {
                batch.changes.push(change);
                batch.before.push(before);
                batch.bytes += size;
            }
        }
        if !batch.changes.is_empty() {
            dots.push(self.write_op(batch)?);
        }
        Ok(dots)
    }

    /// Removes a record as it is now: whoever edits it without knowing brings it back, flagged. Nothing happens when it is
    /// removed already.
    pub fn remove(&mut self, record: RecordId, reason: &str) -> Result<Option<Dot>, StoreError> {
        let before = self.existing(record)?;
        if before.removal == RemovalState::Removed {
            return Ok(None);
        }
        let write = merge::removal(&before.state, reason);
        self.write_one(before, write).map(Some)
    }

    /// Brings a removed record back, or ends its flag. Nothing happens when it is neither removed nor flagged.
    pub fn restore(&mut self, record: RecordId) -> Result<Option<Dot>, StoreError> {
        let before = self.existing(record)?;
        if before.removal == RemovalState::Present {
            return Ok(None);
        }
        let write = merge::restoral(&before.state);
        self.write_one(before, write).map(Some)
    }

    /// The record, which must exist.
    pub(super) fn existing(&self, record: RecordId) -> Result<Stored, StoreError> {
        row::load(self.conn, self.compartment, record)?.ok_or(StoreError::Missing { what: "record" })
    }

    /// An op of one write.
    fn write_one(&mut self, before: Stored, write: Write) -> Result<Dot, StoreError> {
        let change = Change {
            record: before.id,
            kind: before.state.kind,
            patient: before.state.patient,
            writes: vec![write],
        };
        self.write_op(Batch::of_one(change, before))
    }

    /// Gives the changes the next name and time, and applies them as any op is applied.
    pub(super) fn write_op(&mut self, batch: Batch) -> Result<Dot, StoreError> {
        let seq = self.seq.checked_add(1).filter(|seq| i64::try_from(*seq).is_ok());
        let seq = seq.ok_or(StoreError::TooLarge {
            what: "op number",
            max: usize::MAX,
        })?;
        let op = Op {
            dot: Dot {
                device: self.writer,
                seq,
            },
            hlc: self.hlc.tick(self.now_ms),
            user: self.user,
            compartment: self.compartment,
            changes: batch.changes,
        };
        let bytes = check_op(&op).map_err(|error| match error {
            OpError::TooLarge => StoreError::TooLarge {
                what: "record",
                max: wardkeep_record::op::MAX_OP_BYTES,
            },
            OpError::Invalid(why) => StoreError::Invalid { why },
        })?;
        let dot = op.dot;
        self.note_written(&op);
        self.apply(Incoming {
            op,
            bytes: &bytes,
            before: Some(batch.before),
        })?;
        Ok(dot)
    }
}

/// The change that an edit asks for, given the record as it is.
fn change(edit: Edit, before: Option<&Stored>) -> Result<Change, StoreError> {
    let Edit {
        record,
        kind,
        patient,
        values,
    } = edit;
    let writes = match before {
        Some(before) if before.state.kind != kind || before.state.patient != patient => {
            return Err(StoreError::Invalid {
                why: "kind and patient of a record never change",
            });
        }
        Some(before) => merge::edit(&before.state, values),
        None => {
            let first = |(key, value): (FieldKey, Option<Box<str>>)| {
                value.map(|value| Write {
                    key,
                    cites: Vec::new(),
                    value: Some(value),
                })
            };
            let mut writes: Vec<Write> = values.into_iter().filter_map(first).collect();
            // In the order of the stored fields, which is the fast path of a new record.
            writes.sort_by_key(|write| write.key);
            writes
        }
    };
    Ok(Change {
        record,
        kind,
        patient,
        writes,
    })
}
