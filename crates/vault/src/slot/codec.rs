//! The bytes of a slot file. Nothing here panics, whatever the bytes.

use super::{Header, MOST_BYTES, Slot, SlotError, SlotKind, VERSION};
use crate::cbor::{array_of, at_end, exactly, into_vec};
use crate::kdf::KdfParams;
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use uuid::Uuid;
use wardkeep_record::id::UserId;

const MAGIC: &[u8; 6] = b"WKSLOT";
const CHECKSUM: usize = 16;

/// Takes a slot file apart. Says nothing about whether its boxes open.
pub fn decode(bytes: &[u8]) -> Result<Slot, SlotError> {
    if bytes.len() > MOST_BYTES {
        return Err(SlotError::Damaged);
    }
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or(SlotError::Damaged)?;
    let rest = content.strip_prefix(MAGIC).ok_or(SlotError::Damaged)?;
    if checksum != &checksum_of(content) {
        return Err(SlotError::Damaged);
    }
    match rest.split_first() {
        Some((&VERSION, body)) => decode_body(body).map_err(|_| SlotError::Damaged),
        Some((&version, _)) if version > VERSION => Err(SlotError::Newer(version)),
        _ => Err(SlotError::Damaged),
    }
}

/// The bytes of a slot file.
pub(super) fn encode(slot: &Slot) -> Vec<u8> {
    let mut bytes = [&MAGIC[..], &[VERSION]].concat();
    into_vec(Encoder::new(&mut bytes).array(3).and_then(|encoder| {
        encoder
            .bytes(&slot.header_bytes)?
            .bytes(&slot.name_box)?
            .bytes(&slot.payload_box)?
            .ok()
    }));
    bytes.extend_from_slice(&checksum_of(&bytes));
    bytes
}

/// What both boxes are bound to.
pub(super) fn associated(header_bytes: &[u8]) -> Vec<u8> {
    [&MAGIC[..], &[VERSION], header_bytes].concat()
}

/// The header as a CBOR array, its members in the order of the struct.
pub(super) fn encode_header(header: &Header) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    into_vec(Encoder::new(&mut bytes).array(9).and_then(|encoder| {
        encoder
            .u8(match header.kind {
                SlotKind::User => 1,
                SlotKind::Recovery => 2,
            })?
            .bytes(header.vault.as_bytes())?
            .bytes(header.user.as_bytes())?
            .u8(header.keychain)?
            .array(3)?
            .u32(header.kdf.memory_kib)?
            .u32(header.kdf.passes)?
            .u32(header.kdf.lanes)?
            .bytes(&header.salt)?
            .bool(header.has_lease)?
            .bytes(&header.unlock_commitment)?
            .bytes(&header.device_commitment)?
            .ok()
    }));
    bytes
}

fn decode_body(body: &[u8]) -> Result<Slot, Error> {
    let mut decoder = Decoder::new(body);
    array_of(&mut decoder, 3)?;
    let header_bytes = decoder.bytes()?.to_vec();
    let name_box = decoder.bytes()?.to_vec();
    let payload_box = decoder.bytes()?.to_vec();
    at_end(&decoder, body)?;
    Ok(Slot {
        header: decode_header(&header_bytes)?,
        header_bytes,
        name_box,
        payload_box,
    })
}

fn decode_header(bytes: &[u8]) -> Result<Header, Error> {
    let mut decoder = Decoder::new(bytes);
    array_of(&mut decoder, 9)?;
    let header = Header {
        kind: match decoder.u8()? {
            1 => SlotKind::User,
            2 => SlotKind::Recovery,
            _ => return Err(Error::message("kind")),
        },
        vault: Uuid::from_bytes(exactly(&mut decoder)?),
        user: UserId::from_bytes(exactly(&mut decoder)?),
        keychain: decoder.u8()?,
        kdf: decode_kdf(&mut decoder)?,
        salt: exactly(&mut decoder)?,
        has_lease: decoder.bool()?,
        unlock_commitment: exactly(&mut decoder)?,
        device_commitment: exactly(&mut decoder)?,
    };
    at_end(&decoder, bytes)?;
    Ok(header)
}

fn decode_kdf(decoder: &mut Decoder) -> Result<KdfParams, Error> {
    array_of(decoder, 3)?;
    Ok(KdfParams {
        memory_kib: decoder.u32()?,
        passes: decoder.u32()?,
        lanes: decoder.u32()?,
    })
}

fn checksum_of(content: &[u8]) -> [u8; CHECKSUM] {
    let mut checksum = [0; CHECKSUM];
    checksum.copy_from_slice(&blake3::hash(content).as_bytes()[..CHECKSUM]);
    checksum
}
