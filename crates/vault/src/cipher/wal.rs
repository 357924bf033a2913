//! Whether the WAL of a crashed program is whole.
//!
//! SQLite takes the WAL up to the first frame whose checksum fails and silently drops the rest: right for a torn last write, but a damaged
//! byte further up would drop changes that were acknowledged, and even show older pages over newer ones. So before SQLite opens a file for
//! writing, its WAL is read once and called damaged when
//! - its header does not check out (it is synced before any frame is written), or
//! - behind the first bad frame there is a whole later transaction: with `synchronous = FULL` one begins only when the one before is safe, or
//! - the index that the crashed process left (`-shm`) says that more frames were safe than are good. The index is written after the
//!   sync, so it never claims too much; where it is missing or does not check out, it is not asked, or
//! - there are no frames at all, and that index knows of some that no checkpoint has brought into the database.
//!
//! What remains is a byte that is damaged in the very last transaction when the index is lost too: that cannot be told from a torn write.
//! (Formats: sqlite.org, 'Database File Format' section 4 and 'WAL-mode File Format'.)

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const PAGE: usize = 4096;
/// The last bit says in which byte order the checksums were made.
const MAGIC: u32 = 0x377f_0682;
/// The part of the index's header that is written twice.
const INDEX_HEADER: usize = 48;

/// Whether everything that was acknowledged can still be read from this WAL. One that is missing or that cannot be read is SQLite's to judge.
pub(super) fn is_whole(wal: &Path, index: &Path) -> bool {
    let index = Index::read(index);
    let length = match File::open(wal).and_then(|file| Ok((file.metadata()?.len(), file))) {
        Ok((length, file)) if length > HEADER as u64 => return frames_are_whole(file, index),
        Ok((length, _)) => length,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(_) => return true,
    };
    // No frame is there; then none may be missing in the database.
    length <= HEADER as u64 && index.is_none_or(|index| index.safe <= index.in_database)
}

/// Reads header and frames once.
fn frames_are_whole(file: File, index: Option<Index>) -> bool {
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    let mut header = [0; HEADER];
    if reader.read_exact(&mut header).is_err() {
        return true; // SQLite will meet the same error and say so
    }
    let Some(mut chain) = Chain::start(&header) else {
        return false;
    };
    let good = chain.count_good(&mut reader);
    let safe = index
        .filter(|index| index.salt == chain.salt)
        .map_or(0, |index| index.safe);
    !chain.has_later_transaction(&mut reader) && safe <= good
}

/// The running checksum over all frames.
struct Chain {
    big_endian: bool,
    salt: [u8; 8],
    sums: (u32, u32),
    frame: Vec<u8>,
    /// The last frame that was read is bad and has been looked at.
    stopped_at_commit: Option<bool>,
}

impl Chain {
    /// `None` where the header is damaged or of another page size than ours.
    fn start(header: &[u8; HEADER]) -> Option<Self> {
        let magic = word(header, 0);
        let big_endian = magic & 1 == 1;
        let sums = checksum(big_endian, &header[..24], (0, 0));
        let is_valid =
            magic & !1 == MAGIC && word(header, 8) as usize == PAGE && sums == (word(header, 24), word(header, 28));
        let mut salt = [0; 8];
        salt.copy_from_slice(&header[16..24]);
        is_valid.then(|| Self {
            big_endian,
            salt,
            sums,
            frame: vec![0; FRAME_HEADER + PAGE],
            stopped_at_commit: None,
        })
    }

    /// Reads frames until one is bad or the file ends, and says how many were good.
    fn count_good(&mut self, reader: &mut impl Read) -> u64 {
        let mut good = 0;
        while reader.read_exact(&mut self.frame).is_ok() {
            let sums = checksum(self.big_endian, &self.frame[..8], self.sums);
            let sums = checksum(self.big_endian, &self.frame[FRAME_HEADER..], sums);
            if !self.is_ours() || sums != (word(&self.frame, 16), word(&self.frame, 20)) {
                self.stopped_at_commit = Some(self.is_commit());
                return good;
            }
            (self.sums, good) = (sums, good + 1);
        }
        good
    }

    /// Whether behind the first bad frame there is a commit of this generation and a frame of this generation behind that.
    fn has_later_transaction(&mut self, reader: &mut impl Read) -> bool {
        let Some(mut committed) = self.stopped_at_commit else {
            return false;
        };
        while reader.read_exact(&mut self.frame).is_ok() {
            if !self.is_ours() {
                continue;
            }
            if committed {
                return true;
            }
            committed = self.is_commit();
        }
        false
    }

    /// Frames of an earlier generation carry another salt.
    fn is_ours(&self) -> bool {
        self.frame[8..16] == self.salt
    }

    /// The last frame of a transaction carries the size of the database, in pages.
    fn is_commit(&self) -> bool {
        self.is_ours() && word(&self.frame, 4) != 0
    }
}

/// What the crashed process knew.
struct Index {
    /// Names the generation of the WAL.
    salt: [u8; 8],
    /// Frames that were acknowledged.
    safe: u64,
    /// Frames that a checkpoint has brought into the database.
    in_database: u64,
}

impl Index {
    /// `None` where it is not there or not whole.
    fn read(path: &Path) -> Option<Self> {
        let mut bytes = [0; 2 * INDEX_HEADER + 4];
        File::open(path).ok()?.read_exact(&mut bytes).ok()?;
        let native = |at: usize| u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let (first, second) = bytes[..2 * INDEX_HEADER].split_at(INDEX_HEADER);
        let sums = checksum(cfg!(target_endian = "big"), &first[..40], (0, 0));
        let is_initialised = first[12] == 1;
        if first != second || !is_initialised || (native(40), native(44)) != sums {
            return None;
        }
        let salt = first[32..40].try_into().ok()?;
        Some(Self {
            salt,
            safe: native(16).into(),
            in_database: native(2 * INDEX_HEADER).into(),
        })
    }
}

/// A big-endian number; only called within bounds.
fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// SQLite's checksum: a Fibonacci-weighted sum over pairs of 32-bit words. The length is a multiple of eight.
fn checksum(big_endian: bool, bytes: &[u8], (mut first, mut second): (u32, u32)) -> (u32, u32) {
    let read = if big_endian {
        u32::from_be_bytes
    } else {
        u32::from_le_bytes
    };
    for pair in bytes.chunks_exact(8) {
        first = first
            .wrapping_add(read([pair[0], pair[1], pair[2], pair[3]]))
            .wrapping_add(second);
        second = second
            .wrapping_add(read([pair[4], pair[5], pair[6], pair[7]]))
            .wrapping_add(first);
    }
    (first, second)
}

#[cfg(test)]
mod tests;
