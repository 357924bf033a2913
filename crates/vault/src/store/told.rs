//! Which op an audit entry tells of, and what that op wrote in place of what.
//!
//! An entry names its op and copies no value: a value stays where the compartment's key is, and is looked up by whoever holds it.
//! A reference that does not fit the op of that name (one written again under another name, another user's, another record's) finds
//! nothing; a value that lay behind a snapshot and is not here is said to be missing. Neither is ever answered by another value.

use super::error::{At, StoreError};
use super::schema::schema;
use super::snapshot::base;
use super::{Tx, View, op_log};
use rusqlite::{OptionalExtension, params};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use wardkeep_record::field::{Kind, REMOVED, SEALED};
use wardkeep_record::hlc::Hlc;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::merge::RecordState;
use wardkeep_record::op::{Change, Compartment, Dot, FieldKey, Op, decode_op};

/// The member of an entry's detail that names its op.
const MEMBER: &str = "op";
/// Ops of more records are written by no entry about one of them (imports).
const RECORDS_MAX: usize = 16;
/// Records of one transaction whose ops are remembered.
const REMEMBERED_MAX: usize = 256;

/// The op that an entry tells of. The time tells two ops apart that a restored image gave the same name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpRef {
    /// Its name.
    pub dot: Dot,
    /// When it was written, by the hybrid clock.
    pub hlc: Hlc,
}

impl OpRef {
    /// The length of [`OpRef::to_bytes`].
    pub const BYTES: usize = 32;

    /// Device 16 | number 8 | time 8.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(self.dot.device.as_bytes());
        bytes[16..24].copy_from_slice(&self.dot.seq.to_be_bytes());
        bytes[24..].copy_from_slice(&self.hlc.0.to_be_bytes());
        bytes
    }

    /// Reads what [`OpRef::to_bytes`] writes.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Option<Self> {
        let (device, rest) = bytes.split_first_chunk::<16>()?;
        let (seq, hlc) = rest.split_first_chunk::<8>()?;
        let seq = u64::from_be_bytes(*seq);
        let hlc = u64::from_be_bytes(hlc.try_into().ok()?);
        Self::new(DeviceId::from_bytes(*device), seq, hlc)
    }

    /// The op that an entry's detail names.
    pub fn of_detail(detail: &str) -> Option<Self> {
        members(detail)?.get(MEMBER)?.as_str()?.parse().ok()
    }

    fn new(device: DeviceId, seq: u64, hlc: u64) -> Option<Self> {
        (seq > 0 && i64::try_from(seq).is_ok()).then_some(Self {
            dot: Dot { device, seq },
            hlc: Hlc(hlc),
        })
    }
}

impl fmt::Display for OpRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.dot.device, self.dot.seq, self.hlc.0)
    }
}

/// The text names no op.
#[derive(Debug, thiserror::Error)]
#[error("no name of an op")]
pub struct NoOpRef;

impl FromStr for OpRef {
    type Err = NoOpRef;

    fn from_str(text: &str) -> Result<Self, NoOpRef> {
        let read = || {
            let mut parts = text.split(':');
            let (device, seq, hlc) = (parts.next()?, parts.next()?, parts.next()?);
            let none = parts.next().is_none();
            none.then(|| Self::new(device.parse().ok()?, seq.parse().ok()?, hlc.parse().ok()?))?
        };
        read().ok_or(NoOpRef)
    }
}

fn members(detail: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    serde_json::from_str(detail).ok()
}

/// The detail without the name of its op; empty where it said nothing else.
pub fn without_op(detail: &str) -> String {
    let Some(mut members) = members(detail) else {
        return detail.to_owned();
    };
    match members.remove(MEMBER) {
        None => detail.to_owned(),
        Some(_) if members.is_empty() => String::new(),
        Some(_) => serde_json::Value::Object(members).to_string(),
    }
}

/// The detail with the name of its op; as it was where there is no room.
fn with_op(detail: &str, op: OpRef) -> String {
    let mut members = if detail.is_empty() {
        serde_json::Map::new()
    } else if let Some(members) = members(detail) {
        members
    } else {
        return detail.to_owned();
    };
    members.insert(MEMBER.to_owned(), op.to_string().into());
    let with = serde_json::Value::Object(members).to_string();
    if with.len() > super::DETAIL_MAX {
        detail.to_owned()
    } else {
        with
    }
}

/// The ops of a transaction by the record that they changed; nothing where several changed it.
#[derive(Default)]
pub(super) struct Written(HashMap<RecordId, Option<OpRef>>);

impl Tx<'_> {
    /// Remembers which records an op of this transaction changes.
    pub(super) fn note_written(&mut self, op: &Op) {
        if op.changes.len() > RECORDS_MAX {
            return;
        }
        for change in &op.changes {
            let written = &mut self.written.0;
            let this = OpRef {
                dot: op.dot,
                hlc: op.hlc,
            };
            if let Some(known) = written.get_mut(&change.record) {
                *known = None;
            } else if written.len() < REMEMBERED_MAX {
                written.insert(change.record, Some(this));
            }
        }
    }

    /// The detail of an entry about this record, with the name of the op that this transaction has written of it.
    pub(super) fn naming_op(&self, record: Option<RecordId>, detail: &str) -> Option<String> {
        let op = self.written.0.get(&record?).copied().flatten()?;
        Some(with_op(detail, op))
    }
}

/// What an op wrote into one record.
pub struct Told {
    /// What the record is.
    pub kind: Kind,
    /// The fields, in the op's order.
    pub values: Vec<ToldValue>,
}

/// What it wrote into one field.
pub struct ToldValue {
    /// Which.
    pub key: FieldKey,
    /// The values that it replaced, as JSON texts, the one that showed first; none where there was no value. More than one where two
    /// people had written without seeing each other.
    pub before: Vec<Box<str>>,
    /// A value that it replaced is not on this laptop: it lay behind the snapshot with which the laptop began.
    pub missing: bool,
    /// The value; nothing where it was cleared.
    pub after: Option<Box<str>>,
}

impl View<'_> {
    /// What an op wrote into a record; nothing where it is not here, or is not by this user about this record.
    pub fn told(
        &self,
        at: Compartment,
        of: OpRef,
        (user, record): (UserId, RecordId),
    ) -> Result<Option<Told>, StoreError> {
        self.granted(at)?;
        let mut past = Past {
            view: self,
            at,
            record,
            ops: HashMap::new(),
            base: base::state(self.conn, at, record)?,
        };
        let Some(op) = past.op(of.dot)?.filter(|op| op.hlc == of.hlc && op.user == user) else {
            return Ok(None);
        };
        let Some(change) = op.changes.into_iter().find(|change| change.record == record) else {
            return Ok(None);
        };
        let kind = change.kind;
        let mut values = Vec::new();
        // The key of a sealed file is nobody's to read.
        for write in change.writes.into_iter().filter(|write| write.key.field != SEALED) {
            let (before, missing) = past.replaced(write.key, &write.cites)?;
            values.push(ToldValue {
                key: write.key,
                before,
                missing,
                after: write.value,
            });
        }
        Ok(Some(Told { kind, values }))
    }
}

/// What one write put into a field, and when.
type Put = (Hlc, Option<Box<str>>);

/// The earlier writes of one record.
struct Past<'v> {
    view: &'v View<'v>,
    at: Compartment,
    record: RecordId,
    ops: HashMap<Dot, Option<(Hlc, Option<Change>)>>,
    /// The record as it came with a snapshot.
    base: Option<RecordState>,
}

impl Past<'_> {
    fn op(&self, dot: Dot) -> Result<Option<Op>, StoreError> {
        let s = schema(self.at);
        let sql =
            format!("SELECT o.device FROM {s}.op o JOIN {s}.device d ON d.n = o.device WHERE d.id = ?1 AND o.seq = ?2");
        let seq = i64::try_from(dot.seq).unwrap_or(i64::MAX);
        let mut query = self.view.conn.prepare_cached(&sql).at(self.at)?;
        let device: Option<i64> = query
            .query_row(params![dot.device.as_bytes().as_slice(), seq], |row| row.get(0))
            .optional()
            .at(self.at)?;
        let Some(device) = device else { return Ok(None) };
        let bytes = op_log::find(self.view.conn, self.at, (device, dot.seq))?;
        // One that needs a newer version says nothing yet.
        Ok(bytes
            .and_then(|bytes| decode_op(&bytes).ok())
            .filter(|op| op.dot == dot))
    }

    /// The values of these writes of a field, the one that showed first, and whether one is not here.
    fn replaced(&mut self, key: FieldKey, cites: &[Dot]) -> Result<(Vec<Box<str>>, bool), StoreError> {
        let mut found: Vec<(Hlc, Dot, Option<Box<str>>)> = Vec::new();
        let mut missing = false;
        for dot in cites {
            match self.write(*dot, key)? {
                Some((hlc, value)) => found.push((hlc, *dot, value)),
                // A removal cites what it removed, which is no value of its own.
                None => missing |= key.field != REMOVED,
            }
        }
        found.sort_by_key(|(hlc, dot, _)| std::cmp::Reverse((*hlc, *dot)));
        Ok((found.into_iter().filter_map(|(.., value)| value).collect(), missing))
    }

    /// What a write put into the field.
    fn write(&mut self, dot: Dot, key: FieldKey) -> Result<Option<Put>, StoreError> {
        if !self.ops.contains_key(&dot) {
            let ours = |change: &Change| change.record == self.record;
            let op = self.op(dot)?.map(|op| (op.hlc, op.changes.into_iter().find(ours)));
            self.ops.insert(dot, op);
        }
        let logged = self.ops.get(&dot).and_then(Option::as_ref);
        let logged = logged.and_then(|(hlc, change)| {
            let write = change.as_ref()?.writes.iter().find(|write| write.key == key)?;
            Some((*hlc, write.value.clone()))
        });
        let came = || {
            let heads = self.base.as_ref()?.heads(key);
            let head = heads.into_iter().find(|head| head.stamp.dot == dot)?;
            Some((head.stamp.hlc, head.value.map(Box::from)))
        };
        Ok(logged.or_else(came))
    }
}
