//! `cargo xtask setup`: installs what is missing, and says what it does. What cannot be installed is an error, never a skip.

pub mod debian;
pub mod npm;

use anyhow::Result;
use clap::Args;

/// What to make ready for.
#[derive(Args)]
pub struct Options {
    /// Only what building and running needs, not what the tests need
    #[arg(long)]
    pub build_only: bool,
}

/// What the caller is about to do, so that nobody installs a display server to look at a demo.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Build and run the programs.
    Build,
    /// Run the tests, which need a display, a keyring and a driver of their own.
    Test,
}

/// The command.
pub fn run(options: &Options) -> Result<()> {
    ready(if options.build_only {
        Purpose::Build
    } else {
        Purpose::Test
    })?;
    println!("Everything is there.");
    Ok(())
}

/// Installs what is missing for the purpose.
pub fn ready(purpose: Purpose) -> Result<()> {
    debian::ready(purpose)?;
    npm::ready()
}
