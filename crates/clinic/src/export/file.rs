//! A file in clear, where a person said: new, outside the vault's folder, for its owner alone, whole or not there.

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use std::fs::{self, File};
use std::path::Path;
use wardkeep_vault::home::create_private;

/// Makes the file and lets `write` fill it. What was half written is removed: half a copy helps nobody.
pub(crate) fn write_new<R>(
    clinic: &Clinic,
    path: &str,
    write: impl FnOnce(&mut File) -> Result<R, CommandError>,
) -> Result<R, CommandError> {
    let path = Path::new(path);
    let inside = |path: &Path| {
        path.canonicalize()
            .is_ok_and(|path| path.starts_with(clinic.home().root()))
    };
    if path.parent().is_none_or(inside) {
        return Err(CommandError::invalid("path"));
    }
    let mut file = create_private(path).map_err(|error| fault(&error).at("path"))?;
    let written = write(&mut file).and_then(|answer| {
        let synced = file.sync_all().map_err(|error| fault(&error).at("path"));
        synced.map(|()| answer)
    });
    if written.is_err() {
        drop(file);
        let _ = fs::remove_file(path);
    }
    written
}

/// What went wrong with a file that a person named.
pub(crate) fn fault(error: &std::io::Error) -> CommandError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull.into(),
        _ => ErrorCode::FileUnreadable.into(),
    }
}
