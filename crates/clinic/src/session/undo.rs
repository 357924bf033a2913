//! What can be taken back, for as long as the session lasts.

use super::Session;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::Settled;

/// How many are remembered; the oldest goes first.
const LIMIT: usize = 100;

/// One step back.
#[derive(Clone, Debug)]
pub(crate) enum Undo {
    /// A settled field shows again what it showed.
    Settled(Compartment, Settled),
    /// What was removed comes back.
    Restore(Compartment, RecordId),
    /// What was kept is removed.
    Remove(Compartment, RecordId),
}

impl Undo {
    /// Where the record is.
    pub(crate) fn compartment(&self) -> Compartment {
        match self {
            Self::Settled(at, _) | Self::Restore(at, _) | Self::Remove(at, _) => *at,
        }
    }

    /// The record.
    pub(crate) fn record(&self) -> RecordId {
        match self {
            Self::Settled(_, settled) => settled.record,
            Self::Restore(_, record) | Self::Remove(_, record) => *record,
        }
    }
}

/// The steps back of a session, by number.
#[derive(Default)]
pub(super) struct Undos(Mutex<(u64, VecDeque<(u64, Undo)>)>);

impl Session {
    /// Remembers a step back, and names it.
    pub(crate) fn keep_undo(&self, undo: Undo) -> String {
        let mut all = self.undos.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, steps) = &mut *all;
        *last += 1;
        steps.push_back((*last, undo));
        if steps.len() > LIMIT {
            steps.pop_front();
        }
        last.to_string()
    }

    /// The step of this name.
    pub(crate) fn undo(&self, name: &str) -> Option<Undo> {
        let all = self.undos.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number: u64 = name.parse().ok()?;
        all.1
            .iter()
            .find(|(known, _)| *known == number)
            .map(|(_, undo)| undo.clone())
    }

    /// It was taken.
    pub(crate) fn forget_undo(&self, name: &str) {
        let mut all = self.undos.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.1.retain(|(known, _)| known.to_string() != name);
    }
}
