//! The store's side of sync: what of this device's ops was sealed and acknowledged, what was applied of every chain, which keys
//! open the segments, and what had to be kept aside.
//!
//! Invariants:
//! - A segment's ops, its place in its chain and the audit entry commit together: after a kill it was received whole or not at all.
//! - What was sealed is never sealed again in the same incarnation: the segment is written in the transaction that notes it, so
//!   one number of a chain never names two segments.
//! - A chain with an op that cannot be read stops before that segment and says so. All other chains go on.
//! - Repeating anything is harmless.

mod chain;
mod epoch_key;
mod life;
mod outbox;
mod receive;
mod schema;
mod seal;
mod sent;

pub(super) use chain::store as store_chain;
pub use chain::{ChainState, Stop};
pub use life::writer_of;
pub use outbox::OutboxSegment;
pub use receive::{Arrived, Received};
pub(super) use schema::SYNC;
pub use seal::{Pending, SealedRun};
pub use sent::Unsent;

use super::Store;
use super::error::{At, StoreError};
use super::schema::schema as schema_of;
use rusqlite::{Connection, TransactionBehavior, params};
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;
use wardkeep_sync::id::{Chain, Incarnation};

/// A compartment as the roster and the segments name it.
pub fn wire_compartment(at: Compartment) -> wardkeep_roster::Compartment {
    match at {
        Compartment::Office => wardkeep_roster::Compartment::Office,
        Compartment::Clinical => wardkeep_roster::Compartment::Clinical,
    }
}

/// A compartment of the wire, where this device keeps a file for it.
pub fn store_compartment(wire: wardkeep_roster::Compartment) -> Option<Compartment> {
    match wire {
        wardkeep_roster::Compartment::Office => Some(Compartment::Office),
        wardkeep_roster::Compartment::Clinical => Some(Compartment::Clinical),
        wardkeep_roster::Compartment::Audit => None,
    }
}

/// A device as the roster and the segments name it.
pub fn wire_device(device: DeviceId) -> wardkeep_roster::DeviceId {
    wardkeep_roster::DeviceId(*device.as_bytes())
}

/// A device of the wire as ops name it.
pub fn store_device(wire: wardkeep_roster::DeviceId) -> DeviceId {
    DeviceId::from_bytes(wire.0)
}

/// The one row of what this device has sealed and what was acknowledged.
struct Own {
    /// The present life of this device's chain; `None` until [`Store::begin_incarnation`].
    incarnation: Option<Incarnation>,
    /// The last own op that is in a segment.
    sealed_op: u64,
    /// The last own op that the server has acknowledged.
    acknowledged_op: u64,
    /// The last segment of the present life that the server has acknowledged.
    acknowledged_seq: u64,
}

impl Own {
    fn load(conn: &Connection, at: Compartment) -> Result<Self, StoreError> {
        let sql = format!(
            "SELECT incarnation, sealed_op, acknowledged_op, acknowledged_seq FROM {}.sync",
            schema_of(at)
        );
        let mut query = conn.prepare_cached(&sql).at(at)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Self {
                incarnation: row.get::<_, Option<[u8; 16]>>(0)?.map(Incarnation),
                sealed_op: row.get::<_, i64>(1)?.cast_unsigned(),
                acknowledged_op: row.get::<_, i64>(2)?.cast_unsigned(),
                acknowledged_seq: row.get::<_, i64>(3)?.cast_unsigned(),
            })
        };
        query.query_row([], read).at(at)
    }

    fn store(&self, conn: &Connection, at: Compartment) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE {}.sync SET incarnation = ?1, sealed_op = ?2, acknowledged_op = ?3, acknowledged_seq = ?4",
            schema_of(at)
        );
        let row = params![
            self.incarnation.as_ref().map(|incarnation| incarnation.0.as_slice()),
            self.sealed_op.cast_signed(),
            self.acknowledged_op.cast_signed(),
            self.acknowledged_seq.cast_signed(),
        ];
        conn.prepare_cached(&sql)
            .and_then(|mut update| update.execute(row))
            .at(at)?;
        Ok(())
    }

    /// Whose name the ops of the present life bear.
    fn writer(&self, device: DeviceId, at: Compartment) -> DeviceId {
        self.chain(device, at).map_or(device, |chain| writer_of(&chain))
    }

    /// The chain that this device writes now.
    fn chain(&self, device: DeviceId, at: Compartment) -> Result<Chain, StoreError> {
        let incarnation = self.incarnation.ok_or(StoreError::Missing { what: "incarnation" })?;
        Ok(Chain {
            device: wire_device(device),
            incarnation,
            compartment: wire_compartment(at),
        })
    }
}

/// Whose name the next op of this device bears.
pub(super) fn present_writer(conn: &Connection, at: Compartment, device: DeviceId) -> Result<DeviceId, StoreError> {
    Ok(Own::load(conn, at)?.writer(device, at))
}

impl Store {
    /// One transaction on the bookkeeping of sync alone, which is nobody's record and needs no audit entry.
    fn keep_books<T, E: From<StoreError>>(
        &mut self,
        at: Compartment,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.access.audit_key(at)?;
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .at(at)?;
        let answer = work(&tx)?;
        tx.commit().at(at)?;
        Ok(answer)
    }
}
