//! The reading thread: files into checked records, gathered into batches of one compartment each.

use super::files::File;
use super::job::Job;
use super::wire::ImportReject;
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SendError, SyncSender};
use wardkeep_interop::parse::{Imported, Importer};
use wardkeep_interop::read::Resources;
use wardkeep_interop::reject::{Place, Rejected};
use wardkeep_record::op::Compartment;

/// Records of a batch. Each batch is a transaction: larger ones commit less often, smaller ones let others in sooner.
const BATCH_RECORDS: usize = 2_000;

/// Bytes of a batch, about.
const BATCH_BYTES: usize = 4 << 20;

/// A record with the place that it came from.
pub(super) struct Item {
    pub(super) imported: Imported,
    /// Which resource of its file.
    pub(super) index: u64,
    /// Its file's name.
    pub(super) file: std::sync::Arc<str>,
}

/// Records of one compartment that are written together.
pub(super) struct Batch {
    pub(super) compartment: Compartment,
    pub(super) items: Vec<Item>,
}

/// Whoever writes has gone away: nothing more needs to be read.
struct Gone;

impl From<SendError<Batch>> for Gone {
    fn from(_: SendError<Batch>) -> Self {
        Self
    }
}

/// Reads all files and sends batches until the end, a cancel, or until nobody takes them any more.
pub(super) fn read_all(job: &Job, files: &[File], label: &str, to: SyncSender<Batch>) {
    let mut reading = Reading {
        job,
        to,
        office: Gathering::default(),
        clinical: Gathering::default(),
    };
    let mut before = 0;
    for file in files {
        if job.is_cancelled() || reading.file(file, label, before).is_err() {
            return;
        }
        before += file.bytes;
        job.read_to(before);
    }
    let flushed = reading
        .flush(Compartment::Office)
        .and_then(|()| reading.flush(Compartment::Clinical));
    if flushed.is_ok() {
        job.finish_reading();
    }
}

struct Reading<'a> {
    job: &'a Job,
    to: SyncSender<Batch>,
    office: Gathering,
    clinical: Gathering,
}

#[derive(Default)]
struct Gathering {
    items: Vec<Item>,
    bytes: usize,
}

impl Reading<'_> {
    fn file(&mut self, file: &File, label: &str, before: u64) -> Result<(), Gone> {
        self.job.reading(&file.name);
        let name: std::sync::Arc<str> = file.name.as_str().into();
        let opened = match std::fs::File::open(&file.path) {
            Ok(opened) => opened,
            Err(error) => {
                self.job.reject(ImportReject {
                    file: file.name.clone(),
                    index: 0,
                    resource_type: None,
                    element: None,
                    reason: format!("the file cannot be opened: {}", error.kind()),
                });
                return Ok(());
            }
        };
        let read = AtomicU64::new(0);
        let resources = Resources::new(
            Counting {
                from: opened,
                read: &read,
            },
            file.name.as_str(),
        );
        let mut importer = Importer::new(label, file.name.as_str());
        for (at, raw) in resources.enumerate() {
            if self.job.is_cancelled() {
                return Err(Gone);
            }
            if at % 64 == 0 {
                self.job.read_to(before + read.load(Ordering::Relaxed).min(file.bytes));
            }
            match raw.and_then(|raw| Ok((index_of(raw.place), importer.take(&raw)?))) {
                Ok((index, imported)) => self.take(Item {
                    imported,
                    index,
                    file: name.clone(),
                })?,
                Err(rejected) => self.job.reject(reject(rejected)),
            }
        }
        Ok(())
    }

    fn take(&mut self, item: Item) -> Result<(), Gone> {
        let compartment = item.imported.kind.compartment();
        let gathering = self.gathering(compartment);
        gathering.bytes += item
            .imported
            .fields
            .iter()
            .map(|(_, value)| value.len() + 16)
            .sum::<usize>();
        gathering.items.push(item);
        if gathering.items.len() >= BATCH_RECORDS || gathering.bytes >= BATCH_BYTES {
            self.flush(compartment)?;
        }
        Ok(())
    }

    fn gathering(&mut self, compartment: Compartment) -> &mut Gathering {
        match compartment {
            Compartment::Office => &mut self.office,
            Compartment::Clinical => &mut self.clinical,
        }
    }

    fn flush(&mut self, compartment: Compartment) -> Result<(), Gone> {
        let Gathering { items, .. } = std::mem::take(self.gathering(compartment));
        if !items.is_empty() {
            self.to.send(Batch { compartment, items })?;
        }
        Ok(())
    }
}

/// Which resource of its file, from 0.
fn index_of(place: Place) -> u64 {
    match place {
        Place::Entry(number) => number,
        Place::Line(number) => number.saturating_sub(1),
        Place::File => 0,
    }
}

/// What interop refused, as surfaces see it.
pub(super) fn reject(rejected: Rejected) -> ImportReject {
    ImportReject {
        file: rejected.file.to_string(),
        index: index_of(rejected.place),
        resource_type: rejected.resource_type.map(str::to_owned),
        element: rejected.element.map(String::from),
        reason: rejected.reason.to_string(),
    }
}

/// Counts what is read of a file.
struct Counting<'a, R> {
    from: R,
    read: &'a AtomicU64,
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(into)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
