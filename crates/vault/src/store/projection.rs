//! What is computed from a patient's record when it changes: the search index.

mod patient;

use super::error::StoreError;
use super::newcomers::Newcomers;
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
pub(super) fn project(
    conn: &Connection,
    newcomers: &mut Newcomers,
    n: i64,
    (old, new): (Option<Shown<'_>>, Shown<'_>),
) -> Result<(), StoreError> {
    if new.kind != Kind::PATIENT {
        return Ok(());
    }
    let entry = patient::entry(new);
    let Some(old) = old.filter(|old| old.kind == Kind::PATIENT).map(patient::entry) else {
        return match newcomers.take(conn, n, entry)? {
            Some(entry) => patient::index(conn, n, None, &entry),
            None => Ok(()),
        };
    };
    // Who changes may have come a moment ago.
    newcomers.flush(conn)?;
    patient::index(conn, n, Some(&old), &entry)
}

/// Fills the index anew from the records that are there.
pub(super) fn rebuild(conn: &Connection, at: Compartment) -> Result<(), StoreError> {
    if at != Compartment::Office {
        return Ok(());
    }
    patient::rebuild(conn)
}
