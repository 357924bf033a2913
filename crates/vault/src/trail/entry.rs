//! One entry on its way from the chain that it was written to into a reader's trail, and what its number and hash say of that chain.

use super::fault::{self, TrailFaultKind};
use super::{Failed, TrailError};
use crate::store::{Action, AuditRow, GLASS_MARK, MARKED_MAX, OpRef, audit_entry_hash, is_marked, without_op};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::fmt;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::Compartment;

const PATIENT: u8 = 1;
const RECORD: u8 = 2;
const WITHHELD: u8 = 4;
const OP: u8 = 8;

/// An entry of a device's chain.
#[derive(Clone, PartialEq, Eq)]
pub struct TrailEntry {
    /// Which of the device's chains.
    pub chain: Compartment,
    /// The entry; its detail is empty where it is withheld, but for the mark of broken glass.
    pub row: AuditRow,
    /// The detail stays with those who hold the chart: readers see that something was done, and not what.
    pub withheld: bool,
    /// The op that an entry without its detail tells of: a name and a time, and nothing of what is in the chart. Who holds the chart looks
    /// up what it wrote.
    pub withheld_op: Option<OpRef>,
    /// The entry's hash in its chain.
    pub hash: [u8; 32],
}

impl fmt::Debug for TrailEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrailEntry")
            .field("row", &self.row)
            .finish_non_exhaustive()
    }
}

impl TrailEntry {
    /// An entry as its device wrote it. What the chart's chain says in detail does not leave the chart, but for whom records were given out
    /// to and why, and under broken glass why and that it was: whoever answers for it must know.
    pub fn new(chain: Compartment, mut row: AuditRow, hash: [u8; 32]) -> Self {
        let leaves = Action::of_number(row.action).is_some_and(Action::detail_leaves);
        let stays = chain == Compartment::Clinical && !leaves;
        let withheld = stays && !without_op(&row.detail).is_empty();
        let mut withheld_op = None;
        if withheld {
            withheld_op = OpRef::of_detail(&row.detail);
            let mark = if is_marked(&row.detail) { GLASS_MARK } else { "" };
            row.detail = mark.to_owned();
        }
        Self {
            chain,
            row,
            withheld,
            withheld_op,
            hash,
        }
    }

    /// The op that it tells of.
    pub fn op(&self) -> Option<OpRef> {
        self.withheld_op.or_else(|| OpRef::of_detail(&self.row.detail))
    }

    /// The bytes in a segment: chain 1 | flags 1 | number 8 | time 8 | user 16 | action 2 | hash 32 | patient 16? | record 16? | op 32? |
    /// detail.
    pub fn to_bytes(&self) -> Vec<u8> {
        let row = &self.row;
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let flags = flag(row.patient.is_some(), PATIENT)
            | flag(row.record.is_some(), RECORD)
            | flag(self.withheld, WITHHELD)
            | flag(self.withheld_op.is_some(), OP);
        let mut bytes = Vec::with_capacity(100 + row.detail.len());
        bytes.extend_from_slice(&[chain_number(self.chain), flags]);
        bytes.extend_from_slice(&row.n.to_be_bytes());
        bytes.extend_from_slice(&row.at_ms.to_be_bytes());
        bytes.extend_from_slice(row.user.as_bytes());
        bytes.extend_from_slice(&row.action.to_be_bytes());
        bytes.extend_from_slice(&self.hash);
        for id in [row.patient, row.record].into_iter().flatten() {
            bytes.extend_from_slice(id.as_bytes());
        }
        if let Some(op) = self.withheld_op {
            bytes.extend_from_slice(&op.to_bytes());
        }
        bytes.extend_from_slice(row.detail.as_bytes());
        bytes
    }

    /// Reads what [`TrailEntry::to_bytes`] writes, and nothing else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TrailError> {
        read(bytes).ok_or(TrailError::Malformed)
    }
}

fn read(bytes: &[u8]) -> Option<TrailEntry> {
    let ([chain, flags], mut rest) = bytes.split_first_chunk::<2>()?;
    if *flags > 15 {
        return None;
    }
    let n = u64::from_be_bytes(take(&mut rest)?);
    let at_ms = u64::from_be_bytes(take(&mut rest)?);
    if n == 0 || i64::try_from(n).is_err() || i64::try_from(at_ms).is_err() {
        return None;
    }
    let user = UserId::from_bytes(take(&mut rest)?);
    let action = u16::from_be_bytes(take(&mut rest)?);
    let hash = take(&mut rest)?;
    let patient = match flags & PATIENT {
        0 => None,
        _ => Some(RecordId::from_bytes(take(&mut rest)?)),
    };
    let record = match flags & RECORD {
        0 => None,
        _ => Some(RecordId::from_bytes(take(&mut rest)?)),
    };
    let withheld = flags & WITHHELD != 0;
    let withheld_op = match flags & OP {
        0 => None,
        _ => Some(OpRef::from_bytes(&take(&mut rest)?)?),
    };
    let detail = std::str::from_utf8(rest).ok()?.to_owned();
    let fits = detail.len() <= MARKED_MAX
        && if withheld {
            detail.is_empty() || detail == GLASS_MARK
        } else {
            withheld_op.is_none()
        };
    fits.then_some(TrailEntry {
        chain: chain_of(*chain)?,
        row: AuditRow {
            n,
            at_ms,
            user,
            action,
            patient,
            record,
            detail,
        },
        withheld,
        withheld_op,
        hash,
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (field, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*field)
}

/// The chain's number on the wire and in the file; never reused.
pub(super) fn chain_number(chain: Compartment) -> u8 {
    match chain {
        Compartment::Office => 1,
        Compartment::Clinical => 2,
    }
}

/// The chain of a number.
pub(super) fn chain_of(number: u8) -> Option<Compartment> {
    match number {
        1 => Some(Compartment::Office),
        2 => Some(Compartment::Clinical),
        _ => None,
    }
}

/// Adds an entry, and notes what its number and hash contradict. `excused`: those before it may have been for other readers.
pub(super) fn put(conn: &Connection, device: DeviceId, entry: &TrailEntry, excused: bool) -> Result<(), TrailError> {
    let (chain, n) = (entry.chain, entry.row.n);
    if let Some(known) = hash_at(conn, device, chain, n)? {
        if known != entry.hash {
            fault::note(conn, device, chain, n, TrailFaultKind::Rewritten)?;
        }
        return Ok(());
    }
    let before = if n == 1 {
        None
    } else {
        hash_at(conn, device, chain, n - 1)?
    };
    if n > 1 && before.is_none() {
        if !excused && !began_in_the_middle(conn, device, chain)? {
            fault::note(
                conn,
                device,
                chain,
                last(conn, device, chain)? + 1,
                TrailFaultKind::Missing,
            )?;
        }
    } else if !entry.withheld && audit_entry_hash(device, chain, &entry.row, before) != entry.hash {
        fault::note(conn, device, chain, n, TrailFaultKind::Altered)?;
    }
    let row = &entry.row;
    let sql = "INSERT INTO entry (device, chain, n, at_ms, user, action, patient, record, detail, hash, op, marked) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let values = params![
        device.as_bytes().as_slice(),
        chain_number(chain),
        n.cast_signed(),
        row.at_ms.cast_signed(),
        row.user.as_bytes().as_slice(),
        row.action,
        row.patient.as_ref().map(|id| id.as_bytes().as_slice()),
        row.record.as_ref().map(|id| id.as_bytes().as_slice()),
        (!entry.withheld).then_some(row.detail.as_str()),
        entry.hash.as_slice(),
        entry.withheld_op.map(|op| op.to_bytes().to_vec()),
        entry.withheld && !row.detail.is_empty(),
    ];
    conn.prepare_cached(sql)
        .and_then(|mut put| put.execute(values))
        .failed()?;
    Ok(())
}

fn hash_at(conn: &Connection, device: DeviceId, chain: Compartment, n: u64) -> Result<Option<[u8; 32]>, TrailError> {
    let sql = "SELECT hash FROM entry WHERE device = ?1 AND chain = ?2 AND n = ?3";
    let key = params![device.as_bytes().as_slice(), chain_number(chain), n.cast_signed()];
    conn.prepare_cached(sql)
        .and_then(|mut query| query.query_row(key, |row| row.get(0)).optional())
        .failed()
}

/// Whether this is the first entry of the chain here, and the device's other chain began here in the middle too: what was before was for readers of
/// then. A segment that is missing would have stopped the chain of segments.
fn began_in_the_middle(conn: &Connection, device: DeviceId, chain: Compartment) -> Result<bool, TrailError> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM entry WHERE device = ?1 AND chain = ?2) \
               AND coalesce((SELECT min(n) > 1 FROM entry WHERE device = ?1 AND chain <> ?2), 0)";
    let key = params![device.as_bytes().as_slice(), chain_number(chain)];
    conn.prepare_cached(sql)
        .and_then(|mut query| query.query_row(key, |row| row.get(0)))
        .failed()
}

/// The highest number of a chain.
fn last(conn: &Connection, device: DeviceId, chain: Compartment) -> Result<u64, TrailError> {
    let sql = "SELECT coalesce(max(n), 0) FROM entry WHERE device = ?1 AND chain = ?2";
    let key = params![device.as_bytes().as_slice(), chain_number(chain)];
    conn.prepare_cached(sql)
        .and_then(|mut query| query.query_row(key, |row| row.get::<_, i64>(0)))
        .map(i64::cast_unsigned)
        .failed()
}

/// Reads the columns chain, n, at_ms, user, action, patient, record, detail, hash, op, marked from column `from` on.
pub(super) fn of_row(row: &Row<'_>, from: usize) -> rusqlite::Result<Option<TrailEntry>> {
    let id = |column: usize| -> rusqlite::Result<Option<RecordId>> {
        Ok(row.get::<_, Option<[u8; 16]>>(from + column)?.map(RecordId::from_bytes))
    };
    let Some(chain) = chain_of(row.get(from)?) else {
        return Ok(None);
    };
    let detail: Option<String> = row.get(from + 7)?;
    let op: Option<[u8; OpRef::BYTES]> = row.get(from + 9)?;
    let mark = if row.get(from + 10)? { GLASS_MARK } else { "" };
    Ok(Some(TrailEntry {
        chain,
        withheld: detail.is_none(),
        withheld_op: op.and_then(|op| OpRef::from_bytes(&op)),
        row: AuditRow {
            n: row.get::<_, i64>(from + 1)?.cast_unsigned(),
            at_ms: row.get::<_, i64>(from + 2)?.cast_unsigned(),
            user: UserId::from_bytes(row.get(from + 3)?),
            action: row.get(from + 4)?,
            patient: id(5)?,
            record: id(6)?,
            detail: detail.unwrap_or_else(|| mark.to_owned()),
        },
        hash: row.get(from + 8)?,
    }))
}
