//! Reading records and the audit chain.

use super::Access;
use super::audit::{self, AuditReport, AuditRow};
use super::error::{At, StoreError};
use super::number::{NOBODY, known_subject};
use super::row::{self, REMOVED, Stored};
use super::schema::schema;
use rusqlite::{Connection, params};
use wardkeep_record::field::Kind;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;

/// What can be read. Borrowed from the store, a reader or a transaction.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub(super) conn: &'a Connection,
    pub(super) access: &'a Access,
}

impl<'a> View<'a> {
    /// Whether the compartment's file is open.
    pub fn has(&self, at: Compartment) -> bool {
        self.access.audit_key(at).is_ok()
    }

    /// Refuses a compartment that the keys did not open.
    pub(super) fn granted(&self, at: Compartment) -> Result<(), StoreError> {
        self.access.audit_key(at).map(drop)
    }

    /// The connection, for the search index, which lives in the office file.
    pub fn connection(&self) -> &'a Connection {
        self.conn
    }

    /// One record, removed or not.
    pub fn record(&self, at: Compartment, id: RecordId) -> Result<Option<Stored>, StoreError> {
        self.granted(at)?;
        row::load(self.conn, at, id)
    }

    /// One record by its row, as the search index names patients.
    pub fn record_in_row(&self, at: Compartment, n: i64) -> Result<Option<Stored>, StoreError> {
        self.granted(at)?;
        row::load_row(self.conn, at, n)
    }

    /// The patient's records of one kind that are not removed, the latest first, at most `limit`.
    pub fn records_of(
        &self,
        at: Compartment,
        patient: RecordId,
        kind: Kind,
        limit: u32,
    ) -> Result<Vec<Stored>, StoreError> {
        self.list(at, patient, kind, &format!("(r.flags & {REMOVED}) = 0"), limit)
    }

    /// The patient's removed records of one kind, the latest first, at most `limit`.
    pub fn removed_of(
        &self,
        at: Compartment,
        patient: RecordId,
        kind: Kind,
        limit: u32,
    ) -> Result<Vec<Stored>, StoreError> {
        self.list(at, patient, kind, &format!("(r.flags & {REMOVED}) <> 0"), limit)
    }

    /// The patient's records of one kind under one of the two conditions above.
    fn list(
        &self,
        at: Compartment,
        patient: RecordId,
        kind: Kind,
        condition: &str,
        limit: u32,
    ) -> Result<Vec<Stored>, StoreError> {
        self.granted(at)?;
        let Some(subject) = known_subject(self.conn, at, patient)? else {
            return Ok(Vec::new());
        };
        let sql = format!(
            "{} WHERE r.subject = ?1 AND r.kind = ?2 AND {condition} ORDER BY r.sort_date DESC, r.id LIMIT ?3",
            row::columns(at)
        );
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let mut rows = query.query(params![subject, kind.0, limit]).at(at)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().at(at)? {
            found.push(row::read(row, at)?);
        }
        Ok(found)
    }

    /// How many records of each kind the patient has, removed ones not counted, by kind.
    pub fn count_by_kind(&self, at: Compartment, patient: RecordId) -> Result<Vec<(Kind, u64)>, StoreError> {
        self.granted(at)?;
        let Some(subject) = known_subject(self.conn, at, patient)? else {
            return Ok(Vec::new());
        };
        let sql = format!(
            "SELECT kind, count(*) FROM {}.record WHERE subject = ?1 AND (flags & {REMOVED}) = 0 \
             GROUP BY kind ORDER BY kind",
            schema(at)
        );
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let rows = query
            .query_map(params![subject], |row| {
                Ok((Kind(row.get(0)?), row.get::<_, i64>(1)?.cast_unsigned()))
            })
            .at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }

    /// Hands over every record of the patient that is not removed, one by one, by kind and then the latest first. The
    /// patient's own record is not among them: it is nobody's chart.
    pub fn each_of_patient<E: From<StoreError>>(
        &self,
        at: Compartment,
        patient: RecordId,
        take: impl FnMut(Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        self.granted(at)?;
        let Some(subject) = known_subject(self.conn, at, patient)? else {
            return Ok(());
        };
        self.each(
            at,
            "r.subject = ?1 ORDER BY r.kind, r.sort_date DESC, r.id",
            subject,
            take,
        )
    }

    /// Hands over every record of one kind that is nobody's chart (patients, practitioners) and not removed, one by one,
    /// in no order that means anything.
    pub fn each_of_kind<E: From<StoreError>>(
        &self,
        at: Compartment,
        kind: Kind,
        take: impl FnMut(Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        self.granted(at)?;
        self.each(
            at,
            &format!("r.subject = {NOBODY} AND r.kind = ?1"),
            i64::from(kind.0),
            take,
        )
    }

    /// Hands over the rows that meet a condition with one parameter.
    fn each<E: From<StoreError>>(
        &self,
        at: Compartment,
        condition: &str,
        parameter: i64,
        mut take: impl FnMut(Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("{} WHERE (r.flags & {REMOVED}) = 0 AND {condition}", row::columns(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let mut rows = query.query(params![parameter]).at(at)?;
        while let Some(row) = rows.next().at(at)? {
            take(row::read(row, at)?)?;
        }
        Ok(())
    }

    /// How many patients there are, removed ones not counted.
    pub fn patients_count(&self) -> Result<u64, StoreError> {
        let at = Compartment::Office;
        let mut query = self.conn.prepare_cached("SELECT patients FROM main.meta").at(at)?;
        query
            .query_row([], |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
            .at(at)
    }

    /// The audit entries before number `before` (from the end when `None`), newest first, at most `limit`; only those of
    /// one patient when one is named.
    pub fn audit_entries(
        &self,
        at: Compartment,
        patient: Option<RecordId>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        self.granted(at)?;
        audit::page(self.conn, at, patient, before, limit)
    }

    /// The audit entries after a number with their hashes, oldest first, at most `limit`: what leaves for the clinic's trail.
    pub fn audit_after(
        &self,
        at: Compartment,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(AuditRow, [u8; 32])>, StoreError> {
        self.granted(at)?;
        audit::after(self.conn, at, after, limit)
    }

    /// Reads the whole audit chain of a compartment and says whether anything was altered, deleted, reordered or cut off.
    pub fn verify_audit(&self, at: Compartment) -> Result<AuditReport, StoreError> {
        let key = self.access.audit_key(at)?;
        // Head and entries of one moment, though somebody may be writing.
        let snapshot = self
            .conn
            .is_autocommit()
            .then(|| self.conn.unchecked_transaction())
            .transpose()
            .at(at)?;
        let report = audit::verify(self.conn, at, self.access.device, key);
        drop(snapshot);
        report
    }
}
