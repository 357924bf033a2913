//! Writing a blob as a stream.

use super::{
    BlobError, BlobSize, CHUNK, HEADER, MAGIC, NONCE, Sealed, TAG, UNFINISHED, commitment, padded, remove, stream,
};
use crate::home::{Home, HomeError, create_private, private_dir, sync_dir_of};
use crate::key::BlobKey;
use crate::random::{self, Random};
use aead_stream::StreamPrimitive;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use wardkeep_record::id::BlobId;
use zeroize::Zeroizing;

/// Seals everything that the source gives, at most `most` bytes. The file is there whole and synced, or not at all.
pub fn write(
    home: &Home,
    random: &dyn Random,
    id: BlobId,
    key: &BlobKey,
    source: &mut dyn Read,
    most: u64,
) -> Result<BlobSize, BlobError> {
    write_in_chunks(
        home,
        random,
        id,
        key,
        &mut Source {
            from: source,
            chunk: CHUNK,
            most,
        },
    )
}

/// Seals a new file under a new key, and says what its record must say of it.
pub fn seal(
    home: &Home,
    random: &dyn Random,
    id: BlobId,
    source: &mut dyn Read,
    most: u64,
) -> Result<Sealed, BlobError> {
    let key = BlobKey::generate(random);
    let mut content = Content {
        // One byte more than is taken shows that there is too much, without reading all of it.
        from: source.take(most.saturating_add(1)),
        hasher: blake3::Hasher::new(),
        size: 0,
        padding: None,
    };
    let written = write(home, random, id, &key, &mut content, padded(most.saturating_add(1)))?;
    if content.size > most {
        remove(home, id)?;
        return Err(BlobError::TooLarge { most });
    }
    Ok(Sealed {
        id,
        key,
        size: content.size,
        length: written.sealed,
        hash: written.hash,
        digest: *content.hasher.finalize().as_bytes(),
    })
}

/// A source that is hashed as it is read, with its padding behind it.
struct Content<'a> {
    from: std::io::Take<&'a mut dyn Read>,
    hasher: blake3::Hasher,
    size: u64,
    /// Zeros that are still to come, once the content has ended.
    padding: Option<u64>,
}

impl Read for Content<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        if self.padding.is_none() {
            let count = self.from.read(out)?;
            if count > 0 {
                self.hasher.update(&out[..count]);
                self.size += count as u64;
                return Ok(count);
            }
        }
        let left = self.padding.get_or_insert_with(|| padded(self.size) - self.size);
        let count = out.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
        out[..count].fill(0);
        *left -= count as u64;
        Ok(count)
    }
}

/// What is sealed, and how much of it at a time. Only tests take another chunk than the format's.
pub(super) struct Source<'a> {
    pub from: &'a mut dyn Read,
    pub chunk: usize,
    pub most: u64,
}

pub(super) fn write_in_chunks(
    home: &Home,
    random: &dyn Random,
    id: BlobId,
    key: &BlobKey,
    source: &mut Source,
) -> Result<BlobSize, BlobError> {
    let path = home.blob(id);
    if path.exists() {
        return Err(BlobError::Exists);
    }
    let dir = path.parent().expect("a blob's path is in a folder of the home");
    private_dir(dir)?;
    let unfinished = path.with_extension(UNFINISHED);
    let written = seal_into(&unfinished, random, id, key, source).and_then(|size| {
        fs::rename(&unfinished, &path).map_err(HomeError::io(&path))?;
        sync_dir_of(&path)?;
        Ok(size)
    });
    if written.is_err() {
        // The error that is told is the first one; what remains is swept at the next unlock.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn seal_into(
    path: &Path,
    random: &dyn Random,
    id: BlobId,
    key: &BlobKey,
    source: &mut Source,
) -> Result<BlobSize, BlobError> {
    let io = HomeError::io;
    let mut file = create_private(path).map_err(io(path))?;
    let nonce: [u8; NONCE] = random::array(random);
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&commitment(key, id, &nonce));
    header.extend_from_slice(&nonce);
    file.write_all(&header).map_err(io(path))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&header);

    let cipher = stream(key, id, &nonce);
    let mut size = BlobSize {
        plain: 0,
        sealed: HEADER as u64,
        hash: [0; 32],
    };
    let (mut chunk, mut next) = (source.buffer(), source.buffer());
    source.fill(&mut chunk)?;
    for position in 0_u32.. {
        // One chunk ahead, to know whether this is the last.
        source.fill(&mut next)?;
        let is_last = next.is_empty();
        size.plain += chunk.len() as u64;
        if size.plain > source.most || position == u32::MAX {
            return Err(BlobError::TooLarge { most: source.most });
        }
        cipher
            .encrypt_in_place(position, is_last, &header, &mut *chunk)
            .expect("a chunk is far below the cipher's limit");
        file.write_all(&chunk).map_err(io(path))?;
        hasher.update(&chunk);
        size.sealed += chunk.len() as u64;
        if is_last {
            break;
        }
        std::mem::swap(&mut chunk, &mut next);
    }
    file.sync_all().map_err(io(path))?;
    size.hash = *hasher.finalize().as_bytes();
    Ok(size)
}

impl Source<'_> {
    /// Room for a chunk and its tag, so that it never grows.
    fn buffer(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(Vec::with_capacity(self.chunk + TAG))
    }

    /// Reads one chunk, or less at the end.
    fn fill(&mut self, chunk: &mut Vec<u8>) -> Result<(), BlobError> {
        chunk.clear();
        self.from
            .take(self.chunk as u64)
            .read_to_end(chunk)
            .map_err(BlobError::Source)?;
        Ok(())
    }
}
