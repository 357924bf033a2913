//! Every sealed segment that this device has received or sent: to be applied at the next unlock, and to be given back to a server that lost
//! it. Signatures survive, so any device can restore anyone's.

use super::Spool;
use super::error::{Failed, SpoolError};
use super::vector::{self, FLOOR, TIP};
use rusqlite::{Connection, OptionalExtension, params};
use wardkeep_sync::admit::Held;
use wardkeep_sync::frontier::{Frontier, Gap};
use wardkeep_sync::id::{Chain, SegmentHash, Tip};
use wardkeep_sync::segment::{MalformedSegment, Segment};

/// What became of a segment that was to be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// It is new.
    New,
    /// It was here.
    Known,
    /// Another one is kept in its place: proof of a fork. This one was not stored.
    Other(SegmentHash),
    /// One before it is missing. It was not stored.
    Gap,
    /// It is no segment. It was not stored.
    Malformed(MalformedSegment),
}

impl Spool {
    /// Keeps segments, in one transaction, and answers for each. The caller has verified them ([`wardkeep_sync::admit`]).
    pub fn keep_segments(&mut self, segments: &[impl AsRef<[u8]>]) -> Result<Vec<Kept>, SpoolError> {
        self.write(|conn| segments.iter().map(|bytes| keep(conn, bytes.as_ref())).collect())
    }

    /// What is kept: the version vector of the spool.
    pub fn frontier(&self) -> Result<Frontier, SpoolError> {
        vector::load(&self.conn, TIP)
    }

    /// The hash of a kept segment.
    pub fn hash_at(&self, chain: &Chain, seq: u64) -> Result<Option<SegmentHash>, SpoolError> {
        hash_at(&self.conn, chain, seq)
    }

    /// Takes the segments of this device's own chain after number `keep` out, because others have another branch of it: what they hold was
    /// written again in a new life ([`crate::store::Store::begin_incarnation`]).
    pub fn forget_after(&mut self, chain: &Chain, keep: u64) -> Result<(), SpoolError> {
        let tip = self.hash_at(chain, keep)?.map(|hash| Tip { seq: keep, hash });
        self.write(|conn| {
            let key = params![
                chain.compartment.number(),
                chain.device.0.as_slice(),
                chain.incarnation.0.as_slice(),
                i64::try_from(keep).unwrap_or(i64::MAX),
            ];
            let place = "compartment = ?1 AND device = ?2 AND incarnation = ?3 AND seq > ?4";
            for table in ["segment", TIP] {
                conn.execute(&format!("DELETE FROM {table} WHERE {place}"), key)
                    .failed()?;
            }
            match tip {
                Some(tip) => vector::put(conn, TIP, chain, tip),
                None => Ok(()),
            }
        })
    }

    /// Bytes of the kept segments in these gaps.
    pub fn bytes_of(&self, gaps: &[Gap]) -> Result<u64, SpoolError> {
        let sql = "SELECT coalesce(sum(length(bytes)), 0) FROM segment \
                   WHERE compartment = ?1 AND device = ?2 AND incarnation = ?3 AND seq BETWEEN ?4 AND ?5";
        let mut query = self.conn.prepare_cached(sql).failed()?;
        let mut bytes = 0;
        for Gap { chain, from, to } in gaps {
            let key = params![
                chain.compartment.number(),
                chain.device.0.as_slice(),
                chain.incarnation.0.as_slice(),
                i64::try_from(*from).unwrap_or(i64::MAX),
                i64::try_from(*to).unwrap_or(i64::MAX),
            ];
            bytes += query
                .query_row(key, |row| row.get::<_, i64>(0))
                .failed()?
                .cast_unsigned();
        }
        Ok(bytes)
    }

    /// One kept segment.
    pub fn segment(&self, chain: &Chain, seq: u64) -> Result<Option<Vec<u8>>, SpoolError> {
        Ok(self.segments(chain, seq, 1)?.into_iter().next())
    }

    /// Kept segments of a chain from number `from` on, in order: as many as fit into `max_bytes`, at least one.
    pub fn segments(&self, chain: &Chain, from: u64, max_bytes: usize) -> Result<Vec<Vec<u8>>, SpoolError> {
        let sql = "SELECT bytes FROM segment WHERE compartment = ?1 AND device = ?2 AND incarnation = ?3 AND seq >= ?4 ORDER BY seq";
        let mut query = self.conn.prepare_cached(sql).failed()?;
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        let key = params![
            chain.compartment.number(),
            chain.device.0.as_slice(),
            chain.incarnation.0.as_slice(),
            from
        ];
        let mut rows = query.query(key).failed()?;
        let (mut found, mut size) = (Vec::new(), 0);
        while let Some(row) = rows.next().failed()? {
            let length = row.get_ref(0).failed()?.as_blob().map_or(0, <[u8]>::len);
            if !found.is_empty() && size + length > max_bytes {
                break;
            }
            size += length;
            found.push(row.get(0).failed()?);
        }
        Ok(found)
    }
}

/// For [`wardkeep_sync::admit`], which knows no errors: what cannot be read counts as not held, and is refused when it is to be kept.
impl Held for Spool {
    fn tip(&self, chain: &Chain) -> Option<Tip> {
        let tip = vector::tip(&self.conn, TIP, chain);
        tip.inspect_err(|error| tracing::warn!(%error, "the spool could not be read"))
            .ok()
            .flatten()
    }

    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash> {
        let hash = Self::hash_at(self, chain, seq);
        hash.inspect_err(|error| tracing::warn!(%error, "the spool could not be read"))
            .ok()
            .flatten()
    }
}

fn keep(conn: &Connection, bytes: &[u8]) -> Result<Kept, SpoolError> {
    let segment = match Segment::parse(bytes) {
        Ok(segment) => segment,
        Err(why) => return Ok(Kept::Malformed(why)),
    };
    let (header, hash) = (segment.header(), segment.hash());
    let (chain, seq) = (header.chain, header.seq);
    if let Some(known) = hash_at(conn, &chain, seq)? {
        return Ok(if known == hash { Kept::Known } else { Kept::Other(known) });
    }
    let tip = vector::tip(conn, TIP, &chain)?;
    if seq != tip.map_or(0, |tip| tip.seq) + 1 || i64::try_from(seq).is_err() {
        return Ok(Kept::Gap);
    }
    if let Some(tip) = tip.filter(|tip| tip.hash != header.prev) {
        return Ok(Kept::Other(tip.hash));
    }
    let sql =
        "INSERT INTO segment (compartment, device, incarnation, seq, hash, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let row = params![
        chain.compartment.number(),
        chain.device.0.as_slice(),
        chain.incarnation.0.as_slice(),
        seq.cast_signed(),
        hash.0.as_slice(),
        bytes,
    ];
    conn.prepare_cached(sql)
        .and_then(|mut insert| insert.execute(row))
        .failed()?;
    vector::put(conn, TIP, &chain, Tip { seq, hash })?;
    Ok(Kept::New)
}

fn hash_at(conn: &Connection, chain: &Chain, seq: u64) -> Result<Option<SegmentHash>, SpoolError> {
    let sql = "SELECT hash FROM segment WHERE compartment = ?1 AND device = ?2 AND incarnation = ?3 AND seq = ?4";
    let key = params![
        chain.compartment.number(),
        chain.device.0.as_slice(),
        chain.incarnation.0.as_slice(),
        i64::try_from(seq).unwrap_or(-1),
    ];
    let mut query = conn.prepare_cached(sql).failed()?;
    let found = query
        .query_row(key, |row| row.get(0).map(SegmentHash))
        .optional()
        .failed()?;
    if found.is_some() {
        return Ok(found);
    }
    let floor = vector::tip(conn, FLOOR, chain)?;
    Ok(floor.filter(|floor| floor.seq == seq).map(|floor| floor.hash))
}
