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
        .args(["--locked", "check", "--disable-fetch", "licenses", "bans", "sources"])
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
        .args(["audit", "--no-fetch", "--stale", "--db"])
        .arg(folder)
        .current_dir(place::root());
    Ok(process::run(&mut command)
        .err()
        .map(|fault| format!("cargo-audit: {fault:#}"))
        .into_iter()
        .collect())
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
                .arg(&root),
        )?;
    }
    Ok(program)
}
