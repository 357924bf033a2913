//! Sealed chunks of a snapshot on their way to or from the server: files named by their hash, so that a transfer which was cut goes on with
//! the chunks that are missing. They are sealed under epoch keys, so they may lie on the disk as they are.

use crate::home::{Home, HomeError, private_dir, write_atomically};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// A folder of chunks.
pub struct ChunkFolder {
    dir: PathBuf,
}

impl ChunkFolder {
    /// The folder of a snapshot that is being fetched or sent; it is made with the first chunk.
    pub fn of(home: &Home, snapshot: &[u8; 32]) -> Self {
        let name: String = snapshot.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self {
            dir: home.snapshots_dir().join(name),
        }
    }

    fn path(&self, hash: &[u8; 32]) -> PathBuf {
        let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.dir.join(name)
    }

    /// Keeps a chunk; it is on the disk when this returns.
    pub fn put(&self, hash: &[u8; 32], bytes: &[u8]) -> Result<(), HomeError> {
        private_dir(&self.dir)?;
        write_atomically(&self.path(hash), bytes)
    }

    /// A chunk as it lies there; whoever takes it compares the hash. `None` when it is not there.
    pub fn get(&self, hash: &[u8; 32]) -> Result<Option<Vec<u8>>, HomeError> {
        let path = self.path(hash);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(HomeError::io(&path)(error)),
        }
    }

    /// Whether a file of this name and length is there.
    pub fn has(&self, hash: &[u8; 32], bytes: u32) -> bool {
        fs::metadata(self.path(hash)).is_ok_and(|found| found.len() == u64::from(bytes))
    }

    /// Removes the folder with all that is in it.
    pub fn clear(&self) -> Result<(), HomeError> {
        clear(&self.dir)
    }
}

/// Removes every folder of chunks: nothing of them is needed any more.
pub fn clear_chunks(home: &Home) -> Result<(), HomeError> {
    clear(&home.snapshots_dir())
}

fn clear(dir: &std::path::Path) -> Result<(), HomeError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(HomeError::io(dir)(error)),
        _ => Ok(()),
    }
}
