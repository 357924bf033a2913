//! Which files an import means: those that were named, and in named folders those that end as FHIR files do.

use crate::error::{CommandError, ErrorCode};
use std::path::{Path, PathBuf};

/// Most files of one import.
const FILES_LIMIT: usize = 100_000;

/// How deep folders are looked through.
const DEPTH: usize = 16;

/// Most paths that one command names.
const PATHS_LIMIT: usize = 10_000;

/// One file of an import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct File {
    /// Where.
    pub(super) path: PathBuf,
    /// Its name without folders, for people.
    pub(super) name: String,
    /// Its size.
    pub(super) bytes: u64,
}

/// Expands folders. A path that was named and is not there is an error; what a folder holds besides is passed over.
pub(super) fn expand(paths: &[String]) -> Result<Vec<File>, CommandError> {
    if paths.is_empty() {
        return Err(CommandError::invalid("paths"));
    }
    if paths.len() > PATHS_LIMIT {
        return Err(CommandError::new(ErrorCode::TooLarge).at("paths"));
    }
    let mut files = Vec::new();
    for path in paths.iter().map(Path::new) {
        let meta = std::fs::metadata(path).map_err(|_| unreadable(path))?;
        if meta.is_dir() {
            walk(path, DEPTH, &mut files)?;
        } else {
            files.push(file(path, meta.len()));
        }
    }
    if files.len() > FILES_LIMIT {
        return Err(CommandError::new(ErrorCode::TooLarge).at("paths"));
    }
    Ok(files)
}

fn unreadable(path: &Path) -> CommandError {
    CommandError::new(ErrorCode::FileUnreadable).file(name_of(path))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn file(path: &Path, bytes: u64) -> File {
    File {
        path: path.to_owned(),
        name: name_of(path),
        bytes,
    }
}

/// The FHIR files of a folder in the order of their names, then those of its folders. Links are not followed: they may lead
/// in a circle.
fn walk(folder: &Path, depth: usize, files: &mut Vec<File>) -> Result<(), CommandError> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .map_err(|_| unreadable(folder))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut folders = Vec::new();
    for entry in entries {
        let Ok(meta) = entry.metadata() else { continue };
        let path = entry.path();
        if meta.is_dir() {
            folders.push(path);
        } else if meta.is_file() && ends_as_fhir(&path) {
            files.push(file(&path, meta.len()));
            if files.len() > FILES_LIMIT {
                return Err(CommandError::new(ErrorCode::TooLarge).at("paths"));
            }
        }
    }
    if depth > 0 {
        folders.iter().try_for_each(|folder| walk(folder, depth - 1, files))?;
    }
    Ok(())
}

fn ends_as_fhir(path: &Path) -> bool {
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(ending.as_str(), "json" | "ndjson" | "jsonl")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn folders_give_their_fhir_files_in_order() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        for name in ["b.json", "a.NDJSON", "notes.txt", "sub/c.jsonl", "README"] {
            std::fs::write(dir.path().join(name), "{}").unwrap();
        }
        let files = expand(&[dir.path().to_string_lossy().into_owned()]).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.NDJSON", "b.json", "c.jsonl"]);
        let named = expand(&[dir.path().join("notes.txt").to_string_lossy().into_owned()]).unwrap();
        assert_eq!((named[0].name.as_str(), named[0].bytes), ("notes.txt", 2));
    }

    #[test]
    fn what_is_not_there_is_an_error_that_names_it() {
        let error = expand(&["/nonesuch/x.json".to_owned()]).unwrap_err();
        assert_eq!(error.code, ErrorCode::FileUnreadable);
        assert_eq!(error.detail.unwrap().file.as_deref(), Some("x.json"));
        assert_eq!(expand(&[]).unwrap_err().code, ErrorCode::Invalid);
    }
}
