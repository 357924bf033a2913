//! Broken glass: for which patients the unlocked user has opened a restricted chart here, and how much of that time has passed.
//!
//! It belongs to this laptop alone and makes no op. It lives in the clinical file, so that it ends with the key that it gives the use of, and
//! survives a lock and a restart. While a row is there, every audit entry of that user about that patient carries [`GLASS_MARK`].

use super::error::{At, StoreError};
use super::schema::schema;
use super::{Access, Tx, View};
use rusqlite::{Connection, Row, params};
use wardkeep_record::id::{RecordId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_sync::lease::{Passed, Running};

/// What stands in the detail of an entry that was written under broken glass, and all of it that leaves the chart.
pub const GLASS_MARK: &str = "{\"btg\":true}";

/// The clinical file's table. Released: a change is a new migration.
pub(super) const GLASS: &str = "
CREATE TABLE {s}.glass (
    user BLOB NOT NULL CHECK (length(user) = 16),
    patient BLOB NOT NULL CHECK (length(patient) = 16),
    began_ms INTEGER NOT NULL,
    length_ms INTEGER NOT NULL,
    passed_ms INTEGER NOT NULL,
    highest_ms INTEGER NOT NULL,
    boot BLOB,
    running_ms INTEGER NOT NULL,
    PRIMARY KEY (user, patient)
) STRICT;
";

/// One chart that one user has opened so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Glass {
    /// Whose chart.
    pub patient: RecordId,
    /// Since when, by the clock then, in Unix milliseconds.
    pub began_ms: u64,
    /// For how long, in milliseconds.
    pub length_ms: u64,
    /// How much of it has passed when it was written down last.
    pub passed: Passed,
}

impl Glass {
    /// What is left, in milliseconds.
    pub fn left_ms(&self) -> u64 {
        self.length_ms.saturating_sub(self.passed.ms)
    }
}

const AT: Compartment = Compartment::Clinical;

impl View<'_> {
    /// Those of one user.
    pub fn glasses(&self, user: UserId) -> Result<Vec<Glass>, StoreError> {
        self.granted(AT)?;
        let sql = format!(
            "SELECT patient, began_ms, length_ms, passed_ms, highest_ms, boot, running_ms FROM {}.glass \
             WHERE user = ?1 ORDER BY began_ms, patient",
            schema(AT)
        );
        let mut query = self.conn.prepare_cached(&sql).at(AT)?;
        let rows = query.query_map(params![user.as_bytes().as_slice()], read).at(AT)?;
        rows.collect::<Result<_, _>>().at(AT)
    }
}

impl Tx<'_> {
    /// The unlocked user's, from now on; takes the place of one that is there.
    pub fn break_glass(&mut self, glass: &Glass) -> Result<(), StoreError> {
        self.expect(AT)?;
        let sql = format!(
            "INSERT OR REPLACE INTO {}.glass \
             (user, patient, began_ms, length_ms, passed_ms, highest_ms, boot, running_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            schema(AT)
        );
        let running = glass.passed.running;
        let row = params![
            self.user.as_bytes().as_slice(),
            glass.patient.as_bytes().as_slice(),
            glass.began_ms.cast_signed(),
            glass.length_ms.cast_signed(),
            glass.passed.ms.cast_signed(),
            glass.passed.highest_ms.cast_signed(),
            running.as_ref().map(|running| running.start.as_slice()),
            running.map_or(0, |running| running.since_ms).cast_signed(),
        ];
        let mut put = self.conn.prepare_cached(&sql).at(AT)?;
        put.execute(row).at(AT)?;
        self.must_audit();
        Ok(())
    }

    /// Writes down how much has passed of one that is there: a look at the clock, and no act that anybody has to read of.
    pub fn keep_glass(&mut self, glass: &Glass) -> Result<(), StoreError> {
        self.expect(AT)?;
        let sql = format!(
            "UPDATE {}.glass SET passed_ms = ?3, highest_ms = ?4, boot = ?5, running_ms = ?6 \
             WHERE user = ?1 AND patient = ?2",
            schema(AT)
        );
        let running = glass.passed.running;
        let row = params![
            self.user.as_bytes().as_slice(),
            glass.patient.as_bytes().as_slice(),
            glass.passed.ms.cast_signed(),
            glass.passed.highest_ms.cast_signed(),
            running.as_ref().map(|running| running.start.as_slice()),
            running.map_or(0, |running| running.since_ms).cast_signed(),
        ];
        let mut put = self.conn.prepare_cached(&sql).at(AT)?;
        put.execute(row).at(AT)?;
        Ok(())
    }

    /// Whether the unlocked user has one for this patient.
    pub fn has_glass(&self, patient: RecordId) -> Result<bool, StoreError> {
        is_broken(self.conn, self.access, self.user, patient)
    }

    /// Ends the unlocked user's.
    pub fn end_glass(&mut self, patient: RecordId) -> Result<(), StoreError> {
        self.expect(AT)?;
        let sql = format!("DELETE FROM {}.glass WHERE user = ?1 AND patient = ?2", schema(AT));
        let mut end = self.conn.prepare_cached(&sql).at(AT)?;
        end.execute(params![self.user.as_bytes().as_slice(), patient.as_bytes().as_slice()])
            .at(AT)?;
        self.must_audit();
        Ok(())
    }
}

/// Whether an entry of this user about this patient is one under broken glass.
pub(super) fn is_broken(
    conn: &Connection,
    access: &Access,
    user: UserId,
    patient: RecordId,
) -> Result<bool, StoreError> {
    if access.clinical.is_none() {
        return Ok(false);
    }
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM {}.glass WHERE user = ?1 AND patient = ?2)",
        schema(AT)
    );
    let key = params![user.as_bytes().as_slice(), patient.as_bytes().as_slice()];
    let mut query = conn.prepare_cached(&sql).at(AT)?;
    query.query_row(key, |row| row.get(0)).at(AT)
}

/// A detail with the mark in it.
pub(super) fn marked(detail: &str) -> String {
    match detail.strip_prefix('{').map(str::trim_start) {
        None | Some("}") => GLASS_MARK.to_owned(),
        Some(members) => format!("{},{members}", &GLASS_MARK[..GLASS_MARK.len() - 1]),
    }
}

/// Whether a detail has the mark. Details are written by this program alone, so it stands where [`marked`] puts it.
pub(crate) fn is_marked(detail: &str) -> bool {
    detail.starts_with(&GLASS_MARK[..GLASS_MARK.len() - 1])
}

fn read(row: &Row<'_>) -> rusqlite::Result<Glass> {
    let number = |at| row.get::<_, i64>(at).map(i64::cast_unsigned);
    let since_ms = number(6)?;
    let start: Option<[u8; 16]> = row.get(5)?;
    Ok(Glass {
        patient: RecordId::from_bytes(row.get(0)?),
        began_ms: number(1)?,
        length_ms: number(2)?,
        passed: Passed {
            ms: number(3)?,
            highest_ms: number(4)?,
            running: start.map(|start| Running { start, since_ms }),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{GLASS_MARK, is_marked, marked};

    #[test]
    fn a_mark_leaves_the_rest_of_a_detail_as_it_was() {
        assert_eq!(marked(""), GLASS_MARK);
        assert_eq!(marked("{}"), GLASS_MARK);
        assert_eq!(marked(r#"{"new":"allergy"}"#), r#"{"btg":true,"new":"allergy"}"#);
        assert!(is_marked(&marked("")) && is_marked(&marked(r#"{"a":1}"#)));
        assert!(!is_marked("") && !is_marked(r#"{"new":"btg"}"#));
    }
}
