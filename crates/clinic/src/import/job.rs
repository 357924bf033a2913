//! The imports of this process: at most one runs, the last few are remembered so that their end can be read.

use super::wire::{ImportProgress, ImportReject, ImportState, REJECTS_SHOWN, TypeCount};
use crate::error::{CommandError, ErrorCode};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use wardkeep_record::field::Kind;

/// Ended imports whose result can still be asked for.
const REMEMBERED: usize = 8;

/// All of them.
#[derive(Default)]
pub(crate) struct Jobs {
    list: Mutex<List>,
}

#[derive(Default)]
struct List {
    jobs: Vec<Arc<Job>>,
    threads: Vec<JoinHandle<()>>,
    last: u32,
}

/// One import.
pub(super) struct Job {
    pub(super) number: u32,
    cancelled: AtomicBool,
    /// The reader came to the end of the last file.
    read_through: AtomicBool,
    started_ms: u64,
    state: Mutex<Standing>,
}

/// How far it is.
struct Standing {
    progress: ImportProgress,
    by_kind: BTreeMap<Kind, u64>,
}

/// What one batch did.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) imported: u64,
    pub(super) updated: u64,
    pub(super) unchanged: u64,
    pub(super) by_kind: BTreeMap<Kind, u64>,
    pub(super) rejects: Vec<ImportReject>,
}

impl Jobs {
    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a job, unless one runs. `spawn` starts its threads.
    pub(super) fn begin(
        &self,
        bytes_total: u64,
        now_ms: u64,
        spawn: impl FnOnce(Arc<Job>) -> Result<Vec<JoinHandle<()>>, CommandError>,
    ) -> Result<u32, CommandError> {
        let mut list = self.list();
        if list.jobs.iter().any(|job| job.is_running()) {
            return Err(ErrorCode::ImportRunning.into());
        }
        list.last += 1;
        let job = Arc::new(Job::new(list.last, bytes_total, now_ms));
        // The threads of the former job have ended: their handles are only dropped here.
        list.threads = spawn(Arc::clone(&job))?;
        list.jobs.push(job);
        let surplus = list.jobs.len().saturating_sub(REMEMBERED);
        list.jobs.drain(..surplus);
        Ok(list.last)
    }

    /// The job of this number.
    pub(super) fn find(&self, number: u32) -> Result<Arc<Job>, CommandError> {
        let list = self.list();
        let found = list.jobs.iter().find(|job| job.number == number);
        found
            .cloned()
            .ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("job"))
    }

    /// Asks whatever runs to stop at its next batch.
    pub(crate) fn cancel_all(&self) {
        self.list().jobs.iter().for_each(|job| job.cancel());
    }

    /// Waits until the threads have ended, so that nothing of what they read is left. The session must be gone or the jobs
    /// cancelled.
    pub(crate) fn join_all(&self) {
        let threads = std::mem::take(&mut self.list().threads);
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("an import thread panicked");
            }
        }
    }
}

impl Job {
    fn new(number: u32, bytes_total: u64, started_ms: u64) -> Self {
        let progress = ImportProgress {
            state: ImportState::Running,
            bytes_done: 0,
            bytes_total,
            imported: 0,
            updated: 0,
            unchanged: 0,
            rejected: 0,
            kept_verbatim: 0,
            current_file: None,
            elapsed_ms: 0,
            rejects: Vec::new(),
            by_type: Vec::new(),
            error: None,
        };
        Self {
            number,
            cancelled: AtomicBool::new(false),
            read_through: AtomicBool::new(false),
            started_ms,
            state: Mutex::new(Standing {
                progress,
                by_kind: BTreeMap::new(),
            }),
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_running(&self) -> bool {
        self.standing().progress.state == ImportState::Running
    }

    /// Asks it to stop at its next batch.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// The reader has handed over everything.
    pub(super) fn finish_reading(&self) {
        self.read_through.store(true, Ordering::Release);
    }

    /// Whether everything was handed over: a reader that ended in another way must not pass for the end of the files.
    pub(super) fn is_read_through(&self) -> bool {
        self.read_through.load(Ordering::Acquire)
    }

    /// The reader has come to this file.
    pub(super) fn reading(&self, name: &str) {
        self.standing().progress.current_file = Some(name.to_owned());
    }

    /// The reader has read so much in all.
    pub(super) fn read_to(&self, bytes: u64) {
        self.standing().progress.bytes_done = bytes;
    }

    /// Something could not be taken in.
    pub(super) fn reject(&self, reject: ImportReject) {
        self.standing().reject(reject);
    }

    /// A batch is committed.
    pub(super) fn committed(&self, tally: Tally, now_ms: u64) {
        let mut standing = self.standing();
        standing.progress.imported += tally.imported;
        standing.progress.updated += tally.updated;
        standing.progress.unchanged += tally.unchanged;
        standing.progress.elapsed_ms = now_ms.saturating_sub(self.started_ms);
        for (kind, count) in tally.by_kind {
            *standing.by_kind.entry(kind).or_default() += count;
            if !kind.is_typed() {
                standing.progress.kept_verbatim += count;
            }
        }
        tally.rejects.into_iter().for_each(|reject| standing.reject(reject));
    }

    /// It is over.
    pub(super) fn end(&self, outcome: Result<(), CommandError>, now_ms: u64) {
        let mut standing = self.standing();
        let progress = &mut standing.progress;
        progress.elapsed_ms = now_ms.saturating_sub(self.started_ms);
        progress.current_file = None;
        progress.state = match outcome {
            Ok(()) => {
                progress.bytes_done = progress.bytes_total;
                ImportState::Done
            }
            Err(error) if matches!(error.code, ErrorCode::Cancelled | ErrorCode::Locked) => ImportState::Cancelled,
            Err(error) => {
                progress.error = Some(error);
                ImportState::Failed
            }
        };
    }

    /// Where it stands.
    pub(super) fn progress(&self, now_ms: u64) -> ImportProgress {
        let standing = self.standing();
        let mut progress = standing.progress.clone();
        if progress.state == ImportState::Running {
            progress.elapsed_ms = now_ms.saturating_sub(self.started_ms);
        }
        progress.by_type = by_type(&standing.by_kind);
        progress
    }
}

impl Standing {
    fn reject(&mut self, reject: ImportReject) {
        self.progress.rejected += 1;
        if self.progress.rejects.len() < REJECTS_SHOWN {
            self.progress.rejects.push(reject);
        }
    }
}

/// Counts by FHIR type, most first. Notes of Wardkeep and other documents are one type there.
fn by_type(by_kind: &BTreeMap<Kind, u64>) -> Vec<TypeCount> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (kind, count) in by_kind {
        *counts.entry(kind.resource_type()).or_default() += count;
    }
    let mut list: Vec<_> = counts
        .into_iter()
        .map(|(name, count)| TypeCount {
            resource_type: name.to_owned(),
            count,
        })
        .collect();
    list.sort_by(|a, b| {
        b.count
            .cmp(&a.count)
            .then_with(|| a.resource_type.cmp(&b.resource_type))
    });
    list
}
