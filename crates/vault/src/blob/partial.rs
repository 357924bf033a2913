//! Sealed files on their way between devices: sealed bytes, never opened here. Everything can be repeated; a kill at any point leaves a part
//! that goes on where it ended.

use super::{BlobError, PARTIAL};
use crate::home::{Home, HomeError, create_private, private_dir, sync_dir_of};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use wardkeep_record::id::BlobId;

/// What became of a file that has all its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finished {
    /// It is the one that its record names, and durable.
    Whole,
    /// It is another one: its bytes are gone, and it begins anew.
    Other,
}

fn partial(home: &Home, id: BlobId) -> PathBuf {
    home.blob(id).with_extension(PARTIAL)
}

/// How many bytes of a file that is being fetched are here.
pub fn partial_length(home: &Home, id: BlobId) -> u64 {
    fs::metadata(partial(home, id)).map_or(0, |file| file.len())
}

/// Appends bytes that begin at `offset`. Refused where the part has another length: somebody else has written.
pub fn append_partial(home: &Home, id: BlobId, offset: u64, bytes: &[u8]) -> Result<(), BlobError> {
    let path = partial(home, id);
    private_dir(path.parent().expect("a blob's path is in a folder of the home"))?;
    let mut file = if path.exists() {
        OpenOptions::new().append(true).open(&path)
    } else {
        create_private(&path)
    }
    .map_err(HomeError::io(&path))?;
    if file.metadata().map_err(HomeError::io(&path))?.len() != offset {
        return Err(BlobError::Exists);
    }
    file.write_all(bytes).map_err(HomeError::io(&path))?;
    Ok(())
}

/// Gives the file its name when it is the right one; else its bytes are removed.
pub fn finish_partial(home: &Home, id: BlobId, hash: &[u8; 32]) -> Result<Finished, BlobError> {
    let (path, target) = (partial(home, id), home.blob(id));
    if target.exists() {
        return Err(BlobError::Exists);
    }
    let mut file = File::open(&path).map_err(HomeError::io(&path))?;
    if hash_all(&mut file).map_err(HomeError::io(&path))? != *hash {
        drop(file);
        discard_partial(home, id)?;
        return Ok(Finished::Other);
    }
    file.sync_all().map_err(HomeError::io(&path))?;
    fs::rename(&path, &target).map_err(HomeError::io(&target))?;
    sync_dir_of(&target)?;
    Ok(Finished::Whole)
}

/// Forgets what was fetched of a file.
pub fn discard_partial(home: &Home, id: BlobId) -> Result<(), BlobError> {
    let path = partial(home, id);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(HomeError::io(&path)(error).into()),
        _ => Ok(()),
    }
}

/// The hash of a file as it is on disk now.
pub fn hash_of(home: &Home, id: BlobId) -> Result<[u8; 32], BlobError> {
    let path = home.blob(id);
    let mut file = open(&path)?;
    Ok(hash_all(&mut file).map_err(HomeError::io(&path))?)
}

/// Sealed bytes of a file from `offset` on, at most so many.
pub fn read_sealed(home: &Home, id: BlobId, offset: u64, most: usize) -> Result<Vec<u8>, BlobError> {
    let path = home.blob(id);
    let mut file = open(&path)?;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset))
        .and_then(|_| file.take(most as u64).read_to_end(&mut bytes))
        .map_err(HomeError::io(&path))?;
    Ok(bytes)
}

fn open(path: &std::path::Path) -> Result<File, BlobError> {
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BlobError::Missing,
        _ => HomeError::io(path)(error).into(),
    })
}

fn hash_all(file: &mut File) -> io::Result<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file)?;
    Ok(*hasher.finalize().as_bytes())
}
