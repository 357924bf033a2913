//! The page's npm packages, exactly as the lock file names them.

use crate::{place, process};
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::Command;

/// Node.js versions that the page's build runs on.
const NODE_MAJOR: u32 = 20;

/// Runs `npm ci` when the installed packages are not those of the lock file.
pub fn ready() -> Result<()> {
    node_is_new_enough()?;
    let ui = place::root().join("ui");
    let lock = fs::read(ui.join("package-lock.json")).context("ui/package-lock.json is missing")?;
    // npm leaves its own list of what it installed; beside it stands the lock file that was asked for.
    let stamp = ui.join("node_modules").join(".wardkeep-lock.json");
    if ui.join("node_modules/.package-lock.json").is_file() && fs::read(&stamp).is_ok_and(|installed| installed == lock)
    {
        println!("setup: npm packages are those of the lock file");
        return Ok(());
    }
    println!("setup: installing the npm packages of ui/package-lock.json (about a minute)");
    process::run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&ui),
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
