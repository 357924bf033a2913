//! Patients of a transaction that brings many: their index rows are made together and wait in the small level of the index, from
//! which they are settled a little at a time.

use super::error::{At, StoreError};
use super::{Store, Tx};
use crate::search::{PatientIndexEntry, Settling, fresh_count, index_in_bulk};
use rusqlite::{Connection, TransactionBehavior};
use wardkeep_record::op::Compartment;

/// How many patients may wait in the small level before they must be settled: with more it would not fit into the cache.
const WAITING_MOST: u64 = 50_000;

/// How many are gathered in memory.
const GATHERED_MOST: usize = 5_000;

/// How many rows a step of settling copies: each is a transaction that others wait for.
const ROWS_OF_A_STEP: u32 = 4_000;

/// The new patients of a transaction that are not in the index yet.
#[derive(Default)]
pub(super) struct Newcomers {
    gathering: bool,
    list: Vec<(i64, PatientIndexEntry)>,
}

impl Newcomers {
    /// Takes a new patient, if many are expected; gives it back if not.
    pub(super) fn take(
        &mut self,
        conn: &Connection,
        n: i64,
        entry: PatientIndexEntry,
    ) -> Result<Option<PatientIndexEntry>, StoreError> {
        if !self.gathering {
            return Ok(Some(entry));
        }
        self.list.push((n, entry));
        if self.list.len() >= GATHERED_MOST {
            self.flush(conn)?;
        }
        Ok(None)
    }

    /// Puts all of them into the index.
    pub(super) fn flush(&mut self, conn: &Connection) -> Result<(), StoreError> {
        if !self.list.is_empty() {
            index_in_bulk(conn, &std::mem::take(&mut self.list)).at(Compartment::Office)?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Says that this transaction brings many new patients. Until its end a search inside of it need not find them.
    pub fn expect_many(&mut self) {
        self.newcomers.gathering = self.compartment == Compartment::Office && !self.settling;
    }
}

impl Store {
    /// Whether anybody who came in bulk is still to be settled in the index.
    pub fn is_search_unsettled(&self) -> Result<bool, StoreError> {
        Ok(self.settling.is_some() || fresh_count(&self.conn).at(Compartment::Office)? > 0)
    }

    /// Whether the index must be settled before more patients come in bulk.
    pub fn must_settle_search(&self) -> Result<bool, StoreError> {
        Ok(self.settling.is_some() || fresh_count(&self.conn).at(Compartment::Office)? >= WAITING_MOST)
    }

    /// Moves some of the patients that came in bulk to their place in the index, in a transaction of its own; whether none is
    /// left. Until then a search takes a little longer, and finds the same.
    pub fn settle_search(&mut self) -> Result<bool, StoreError> {
        let at = Compartment::Office;
        let mut settling = match self.settling.take() {
            Some(settling) => settling,
            None if self.is_search_unsettled()? => Settling::default(),
            None => return Ok(true),
        };
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .at(at)?;
        // After a failure it is begun anew: what is copied already stays as it is.
        let done = settling.step(&tx, ROWS_OF_A_STEP).at(at)?;
        tx.commit().at(at)?;
        self.settling = (!done).then_some(settling);
        Ok(done)
    }
}
