//! Damaged files are moved aside, never deleted: somebody may yet read them.

use super::atomic::sync_dir_of;
use super::{Home, HomeError, private_dir};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

impl Home {
    /// Moves a file, with the `-wal` and `-shm` that belong to it, into a new folder of the quarantine and returns that
    /// folder. `now_ms` (Unix milliseconds) names it.
    pub fn quarantine(&self, file: &Path, now_ms: u64) -> Result<PathBuf, HomeError> {
        let folder = self.new_quarantine_folder(now_ms)?;
        for suffix in ["", "-wal", "-shm"] {
            let from = with_suffix(file, suffix);
            let Some(name) = from.file_name() else { continue };
            match fs::rename(&from, folder.join(name)) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && !suffix.is_empty() => {}
                other => other.map_err(HomeError::io(&from))?,
            }
        }
        sync_dir_of(file)?;
        sync_dir_of(&folder.join("moved"))?;
        Ok(folder)
    }

    /// An empty folder that did not exist before, even when two files are moved in one millisecond.
    fn new_quarantine_folder(&self, now_ms: u64) -> Result<PathBuf, HomeError> {
        let base = self.quarantine_dir();
        private_dir(&base)?;
        let mut n = 0_u32;
        loop {
            let folder = base.join(format!("{now_ms}-{n}"));
            match fs::create_dir(&folder) {
                Ok(()) => {
                    super::owner_only(&folder, 0o700)?;
                    return Ok(folder);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && n < 10_000 => n += 1,
                Err(error) => return Err(HomeError::io(&folder)(error)),
            }
        }
    }
}

/// The path with more letters at its end.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
