//! Licences, sources and bans by cargo-deny (deny.toml says what is allowed), advisories by cargo-audit.

use crate::{place, process};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the advisory database lies beside the checkout.
const SHARED_DB: &str = "security/rustsec-advisory-db.tar.xz";

/// cargo-deny's word on licences, bans and sources.
pub fn licences() -> Result<Vec<String>> {
    let tool = tool("cargo-deny")?;
    let mut command = Command::new(tool);
    command
        .args(["--locked", "check", "licenses", "bans", "sources"])
        .current_dir(place::root());
    Ok(process::run(&mut command)
        .err()
        .map(|fault| format!("cargo-deny: {fault:#}"))
        .into_iter()
        .collect())
}

/// cargo-audit's word on known vulnerabilities.
pub fn advisories(db: Option<&Path>) -> Result<Vec<String>> {
    let db = match db {
        Some(path) => path.to_path_buf(),
        None => match place::shared_data()
            .map(|data| data.join(SHARED_DB))
            .filter(|path| path.is_file())
        {
            Some(path) => path,
            None => bail!(
                "no advisory database: give one by --db (a checkout of RustSec's advisory-db, or a .tar.xz of one)"
            ),
        },
    };
    let folder = if db.is_dir() { db } else { unpacked(&db)? };
    let tool = tool("cargo-audit")?;
    let mut command = Command::new(tool);
    command
        .args(["audit", "--no-fetch", "--stale", "--deny", "warnings", "--db"])
        .arg(folder)
        .current_dir(place::root());
    for known in let_in(&fs::read_to_string(place::root().join("deny.toml"))?) {
        command.args(["--ignore", known]);
    }
    Ok(process::run(&mut command)
        .err()
        .map(|fault| format!("cargo-audit: {fault:#}"))
        .into_iter()
        .collect())
}

/// The advisories that deny.toml lets in: one a line, each with a reason, without which it does not count.
fn let_in(deny: &str) -> Vec<&str> {
    deny.lines()
        .filter(|line| line.contains("reason = \""))
        .filter_map(|line| line.trim().strip_prefix("{ id = \"")?.split('"').next())
        .collect()
}

/// cargo-audit reads a database only from a git repository, so the snapshot is made one.
fn unpacked(archive: &Path) -> Result<PathBuf> {
    let folder = place::target().join("advisory-db");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    process::run(Command::new("tar").arg("-xJf").arg(archive).arg("-C").arg(&folder))?;
    let root = database_root(&folder).with_context(|| format!("{} holds no advisories", archive.display()))?;
    let git = |words: &[&str]| process::run(Command::new("git").args(words).current_dir(&root));
    git(&["init", "--quiet"])?;
    git(&["add", "--all"])?;
    git(&[
        "-c",
        "user.name=snapshot",
        "-c",
        "user.email=snapshot@localhost",
        "commit",
        "--quiet",
        "--message",
        "snapshot",
    ])?;
    Ok(root)
}

/// The folder that holds `crates/`, at most one level down.
fn database_root(folder: &Path) -> Option<PathBuf> {
    let inner = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    std::iter::once(folder.to_path_buf())
        .chain(inner)
        .find(|path| path.join("crates").is_dir())
}

/// The program of this name: from the path, or installed below the target folder.
fn tool(name: &str) -> Result<PathBuf> {
    if process::exists(name) {
        return Ok(PathBuf::from(name));
    }
    let root = place::target().join("tools");
    let program = root.join("bin").join(name);
    if !program.is_file() {
        println!(
            "audit: building {name} once, into {} (some minutes)",
            place::shown(&root)
        );
        process::run(
            Command::new("cargo")
                .args(["install", "--locked", "--quiet", name, "--root"])
                .arg(&root)
                // They run once in a while: what counts is how long they take to build.
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
                .env("CARGO_PROFILE_RELEASE_LTO", "off"),
        )?;
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advisory_is_let_in_only_with_a_reason() {
        let deny = "[advisories]\nignore = [\n    { id = \"A-1\", reason = \"because\" },\n    { id = \"A-2\" },\n    \"A-3\",\n]\n";
        assert_eq!(let_in(deny), ["A-1"]);
    }
}
