//! Segments that may not be applied and are not thrown away: an admin looks at them and decides.

use super::super::apply::NOBODY_USER;
use super::super::error::{At, StoreError};
use super::{schema_of, store_compartment, store_device, wire_compartment};
use crate::store::{Action, AuditEntry, Store, Tx, View};
use rusqlite::params;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_sync::id::{Chain, Incarnation, SegmentHash, Tip};
use wardkeep_sync::segment::Verified;

/// Why a segment was kept aside. The numbers are stored and never reused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Reason {
    /// Its device was revoked, and it stands behind the last segment that counts.
    AfterRevocation = 1,
    /// Another segment of its device stands in its place.
    Fork = 2,
    /// It did not open: sealed under another key than the roster commits to, or damaged before it was signed.
    Unopened = 3,
    /// A newer version of this program put it here.
    Other = 255,
}

impl Reason {
    /// The name in `snake_case`, for reports and the window.
    pub fn name(self) -> &'static str {
        match self {
            Self::AfterRevocation => "after_revocation",
            Self::Fork => "fork",
            Self::Unopened => "unopened",
            Self::Other => "other",
        }
    }

    fn of_number(number: i64) -> Self {
        [Self::AfterRevocation, Self::Fork, Self::Unopened]
            .into_iter()
            .find(|reason| i64::from(*reason as u8) == number)
            .unwrap_or(Self::Other)
    }
}

/// A segment that was kept aside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quarantined {
    /// Its chain.
    pub chain: Chain,
    /// Its place and hash.
    pub tip: Tip,
    /// Why.
    pub reason: Reason,
    /// When it was kept aside, in Unix milliseconds.
    pub at_ms: u64,
    /// Its bytes, as received.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Keeps a genuine segment aside, with an audit entry. Doing it again changes nothing.
    pub fn quarantine(&mut self, segment: &Verified<'_>, reason: Reason) -> Result<(), StoreError> {
        let (header, hash) = (*segment.segment().header(), segment.segment().hash());
        let at = store_compartment(header.chain.compartment).ok_or(StoreError::WrongCompartment)?;
        self.access.audit_key(at)?;
        if is_kept(&self.conn, at, hash)? {
            return Ok(());
        }
        let kept = Quarantined {
            chain: header.chain,
            tip: Tip { seq: header.seq, hash },
            reason,
            at_ms: self.clock.now_ms(),
            bytes: segment.segment().bytes().to_vec(),
        };
        self.write(at, NOBODY_USER, |tx| tx.put_quarantined(&kept))
    }

    /// Takes a segment out of the quarantine, as `user` decided: to be received after all, or because it is of no use.
    pub fn release(&mut self, at: Compartment, user: UserId, hash: SegmentHash) -> Result<(), StoreError> {
        self.write(at, user, |tx| {
            let sql = format!("DELETE FROM {}.quarantine WHERE hash = ?1", schema_of(at));
            let gone = tx.conn.execute(&sql, params![hash.0.as_slice()]).at(at)?;
            if gone == 0 {
                return Err(StoreError::Missing { what: "segment" });
            }
            let detail = serde_json::json!({ "released": hash.to_string() });
            tx.audit(&AuditEntry::new(Action::Settle).detail(&detail))
        })
    }
}

impl Tx<'_> {
    fn put_quarantined(&mut self, kept: &Quarantined) -> Result<(), StoreError> {
        let at = self.compartment;
        let sql = format!(
            "INSERT INTO {}.quarantine (device, incarnation, seq, hash, reason, at_ms, bytes) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            schema_of(at)
        );
        let row = params![
            kept.chain.device.0.as_slice(),
            kept.chain.incarnation.0.as_slice(),
            kept.tip.seq.cast_signed(),
            kept.tip.hash.0.as_slice(),
            kept.reason as u8,
            kept.at_ms.cast_signed(),
            kept.bytes,
        ];
        self.conn
            .prepare_cached(&sql)
            .and_then(|mut insert| insert.execute(row))
            .at(at)?;
        let detail = serde_json::json!({
            "device": store_device(kept.chain.device).to_string(), "segment": kept.tip.seq, "quarantine": kept.reason.name(),
        });
        self.audit(&AuditEntry::new(Action::Receive).detail(&detail))
    }
}

/// Whether the segment is in quarantine.
fn is_kept(conn: &rusqlite::Connection, at: Compartment, hash: SegmentHash) -> Result<bool, StoreError> {
    let sql = format!("SELECT count(*) FROM {}.quarantine WHERE hash = ?1", schema_of(at));
    let mut query = conn.prepare_cached(&sql).at(at)?;
    query
        .query_row(params![hash.0.as_slice()], |row| row.get::<_, i64>(0))
        .map(|count| count > 0)
        .at(at)
}

impl View<'_> {
    /// What is in quarantine, oldest first, at most `limit`.
    pub fn quarantined(&self, at: Compartment, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        self.granted(at)?;
        let sql = format!(
            "SELECT device, incarnation, seq, hash, reason, at_ms, bytes FROM {}.quarantine ORDER BY n LIMIT ?1",
            schema_of(at)
        );
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let rows = query
            .query_map(params![limit], |row| {
                Ok(Quarantined {
                    chain: Chain {
                        device: wardkeep_roster::DeviceId(row.get(0)?),
                        incarnation: Incarnation(row.get(1)?),
                        compartment: wire_compartment(at),
                    },
                    tip: Tip {
                        seq: row.get::<_, i64>(2)?.cast_unsigned(),
                        hash: SegmentHash(row.get(3)?),
                    },
                    reason: Reason::of_number(row.get(4)?),
                    at_ms: row.get::<_, i64>(5)?.cast_unsigned(),
                    bytes: row.get(6)?,
                })
            })
            .at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }

    /// Whether a segment is in quarantine.
    pub fn is_quarantined(&self, at: Compartment, hash: SegmentHash) -> Result<bool, StoreError> {
        self.granted(at)?;
        is_kept(self.conn, at, hash)
    }
}
