//! Removal of a record: a tombstone that names what it saw, so that an edit it did not see wins over it.

use super::RecordState;
use crate::field::REMOVED;
use crate::id::DeviceId;
use crate::op::{Dot, FieldKey, Write};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where the tombstone stands.
const KEY: FieldKey = FieldKey {
    field: REMOVED,
    item: None,
};

/// The value of the tombstone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Why, in the words of who did it.
    pub reason: String,
    /// Every head that the record had then, by device. Exact dots and not a vector: a vector would also cover an op that
    /// was kept aside for a newer version and hence not seen.
    pub seen: BTreeMap<DeviceId, BTreeSet<u64>>,
}

/// Whether a record is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RemovalState {
    /// It is.
    Present,
    /// It was removed, and nobody wrote anything that the removal had not seen.
    Removed,
    /// It was removed by one while another, who did not know, edited or restored it. It stays until a person decides.
    Flagged,
}

impl RecordState {
    /// Whether the record is there.
    pub fn removal_state(&self) -> RemovalState {
        let tombs = self.heads(KEY);
        if tombs.iter().all(|head| head.value.is_none()) {
            return RemovalState::Present;
        }
        let mut seen: BTreeSet<Dot> = BTreeSet::new();
        for tomb in tombs {
            // A restoral that met the removal, or a tombstone that says nothing readable: the record stays.
            let Some(removal) = tomb.value.and_then(|value| serde_json::from_str::<Removal>(value).ok()) else {
                return RemovalState::Flagged;
            };
            let dots = |(device, seqs): (DeviceId, BTreeSet<u64>)| seqs.into_iter().map(move |seq| Dot { device, seq });
            seen.extend(removal.seen.into_iter().flat_map(dots));
        }
        let unseen = |key| self.heads(key).iter().any(|head| !seen.contains(&head.stamp.dot));
        let contested = self.keys().filter(|key| *key != KEY).any(unseen);
        if contested {
            RemovalState::Flagged
        } else {
            RemovalState::Removed
        }
    }

    /// Whether it counts as removed.
    pub fn is_removed(&self) -> bool {
        self.removal_state() == RemovalState::Removed
    }

    /// Whether a removal met an edit.
    pub fn is_flagged(&self) -> bool {
        self.removal_state() == RemovalState::Flagged
    }

    /// Why it was removed, when it was or is flagged; of several removals the latest.
    pub fn removal_reason(&self) -> Option<String> {
        let removals = self.heads(KEY).into_iter().filter_map(|head| head.value);
        removals
            .filter_map(|value| serde_json::from_str::<Removal>(value).ok())
            .map(|removal| removal.reason)
            .next()
    }
}

/// The write that removes a record as it is now. It replaces earlier removals that met an edit, and so takes over what they saw: of that
/// something may not have come here yet.
pub fn removal(state: &RecordState, reason: &str) -> Write {
    let mut seen: BTreeMap<DeviceId, BTreeSet<u64>> = BTreeMap::new();
    let tombs = state.heads(KEY).into_iter().filter_map(|head| head.value);
    for earlier in tombs.filter_map(|value| serde_json::from_str::<Removal>(value).ok()) {
        for (device, seqs) in earlier.seen {
            seen.entry(device).or_default().extend(seqs);
        }
    }
    for key in state.keys().filter(|key| *key != KEY) {
        for head in state.heads(key) {
            seen.entry(head.stamp.dot.device)
                .or_default()
                .insert(head.stamp.dot.seq);
        }
    }
    let removal = Removal {
        reason: reason.to_owned(),
        seen,
    };
    let value = serde_json::to_string(&removal).expect("strings, ids and numbers are always JSON");
    Write {
        key: KEY,
        cites: super::cites(state, KEY),
        value: Some(value.into_boxed_str()),
    }
}

/// The write that brings a removed record back, or ends its flag in favour of staying.
pub fn restoral(state: &RecordState) -> Write {
    Write {
        key: KEY,
        cites: super::cites(state, KEY),
        value: None,
    }
}
