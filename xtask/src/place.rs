//! Where things are: the checkout, the target folder, the data beside the checkout.

use std::env;
use std::path::{Path, PathBuf};

/// The checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The folder that cargo builds into.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// A program of the workspace as built by `cargo build`.
pub fn debug_program(name: &str) -> PathBuf {
    target()
        .join("debug")
        .join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Real data beside the checkout, where there is any: `WARDKEEP_SHARED_DATA`, else `../shared/data`.
pub fn shared_data() -> Option<PathBuf> {
    let folder = match env::var_os("WARDKEEP_SHARED_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => root().parent()?.join("shared").join("data"),
    };
    folder.is_dir().then_some(folder)
}

/// A path as a person in the checkout would type it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
