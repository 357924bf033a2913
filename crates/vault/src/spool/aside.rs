//! Segments that do not count: what a revoked device wrote behind the line of its revocation. Genuine, sealed as they came, and applied only when
//! an admin has accepted them.

use super::Spool;
use super::device::Cursor;
use super::error::{Failed, SpoolError};
use rusqlite::{OptionalExtension, params};
use wardkeep_roster::{Compartment, DeviceId};
use wardkeep_sync::id::{Chain, Incarnation, SegmentHash, Tip};
use wardkeep_sync::segment::Segment;

/// Bytes of all that is kept aside at most. What does not fit stays on the server.
pub const ASIDE_MAX: u64 = 256 << 20;

/// A segment that is kept aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Aside {
    /// Its chain.
    pub chain: Chain,
    /// Its place and hash.
    pub tip: Tip,
    /// When it came here, in Unix milliseconds.
    pub at_ms: u64,
    /// Its length.
    pub bytes: u64,
}

impl Spool {
    /// Keeps verified segments aside; those that are here stay as they are. Says how many found no room.
    pub fn put_aside(&mut self, segments: &[&[u8]], now_ms: u64) -> Result<usize, SpoolError> {
        self.write(|conn| {
            let sum = "SELECT coalesce(sum(length(bytes)), 0) FROM aside";
            let mut kept = conn
                .query_row(sum, [], |row| row.get::<_, i64>(0))
                .failed()?
                .cast_unsigned();
            let mut left_out = 0;
            for bytes in segments {
                let Ok(segment) = Segment::parse(bytes) else {
                    continue;
                };
                if kept.saturating_add(bytes.len() as u64) > ASIDE_MAX {
                    left_out += 1;
                    continue;
                }
                let (header, hash) = (segment.header(), segment.hash());
                let put = "INSERT OR IGNORE INTO aside (device, incarnation, compartment, seq, hash, at_ms, bytes) \
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
                let row = params![
                    header.chain.device.0.as_slice(),
                    header.chain.incarnation.0.as_slice(),
                    header.chain.compartment.number(),
                    header.seq.cast_signed(),
                    hash.0.as_slice(),
                    now_ms.cast_signed(),
                    bytes,
                ];
                let new = conn
                    .prepare_cached(put)
                    .and_then(|mut insert| insert.execute(row))
                    .failed()?;
                kept += bytes.len() as u64 * new as u64;
            }
            Ok(left_out)
        })
    }

    /// Notes up to which number the server's rescued segments were looked at.
    pub fn rescues_seen(&mut self, number: u64) -> Result<(), SpoolError> {
        let seen = self.cursor(Cursor::Rescues)?.max(number);
        self.set_cursor(Cursor::Rescues, seen)
    }

    /// All that is kept aside, chain by chain, in order.
    pub fn aside(&self) -> Result<Vec<Aside>, SpoolError> {
        let mut query = self
            .conn
            .prepare_cached(
                "SELECT device, incarnation, compartment, seq, hash, at_ms, length(bytes) FROM aside \
                 ORDER BY device, compartment, incarnation, seq, n",
            )
            .failed()?;
        let mut rows = query.query([]).failed()?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().failed()? {
            let Some(compartment) = Compartment::from_number(row.get(2).failed()?) else {
                continue;
            };
            all.push(Aside {
                chain: Chain {
                    device: DeviceId(row.get(0).failed()?),
                    incarnation: Incarnation(row.get(1).failed()?),
                    compartment,
                },
                tip: Tip {
                    seq: row.get::<_, i64>(3).failed()?.cast_unsigned(),
                    hash: SegmentHash(row.get(4).failed()?),
                },
                at_ms: row.get::<_, i64>(5).failed()?.cast_unsigned(),
                bytes: row.get::<_, i64>(6).failed()?.cast_unsigned(),
            });
        }
        Ok(all)
    }

    /// The bytes of one of them.
    pub fn aside_bytes(&self, hash: &SegmentHash) -> Result<Option<Vec<u8>>, SpoolError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT bytes FROM aside WHERE hash = ?1")
            .failed()?;
        query
            .query_row(params![hash.0.as_slice()], |row| row.get(0))
            .optional()
            .failed()
    }

    /// It counts by now and was kept with the others.
    pub fn aside_done(&mut self, hash: &SegmentHash) -> Result<(), SpoolError> {
        self.conn
            .execute("DELETE FROM aside WHERE hash = ?1", params![hash.0.as_slice()])
            .failed()?;
        Ok(())
    }
}
