//! What has left this laptop: only what the server has acknowledged counts.

use super::super::error::{At, StoreError};
use super::{Own, schema_of};
use crate::store::{Store, Stored, View};
use rusqlite::{OptionalExtension, params};
use wardkeep_record::hlc::Hlc;
use wardkeep_record::id::{DeviceId, RecordId};
use wardkeep_record::merge::RecordState;
use wardkeep_record::op::Compartment;
use wardkeep_sync::id::Incarnation;

/// What of this device's work has not been acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unsent {
    /// Ops that the server has not acknowledged, sealed or not.
    pub ops: u64,
    /// Those of them that are in no segment yet.
    pub unsealed: u64,
    /// When the oldest of them was written, by this device's hybrid clock, in Unix milliseconds.
    pub oldest_ms: Option<u64>,
}

impl Store {
    /// Notes that the server holds this device's present chain up to segment `seq`, 0 for none of it. It may be less than before: a server
    /// that lost what it had holds nothing, whatever it said. Of a former life nothing is noted: what of it was not acknowledged when it
    /// ended has gone over into the next.
    pub fn note_acknowledged(&mut self, at: Compartment, incarnation: Incarnation, seq: u64) -> Result<(), StoreError> {
        self.keep_books(at, |conn| {
            let own = Own::load(conn, at)?;
            if own.incarnation != Some(incarnation) {
                return Ok(());
            }
            let sql = format!(
                "SELECT seq, last_op FROM {s}.segment_op WHERE incarnation = ?1 AND seq <= ?2 \
                 UNION ALL SELECT 0, first_op - 1 FROM {s}.segment_op WHERE incarnation = ?1 AND seq = 1 \
                 ORDER BY 1 DESC LIMIT 1",
                s = schema_of(at)
            );
            let key = params![incarnation.0.as_slice(), i64::try_from(seq).unwrap_or(i64::MAX)];
            let mut query = conn.prepare_cached(&sql).at(at)?;
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
            let Some((seq, op)) = query.query_row(key, read).optional().at(at)? else {
                return Ok(());
            };
            let own = Own {
                acknowledged_op: op.cast_unsigned(),
                acknowledged_seq: seq.cast_unsigned(),
                ..own
            };
            own.store(conn, at)
        })
    }
}

impl View<'_> {
    /// How much of this device's work is only here.
    pub fn unsent(&self, at: Compartment) -> Result<Unsent, StoreError> {
        self.granted(at)?;
        let own = Own::load(self.conn, at)?;
        let sql = format!(
            "SELECT count(*), coalesce(sum(o.seq > ?3), 0) FROM {s}.op o JOIN {s}.device d ON d.n = o.device \
             WHERE d.id = ?1 AND o.seq > ?2",
            s = schema_of(at)
        );
        let device = own.writer(self.access.device, at);
        let key = params![
            device.as_bytes().as_slice(),
            own.acknowledged_op.cast_signed(),
            own.sealed_op.cast_signed()
        ];
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let (ops, unsealed): (i64, i64) = query.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).at(at)?;
        Ok(Unsent {
            ops: ops.cast_unsigned(),
            unsealed: unsealed.cast_unsigned(),
            oldest_ms: self.first_after(at, device, own.acknowledged_op)?,
        })
    }

    /// When the first own op after `seq` was written.
    fn first_after(&self, at: Compartment, device: DeviceId, seq: u64) -> Result<Option<u64>, StoreError> {
        let sql = format!(
            "SELECT o.hlc FROM {s}.op o JOIN {s}.device d ON d.n = o.device WHERE d.id = ?1 AND o.seq > ?2 \
             ORDER BY o.seq LIMIT 1",
            s = schema_of(at)
        );
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let found: Option<i64> = query
            .query_row(params![device.as_bytes().as_slice(), seq.cast_signed()], |row| {
                row.get(0)
            })
            .optional()
            .at(at)?;
        Ok(found.map(|hlc| Hlc(hlc.cast_unsigned()).unix_ms()))
    }

    /// Whether everything that this device wrote in a record has left it; also where it wrote nothing. `Missing` where there is no
    /// such record.
    pub fn has_left(&self, at: Compartment, record: RecordId) -> Result<bool, StoreError> {
        let stored = self.record(at, record)?.ok_or(StoreError::Missing { what: "record" })?;
        self.all_left(at, std::slice::from_ref(&stored)).map(|left| left[0])
    }

    /// The same of records that are read already, in their order.
    pub fn all_left(&self, at: Compartment, records: &[Stored]) -> Result<Vec<bool>, StoreError> {
        self.granted(at)?;
        let own = Own::load(self.conn, at)?;
        // What a former life wrote and this one did not write again had left before it ended.
        let writer = own.writer(self.access.device, at);
        let left = |stored: &Stored| last_write(&stored.state, writer) <= own.acknowledged_op;
        Ok(records.iter().map(left).collect())
    }
}

/// The highest op of the writer that any field of the record has seen; 0 when it wrote nothing. A write that another replaced counts
/// too: the field's clocks remember it.
fn last_write(state: &RecordState, writer: DeviceId) -> u64 {
    let base = state.clocks.base.iter().map(|stamp| stamp.dot);
    let seen = state.clocks.over.values().flat_map(|field| field.seen.iter().copied());
    base.chain(seen)
        .filter(|dot| dot.device == writer)
        .map(|dot| dot.seq)
        .max()
        .unwrap_or(0)
}
