//! Merging: the state of a record is a function of the set of writes it has seen, whatever their order and repetition.
//!
//! Each field is a dotted version vector set (Preguiça et al., 2012): its *heads*, the writes that no other has replaced,
//! and the *seen* vector, the highest write of each device that was applied or cited. A write drops the heads that it cites
//! (and any earlier one of its own device, which that device must have seen), and becomes a head unless a later one has
//! replaced it already. So causality decides first; only among heads, which had not seen each other, does the hybrid clock
//! choose which one *shows*. The others stay until a write cites them: nothing is dropped in silence.
//!
//! A removal is a write to [`crate::field::REMOVED`] that names every head it saw in the record. The record counts as
//! removed only while no other head exists (add wins); otherwise it stays and is flagged.

mod clocks;
mod edit;
mod removal;

pub use clocks::{Clocks, ClocksDamaged, FieldState};
pub use edit::{cites, edit, first_change};
pub use removal::{Removal, RemovalState, removal, restoral};

use crate::field::{self, Kind};
use crate::fields::Fields;
use crate::hlc::Hlc;
use crate::id::{RecordId, UserId};
use crate::op::{Change, Dot, FieldKey, Write};

/// The name, time and author of one write. All writes of an op share it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// The write's name.
    pub dot: Dot,
    /// When, by the hybrid clock.
    pub hlc: Hlc,
    /// Who.
    pub user: UserId,
}

impl Stamp {
    /// What decides which head shows: the greatest. Dots make it a total order.
    fn rank(&self) -> (Hlc, Dot) {
        (self.hlc, self.dot)
    }
}

/// One write that no other has replaced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head<'a> {
    /// Its name, time and author.
    pub stamp: Stamp,
    /// What it says; `None` when it cleared the field.
    pub value: Option<&'a str>,
}

/// A record and the clocks of its fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordState {
    /// What it is.
    pub kind: Kind,
    /// Whose chart it belongs to.
    pub patient: Option<RecordId>,
    /// What shows.
    pub fields: Fields,
    /// Who wrote that, what it replaced, and what else was written at the same time.
    pub clocks: Clocks,
}

/// What a merge did.
#[derive(Debug)]
pub struct Merged {
    /// The record now.
    pub state: RecordState,
    /// The fields whose shown value is another than before.
    pub changed: Vec<FieldKey>,
    /// The fields that now have more than one head, of those written.
    pub conflicts: Vec<FieldKey>,
    /// Whether the record was there, removed or flagged before; `None` when it was unknown.
    pub before: Option<RemovalState>,
    /// Whether it is there, removed or flagged now.
    pub after: RemovalState,
    /// The change names another kind or patient than the record had. Both are fixed for a record's life, so this is a fault
    /// of the writer; the state stays a function of the writes (the smaller kind, the smallest patient), but report it.
    pub mismatch: bool,
}

impl RecordState {
    /// A record without any write.
    fn empty(kind: Kind, patient: Option<RecordId>) -> Self {
        Self {
            kind,
            patient,
            fields: Fields::new(),
            clocks: Clocks::default(),
        }
    }

    /// The heads of a field, the one that shows first. Empty when it was never written.
    pub fn heads(&self, key: FieldKey) -> Vec<Head<'_>> {
        let Some(state) = self.clocks.over.get(&key) else {
            let value = self.fields.get(key);
            let stamp = if value.is_some() { self.clocks.base } else { None };
            return stamp.map(|stamp| Head { stamp, value }).into_iter().collect();
        };
        let shown = state.shown.map(|stamp| Head {
            stamp,
            value: self.fields.get(key),
        });
        let hidden = state.hidden.iter().map(|(stamp, value)| Head {
            stamp: *stamp,
            value: value.as_deref(),
        });
        shown.into_iter().chain(hidden).collect()
    }

    /// The fields with more than one head, each with all of them.
    pub fn conflicts(&self) -> Vec<(FieldKey, Vec<Head<'_>>)> {
        let contested = self.clocks.over.iter().filter(|(_, state)| !state.hidden.is_empty());
        contested.map(|(key, _)| (*key, self.heads(*key))).collect()
    }

    /// The latest head of the record by clock: when it changed last, and who did.
    pub fn latest(&self) -> Option<Stamp> {
        let over = self.clocks.over.values().filter_map(|state| state.shown);
        self.clocks.base.into_iter().chain(over).max_by_key(Stamp::rank)
    }

    /// Every key that has a head.
    fn keys(&self) -> impl Iterator<Item = FieldKey> {
        let elided = self
            .fields
            .iter()
            .map(|(key, _)| key)
            .filter(|key| !self.clocks.over.contains_key(key));
        elided.chain(self.clocks.over.keys().copied())
    }
}

/// Applies one op's change of a record to what is known of it. `stamp` is the op's.
///
/// Takes the change whole, so that a new record's values move instead of being copied.
pub fn merge(state: Option<RecordState>, change: Change, stamp: Stamp) -> Merged {
    let Some(mut state) = state else {
        return merge_new(change, stamp);
    };
    let before = state.removal_state();
    let mismatch = fix_identity(&mut state, &change);
    let (mut changed, mut conflicts) = (Vec::new(), Vec::new());
    for write in change.writes {
        let key = write.key;
        if apply(&mut state, write, stamp) {
            changed.push(key);
        }
        if state
            .clocks
            .over
            .get(&key)
            .is_some_and(|field| !field.hidden.is_empty())
        {
            conflicts.push(key);
        }
    }
    state.clocks.settle_base(&state.fields);
    let after = state.removal_state();
    Merged {
        state,
        changed,
        conflicts,
        before: Some(before),
        after,
        mismatch,
    }
}

/// The common case of an import: every field's only write is this one.
fn merge_new(change: Change, stamp: Stamp) -> Merged {
    let plain = |write: &Write| write.cites.is_empty() && write.value.is_some() && write.key.field != field::REMOVED;
    let sorted = change.writes.windows(2).all(|pair| pair[0].key < pair[1].key);
    if !sorted || !change.writes.iter().all(plain) {
        let empty = RecordState::empty(change.kind, change.patient);
        return Merged {
            before: None,
            ..merge(Some(empty), change, stamp)
        };
    }
    let changed = change.writes.iter().map(|write| write.key).collect();
    let list = change
        .writes
        .into_iter()
        .filter_map(|write| Some((write.key, write.value?)))
        .collect();
    let fields = Fields::from_vec(list);
    let clocks = Clocks {
        base: if fields.is_empty() { None } else { Some(stamp) },
        ..Clocks::default()
    };
    let state = RecordState {
        kind: change.kind,
        patient: change.patient,
        fields,
        clocks,
    };
    let after = RemovalState::Present;
    Merged {
        state,
        changed,
        conflicts: Vec::new(),
        before: None,
        after,
        mismatch: false,
    }
}

/// Joins kind and patient, which should never differ. Returns whether they did.
fn fix_identity(state: &mut RecordState, change: &Change) -> bool {
    let mismatch = state.kind != change.kind || state.patient != change.patient;
    state.kind = state.kind.min(change.kind);
    state.patient = match (state.patient, change.patient) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    };
    mismatch
}

/// Applies one write; returns whether another value shows now.
fn apply(state: &mut RecordState, write: Write, stamp: Stamp) -> bool {
    let key = write.key;
    let (mut field, mut heads) = open(state, key);
    let own_past = |dot: &Dot| dot.device == stamp.dot.device && dot.seq < stamp.dot.seq;
    let cited: Vec<Dot> = write
        .cites
        .into_iter()
        .filter(|dot| dot.device != stamp.dot.device || own_past(dot))
        .collect();
    let replaced = |dot: &Dot| own_past(dot) || covers(&cited, dot);
    heads.retain(|(head, _)| !replaced(&head.dot));
    if !covers(&field.seen, &stamp.dot) {
        heads.push((stamp, write.value));
    }
    for dot in cited.iter().chain([&stamp.dot]) {
        join(&mut field.seen, *dot);
    }
    close(state, key, field, heads)
}

/// One head with its value.
type Owned = (Stamp, Option<Box<str>>);

/// Takes a field's state out of the record, with the value that shows beside the others.
fn open(state: &mut RecordState, key: FieldKey) -> (FieldState, Vec<Owned>) {
    let value = state.fields.get(key).map(Box::from);
    match state.clocks.over.remove(&key) {
        Some(mut field) => {
            let mut heads = std::mem::take(&mut field.hidden);
            if let Some(shown) = field.shown.take() {
                heads.insert(0, (shown, value));
            }
            (field, heads)
        }
        None => match (state.clocks.base, value) {
            (Some(base), Some(value)) => (
                FieldState {
                    seen: vec![base.dot],
                    ..FieldState::default()
                },
                vec![(base, Some(value))],
            ),
            _ => (FieldState::default(), Vec::new()),
        },
    }
}

/// Puts a field's state back; returns whether another value shows.
fn close(state: &mut RecordState, key: FieldKey, mut field: FieldState, mut heads: Vec<Owned>) -> bool {
    heads.sort_by_key(|(stamp, _)| std::cmp::Reverse(stamp.rank()));
    let mut heads = heads.into_iter();
    let shown = heads.next();
    field.shown = shown.as_ref().map(|(stamp, _)| *stamp);
    field.hidden = heads.collect();
    state.clocks.over.insert(key, field);
    state.fields.set(key, shown.and_then(|(_, value)| value))
}

/// Whether the vector covers the dot.
fn covers(vector: &[Dot], dot: &Dot) -> bool {
    vector
        .iter()
        .any(|seen| seen.device == dot.device && seen.seq >= dot.seq)
}

/// Adds a dot to a vector that is sorted by device.
fn join(vector: &mut Vec<Dot>, dot: Dot) {
    match vector.binary_search_by_key(&dot.device, |seen| seen.device) {
        Ok(at) => vector[at].seq = vector[at].seq.max(dot.seq),
        Err(at) => vector.insert(at, dot),
    }
}

#[cfg(test)]
mod tests;
