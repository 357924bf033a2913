//! The npm packages, exactly as the lock files name them.

use crate::{place, process};
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::Command;

/// Node.js versions that the page's build runs on.
const NODE_MAJOR: u32 = 20;

/// Folders with a lock file: the page, and the SQLCipher by another hand that the acceptance tests open our files with.
const FOLDERS: [&str; 2] = ["ui", "tests/other-sqlcipher"];

/// Runs `npm ci` where the installed packages are not those of the lock file.
pub fn ready() -> Result<()> {
    node_is_new_enough()?;
    FOLDERS.iter().try_for_each(|name| install(name))
}

fn install(name: &str) -> Result<()> {
    let folder = place::root().join(name);
    let lock =
        fs::read(folder.join("package-lock.json")).with_context(|| format!("{name}/package-lock.json is missing"))?;
    // npm leaves its own list of what it installed; beside it stands the lock file that was asked for.
    let modules = folder.join("node_modules");
    let stamp = modules.join(".wardkeep-lock.json");
    if modules.join(".package-lock.json").is_file() && fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        println!("setup: npm packages of {name} are those of the lock file");
        return Ok(());
    }
    println!("setup: installing the npm packages of {name}/package-lock.json (at most a minute)");
    process::run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&folder),
    )?;
    fs::write(stamp, lock)?;
    Ok(())
}

fn node_is_new_enough() -> Result<()> {
    if !process::exists("node") || !process::exists("npm") {
        bail!(
            "Node.js {NODE_MAJOR} or newer with npm is needed, and Debian's own is too old: install it from nodejs.org or a version manager"
        );
    }
    let version = process::output(Command::new("node").arg("--version"))?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_MAJOR => Ok(()),
        _ => bail!("Node.js {} is too old: {NODE_MAJOR} or newer is needed", version.trim()),
    }
}
