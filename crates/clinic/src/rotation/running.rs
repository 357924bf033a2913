//! The one renewal that may run, what can be seen of it, and what ends it when somebody locks.

use super::wire::{KeyKind, KeyProgress, KeyStage};
use crate::error::{CommandError, ErrorCode};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wardkeep_vault::store::Interrupt;

/// At most one renewal of a file.
#[derive(Default)]
pub(crate) struct Running {
    now: Mutex<Option<Now>>,
}

struct Now {
    key: KeyKind,
    stage: KeyStage,
    file: PathBuf,
    bytes_total: u64,
    interrupt: Option<Interrupt>,
    cancelled: bool,
}

/// Ends the renewal when dropped.
pub(super) struct Guard<'a>(&'a Running);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        *self.0.now() = None;
    }
}

impl Running {
    fn now(&self) -> MutexGuard<'_, Option<Now>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one that writes this file, unless one runs.
    pub(super) fn begin(&self, key: KeyKind, file: PathBuf, bytes_total: u64) -> Result<Guard<'_>, CommandError> {
        let mut now = self.now();
        if now.is_some() {
            return Err(ErrorCode::VaultBusy.into());
        }
        *now = Some(Now {
            key,
            stage: KeyStage::Copying,
            file,
            bytes_total,
            interrupt: None,
            cancelled: false,
        });
        Ok(Guard(self))
    }

    /// What ends its statements.
    pub(super) fn interrupt_with(&self, interrupt: Interrupt) {
        if let Some(now) = &mut *self.now() {
            now.interrupt = Some(interrupt);
        }
    }

    /// Notes how far it is. Says whether it may go on.
    pub(super) fn goes_on(&self, stage: KeyStage) -> bool {
        let mut now = self.now();
        now.as_mut().is_some_and(|now| {
            now.stage = stage;
            !now.cancelled
        })
    }

    /// Ends it before anything has changed; what is past that point goes on to its end.
    pub(crate) fn cancel(&self) {
        if let Some(now) = &mut *self.now() {
            now.cancelled = true;
            if let Some(interrupt) = &now.interrupt {
                interrupt.now();
            }
        }
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Option<KeyProgress> {
        self.now().as_ref().map(|now| KeyProgress {
            key: now.key,
            stage: now.stage,
            bytes_done: std::fs::metadata(&now.file)
                .map_or(0, |file| file.len())
                .min(now.bytes_total),
            bytes_total: now.bytes_total,
        })
    }
}
