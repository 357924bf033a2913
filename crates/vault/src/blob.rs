//! Sealed files: documents, photos, generated reports. FROZEN: released versions are read for ever.
//!
//! ```text
//! "WKBLOB"  version (1 byte)  commitment (32)  nonce (19)  chunks, each of 1 MiB and a 16-byte tag, the last one shorter
//! ```
//!
//! The chunks are STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015) over XChaCha20-Poly1305: each is bound to its place, to being
//! the last or not, to the header and to the blob's id. So a chunk that is changed, moved, repeated, left out or cut off is noticed before
//! any of its bytes is handed out. The key is random, one for each blob, and lives in the compartment's database; the header commits to it.
//!
//! The plain text is never on disk: the file under its temporary name is sealed from its first byte.
//!
//! A file that comes from elsewhere is gathered under the ending `part`, as sealed as it travels, and gets its name only when the hash of
//! the whole is the one that its record names. So the bytes are the same on every device, and each can offer them again.

mod partial;
mod read;
mod sealed;
mod write;

pub use partial::{Finished, append_partial, discard_partial, finish_partial, hash_of, partial_length, read_sealed};
pub use read::{BlobReader, CHUNK_BYTES, open, open_at, read_all};
pub use sealed::{CONTENT_LIMIT, Sealed};
pub use write::{seal, write};

use crate::home::{Home, HomeError, sync_dir_of};
use crate::key::{BlobKey, PurposeKey, derive_into};
use aead_stream::StreamBE32;
use chacha20poly1305::XChaCha20Poly1305;
use std::fs;
use wardkeep_record::id::BlobId;

/// Plain bytes of a whole chunk.
const CHUNK: usize = 1024 * 1024;
const TAG: usize = 16;
const NONCE: usize = 19;
const COMMITMENT: usize = 32;
/// The version is its last byte.
const MAGIC: &[u8; 7] = b"WKBLOB\x01";
const HEADER: usize = MAGIC.len() + COMMITMENT + NONCE;
/// The ending of a file that is not whole yet.
const UNFINISHED: &str = "new";
/// The ending of a file that is being fetched.
const PARTIAL: &str = "part";

/// How large a blob is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlobSize {
    /// Bytes of content.
    pub plain: u64,
    /// Bytes on disk.
    pub sealed: u64,
    /// BLAKE3 of what is on disk: the name under which the file travels.
    pub hash: [u8; 32],
}

/// Why a blob was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no such file.
    #[error("the sealed file is missing")]
    Missing,
    /// A blob of this id is there: ids are never used twice.
    #[error("the sealed file exists already")]
    Exists,
    /// The content is longer than the caller takes.
    #[error("the content is larger than {most} bytes")]
    TooLarge {
        /// The limit.
        most: u64,
    },
    /// Changed, cut, extended or mixed up since it was written.
    #[error("the sealed file is damaged")]
    Damaged,
    /// The key is not this blob's.
    #[error("the key does not fit the sealed file")]
    WrongKey,
    /// Written by a newer Wardkeep.
    #[error("the sealed file has version {0}")]
    Newer(u8),
    /// No room left on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// The source of the content failed.
    #[error("the content could not be read")]
    Source(#[source] std::io::Error),
    /// The operating system would not read or write the file.
    #[error("the sealed file could not be read or written")]
    Io(#[source] HomeError),
}

impl From<HomeError> for BlobError {
    fn from(error: HomeError) -> Self {
        if error.is_disk_full() {
            Self::DiskFull
        } else {
            Self::Io(error)
        }
    }
}

/// Removes a blob whose row is gone. One that is not there counts as removed.
pub fn remove(home: &Home, id: BlobId) -> Result<(), BlobError> {
    let path = home.blob(id);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => {
            other.map_err(HomeError::io(&path))?;
            Ok(sync_dir_of(&path)?)
        }
    }
}

/// Removes what a crash left half written, and says how many files that were. Called at unlock, under the home's lock.
pub fn remove_unfinished(home: &Home) -> Result<usize, BlobError> {
    let mut removed = 0;
    let root = home.blobs_dir();
    for dir in fs::read_dir(&root).map_err(HomeError::io(&root))? {
        let dir = dir.map_err(HomeError::io(&root))?.path();
        if !dir.is_dir() {
            continue;
        }
        for file in fs::read_dir(&dir).map_err(HomeError::io(&dir))? {
            let file = file.map_err(HomeError::io(&dir))?.path();
            if file.extension().is_some_and(|ending| ending == UNFINISHED) {
                fs::remove_file(&file).map_err(HomeError::io(&file))?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

/// How long a file of so much content is made before it is sealed: its length on the wire tells little of its own.
fn padded(size: u64) -> u64 {
    usize::try_from(size).map_or(size, |size| wardkeep_sync::segment::padded_length(size) as u64)
}

/// How long the file of so much content, padding and all, is.
fn sealed_length(plain: u64) -> u64 {
    let chunks = plain.div_ceil(CHUNK as u64).max(1);
    HEADER as u64 + plain + chunks * TAG as u64
}

/// The STREAM of one blob.
fn stream(key: &BlobKey, id: BlobId, nonce: &[u8; NONCE]) -> StreamBE32<XChaCha20Poly1305> {
    use aead_stream::NewStream;
    let derived = PurposeKey::derive(&[key.expose()], nonce, "wardkeep blob stream v1", id.as_bytes());
    StreamBE32::new(derived.expose().into(), nonce.into())
}

/// What the header says of the key.
fn commitment(key: &BlobKey, id: BlobId, nonce: &[u8; NONCE]) -> [u8; COMMITMENT] {
    let mut out = [0; COMMITMENT];
    derive_into(
        &[key.expose()],
        nonce,
        "wardkeep blob commitment v1",
        id.as_bytes(),
        &mut out,
    );
    out
}

#[cfg(test)]
mod tests;
