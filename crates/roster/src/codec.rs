//! The bytes of entries: deterministic CBOR (RFC 8949 section 4.2), arrays of fixed length without indefinite items.
//!
//! An entry is `[version, clinic, number, previous, at_ms, [device, user], [kind, ...], signature]`. Each entry has exactly one encoding:
//! what decodes but is not the encoding of what it decoded to is refused. Reading never recurses, and no length that an entry claims
//! is believed before it is compared with a limit.

mod body;
mod part;

use crate::entry::{Body, Draft, Entry, VERSION};
use crate::key::Signature;
use crate::limit::MAX_ENTRY_BYTES;
use minicbor::{Decoder, Encoder};
use part::Part;

/// Parts of the envelope, signature included.
const PARTS: u64 = 8;
/// Bytes of the encoded signature: a two-byte head and 64 bytes.
const SIGNATURE_BYTES: usize = 66;

/// Why bytes are no entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecodeError {
    /// More than [`MAX_ENTRY_BYTES`].
    #[error("longer than an entry may be")]
    TooLong,
    /// Written by a newer program: only an update can judge it.
    #[error("entry format {0} needs a newer version")]
    NewerVersion(u8),
    /// A kind of entry that this version does not know: only an update can judge it.
    #[error("entry kind {0} needs a newer version")]
    UnknownKind(u8),
    /// Not CBOR, not of the right shape, over a limit, or with a key that is none.
    #[error("not an entry, at byte {at}")]
    Malformed {
        /// How far reading came.
        at: usize,
    },
    /// Readable, but not in the one encoding that it must have.
    #[error("not in the encoding that an entry must have")]
    NotCanonical,
}

/// Reads one entry. Judges the form alone: neither signature nor right.
pub fn decode(bytes: &[u8]) -> Result<Entry, DecodeError> {
    if bytes.len() > MAX_ENTRY_BYTES {
        return Err(DecodeError::TooLong);
    }
    let mut d = Decoder::new(bytes);
    let entry = read(&mut d)?;
    if d.position() != bytes.len() {
        return Err(DecodeError::Malformed { at: d.position() });
    }
    if encode(&entry) != bytes {
        return Err(DecodeError::NotCanonical);
    }
    Ok(entry)
}

fn read(d: &mut Decoder<'_>) -> Result<Entry, DecodeError> {
    let parts = part::array(d).map_err(|_| malformed(d))?;
    let version: u8 = field(d)?;
    if version != VERSION {
        return Err(DecodeError::NewerVersion(version));
    }
    if parts != PARTS {
        return Err(malformed(d));
    }
    Ok(Entry {
        clinic: field(d)?,
        number: field(d)?,
        previous: field(d)?,
        at_ms: field(d)?,
        author: field(d)?,
        body: body::read(d)?,
        signature: field(d)?,
    })
}

fn field<T: Part>(d: &mut Decoder<'_>) -> Result<T, DecodeError> {
    T::take(d).map_err(|_| malformed(d))
}

fn malformed(d: &Decoder<'_>) -> DecodeError {
    DecodeError::Malformed { at: d.position() }
}

/// The bytes of an entry up to its signature: what is signed.
pub(crate) fn unsigned(draft: &Draft) -> Vec<u8> {
    prefix(&Prefix {
        clinic: &draft.clinic,
        number: draft.number,
        previous: &draft.previous,
        at_ms: draft.at_ms,
        author: &draft.author,
        body: &draft.body,
    })
}

/// Completes [`unsigned`] bytes.
pub(crate) fn push_signature(bytes: &mut Vec<u8>, signature: &Signature) {
    signature.put(&mut Encoder::new(bytes)).expect("memory takes all");
}

/// The part of a decoded entry's bytes that its author signed.
pub(crate) fn signed_part(entry: &[u8]) -> &[u8] {
    &entry[..entry.len().saturating_sub(SIGNATURE_BYTES)]
}

/// The bytes of an entry.
pub fn encode(entry: &Entry) -> Vec<u8> {
    let mut bytes = prefix(&Prefix {
        clinic: &entry.clinic,
        number: entry.number,
        previous: &entry.previous,
        at_ms: entry.at_ms,
        author: &entry.author,
        body: &entry.body,
    });
    push_signature(&mut bytes, &entry.signature);
    bytes
}

/// What drafts and entries share.
struct Prefix<'a> {
    clinic: &'a crate::ClinicId,
    number: u32,
    previous: &'a crate::EntryHash,
    at_ms: u64,
    author: &'a crate::Enrollment,
    body: &'a Body,
}

fn prefix(parts: &Prefix<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    put_prefix(parts, &mut Encoder::new(&mut bytes)).expect("memory takes all");
    bytes
}

fn put_prefix(
    parts: &Prefix<'_>,
    e: &mut Encoder<&mut Vec<u8>>,
) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
    e.array(PARTS)?;
    VERSION.put(e)?;
    parts.clinic.put(e)?;
    parts.number.put(e)?;
    parts.previous.put(e)?;
    parts.at_ms.put(e)?;
    parts.author.put(e)?;
    body::put(parts.body, e)
}
