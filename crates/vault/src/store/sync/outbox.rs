//! Freshly sealed segments that the spool does not hold yet. A segment leaves the outbox only when the spool has it on disk.

use super::super::error::{At, StoreError};
use super::{schema_of, wire_compartment, wire_device};
use crate::store::{Store, View};
use rusqlite::{Connection, params};
use wardkeep_record::op::Compartment;
use wardkeep_sync::id::{Chain, Incarnation, SegmentHash, Tip};

/// One sealed segment of this device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutboxSegment {
    /// Its chain.
    pub chain: Chain,
    /// Its place and hash.
    pub tip: Tip,
    /// Its bytes, as they were sealed.
    pub bytes: Vec<u8>,
}

/// Puts a segment at the end.
pub(super) fn append(
    conn: &Connection,
    at: Compartment,
    incarnation: Incarnation,
    tip: Tip,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO {}.outbox (incarnation, seq, hash, bytes) VALUES (?1, ?2, ?3, ?4)",
        schema_of(at)
    );
    let row = params![
        incarnation.0.as_slice(),
        tip.seq.cast_signed(),
        tip.hash.0.as_slice(),
        bytes
    ];
    conn.prepare_cached(&sql)
        .and_then(|mut insert| insert.execute(row))
        .at(at)?;
    Ok(())
}

impl View<'_> {
    /// The first segments of the outbox in the order of their chain, at most `limit`. They stay until [`Store::outbox_done`].
    pub fn outbox(&self, at: Compartment, limit: u32) -> Result<Vec<OutboxSegment>, StoreError> {
        self.granted(at)?;
        let sql = format!(
            "SELECT incarnation, seq, hash, bytes FROM {}.outbox ORDER BY n LIMIT ?1",
            schema_of(at)
        );
        let device = wire_device(self.access.device);
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let rows = query
            .query_map(params![limit], |row| {
                Ok(OutboxSegment {
                    chain: Chain {
                        device,
                        incarnation: Incarnation(row.get(0)?),
                        compartment: wire_compartment(at),
                    },
                    tip: Tip {
                        seq: row.get::<_, i64>(1)?.cast_unsigned(),
                        hash: SegmentHash(row.get(2)?),
                    },
                    bytes: row.get(3)?,
                })
            })
            .at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }
}

impl Store {
    /// Takes the segments of a chain up to number `seq` out of the outbox: the spool has them.
    pub fn outbox_done(&mut self, at: Compartment, incarnation: Incarnation, seq: u64) -> Result<(), StoreError> {
        self.keep_books(at, |conn| {
            let sql = format!(
                "DELETE FROM {}.outbox WHERE incarnation = ?1 AND seq <= ?2",
                schema_of(at)
            );
            let key = params![incarnation.0.as_slice(), i64::try_from(seq).unwrap_or(i64::MAX)];
            conn.prepare_cached(&sql)
                .and_then(|mut delete| delete.execute(key))
                .at(at)?;
            Ok(())
        })
    }
}
