//! `cargo xtask audit`: what the dependencies are, what is known against them, and whether a secret lies in the tree.
//!
//! Not part of `cargo xtask test`: its tools take minutes to build, and advisories change without a change of ours.

mod dependencies;
mod secrets;

use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

/// What to audit with.
#[derive(Args)]
pub struct Options {
    /// Advisory database: a folder, or a .tar.xz of one (default: the one beside the checkout, if any)
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
    /// Only look for secrets, which needs no tool
    #[arg(long)]
    secrets_only: bool,
}

/// The command.
pub fn run(options: &Options) -> Result<()> {
    let mut faults = Vec::new();
    let secrets = secrets::find()?;
    println!("audit: secrets: {}", if secrets.is_empty() { "none" } else { "FOUND" });
    faults.extend(secrets);
    if !options.secrets_only {
        faults.extend(dependencies::licences()?);
        faults.extend(dependencies::advisories(options.db.as_deref())?);
    }
    for fault in &faults {
        eprintln!("audit: {fault}");
    }
    if faults.is_empty() {
        Ok(())
    } else {
        bail!("{} findings", faults.len())
    }
}
