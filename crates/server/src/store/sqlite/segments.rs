//! Chains of segments. Consecutive segments of a chain lie together in runs, in the form in which a pull sends them: that keeps
//! pages full and the index short, and a pull copies instead of assembling.

use super::clinic::{book, number, signed};
use crate::store::{Appended, NewSegment, Run, StoreError};
use rusqlite::{Connection, OptionalExtension, Statement, params};
use std::ops::RangeInclusive;
use wardkeep_roster::{ClinicId, Compartment, DeviceId};
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::{Chain, Incarnation, SegmentHash, Tip};
use wardkeep_sync::stream::{LENGTH_BYTES, write_item};

/// Segments of one push go into runs of about this many bytes.
const RUN_BYTES: usize = 64 * 1024;
/// The last run of a chain is added to while it stays below this. Adding rewrites it, so it is less than the above.
const GROW_BYTES: usize = 16 * 1024;

/// A chain as it stands in the database.
pub(super) struct Row {
    pub(super) n: i64,
    tip: Tip,
}

/// The tip of every chain.
pub fn tips(db: &Connection, clinic: ClinicId) -> Result<Frontier, StoreError> {
    let clinic = number(db, clinic)?;
    let mut statement = db.prepare_cached(
        "SELECT device, incarnation, compartment, tip_seq, tip_hash FROM chain WHERE clinic = ?1 AND tip_seq > 0",
    )?;
    let mut rows = statement.query([clinic])?;
    let mut frontier = Frontier::new();
    while let Some(row) = rows.next()? {
        let compartment = Compartment::from_number(row.get(2)?)
            .ok_or_else(|| StoreError::Damaged("a compartment of no meaning".into()))?;
        let chain = Chain {
            device: DeviceId(row.get(0)?),
            incarnation: Incarnation(row.get(1)?),
            compartment,
        };
        let tip = Tip {
            seq: row.get(3)?,
            hash: SegmentHash(row.get(4)?),
        };
        frontier.set(chain, tip);
    }
    Ok(frontier)
}

/// Appends each segment that is the next of its chain.
pub fn append(tx: &Connection, clinic: ClinicId, new: &[NewSegment], quota: u64) -> Result<Vec<Appended>, StoreError> {
    let clinic = number(tx, clinic)?;
    let mut answers = Vec::with_capacity(new.len());
    for group in new.chunk_by(|a, b| a.chain == b.chain) {
        answers.extend(append_group(tx, clinic, group, quota)?);
    }
    Ok(answers)
}

/// Segments of one chain: as many from the front as follow each other.
fn append_group(tx: &Connection, clinic: i64, group: &[NewSegment], quota: u64) -> Result<Vec<Appended>, StoreError> {
    let Some(chain) = group.first().map(|segment| segment.chain) else {
        return Ok(Vec::new());
    };
    let row = chain_row(tx, clinic, &chain)?;
    let (mut tip, mut fits) = (row.tip, 0);
    for segment in group {
        if segment.seq != tip.seq + 1 || segment.prev != tip.hash {
            break;
        }
        tip = Tip {
            seq: segment.seq,
            hash: segment.hash,
        };
        fits += 1;
    }
    let (taken, rest) = group.split_at(fits);
    let bytes = taken
        .iter()
        .map(|segment| (segment.bytes.len() + LENGTH_BYTES) as u64)
        .sum();
    let outcome = if taken.is_empty() || book(tx, clinic, bytes, quota)? {
        write_runs(tx, row.n, taken)?;
        set_tip(tx, row.n, tip)?;
        Appended::Stored
    } else {
        Appended::OverQuota
    };
    let taken = std::iter::repeat_n(outcome, taken.len());
    Ok(taken
        .chain(std::iter::repeat_n(Appended::NotNext, rest.len()))
        .collect())
}

fn write_runs(tx: &Connection, chain: i64, mut segments: &[NewSegment]) -> Result<(), StoreError> {
    let last: Option<(i64, usize)> = tx
        .prepare_cached("SELECT n, length(bytes) FROM run WHERE chain = ?1 ORDER BY first DESC LIMIT 1")?
        .query_row([chain], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((run, length)) = last {
        let (count, items) = items(segments, GROW_BYTES.saturating_sub(length), 0)?;
        if count > 0 {
            tx.prepare_cached("UPDATE run SET bytes = CAST(bytes || ?2 AS BLOB), count = count + ?3 WHERE n = ?1")?
                .execute(params![run, items, count])?;
            segments = &segments[count..];
        }
    }
    while let Some(first) = segments.first() {
        let (count, items) = items(segments, RUN_BYTES, 1)?;
        tx.prepare_cached("INSERT INTO run (chain, first, count, bytes) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![chain, signed(first.seq), count, items])?;
        segments = &segments[count..];
    }
    Ok(())
}

/// As many segments as fit into so many bytes, at least `least` of them, as a stream of items.
fn items(segments: &[NewSegment], room: usize, least: usize) -> Result<(usize, Vec<u8>), StoreError> {
    let (mut count, mut length) = (0, 0);
    for segment in segments {
        let item = segment.bytes.len() + LENGTH_BYTES;
        if length + item > room && count >= least {
            break;
        }
        (count, length) = (count + 1, length + item);
    }
    let mut items = Vec::with_capacity(length);
    for segment in &segments[..count] {
        write_item(&mut items, &segment.bytes).map_err(|_| StoreError::Damaged("a segment of no length".into()))?;
    }
    Ok((count, items))
}

/// Segments of one chain from the first that is wanted, until enough.
pub fn read(
    db: &Connection,
    clinic: ClinicId,
    chain: Chain,
    wanted: RangeInclusive<u64>,
    most_bytes: usize,
) -> Result<Run, StoreError> {
    let clinic = number(db, clinic)?;
    let mut answer = Run::default();
    let Some(row) = find_chain(db, clinic, &chain)? else {
        return Ok(answer);
    };
    // The run that holds the first one begins at it or before it.
    let mut runs: Statement<'_> = db.prepare(
        "SELECT first, bytes FROM run WHERE chain = ?1 AND first >=
             coalesce((SELECT max(first) FROM run WHERE chain = ?1 AND first <= ?2), ?2)
         AND first <= ?3 ORDER BY first",
    )?;
    let mut rows = runs.query(params![row.n, signed(*wanted.start()), signed(*wanted.end())])?;
    while let Some(row) = rows.next()? {
        let first: u64 = row.get(0)?;
        // The first that is wanted was let go under a snapshot: what follows it is of no use without it.
        if answer.last == 0 && first > *wanted.start() {
            break;
        }
        let bytes = row
            .get_ref(1)?
            .as_blob()
            .map_err(|_| StoreError::Damaged("a run of no bytes".into()))?;
        if !copy_items(first, bytes, &wanted, most_bytes, &mut answer)? {
            break;
        }
    }
    Ok(answer)
}

/// Copies what is wanted of a run. `false` when the answer is full.
fn copy_items(
    first: u64,
    bytes: &[u8],
    wanted: &RangeInclusive<u64>,
    most_bytes: usize,
    answer: &mut Run,
) -> Result<bool, StoreError> {
    let damaged = || StoreError::Damaged("a run is cut short".into());
    let (mut rest, mut seq) = (bytes, first);
    while !rest.is_empty() && seq <= *wanted.end() {
        let length = rest.first_chunk::<LENGTH_BYTES>().ok_or_else(damaged)?;
        let whole = LENGTH_BYTES + u32::from_be_bytes(*length) as usize;
        let (item, behind) = rest.split_at_checked(whole).ok_or_else(damaged)?;
        if seq >= *wanted.start() {
            if answer.last != 0 && answer.items.len() + item.len() > most_bytes {
                return Ok(false);
            }
            answer.items.extend_from_slice(item);
            answer.last = seq;
        }
        (rest, seq) = (behind, seq + 1);
    }
    Ok(answer.items.len() < most_bytes)
}

fn chain_row(tx: &Connection, clinic: i64, chain: &Chain) -> Result<Row, StoreError> {
    if let Some(row) = find_chain(tx, clinic, chain)? {
        return Ok(row);
    }
    let none = Tip {
        seq: 0,
        hash: SegmentHash::ZERO,
    };
    tx.prepare_cached(
        "INSERT INTO chain (clinic, device, incarnation, compartment, tip_seq, tip_hash) VALUES (?1, ?2, ?3, ?4, 0, ?5)",
    )?
    .execute(params![clinic, chain.device.0, chain.incarnation.0, chain.compartment.number(), none.hash.0])?;
    Ok(Row {
        n: tx.last_insert_rowid(),
        tip: none,
    })
}

pub(super) fn find_chain(db: &Connection, clinic: i64, chain: &Chain) -> Result<Option<Row>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT n, tip_seq, tip_hash FROM chain
         WHERE clinic = ?1 AND device = ?2 AND incarnation = ?3 AND compartment = ?4",
    )?;
    let key = params![clinic, chain.device.0, chain.incarnation.0, chain.compartment.number()];
    let row = statement.query_row(key, |row| {
        let tip = Tip {
            seq: row.get(1)?,
            hash: SegmentHash(row.get(2)?),
        };
        Ok(Row { n: row.get(0)?, tip })
    });
    Ok(row.optional()?)
}

fn set_tip(tx: &Connection, chain: i64, tip: Tip) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE chain SET tip_seq = ?2, tip_hash = ?3 WHERE n = ?1")?
        .execute(params![chain, signed(tip.seq), tip.hash.0])?;
    Ok(())
}
