//! Reads a whole chain and says where it was changed.

use super::{AuditKey, Head, entry_hash, read_row, stored_head};
use crate::store::error::{At, StoreError};
use crate::store::schema::schema;
use rusqlite::Connection;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;

/// What is wrong with a chain. Numbers are those of the first entry where it shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuditFault {
    /// An entry is missing, or two were exchanged: this number is not the next one or does not follow from the one before.
    Broken {
        /// The number that should stand there.
        n: u64,
    },
    /// The entry's content does not match its hash.
    Altered {
        /// The entry.
        n: u64,
    },
    /// The chain ends before or after its recorded head, or at another hash.
    Cut {
        /// The last entry that is there.
        n: u64,
    },
    /// The recorded head itself was changed by someone without the key.
    HeadForged,
}

/// The answer of a verification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditReport {
    /// Which chain.
    pub compartment: Compartment,
    /// How many entries were read.
    pub entries: u64,
    /// The hash of the last good entry.
    pub head: [u8; 32],
    /// The first fault, if any.
    pub fault: Option<AuditFault>,
}

/// Reads the chain from its first entry to its head.
pub(in crate::store) fn verify(
    conn: &Connection,
    compartment: Compartment,
    device: DeviceId,
    key: &AuditKey,
) -> Result<AuditReport, StoreError> {
    let (recorded, mac) = stored_head(conn, compartment)?;
    let mut head = Head::empty(device, compartment);
    let mut fault = None;
    let s = schema(compartment);
    let sql = format!(
        "SELECT a.n, a.at_ms, coalesce(u.id, zeroblob(16)), a.action, a.patient, a.record, a.detail, a.prev, a.hash \
         FROM {s}.audit a LEFT JOIN {s}.user_ref u ON u.n = a.user ORDER BY a.n"
    );
    let mut query = conn.prepare_cached(&sql).at(compartment)?;
    let mut rows = query.query([]).at(compartment)?;
    while let Some(row) = rows.next().at(compartment)? {
        let entry = read_row(row).at(compartment)?;
        let next = head.n + 1;
        if entry.row.n != next || entry.prev != head.hash {
            fault = Some(AuditFault::Broken { n: next });
            break;
        }
        let hash = entry_hash(device, compartment, &entry.row, &head.hash);
        if entry.hash != hash {
            fault = Some(AuditFault::Altered { n: next });
            break;
        }
        head = Head { n: next, hash };
    }
    if fault.is_none() {
        // `blake3::Hash` compares in constant time.
        if recorded.mac(key, device, compartment) != mac {
            fault = Some(AuditFault::HeadForged);
        } else if recorded != head {
            fault = Some(AuditFault::Cut { n: head.n });
        }
    }
    Ok(AuditReport {
        compartment,
        entries: head.n,
        head: head.hash,
        fault,
    })
}
