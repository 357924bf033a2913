//! What people must look at: fields in which values met that had not seen each other, and removals that met an edit.
//!
//! Settling is a local change like any other: one write that cites every head. So it travels, it wins over all that it has seen, and
//! a value that somebody wrote without seeing it opens the conflict again.

use super::edit::Batch;
use super::error::{At, StoreError};
use super::row::{self, REVIEW};
use super::schema::schema;
use super::{Stored, Tx, View};
use rusqlite::params;
use wardkeep_record::field::{self, Kind, is_item_field, needs_settling};
use wardkeep_record::fields::NewValues;
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::{self, RemovalState, Stamp};
use wardkeep_record::op::{Change, Compartment, Dot, FieldKey};

/// One value that stands in a conflict.
#[derive(Clone, PartialEq, Eq)]
pub struct Contender {
    /// Its write's name, time and author. The name's device is the writer ([`View::device_of_writer`]).
    pub stamp: Stamp,
    /// The element's JSON text; `None` where the write cleared the field. In [`field::REMOVED`]: a removal, or `None` for its end.
    pub value: Option<Box<str>>,
}

impl std::fmt::Debug for Contender {
    /// Who and when, never what.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contender")
            .field("stamp", &self.stamp)
            .finish_non_exhaustive()
    }
}

/// A field of a record to be settled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// The record's row, to go on from ([`View::conflicts`]).
    pub n: i64,
    /// Which record.
    pub record: RecordId,
    /// What it is.
    pub kind: Kind,
    /// Whose chart it belongs to.
    pub patient: Option<RecordId>,
    /// Which field. [`field::REMOVED`] where a removal met an edit: settle it by [`Tx::remove`] or [`Tx::restore`].
    pub key: FieldKey,
    /// The values, the one that shows first.
    pub contenders: Vec<Contender>,
    /// Whether both must be shown until a person decides ([`needs_settling`]).
    pub must_settle: bool,
}

/// How a conflict ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The value of this write stays.
    Keep(Dot),
    /// All stay: the one that shows in its place, the others as items of their own. Only in a field that is a set of items. `spread` is
    /// random, so that two devices hardly ever take one number for two items.
    KeepAll {
        /// Random.
        spread: u16,
    },
}

/// What a settlement did, to take it back with [`Tx::unsettle`].
#[derive(Clone, PartialEq, Eq)]
pub struct Settled {
    /// The record.
    pub record: RecordId,
    /// The settling op.
    pub dot: Dot,
    /// What showed before, in each field that it wrote.
    before: NewValues,
}

impl std::fmt::Debug for Settled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settled")
            .field("record", &self.record)
            .field("dot", &self.dot)
            .finish_non_exhaustive()
    }
}

impl View<'_> {
    /// The conflicts of the records after row `after` (0 from the beginning), of at most `limit` records.
    pub fn conflicts(&self, at: Compartment, after: i64, limit: u32) -> Result<Vec<Conflict>, StoreError> {
        self.granted(at)?;
        let sql = format!("{} WHERE {REVIEW} AND r.n > ?1 ORDER BY r.n LIMIT ?2", row::columns(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let mut rows = query.query(params![after, limit]).at(at)?;
        let mut found = Vec::new();
        while let Some(next) = rows.next().at(at)? {
            found.extend(of_record(&row::read(next, at)?));
        }
        Ok(found)
    }

    /// The conflicts of one record.
    pub fn conflicts_of(&self, at: Compartment, record: RecordId) -> Result<Vec<Conflict>, StoreError> {
        let stored = self.record(at, record)?;
        Ok(stored.iter().flat_map(of_record).collect())
    }

    /// How many records have a conflict.
    pub fn conflicts_count(&self, at: Compartment) -> Result<u64, StoreError> {
        self.granted(at)?;
        let sql = format!("SELECT count(*) FROM {}.record r WHERE {REVIEW}", schema(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        query
            .query_row([], |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
            .at(at)
    }
}

/// All conflicts of a record.
fn of_record(stored: &Stored) -> Vec<Conflict> {
    let removed = FieldKey {
        field: field::REMOVED,
        item: None,
    };
    let conflicts = stored.state.conflicts().into_iter();
    // Those who wrote the same without seeing each other agree.
    let differ = conflicts.filter(|(_, heads)| heads.iter().any(|head| head.value != heads[0].value));
    let mut keys: Vec<FieldKey> = differ.map(|(key, _)| key).collect();
    if stored.removal == RemovalState::Flagged && !keys.contains(&removed) {
        keys.insert(0, removed);
    }
    let conflict = |key: FieldKey| Conflict {
        n: stored.n,
        record: stored.id,
        kind: stored.state.kind,
        patient: stored.state.patient,
        key,
        contenders: contenders(stored, key),
        must_settle: needs_settling(stored.state.kind, key.field),
    };
    keys.into_iter().map(conflict).collect()
}

fn contenders(stored: &Stored, key: FieldKey) -> Vec<Contender> {
    let heads = stored.state.heads(key).into_iter();
    heads
        .map(|head| Contender {
            stamp: head.stamp,
            value: head.value.map(Box::from),
        })
        .collect()
}

impl Tx<'_> {
    /// Ends the conflict in one field of a record. `Missing` where there is none, or no such value in it any more.
    pub fn settle(&mut self, record: RecordId, key: FieldKey, choice: Choice) -> Result<Settled, StoreError> {
        let stored = self.existing(record)?;
        if key.field == field::REMOVED {
            return Err(StoreError::Invalid {
                why: "a removal is settled by removing or restoring",
            });
        }
        let contenders = contenders(&stored, key);
        if contenders.len() < 2 {
            return Err(StoreError::Missing { what: "conflict" });
        }
        let values = match choice {
            Choice::Keep(dot) => {
                let kept = contenders.into_iter().find(|contender| contender.stamp.dot == dot);
                vec![(key, kept.ok_or(StoreError::Missing { what: "value" })?.value)]
            }
            Choice::KeepAll { spread } => all(&stored, key, contenders, spread)?,
        };
        let shown = |(key, _): &(FieldKey, _)| (*key, stored.state.fields.get(*key).map(Box::from));
        let before = values.iter().map(shown).collect();
        let dot = self.write_values(stored, values)?;
        Ok(Settled { record, dot, before })
    }

    /// Takes a settlement back: what showed before it shows again. The conflict itself does not come back, because this device cannot
    /// unsee what it has seen. `Invalid` when somebody has written there since.
    pub fn unsettle(&mut self, settled: &Settled) -> Result<Dot, StoreError> {
        let stored = self.existing(settled.record)?;
        let untouched = |(key, _): &(FieldKey, _)| {
            let heads = stored.state.heads(*key);
            heads.len() == 1 && heads[0].stamp.dot == settled.dot
        };
        if !settled.before.iter().all(untouched) {
            return Err(StoreError::Invalid {
                why: "the field was written since it was settled",
            });
        }
        self.write_values(stored, settled.before.clone())
    }

    /// One op that writes these values to a record, citing what it replaces; at least one of them changes something.
    fn write_values(&mut self, stored: Stored, values: NewValues) -> Result<Dot, StoreError> {
        let change = Change {
            record: stored.id,
            kind: stored.state.kind,
            patient: stored.state.patient,
            writes: merge::edit(&stored.state, values),
        };
        if change.writes.is_empty() {
            return Err(StoreError::Missing { what: "change" });
        }
        self.write_op(Batch::of_one(change, stored))
    }
}

/// The values of a settlement that keeps all: the first in its place, each other that says something else as a new item.
fn all(stored: &Stored, key: FieldKey, contenders: Vec<Contender>, spread: u16) -> Result<NewValues, StoreError> {
    if key.item.is_none() || !is_item_field(stored.state.kind, key.field) {
        return Err(StoreError::Invalid {
            why: "only items of a set can all be kept",
        });
    }
    let mut item = stored.state.fields.next_item(key.field, spread);
    let mut values: NewValues = Vec::new();
    for value in contenders.into_iter().filter_map(|contender| contender.value) {
        if values.iter().any(|(_, kept)| kept.as_deref() == Some(&*value)) {
            continue;
        }
        if values.is_empty() {
            values.push((key, Some(value)));
        } else {
            let field = key.field;
            values.push((
                FieldKey {
                    field,
                    item: Some(item),
                },
                Some(value),
            ));
            item = item.checked_add(1).ok_or(StoreError::TooLarge {
                what: "item number",
                max: u32::MAX as usize,
            })?;
        }
    }
    Ok(values)
}
