//! `import_start`: begins an import and answers at once.

use super::files::{File, expand};
use super::job::Job;
use super::{read, write};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::{Builder, JoinHandle};
use ts_rs::TS;
use wardkeep_record::role::Permission;

/// What, and where it comes from.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Files and folders.
    pub paths: Vec<String>,
    /// A label for where they come from; empty where ids are unique everywhere.
    pub source: String,
}

/// Which import to ask about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct ImportJob {
    /// Its number in this run of the program.
    pub job: u32,
}

/// Characters of a label.
const LABEL_LIMIT: usize = 100;

/// Batches between reader and writer.
const AHEAD: usize = 2;

impl Command for Input {
    type Output = ImportJob;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Import);

    fn run(self, clinic: &Clinic) -> Result<ImportJob, CommandError> {
        let label = self.source.trim().to_owned();
        if label.chars().any(char::is_control) {
            return Err(CommandError::invalid("source"));
        }
        if label.chars().count() > LABEL_LIMIT {
            return Err(CommandError::new(ErrorCode::TooLarge).at("source"));
        }
        let files = expand(&self.paths)?;
        let bytes_total = files.iter().map(|file| file.bytes).sum();
        let session = clinic.with_session(|session| Ok(session.number))?;
        let now_ms = clinic.machine().clock.monotonic_ms();
        let job = clinic
            .jobs()
            .begin(bytes_total, now_ms, |job| spawn(clinic, &job, session, label, files))?;
        Ok(ImportJob { job })
    }
}

/// Starts both threads. The writer ends the job: it knows what was committed.
fn spawn(
    clinic: &Clinic,
    job: &Arc<Job>,
    session: u64,
    label: String,
    files: Vec<File>,
) -> Result<Vec<JoinHandle<()>>, CommandError> {
    let (to, from) = sync_channel(AHEAD);
    let (reader_job, reader_label) = (Arc::clone(job), label.clone());
    let reader = thread("import-read", move || {
        read::read_all(&reader_job, &files, &reader_label, to)
    })?;
    let (clinic, job) = (clinic.clone(), Arc::clone(job));
    let writer = thread("import-write", move || {
        let work = AssertUnwindSafe(|| write::write_all(&clinic, &job, session, &label, &from));
        // Whatever happens, the job ends: one that ran for ever would keep every other from beginning.
        let outcome =
            catch_unwind(work).unwrap_or_else(|_| Err(CommandError::internal("the import's writer panicked")));
        // The reader may wait for room in the channel: without a receiver it ends.
        drop(from);
        job.end(outcome, clinic.machine().clock.monotonic_ms());
    })?;
    Ok(vec![reader, writer])
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, CommandError> {
    Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|_| CommandError::internal("no thread for the import"))
}
