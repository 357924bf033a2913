//! Ops as bytes: deterministic CBOR (RFC 8949 section 4.2.1), version 1.
//!
//! ```text
//! op     = [1, [+ device], seq, hlc, user, compartment, [+ change]]   device, user: 16 bytes; compartment: 0 office, 1 clinical
//! change = [record, kind, patient / null, [+ write]]
//! write  = [key, value] / [key, value, [+ cite]]                      value: JSON text or null
//! key    = field / [field, item]
//! cite   = device index, seq (flat pairs, sorted)                     device index: into the op's table, whose entry 0 is the author
//! ```
//!
//! A write that replaces nothing cites nothing, which is every write of an import: so that form is the short one.

use super::{Change, Compartment, Dot, FieldKey, MAX_CHANGES, MAX_CITES, MAX_OP_BYTES, MAX_WRITES, Op, Write};
use crate::field::{self, Kind};
use crate::hlc::Hlc;
use crate::id::{DeviceId, RecordId, UserId};
use crate::json;
use minicbor::decode::{Decoder, Error as CborError};
use minicbor::encode::Encoder;
use std::collections::HashSet;

/// The form that this version writes.
const VERSION: u8 = 1;

/// Why bytes are no op.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a later version: keep the bytes as they are, pass them on, and apply them after an update.
    #[error("the op was written by a newer version")]
    Newer,
    /// Larger than [`MAX_OP_BYTES`], or with more parts than the limits allow.
    #[error("the op is over a limit")]
    TooLarge,
    /// Not an op in any version: stop this device's chain and say so.
    #[error("the op cannot be read: {0}")]
    Malformed(&'static str),
}

/// Why an op must not be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpError {
    /// It is empty, or breaks a rule that every reader checks.
    #[error("the op breaks a rule: {0}")]
    Invalid(&'static str),
    /// It is over a limit; write it as several, or keep the large value as a blob.
    #[error("the op is over a limit")]
    TooLarge,
}

/// The op as bytes. The same op always gives the same bytes. Call [`check_op`] before an op made from outside data.
pub fn encode_op(op: &Op) -> Vec<u8> {
    let mut devices = vec![op.dot.device];
    for cite in cites(op) {
        if !devices.contains(&cite.device) {
            devices.push(cite.device);
        }
    }
    devices[1..].sort_unstable();
    let mut out = Encoder::new(Vec::with_capacity(size_hint(op)));
    let infallible: Result<(), minicbor::encode::Error<std::convert::Infallible>> = (|| {
        out.array(7)?.u8(VERSION)?.array(devices.len() as u64)?;
        for device in &devices {
            out.bytes(device.as_bytes())?;
        }
        let compartment = match op.compartment {
            Compartment::Office => 0,
            Compartment::Clinical => 1,
        };
        out.u64(op.dot.seq)?
            .u64(op.hlc.0)?
            .bytes(op.user.as_bytes())?
            .u8(compartment)?;
        out.array(op.changes.len() as u64)?;
        for change in &op.changes {
            encode_change(&mut out, change, &devices)?;
        }
        Ok(())
    })();
    infallible.expect("writing to a Vec cannot fail");
    out.into_writer()
}

/// Whether every reader will accept the op, by rules and by size; returns its bytes, so that they are made once.
pub fn check_op(op: &Op) -> Result<Vec<u8>, OpError> {
    if op.changes.len() > MAX_CHANGES || size_hint(op) > 2 * MAX_OP_BYTES {
        return Err(OpError::TooLarge);
    }
    let bytes = encode_op(op);
    if bytes.len() > MAX_OP_BYTES {
        return Err(OpError::TooLarge);
    }
    check_rules(op).map_err(|error| match error {
        DecodeError::TooLarge => OpError::TooLarge,
        DecodeError::Malformed(why) => OpError::Invalid(why),
        DecodeError::Newer => OpError::Invalid("a kind or field of no known number"),
    })?;
    Ok(bytes)
}

/// The op that the bytes say, whoever wrote them. Never panics; takes at most a small multiple of their size in memory.
pub fn decode_op(bytes: &[u8]) -> Result<Op, DecodeError> {
    if bytes.len() > MAX_OP_BYTES {
        return Err(DecodeError::TooLarge);
    }
    let mut input = Decoder::new(bytes);
    let parts = length(&mut input)?;
    let version = input.u8().map_err(malformed("no version"))?;
    if version > VERSION {
        return Err(DecodeError::Newer);
    }
    if version != VERSION || parts != 7 {
        return Err(DecodeError::Malformed("not version 1"));
    }
    let devices = (0..limited(&mut input, MAX_CITES)?)
        .map(|_| sixteen(&mut input).map(DeviceId::from_bytes))
        .collect::<Result<Vec<_>, _>>()?;
    let device = *devices.first().ok_or(DecodeError::Malformed("no author"))?;
    let seq = input.u64().map_err(malformed("seq"))?;
    let hlc = Hlc(input.u64().map_err(malformed("clock"))?);
    let user = UserId::from_bytes(sixteen(&mut input)?);
    let compartment = match input.u8().map_err(malformed("compartment"))? {
        0 => Compartment::Office,
        1 => Compartment::Clinical,
        _ => return Err(DecodeError::Newer),
    };
    let mut changes = Vec::new();
    for _ in 0..limited(&mut input, MAX_CHANGES)? {
        changes.push(decode_change(&mut input, &devices)?);
    }
    if input.position() != bytes.len() {
        return Err(DecodeError::Malformed("bytes after the end"));
    }
    let op = Op {
        dot: Dot { device, seq },
        hlc,
        user,
        compartment,
        changes,
    };
    check_rules(&op)?;
    Ok(op)
}

/// Every cited write, in order of occurrence.
fn cites(op: &Op) -> impl Iterator<Item = &Dot> {
    op.changes
        .iter()
        .flat_map(|change| &change.writes)
        .flat_map(|write| &write.cites)
}

/// About how many bytes the op takes.
fn size_hint(op: &Op) -> usize {
    let write = |write: &Write| 16 + 11 * write.cites.len() + write.value.as_ref().map_or(1, |value| value.len());
    let change = |change: &Change| 48 + change.writes.iter().map(write).sum::<usize>();
    96 + op.changes.iter().map(change).sum::<usize>()
}

type Sink = Encoder<Vec<u8>>;
type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn encode_change(out: &mut Sink, change: &Change, devices: &[DeviceId]) -> Written {
    out.array(4)?.bytes(change.record.as_bytes())?.u16(change.kind.0)?;
    match &change.patient {
        Some(patient) => out.bytes(patient.as_bytes())?,
        None => out.null()?,
    };
    out.array(change.writes.len() as u64)?;
    for write in &change.writes {
        encode_write(out, write, devices)?;
    }
    Ok(())
}

fn encode_write(out: &mut Sink, write: &Write, devices: &[DeviceId]) -> Written {
    out.array(if write.cites.is_empty() { 2 } else { 3 })?;
    match write.key.item {
        Some(item) => out.array(2)?.u16(write.key.field)?.u32(item)?,
        None => out.u16(write.key.field)?,
    };
    match &write.value {
        Some(value) => out.str(value)?,
        None => out.null()?,
    };
    if write.cites.is_empty() {
        return Ok(());
    }
    let index = |device: DeviceId| devices.iter().position(|known| *known == device).unwrap_or(0) as u64;
    let mut pairs: Vec<(u64, u64)> = write.cites.iter().map(|dot| (index(dot.device), dot.seq)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    out.array(2 * pairs.len() as u64)?;
    for (device, seq) in pairs {
        out.u64(device)?.u64(seq)?;
    }
    Ok(())
}

fn decode_change(input: &mut Decoder<'_>, devices: &[DeviceId]) -> Result<Change, DecodeError> {
    exactly(input, 4)?;
    let record = RecordId::from_bytes(sixteen(input)?);
    let kind = Kind(input.u16().map_err(malformed("kind"))?);
    let patient = if null(input)? {
        None
    } else {
        Some(RecordId::from_bytes(sixteen(input)?))
    };
    let mut writes = Vec::new();
    for _ in 0..limited(input, MAX_WRITES)? {
        writes.push(decode_write(input, devices)?);
    }
    Ok(Change {
        record,
        kind,
        patient,
        writes,
    })
}

fn decode_write(input: &mut Decoder<'_>, devices: &[DeviceId]) -> Result<Write, DecodeError> {
    let parts = length(input)?;
    if parts != 2 && parts != 3 {
        return Err(DecodeError::Malformed("a write has two or three parts"));
    }
    let key = decode_key(input)?;
    let value = if null(input)? {
        None
    } else {
        Some(input.str().map_err(malformed("value"))?.into())
    };
    let mut cites = Vec::new();
    if parts == 3 {
        let numbers = limited(input, 2 * MAX_CITES)?;
        if numbers == 0 || numbers % 2 != 0 {
            return Err(DecodeError::Malformed("cites are pairs"));
        }
        for _ in 0..numbers / 2 {
            let index = usize::try_from(input.u64().map_err(malformed("cite"))?).unwrap_or(usize::MAX);
            let device = *devices
                .get(index)
                .ok_or(DecodeError::Malformed("a cite of no device"))?;
            cites.push(Dot {
                device,
                seq: input.u64().map_err(malformed("cite"))?,
            });
        }
    }
    Ok(Write { key, cites, value })
}

fn decode_key(input: &mut Decoder<'_>) -> Result<FieldKey, DecodeError> {
    use minicbor::data::Type;
    if input.datatype().map_err(malformed("key"))? != Type::Array {
        return Ok(FieldKey {
            field: input.u16().map_err(malformed("key"))?,
            item: None,
        });
    }
    exactly(input, 2)?;
    let field = input.u16().map_err(malformed("key"))?;
    Ok(FieldKey {
        field,
        item: Some(input.u32().map_err(malformed("item"))?),
    })
}

/// What holds for every op, beyond its form.
fn check_rules(op: &Op) -> Result<(), DecodeError> {
    if op.dot.seq == 0 || op.changes.is_empty() {
        return Err(DecodeError::Malformed(
            "an op has a number from 1 and at least one change",
        ));
    }
    if op.changes.len() > MAX_CHANGES || cites(op).map(|dot| dot.device).collect::<HashSet<_>>().len() >= MAX_CITES {
        return Err(DecodeError::TooLarge);
    }
    let mut records = HashSet::with_capacity(op.changes.len());
    for change in &op.changes {
        if !change.kind.is_known() {
            return Err(DecodeError::Newer);
        }
        if change.kind.compartment() != op.compartment {
            return Err(DecodeError::Malformed("a record of another compartment"));
        }
        if !records.insert(change.record) {
            return Err(DecodeError::Malformed("a record twice"));
        }
        if change.writes.is_empty() {
            return Err(DecodeError::Malformed("a change without writes"));
        }
        if change.writes.len() > MAX_WRITES {
            return Err(DecodeError::TooLarge);
        }
        let mut keys = HashSet::with_capacity(change.writes.len());
        for write in &change.writes {
            check_write(op.dot, change.kind, write)?;
            if !keys.insert(write.key) {
                return Err(DecodeError::Malformed("a field twice"));
            }
        }
    }
    Ok(())
}

fn check_write(dot: Dot, kind: Kind, write: &Write) -> Result<(), DecodeError> {
    if !field::is_known_field(kind, write.key.field) {
        return Err(DecodeError::Newer);
    }
    if field::is_item_field(kind, write.key.field) != write.key.item.is_some() {
        return Err(DecodeError::Malformed(
            "an item where there are none, or none where there are",
        ));
    }
    if write.cites.len() > MAX_CITES {
        return Err(DecodeError::TooLarge);
    }
    let own_future = |cite: &Dot| cite.device == dot.device && cite.seq >= dot.seq;
    if write.cites.iter().any(|cite| cite.seq == 0 || own_future(cite)) {
        return Err(DecodeError::Malformed("a cite of what was not yet written"));
    }
    match &write.value {
        Some(value) if !json::is_minified(value) => Err(DecodeError::Malformed("a value that is no minified JSON")),
        _ => Ok(()),
    }
}

/// The length of a definite array.
fn length(input: &mut Decoder<'_>) -> Result<u64, DecodeError> {
    let length = input.array().map_err(malformed("no array"))?;
    length.ok_or(DecodeError::Malformed("an array of indefinite length"))
}

fn exactly(input: &mut Decoder<'_>, expected: u64) -> Result<(), DecodeError> {
    if length(input)? == expected {
        Ok(())
    } else {
        Err(DecodeError::Malformed("an array of another length"))
    }
}

fn limited(input: &mut Decoder<'_>, limit: usize) -> Result<usize, DecodeError> {
    let length = usize::try_from(length(input)?).map_err(|_| DecodeError::TooLarge)?;
    if length > limit {
        Err(DecodeError::TooLarge)
    } else {
        Ok(length)
    }
}

/// Takes a null, if the next thing is one.
fn null(input: &mut Decoder<'_>) -> Result<bool, DecodeError> {
    let is_null = input.datatype().map_err(malformed("end"))? == minicbor::data::Type::Null;
    if is_null {
        input.null().map_err(malformed("null"))?;
    }
    Ok(is_null)
}

fn sixteen(input: &mut Decoder<'_>) -> Result<[u8; 16], DecodeError> {
    let bytes = input.bytes().map_err(malformed("id"))?;
    bytes
        .try_into()
        .map_err(|_| DecodeError::Malformed("an id of another length"))
}

fn malformed(what: &'static str) -> impl Fn(CborError) -> DecodeError {
    move |_| DecodeError::Malformed(what)
}

#[cfg(test)]
mod tests;
