//! From what a person wants to writes that cite what they saw.

use super::RecordState;
use crate::field::Kind;
use crate::fields::{Fields, NewValues};
use crate::id::RecordId;
use crate::op::{Change, Dot, FieldKey, Write};

/// The writes that a new write to this field replaces: all its heads.
pub fn cites(state: &RecordState, key: FieldKey) -> Vec<Dot> {
    state.heads(key).iter().map(|head| head.stamp.dot).collect()
}

/// The writes for these new values. A value equal to the one that shows is written only where it settles a conflict.
pub fn edit(state: &RecordState, values: NewValues) -> Vec<Write> {
    let writes = values.into_iter().filter_map(|(key, value)| {
        let heads = state.heads(key);
        let same = heads.len() <= 1 && state.fields.get(key) == value.as_deref();
        let cites = heads.iter().map(|head| head.stamp.dot).collect();
        (!same).then_some(Write { key, cites, value })
    });
    writes.collect()
}

/// The change that makes a new record.
pub fn first_change(record: RecordId, kind: Kind, patient: Option<RecordId>, fields: Fields) -> Change {
    let write = |(key, value)| Write {
        key,
        cites: Vec::new(),
        value: Some(value),
    };
    Change {
        record,
        kind,
        patient,
        writes: fields.into_vec().into_iter().map(write).collect(),
    }
}
