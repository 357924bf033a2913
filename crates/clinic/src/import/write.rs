//! The writing thread: one transaction for each batch, with its entries in the log.

use super::job::{Job, Tally};
use super::read::{Batch, Item};
use super::wire::ImportReject;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use std::collections::HashSet;
use std::sync::mpsc::Receiver;
use wardkeep_interop::reimport::{Outcome, compare, keep_both};
use wardkeep_record::field::{self, Kind};
use wardkeep_record::op::{Compartment, FieldKey};
use wardkeep_vault::store::{Action, AuditEntry, Edit, Stored, Tx};

/// From so many records on, a batch is one of many.
const MANY: usize = 200;

/// Writes batches until the reader has no more, or something ends the job. `session` is the number of the session that
/// started it: a session that was locked and unlocked meanwhile is another one.
pub(super) fn write_all(
    clinic: &Clinic,
    job: &Job,
    session: u64,
    label: &str,
    from: &Receiver<Batch>,
) -> Result<(), CommandError> {
    let since_ms = clinic.machine().clock.now_ms();
    for batch in from {
        if job.is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        let tally = clinic.with_session(|current| {
            if current.number != session {
                return Err(ErrorCode::Cancelled.into());
            }
            write(current, (job.number, since_ms), label, batch)
        })?;
        job.committed(tally, clinic.machine().clock.monotonic_ms());
        if clinic.with_session(|current| current.must_settle_search())? {
            clinic.settle_search(|| job.is_cancelled())?;
        }
    }
    clinic.settle_search(|| job.is_cancelled())?;
    match (job.is_cancelled(), job.is_read_through()) {
        (true, _) => Err(ErrorCode::Cancelled.into()),
        (false, true) => Ok(()),
        (false, false) => Err(CommandError::internal("the import's reader ended early")),
    }
}

fn write(session: &Session, (job, since_ms): (u32, u64), label: &str, batch: Batch) -> Result<Tally, CommandError> {
    let Batch { compartment, items } = batch;
    session.write_in_background(compartment, |tx| {
        if compartment == Compartment::Office && items.len() >= MANY {
            tx.expect_many();
        }
        let mut writing = Writing { edits: Vec::new(), pending: HashSet::new(), tally: Tally::default(), since_ms };
        for item in items {
            writing.item(tx, item)?;
        }
        writing.flush(tx)?;
        let tally = writing.tally;
        if tally.imported + tally.updated > 0 {
            let detail = serde_json::json!({
                "job": job, "source": label, "new": tally.imported, "updated": tally.updated, "unchanged": tally.unchanged,
            });
            tx.audit(&AuditEntry::new(Action::Import).detail(&detail))?;
        }
        Ok(tally)
    })
}

/// A batch on its way into the store.
struct Writing {
    edits: Vec<Edit>,
    /// Records that `edits` write: the store does not show them yet.
    pending: HashSet<wardkeep_record::id::RecordId>,
    tally: Tally,
    /// When the import began, in Unix milliseconds.
    since_ms: u64,
}

impl Writing {
    fn item(&mut self, tx: &mut Tx<'_>, item: Item) -> Result<(), CommandError> {
        let Item { imported, index, file } = item;
        let (record, kind) = (imported.record, imported.kind);
        if self.pending.contains(&record) {
            self.flush(tx)?;
        }
        let stored = tx.read().record(tx.compartment(), record)?;
        let known = stored.as_ref().map(|stored| (stored.state.kind, &stored.state.fields));
        // Whose chart a record belongs to is fixed for its life.
        let patient = stored.as_ref().map_or(imported.patient, |stored| stored.state.patient);
        let values = match compare(known, &imported) {
            Ok(Outcome::Unchanged) => {
                self.tally.unchanged += 1;
                return Ok(());
            }
            Ok(Outcome::New) => {
                self.tally.imported += 1;
                imported
                    .fields
                    .into_vec()
                    .into_iter()
                    .map(|(key, value)| (key, Some(value)))
                    .collect()
            }
            Ok(Outcome::Update(mut values)) => {
                self.tally.updated += 1;
                if let Some(stored) = stored.filter(|stored| self.wrote(stored)) {
                    keep_both(&mut values, &stored.state.fields);
                }
                values
            }
            Err(reason) => {
                self.tally.rejects.push(ImportReject {
                    file: file.to_string(),
                    index,
                    resource_type: Some(kind.resource_type().to_owned()),
                    element: None,
                    reason: reason.to_string(),
                });
                return Ok(());
            }
        };
        *self.tally.by_kind.entry(kind).or_default() += 1;
        self.pending.insert(record);
        self.edits.push(Edit {
            record,
            kind,
            patient,
            values,
        });
        Ok(())
    }

    /// Whether this import has written the record already. Its hybrid times are never before the wall clock of its start.
    fn wrote(&self, stored: &Stored) -> bool {
        let key = FieldKey {
            field: field::SOURCE,
            item: None,
        };
        stored
            .state
            .heads(key)
            .first()
            .is_some_and(|head| head.stamp.hlc.unix_ms() >= self.since_ms)
    }

    /// Hands the edits to the store. Each patient among them gets an entry of their own, for their history.
    fn flush(&mut self, tx: &mut Tx<'_>) -> Result<(), CommandError> {
        let patients: Vec<_> = self
            .edits
            .iter()
            .filter(|edit| edit.kind == Kind::PATIENT)
            .map(|edit| edit.record)
            .collect();
        tx.put(std::mem::take(&mut self.edits))?;
        for patient in patients {
            tx.audit(&AuditEntry::new(Action::Import).patient(patient).record(patient))?;
        }
        self.pending.clear();
        Ok(())
    }
}
