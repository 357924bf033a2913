//! The encrypted store: records, op log and audit chain of the compartments that the unlocked user may read.
//!
//! Invariants:
//! - Every change of a record goes through `apply` (in `apply.rs`), local or received. What the tables say is a function of
//!   the set of ops, whatever their order and repetition.
//! - One transaction writes one compartment's file: SQLite in WAL mode does not commit atomically across attached files.
//! - A transaction that changed anything but a draft holds at least one audit entry, or it is not committed.
//! - No statement takes text from outside but as a parameter; the schema's name comes from a closed enum.
//! - An error of the database is told as damage, full disk or a busy file, and never as an empty answer.

mod apply;
mod audit;
mod blob_index;
mod conflict;
mod digest;
mod draft;
mod edit;
mod error;
mod glass;
mod local_user;
mod migrate;
mod newcomers;
mod number;
mod op_log;
mod open;
mod pack;
mod projection;
mod read;
mod row;
mod schema;
mod setting;
mod snapshot;
mod sync;
mod told;
mod tx;
mod write_anew;

#[cfg(test)]
mod tests;

pub use apply::{Applied, NOBODY_USER};
pub(crate) use audit::MARKED_MAX;
pub use audit::{Action, AuditEntry, AuditFault, AuditReport, AuditRow, DETAIL_MAX, audit_entry_hash};
pub use blob_index::{BlobRow, Travelling};
pub use conflict::{Choice, Conflict, Contender, Settled};
pub use draft::{DRAFT_MAX, Draft};
pub use edit::{Edit, OP_BYTES_MAX, OP_RECORDS_MAX};
pub use error::{StoreError, file_name};
pub(crate) use glass::is_marked;
pub use glass::{GLASS_MARK, Glass};
pub use local_user::{LocalUser, USER_NAME_MAX};
pub use op_log::LoggedOp;
pub use open::{OpenError, create_clinical};
pub use read::View;
pub use row::Stored;
pub use setting::SETTING_MAX;
pub use snapshot::{SNAPSHOT_SCHEMA, Taking};
pub use sync::{
    Arrived, ChainState, OutboxSegment, Pending, Received, SealedRun, Stop, Unsent, store_compartment, store_device,
    wire_compartment, wire_device, writer_of,
};
pub use told::{NoOpRef, OpRef, Told, ToldValue, without_op};
pub use tx::Tx;
pub use write_anew::{Interrupt, Stage, WriteAnewError};

use crate::clock::Clock;
use audit::AuditKey;
use rusqlite::Connection;
use std::fmt;
use std::sync::Arc;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;

/// The open store: the one connection that writes. Dropping it closes the files; SQLCipher wipes its keys as it does.
pub struct Store {
    conn: Connection,
    access: Access,
    clock: Arc<dyn Clock>,
    /// How far patients that came in bulk are settled in the index, while that goes on.
    settling: Option<crate::search::Settling>,
}

/// A connection that only reads: a search beside a running import sees the last committed state and never waits for it.
pub struct Reader {
    conn: Connection,
    access: Access,
}

/// Whose store it is, and what it may open.
struct Access {
    device: DeviceId,
    office: AuditKey,
    clinical: Option<AuditKey>,
}

impl Access {
    /// The audit key of a compartment, which proves that its file is open.
    fn audit_key(&self, compartment: Compartment) -> Result<&AuditKey, StoreError> {
        match compartment {
            Compartment::Office => Some(&self.office),
            Compartment::Clinical => self.clinical.as_ref(),
        }
        .ok_or(StoreError::NotGranted { compartment })
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("clinical", &self.access.clinical.is_some())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("clinical", &self.access.clinical.is_some())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Reads what is committed. Each call of the view is a snapshot of its own.
    pub fn read(&self) -> View<'_> {
        View {
            conn: &self.conn,
            access: &self.access,
        }
    }

    /// This device.
    pub fn device(&self) -> DeviceId {
        self.access.device
    }
}

impl Reader {
    /// Reads what is committed. Each call of the view is a snapshot of its own.
    pub fn read(&self) -> View<'_> {
        View {
            conn: &self.conn,
            access: &self.access,
        }
    }

    /// Reads with all calls seeing one moment, however long it takes (an export, a verification).
    pub fn snapshot<T, E: From<StoreError>>(&self, work: impl FnOnce(&View<'_>) -> Result<T, E>) -> Result<T, E> {
        use error::At;
        let tx = self.conn.unchecked_transaction().at(Compartment::Office)?;
        let answer = work(&View {
            conn: &tx,
            access: &self.access,
        })?;
        tx.rollback().at(Compartment::Office)?;
        Ok(answer)
    }
}
