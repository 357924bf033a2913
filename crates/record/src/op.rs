//! Ops: the field changes of one local transaction.

mod codec;

pub use codec::{DecodeError, OpError, check_op, decode_op, encode_op};

use crate::field::{FieldId, Kind};
use crate::hlc::Hlc;
use crate::id::{DeviceId, RecordId, UserId};
use serde::{Deserialize, Serialize};

/// The greatest size of an encoded op, in bytes. A segment on the wire holds at least one op and has the same limit.
pub const MAX_OP_BYTES: usize = 1 << 20;
/// The most records that one op may change.
pub const MAX_CHANGES: usize = 1_000;
/// The most fields that one op may write in one record.
pub const MAX_WRITES: usize = 4_096;
/// The most writes that one write may cite, and the most devices that one op may name.
pub const MAX_CITES: usize = 1_024;

/// A need-to-know part of the record, with keys of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Compartment {
    /// Demographics, schedule, office documents.
    Office,
    /// The chart.
    Clinical,
}

/// The name of one write: the device and its op's number in that compartment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Dot {
    /// Who wrote.
    pub device: DeviceId,
    /// The op's sequence number on that device in that compartment, from 1.
    pub seq: u64,
}

/// One item of a repeating element, unique in its field of its record. Items show in ascending order.
pub type ItemId = u32;

/// Where in a record a value stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FieldKey {
    /// The element.
    pub field: FieldId,
    /// The item, where the element is a set of items that merge one by one.
    pub item: Option<ItemId>,
}

/// One field write: the new value and the writes that it replaces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Write {
    /// Which field.
    pub key: FieldKey,
    /// The writes that the author saw there and replaces (empty for a first write).
    pub cites: Vec<Dot>,
    /// The element as JSON text without insignificant white space; `None` clears it.
    pub value: Option<Box<str>>,
}

/// The changes of one record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Which record.
    pub record: RecordId,
    /// What it is; fixed for a record's life.
    pub kind: Kind,
    /// Whose chart it belongs to; fixed for a record's life. `None` for patients themselves and for what is nobody's.
    pub patient: Option<RecordId>,
    /// The fields written.
    pub writes: Vec<Write>,
}

/// The field changes of one transaction on one device in one compartment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Op {
    /// The device and its op number.
    pub dot: Dot,
    /// When, by the hybrid clock of that device.
    pub hlc: Hlc,
    /// Who was unlocked then.
    pub user: UserId,
    /// Where.
    pub compartment: Compartment,
    /// What.
    pub changes: Vec<Change>,
}
