//! What is wrong with the chains of a trail: noted when it arrives, or found when the file is compared with the signed segments.

use super::entry::{chain_number, chain_of, of_row};
use super::{Failed, Trail, TrailEntry, TrailError};
use rusqlite::{Connection, OptionalExtension, params};
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TrailFaultKind {
    /// Entries from this number on never came, and later ones did.
    Missing = 1,
    /// The entry does not follow from the one before it: it or its place was changed on its device.
    Altered = 2,
    /// The device has sent two entries of this number: it cut its chain off and went on, or it exists twice.
    Rewritten = 3,
    /// The reader's own file lacks an entry that is in a signed segment, or has another in its place, or one that is in none.
    Tampered = 4,
    /// A segment that was taken in is no longer here, so nothing can be compared with it.
    SegmentGone = 5,
}

impl TrailFaultKind {
    const ALL: [Self; 5] = [
        Self::Missing,
        Self::Altered,
        Self::Rewritten,
        Self::Tampered,
        Self::SegmentGone,
    ];

    fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }
}

/// One fault.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TrailFault {
    /// Whose chain.
    pub device: DeviceId,
    /// Which of its chains.
    pub chain: Compartment,
    /// The number where it shows.
    pub n: u64,
    /// What is wrong.
    pub kind: TrailFaultKind,
}

/// Notes a fault, once.
pub(super) fn note(
    conn: &Connection,
    device: DeviceId,
    chain: Compartment,
    n: u64,
    kind: TrailFaultKind,
) -> Result<(), TrailError> {
    let sql = "INSERT OR IGNORE INTO fault (device, chain, n, kind) VALUES (?1, ?2, ?3, ?4)";
    let row = params![
        device.as_bytes().as_slice(),
        chain_number(chain),
        n.cast_signed(),
        kind as u8
    ];
    conn.prepare_cached(sql).and_then(|mut put| put.execute(row)).failed()?;
    Ok(())
}

impl Trail {
    /// What was found wrong as it arrived.
    pub fn faults(&self) -> Result<Vec<TrailFault>, TrailError> {
        let sql = "SELECT device, chain, n, kind FROM fault ORDER BY device, chain, n, kind";
        let mut query = self.conn.prepare_cached(sql).failed()?;
        let rows = query
            .query_map([], |row| {
                Ok((
                    row.get::<_, [u8; 16]>(0)?,
                    row.get(1)?,
                    row.get::<_, i64>(2)?,
                    row.get(3)?,
                ))
            })
            .failed()?;
        let mut faults = Vec::new();
        for row in rows {
            let (device, chain, n, kind) = row.failed()?;
            if let (Some(chain), Some(kind)) = (chain_of(chain), TrailFaultKind::of_number(kind)) {
                faults.push(TrailFault {
                    device: DeviceId::from_bytes(device),
                    chain,
                    n: n.cast_unsigned(),
                    kind,
                });
            }
        }
        Ok(faults)
    }

    /// Whether the file says of this entry what the signed segment says. An entry whose number was rewritten is a fault already.
    pub fn agrees(&self, device: DeviceId, entry: &TrailEntry) -> Result<bool, TrailError> {
        let sql = "SELECT chain, n, at_ms, user, action, patient, record, detail, hash, op, marked FROM entry \
                   WHERE device = ?1 AND chain = ?2 AND n = ?3";
        let key = params![
            device.as_bytes().as_slice(),
            chain_number(entry.chain),
            entry.row.n.cast_signed()
        ];
        let found = self
            .conn
            .prepare_cached(sql)
            .and_then(|mut query| query.query_row(key, |row| of_row(row, 0)).optional())
            .failed()?;
        Ok(found.flatten().is_some_and(|found| found == *entry))
    }
}
