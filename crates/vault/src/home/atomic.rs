//! Whole files replaced at once: after a power cut there is the old content or the new, never a part.

use super::{HomeError, create_private};
use std::fs;
use std::io::Write;
use std::path::Path;

/// Writes a private file beside the target, syncs it, renames it over the target and syncs the folder.
/// Two writers at once are kept apart by the home's lock, so one temporary name is enough; a left-over one is replaced.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), HomeError> {
    let temporary = path.with_extension("new");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(HomeError::io(&temporary)(error)),
        _ => {}
    }
    let write = || -> std::io::Result<()> {
        let mut file = create_private(&temporary)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write()
        .inspect_err(|_| drop(fs::remove_file(&temporary)))
        .map_err(HomeError::io(path))?;
    fs::rename(&temporary, path).map_err(HomeError::io(path))?;
    sync_dir_of(path)
}

/// Makes a rename or removal in the path's folder survive a power cut. Windows does so by itself and opens no folders.
pub(crate) fn sync_dir_of(path: &Path) -> Result<(), HomeError> {
    #[cfg(unix)]
    if let Some(dir) = path.parent() {
        fs::File::open(dir)
            .and_then(|dir| dir.sync_all())
            .map_err(HomeError::io(dir))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
