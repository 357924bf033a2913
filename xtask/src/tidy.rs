//! `cargo xtask tidy`: what compilers do not check. Every rule stands in its own file with its reason.

mod claims;
pub mod files;
mod imports;
mod names;
mod size;
mod words;

use anyhow::{Result, bail};
use clap::Args;
pub use files::SourceFile;

/// No options yet: every rule always holds.
#[derive(Args)]
pub struct Options {}

/// The command.
pub fn run(_: &Options) -> Result<()> {
    check()?;
    println!("tidy: nothing to say");
    Ok(())
}

/// Checks every rule and lists all that breaks one.
pub fn check() -> Result<()> {
    let files = files::all()?;
    let mut faults = Vec::new();
    faults.extend(imports::check()?);
    faults.extend(size::check(&files)?);
    faults.extend(names::check(&files));
    faults.extend(words::check(&files));
    faults.extend(claims::check(&files));
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &faults {
        eprintln!("tidy: {fault}");
    }
    bail!("{} rules are broken", faults.len())
}
