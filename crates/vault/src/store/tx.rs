//! One transaction on one compartment: what may be written, and what must be written with it.

use super::audit::{self, AuditEntry, Head};
use super::digest::Keeper;
use super::error::{At, StoreError};
use super::newcomers::Newcomers;
use super::number::Numbers;
use super::schema::schema;
use super::snapshot::base;
use super::sync::present_writer;
use super::told::Written;
use super::{Access, Store, View};
use rusqlite::{Connection, TransactionBehavior, params};
use wardkeep_record::hlc::Hlc;
use wardkeep_record::id::{DeviceId, UserId};
use wardkeep_record::op::Compartment;

/// An open transaction. It writes its own compartment and may read all that are open.
pub struct Tx<'a> {
    pub(super) conn: &'a Connection,
    pub(super) access: &'a Access,
    pub(super) compartment: Compartment,
    pub(super) user: UserId,
    pub(super) now_ms: u64,
    pub(super) numbers: Numbers,
    /// The last op number of this device that was ever used or seen.
    pub(super) seq: u64,
    /// The latest hybrid time that was ever given or seen.
    pub(super) hlc: Hlc,
    /// How many patients there are; only the office's file counts them.
    pub(super) patients: i64,
    /// Whose name the ops of this device bear now.
    pub(super) writer: DeviceId,
    /// What this transaction does to the replica digest.
    pub(super) digest: Keeper,
    /// New patients whose index rows are still to be made.
    pub(super) newcomers: Newcomers,
    /// Whether patients that came in bulk are being settled in the index.
    pub(super) settling: bool,
    /// Rows up to this one came with a snapshot and are kept as they came when they change.
    pub(super) base_n: i64,
    /// Which op of this transaction changed which record.
    pub(super) written: Written,
    head: Head,
    changed: bool,
    audited: bool,
}

impl Store {
    /// Writes one compartment as `user` in one transaction: all that `work` does is kept, or, when it or the commit fails,
    /// nothing. Work that changed anything but a draft without an audit entry is refused with `Unaudited`.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        compartment: Compartment,
        user: UserId,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.access.audit_key(compartment)?;
        let now_ms = self.clock.now_ms();
        let sql = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .at(compartment)?;
        let mut tx = Tx::begin(&sql, &self.access, compartment, user, now_ms)?;
        tx.settling = self.settling.is_some();
        let answer = work(&mut tx)?;
        tx.finish()?;
        sql.commit().at(compartment)?;
        Ok(answer)
    }
}

impl<'a> Tx<'a> {
    /// Reads where the file stands.
    fn begin(
        conn: &'a Connection,
        access: &'a Access,
        compartment: Compartment,
        user: UserId,
        now_ms: u64,
    ) -> Result<Self, StoreError> {
        let (head, mac) = audit::stored_head(conn, compartment)?;
        // A head that somebody without the key has set must not be sealed again by the next honest entry.
        if head.mac(access.audit_key(compartment)?, access.device, compartment) != mac {
            return Err(StoreError::damaged(compartment));
        }
        let (seq, hlc, patients): (i64, i64, i64) = conn
            .prepare_cached(&format!("SELECT seq, hlc, patients FROM {}.meta", schema(compartment)))
            .and_then(|mut query| query.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))))
            .at(compartment)?;
        Ok(Self {
            conn,
            access,
            compartment,
            user,
            now_ms,
            numbers: Numbers::default(),
            seq: seq.cast_unsigned(),
            hlc: Hlc(hlc.cast_unsigned()),
            patients,
            writer: present_writer(conn, compartment, access.device)?,
            digest: Keeper::begin(conn, compartment)?,
            newcomers: Newcomers::default(),
            settling: false,
            base_n: base::last_n(conn, compartment)?,
            written: Written::default(),
            head,
            changed: false,
            audited: false,
        })
    }

    /// What is in the files now, with what this transaction has written so far.
    pub fn read(&self) -> View<'_> {
        View {
            conn: self.conn,
            access: self.access,
        }
    }

    /// The compartment that this transaction writes.
    pub fn compartment(&self) -> Compartment {
        self.compartment
    }

    /// The transaction's time, in Unix milliseconds.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Appends an entry to this compartment's audit chain. An entry about a record that one op of this transaction has changed names that op,
    /// and one of a user who acts under broken glass is marked.
    pub fn audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let who = (self.user, self.now_ms);
        let naming = self.naming_op(entry.record, &entry.detail).map(|detail| AuditEntry {
            detail,
            ..entry.clone()
        });
        let entry = naming.as_ref().unwrap_or(entry);
        entry.check()?;
        let marked = match entry.patient {
            Some(patient) if self.has_glass(patient)? => Some(entry.under_glass()),
            _ => None,
        };
        let entry = marked.as_ref().unwrap_or(entry);
        audit::append(
            self.conn,
            self.compartment,
            self.access.device,
            &mut self.head,
            who,
            entry,
        )?;
        self.audited = true;
        Ok(())
    }

    /// This device.
    pub(super) fn device(&self) -> DeviceId {
        self.access.device
    }

    /// Notes that something was changed that somebody must be able to read of later.
    pub(super) fn must_audit(&mut self) {
        self.changed = true;
    }

    /// The compartment, when it is the one that this row belongs to.
    pub(super) fn expect(&self, compartment: Compartment) -> Result<Compartment, StoreError> {
        if self.compartment == compartment {
            Ok(compartment)
        } else {
            Err(StoreError::WrongCompartment)
        }
    }

    /// Stores where the file stands now, before the commit.
    fn finish(mut self) -> Result<(), StoreError> {
        self.newcomers.flush(self.conn)?;
        if self.changed && !self.audited {
            return Err(StoreError::Unaudited);
        }
        let at = self.compartment;
        let mac = self.head.mac(self.access.audit_key(at)?, self.access.device, at);
        let sql = format!(
            "UPDATE {}.meta SET seq = ?1, hlc = ?2, audit_n = ?3, audit_hash = ?4, audit_mac = ?5, \
             patients = ?6",
            schema(at)
        );
        let row = params![
            self.seq.cast_signed(),
            self.hlc.0.cast_signed(),
            self.head.n.cast_signed(),
            self.head.hash.as_slice(),
            mac.as_bytes().as_slice(),
            self.patients,
        ];
        self.conn
            .prepare_cached(&sql)
            .and_then(|mut update| update.execute(row))
            .at(at)?;
        self.digest.store(self.conn, at)
    }
}
