//! Taking a snapshot in. The rows replace the records; what this device has written itself, and what it had from others beyond the
//! snapshot, is in its op log and is merged over them again.

use super::super::apply::NOBODY_USER;
use super::super::digest;
use super::super::error::{At, StoreError};
use super::super::projection;
use super::super::schema::schema;
use super::super::sync::{ChainState, store_chain};
use super::super::{Action, AuditEntry, Store, Stored, Tx, op_log, row, wire_compartment};
use super::base;
use super::item::Item;
use std::collections::BTreeMap;
use wardkeep_record::field::{Kind, SEALED};
use wardkeep_record::hlc::Hlc;
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::{RecordState, RemovalState, Stamp, merge};
use wardkeep_record::op::{Compartment, Op, decode_op};
use wardkeep_roster::ClinicId;
use wardkeep_sync::digest::TableDigest;
use wardkeep_sync::secret::DigestKey;
use wardkeep_sync::snapshot::Claim;

/// A snapshot on its way in: every row, in the order in which they came.
pub struct Taking<'t, 'c> {
    tx: &'t mut Tx<'c>,
    key: DigestKey,
    sums: BTreeMap<u16, TableDigest>,
    latest: Hlc,
    rows: u64,
    last_n: i64,
}

impl Store {
    /// Takes the place of this compartment's records by a snapshot, in one transaction. `feed` hands over every row and answers with the claim
    /// that two devices have signed; if the digest of what was written is not the claim's, nothing has changed and the error is `Invalid`.
    /// The digest's key must be here ([`Store::start_digest`]).
    pub fn take_snapshot<E: From<StoreError>>(
        &mut self,
        (clinic, at): (&ClinicId, Compartment),
        feed: impl FnOnce(&mut Taking<'_, '_>) -> Result<Claim, E>,
    ) -> Result<u64, E> {
        self.write(at, NOBODY_USER, |tx| {
            let key = digest::load_key(tx.conn, at)?.ok_or(StoreError::Missing { what: "digest key" })?;
            tx.clear_records()?;
            let mut taking = Taking {
                tx,
                key,
                sums: BTreeMap::new(),
                latest: Hlc::default(),
                rows: 0,
                last_n: 0,
            };
            let claim = feed(&mut taking)?;
            Ok(taking.finish(&claim, clinic)?)
        })
    }
}

impl Taking<'_, '_> {
    /// One row. The bytes are an item of another device; what this version cannot read is refused, and with it the snapshot.
    pub fn row(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let unreadable = StoreError::Invalid {
            why: "a row of the snapshot cannot be read",
        };
        let item = Item::read(bytes).ok_or(unreadable.clone())?;
        let state = item.state().ok_or(unreadable)?;
        let (conn, at) = (self.tx.conn, self.tx.compartment);
        let removal = state.removal_state();
        self.sums.entry(item.kind.0).or_default().add(&item.digest(&self.key));
        let stored = (&state, removal, item.fields);
        let n = row::store(conn, at, &mut self.tx.numbers, (None, item.id), stored)?;
        self.sealed_files(item.id, &state)?;
        if state.kind == Kind::PATIENT && removal != RemovalState::Removed {
            self.tx.patients += 1;
        }
        self.latest = self.latest.max(latest(&state));
        self.rows += 1;
        self.last_n = n;
        Ok(())
    }

    /// Notes the sealed files that a row names, so that they are fetched; also of a value that another one has replaced in a conflict.
    fn sealed_files(&mut self, record: RecordId, state: &RecordState) -> Result<(), StoreError> {
        for (key, value) in state.fields.iter().filter(|(key, _)| key.field == SEALED) {
            let written = state.clocks.over.get(&key).and_then(|field| field.shown);
            if let Some(stamp) = written.or(state.clocks.base) {
                self.tx.note_sealed(record, stamp, value)?;
            }
        }
        let met = state.clocks.over.iter().filter(|(key, _)| key.field == SEALED);
        for (stamp, value) in met.flat_map(|(_, field)| &field.hidden) {
            if let Some(value) = value.as_deref() {
                self.tx.note_sealed(record, *stamp, value)?;
            }
        }
        Ok(())
    }

    /// How many rows came so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Compares, and brings everything else to what the rows say.
    fn finish(self, claim: &Claim, clinic: &ClinicId) -> Result<u64, StoreError> {
        let Self {
            tx,
            sums,
            latest,
            rows,
            last_n,
            ..
        } = self;
        let (conn, at) = (tx.conn, tx.compartment);
        if claim.compartment() != wire_compartment(at) {
            return Err(StoreError::WrongCompartment);
        }
        if digest::as_digests(sums.clone())? != *claim.digests() {
            let why = "the rows of the snapshot are not those that were signed";
            return Err(StoreError::Invalid { why });
        }
        for (kind, sum) in sums {
            digest::put(conn, at, kind, &sum)?;
        }
        tx.hlc = tx.hlc.observe(latest);
        projection::rebuild(conn, at)?;
        base::begin(conn, at, last_n, Some(claim.hash(clinic)))?;
        tx.base_n = last_n;
        tx.adopt_chains(claim)?;
        let again = tx.merge_log_again()?;
        let detail = serde_json::json!({ "snapshot": true, "rows": rows, "merged_again": again });
        tx.must_audit();
        tx.audit(&AuditEntry::new(Action::Snapshot).detail(&detail))?;
        Ok(rows)
    }
}

/// The latest time of any write of a record.
fn latest(state: &RecordState) -> Hlc {
    let fields = state.clocks.over.values();
    let shown = fields.clone().filter_map(|field| field.shown);
    let hidden = fields.flat_map(|field| field.hidden.iter().map(|(stamp, _)| *stamp));
    let all = state.clocks.base.into_iter().chain(shown).chain(hidden);
    all.map(|stamp| stamp.hlc).max().unwrap_or_default()
}

impl Tx<'_> {
    /// Takes all records away, with what is computed from them.
    fn clear_records(&mut self) -> Result<(), StoreError> {
        let (conn, at) = (self.conn, self.compartment);
        for table in ["record", "digest"] {
            conn.execute(&format!("DELETE FROM {}.{table}", schema(at)), [])
                .at(at)?;
        }
        self.patients = 0;
        self.base_n = 0;
        base::begin(conn, at, 0, None)
    }

    /// Every chain goes on from where the snapshot has it, unless it is further here already.
    fn adopt_chains(&mut self, claim: &Claim) -> Result<(), StoreError> {
        for (chain, tip, last_op) in claim.chains() {
            let here = self.read().chain(chain)?;
            if here.tip.is_some_and(|here| here.seq > tip.seq) {
                continue;
            }
            let state = ChainState {
                chain,
                tip: Some(tip),
                last_op,
                stopped: None,
            };
            store_chain(self.conn, self.compartment, &mut self.numbers, &state)?;
        }
        Ok(())
    }

    /// Merges every applied op of the log over the rows. What a row has seen already changes nothing.
    fn merge_log_again(&mut self) -> Result<u64, StoreError> {
        let (conn, at) = (self.conn, self.compartment);
        let mut count = 0;
        op_log::each_applied(conn, at, |bytes| {
            let op = decode_op(bytes).map_err(|_| StoreError::damaged(at))?;
            count += u64::from(self.merge_again(op)?);
            Ok(())
        })?;
        Ok(count)
    }

    /// Says whether any record has not seen this op.
    fn merge_again(&mut self, op: Op) -> Result<bool, StoreError> {
        let stamp = Stamp {
            dot: op.dot,
            hlc: op.hlc,
            user: op.user,
        };
        let mut news = false;
        for change in op.changes {
            let old = row::load(self.conn, self.compartment, change.record)?;
            let seen = |old: &Stored| merge(Some(old.state.clone()), change.clone(), stamp).state == old.state;
            if !old.as_ref().is_some_and(seen) {
                self.apply_change(change, stamp, old)?;
                news = true;
            }
        }
        self.hlc = self.hlc.observe(op.hlc);
        Ok(news)
    }
}
