//! A few connections that only read, so that a search never waits for an import and the chart's blocks load side by side.

use crate::error::CommandError;
use std::sync::{Condvar, Mutex, PoisonError};
use wardkeep_record::id::DeviceId;
use wardkeep_vault::home::Home;
use wardkeep_vault::key::VaultKeys;
use wardkeep_vault::store::{Reader, View};

/// How many. Each has a page cache of its own, and a laptop has few cores to read with.
const COUNT: usize = 2;

/// The idle connections. The one put back last is taken first, because its cache is warm.
pub(super) struct Readers {
    idle: Mutex<Vec<Reader>>,
    back: Condvar,
}

impl Readers {
    /// Opens them.
    pub(super) fn open(home: &Home, keys: &VaultKeys, device: DeviceId) -> Result<Self, CommandError> {
        let readers: Result<Vec<_>, _> = (0..COUNT).map(|_| Reader::open(home, keys, device)).collect();
        Ok(Self {
            idle: Mutex::new(readers?),
            back: Condvar::new(),
        })
    }

    /// Closes them. Nobody has one on loan.
    pub(super) fn close(&mut self) {
        self.idle.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Runs `work` on the next free connection.
    pub(super) fn with<R>(&self, work: impl FnOnce(&View<'_>) -> Result<R, CommandError>) -> Result<R, CommandError> {
        let taken = Taken {
            readers: self,
            reader: Some(self.take()),
        };
        let reader = taken
            .reader
            .as_ref()
            .ok_or_else(|| CommandError::internal("reader gone"))?;
        work(&reader.read())
    }

    /// The same, all reads of one moment.
    pub(super) fn snapshot<R>(
        &self,
        work: impl FnOnce(&View<'_>) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        let taken = Taken {
            readers: self,
            reader: Some(self.take()),
        };
        let reader = taken
            .reader
            .as_ref()
            .ok_or_else(|| CommandError::internal("reader gone"))?;
        reader.snapshot(work)
    }

    fn take(&self) -> Reader {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(reader) = idle.pop() {
                return reader;
            }
            idle = self.back.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A connection on loan; goes back when dropped, even when the work panics.
struct Taken<'a> {
    readers: &'a Readers,
    reader: Option<Reader>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            self.readers
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(reader);
            self.readers.back.notify_one();
        }
    }
}
