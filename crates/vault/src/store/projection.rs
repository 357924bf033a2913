//! What is computed from a patient's record when it changes: the search index.

mod patient;

use super::error::StoreError;
use rusqlite::Connection;
use wardkeep_record::field::Kind;
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;

/// What a projection needs to see of a record.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) id: RecordId,
    pub(super) kind: Kind,
    pub(super) fields: &'a Fields,
    pub(super) removed: bool,
}

/// Keeps the search index in step with a record that changed from `old` (nothing, when it is new) to `new`, in the same
/// transaction. `n` is the record's row.
pub(super) fn project(conn: &Connection, n: i64, old: Option<Shown<'_>>, new: Shown<'_>) -> Result<(), StoreError> {
    if new.kind != Kind::PATIENT {
        return Ok(());
    }
    let old = old.filter(|old| old.kind == Kind::PATIENT).map(patient::entry);
    patient::index(conn, n, old.as_ref(), &patient::entry(new))
}

/// Fills the index anew from the records that are there.
pub(super) fn rebuild(conn: &Connection, at: Compartment) -> Result<(), StoreError> {
    if at != Compartment::Office {
        return Ok(());
    }
    patient::rebuild(conn)
}
