//! What a record says of its sealed file: which it is, its key, and how to know it again. It travels inside the sealed op, so that the
//! file's readers are the readers of its compartment. FROZEN: written into records.

use super::{BlobError, BlobReader, CHUNK_BYTES};
use crate::home::Home;
use crate::key::BlobKey;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{Read, Take};
use wardkeep_record::id::BlobId;
use zeroize::{Zeroize, Zeroizing};

/// The most bytes of content that one file holds.
pub const CONTENT_LIMIT: u64 = 100 << 20;

/// A sealed file, as its record names it.
pub struct Sealed {
    /// Its name here; part of what the cipher binds.
    pub id: BlobId,
    /// What opens it.
    pub key: BlobKey,
    /// The length of its content, in bytes.
    pub size: u64,
    /// Its length as it is on disk and on the wire, in bytes.
    pub length: u64,
    /// BLAKE3 of what is on disk and on the wire: its name there.
    pub hash: [u8; 32],
    /// BLAKE3 of the content.
    pub digest: [u8; 32],
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The JSON object in the record.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    blob: BlobId,
    digest: String,
    hash: String,
    key: String,
    length: u64,
    size: u64,
}

impl Drop for Written {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl Sealed {
    /// The value of the record's field.
    pub fn to_json(&self) -> Zeroizing<String> {
        let written = Written {
            blob: self.id,
            digest: to_hex(&self.digest),
            hash: to_hex(&self.hash),
            key: to_hex(self.key.expose()),
            length: self.length,
            size: self.size,
        };
        // Room for all of it: a text that grows leaves copies behind.
        let mut out = Zeroizing::new(Vec::with_capacity(512));
        serde_json::to_writer(&mut *out, &written).expect("numbers and short texts are always JSON");
        Zeroizing::new(String::from_utf8(std::mem::take(&mut *out)).expect("JSON is UTF-8"))
    }

    /// The content from one of the file's chunks on, without the padding behind it.
    pub fn open_at(&self, home: &Home, chunk: u32) -> Result<Take<BlobReader>, BlobError> {
        let left = self
            .size
            .checked_sub(u64::from(chunk) * CHUNK_BYTES)
            .ok_or(BlobError::Damaged)?;
        Ok(super::open_at(home, self.id, &self.key, chunk)?.take(left))
    }

    /// Reads the field's value; `None` for what is not one, or names a file larger than any may be.
    pub fn parse(json: &str) -> Option<Self> {
        let written: Written = serde_json::from_str(json).ok()?;
        let key = from_hex(&written.key)?;
        let sealed = Self {
            id: written.blob,
            key: BlobKey::from_slice(&key[..])?,
            size: written.size,
            length: written.length,
            hash: *from_hex(&written.hash)?,
            digest: *from_hex(&written.digest)?,
        };
        let length = || super::sealed_length(super::padded(sealed.size));
        (sealed.size <= CONTENT_LIMIT && sealed.length == length()).then_some(sealed)
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn to_hex(bytes: &[u8; 32]) -> String {
    let mut out = String::with_capacity(64);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// One spelling only: lower case, 64 digits.
fn from_hex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let digit = |at: u8| DIGITS.iter().position(|known| *known == at).map(|value| value as u8);
    let pairs = text.as_bytes();
    if pairs.len() != 64 {
        return None;
    }
    let mut out = Zeroizing::new([0; 32]);
    for (byte, pair) in out.iter_mut().zip(pairs.chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use super::*;
    use crate::random::SeededRandom;

    fn sealed() -> Sealed {
        Sealed {
            id: BlobId(uuid::Uuid::from_bytes([5; 16])),
            key: BlobKey::generate(&SeededRandom::new(3)),
            size: 3_000_000,
            length: super::super::sealed_length(super::super::padded(3_000_000)),
            hash: [7; 32],
            digest: [0xfe; 32],
        }
    }

    #[test]
    fn the_text_is_frozen_and_read_back() {
        let text = sealed().to_json();
        insta::assert_snapshot!(*text);
        let back = Sealed::parse(&text).unwrap();
        assert_eq!(
            (back.id, back.size, back.length),
            (sealed().id, 3_000_000, sealed().length)
        );
        assert_eq!((back.hash, back.digest), ([7; 32], [0xfe; 32]));
        assert!(back.key.same(&sealed().key));
        assert!(!format!("{back:?}").contains(&text[..]));
    }

    #[test]
    fn nothing_else_is_read() {
        let good = sealed().to_json().to_string();
        for bad in [
            String::new(),
            "{}".to_owned(),
            "[".repeat(100_000),
            good.replace("\"size\":3000000", "\"size\":300"),
            good.replace("\"size\":3000000", "\"size\":18446744073709551615"),
            good.replace("\"key\":\"", "\"key\":\"0"),
            good.replace("0707", "0G07"),
            good.replace("fefe", "FEFE"),
            good.replace("{", "{\"more\":1,"),
        ] {
            assert!(Sealed::parse(&bad).is_none(), "{bad}");
        }
    }
}
