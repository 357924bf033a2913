//! Reading a blob as a stream: no byte is handed out before its chunk has proved itself.

use super::{BlobError, CHUNK, COMMITMENT, HEADER, MAGIC, NONCE, TAG, commitment, stream};
use crate::home::{Home, HomeError};
use crate::key::BlobKey;
use aead_stream::{StreamBE32, StreamPrimitive};
use chacha20poly1305::XChaCha20Poly1305;
use std::fs::File;
use std::io::{self, Read};
use subtle::ConstantTimeEq;
use wardkeep_record::id::BlobId;
use zeroize::Zeroizing;

/// Gives the content of one blob. A [`BlobError`] comes inside the [`io::Error`]; after one, nothing more comes.
pub struct BlobReader {
    file: File,
    header: [u8; HEADER],
    cipher: StreamBE32<XChaCha20Poly1305>,
    position: u32,
    /// Plain bytes of a whole chunk: the format's, but for tests.
    chunk_size: usize,
    /// Sealed bytes that are not read yet.
    remaining: u64,
    chunk: Zeroizing<Vec<u8>>,
    /// Bytes of the chunk that were handed out.
    given: usize,
    failed: bool,
}

/// Opens a blob and checks that the key is its own.
pub fn open(home: &Home, id: BlobId, key: &BlobKey) -> Result<BlobReader, BlobError> {
    open_in_chunks(home, id, key, CHUNK)
}

/// Plain bytes of a whole chunk: where [`open_at`] can begin.
pub const CHUNK_BYTES: u64 = CHUNK as u64;

/// Opens a blob at one of its chunks. Which chunk it is, and whether it is the last, is proved as ever; what lies before it is not read.
pub fn open_at(home: &Home, id: BlobId, key: &BlobKey, chunk: u32) -> Result<BlobReader, BlobError> {
    use std::io::Seek;
    let mut reader = open(home, id, key)?;
    let skipped = u64::from(chunk) * (reader.chunk_size + TAG) as u64;
    // Behind the end there is nothing to prove, so nothing may be said of it.
    reader.remaining = reader
        .remaining
        .checked_sub(skipped)
        .filter(|rest| *rest > 0)
        .ok_or(BlobError::Damaged)?;
    let path = home.blob(id);
    reader
        .file
        .seek(io::SeekFrom::Start(HEADER as u64 + skipped))
        .map_err(HomeError::io(&path))?;
    reader.position = chunk;
    Ok(reader)
}

pub(super) fn open_in_chunks(
    home: &Home,
    id: BlobId,
    key: &BlobKey,
    chunk_size: usize,
) -> Result<BlobReader, BlobError> {
    let path = home.blob(id);
    let mut file = File::open(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BlobError::Missing,
        _ => HomeError::io(&path)(error).into(),
    })?;
    let length = file.metadata().map_err(HomeError::io(&path))?.len();
    let mut header = [0; HEADER];
    file.read_exact(&mut header).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => BlobError::Damaged,
        _ => HomeError::io(&path)(error).into(),
    })?;
    let (magic, rest) = header.split_at(MAGIC.len());
    let (known, version) = (&MAGIC[..MAGIC.len() - 1], magic[MAGIC.len() - 1]);
    if &magic[..known.len()] != known || version == 0 {
        return Err(BlobError::Damaged);
    }
    if magic != MAGIC {
        return Err(BlobError::Newer(version));
    }
    let mut nonce = [0; NONCE];
    nonce.copy_from_slice(&rest[COMMITMENT..]);
    if !bool::from(commitment(key, id, &nonce).ct_eq(&rest[..COMMITMENT])) {
        return Err(BlobError::WrongKey);
    }
    Ok(BlobReader {
        file,
        header,
        cipher: stream(key, id, &nonce),
        position: 0,
        chunk_size,
        remaining: length - HEADER as u64,
        chunk: Zeroizing::new(Vec::with_capacity(chunk_size + TAG)),
        given: 0,
        failed: false,
    })
}

/// The whole content of a small blob, at most `most` bytes.
pub fn read_all(home: &Home, id: BlobId, key: &BlobKey, most: usize) -> Result<Zeroizing<Vec<u8>>, BlobError> {
    read_to_end(open(home, id, key)?, home, id, most)
}

pub(super) fn read_to_end(
    mut reader: BlobReader,
    home: &Home,
    id: BlobId,
    most: usize,
) -> Result<Zeroizing<Vec<u8>>, BlobError> {
    let length = reader.plain_length().ok_or(BlobError::Damaged)?;
    if length > most as u64 {
        return Err(BlobError::TooLarge { most: most as u64 });
    }
    // Of the right size from the start: a buffer that grows leaves copies behind. One byte more, so that the end is seen.
    let mut content = Zeroizing::new(Vec::with_capacity(length as usize + 1));
    reader
        .read_to_end(&mut content)
        .map_err(|error| match error.downcast::<BlobError>() {
            Ok(error) => error,
            Err(error) => HomeError::io(&home.blob(id))(error).into(),
        })?;
    Ok(content)
}

impl BlobReader {
    /// Bytes of content that the file's length promises, before they are authenticated; `None` where no content has that length.
    pub fn plain_length(&self) -> Option<u64> {
        let sealed = self.remaining;
        let whole = (self.chunk_size + TAG) as u64;
        let chunks = sealed.div_ceil(whole);
        sealed.checked_sub(chunks * TAG as u64).filter(|_| chunks > 0)
    }

    /// Opens the next chunk; leaves the buffer empty behind the last.
    fn next_chunk(&mut self) -> Result<(), BlobError> {
        self.chunk.clear();
        self.given = 0;
        if self.remaining == 0 {
            // The last chunk was marked as such; a file without any is cut.
            return if self.position == 0 {
                Err(BlobError::Damaged)
            } else {
                Ok(())
            };
        }
        let length = self.remaining.min((self.chunk_size + TAG) as u64);
        let is_last = length == self.remaining;
        let read = (&self.file).take(length).read_to_end(&mut self.chunk);
        if read.map_err(BlobError::Source)? as u64 != length {
            return Err(BlobError::Damaged);
        }
        self.cipher
            .decrypt_in_place(self.position, is_last, &self.header, &mut *self.chunk)
            .map_err(|_| BlobError::Damaged)?;
        self.remaining -= length;
        self.position = self.position.checked_add(1).ok_or(BlobError::Damaged)?;
        Ok(())
    }
}

impl Read for BlobReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Err(io::Error::new(io::ErrorKind::InvalidData, BlobError::Damaged));
        }
        if self.given == self.chunk.len() {
            self.next_chunk().map_err(|error| {
                self.failed = true;
                self.chunk.clear();
                io::Error::new(io::ErrorKind::InvalidData, error)
            })?;
        }
        let rest = &self.chunk[self.given..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}
