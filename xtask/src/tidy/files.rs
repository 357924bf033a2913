//! The files that the rules look at: what git knows, or would know after `git add`.

use crate::{place, process};
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

/// A text file of the checkout.
pub struct SourceFile {
    /// Its path from the checkout, with `/`.
    pub path: String,
    /// Its content.
    pub text: String,
}

impl SourceFile {
    /// Whether its name ends so.
    pub fn is(&self, ending: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, other)| other == ending)
    }

    /// Whether a program wrote it; people's rules of size do not hold there.
    pub fn is_generated(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        matches!(
            name,
            "Cargo.lock" | "package-lock.json" | "generated.ts" | "css-variables.css"
        ) || self.path.starts_with("ui/src/locales/")
            || self.path.contains("/snapshots/")
            || self.path.starts_with("src-tauri/gen/")
            || self
                .text
                .lines()
                .next()
                .is_some_and(|first| first.contains("Generated from") || first.contains("@generated"))
    }
}

/// Every text file that is tracked, or new and not ignored.
pub fn all() -> Result<Vec<SourceFile>> {
    let mut list = Command::new("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(place::root());
    let paths = process::output(&mut list).context("tidy needs a git checkout")?;
    let mut files = Vec::new();
    for path in paths.split('\0').filter(|path| !path.is_empty()) {
        let full = place::root().join(path);
        // Deleted but not yet committed, or a link to a folder.
        if !full.is_file() {
            continue;
        }
        let bytes = fs::read(&full).with_context(|| format!("cannot read {path}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(SourceFile {
                path: path.to_owned(),
                text,
            });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files.dedup_by(|one, other| one.path == other.path);
    Ok(files)
}
