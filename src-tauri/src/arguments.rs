//! What the program is started with.

use anyhow::{Context, Result};
use clap::Parser;
use std::path::PathBuf;

/// Names the home folder for tests and for people with more than one clinic.
const HOME_VARIABLE: &str = "WARDKEEP_HOME";

/// Clinic records on this laptop.
#[derive(Parser)]
#[command(name = "wardkeep-desktop", version)]
pub struct Arguments {
    /// Home folder of the vault (default: WARDKEEP_HOME, else the user's data folder)
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// No window: keep this laptop in touch with its clinic until the log-in session ends
    #[arg(long)]
    pub background: bool,
}

impl Arguments {
    /// The home folder, absolute.
    pub fn home(&self) -> Result<PathBuf> {
        #[allow(
            clippy::disallowed_methods,
            reason = "the environment is read here, once, and passed on"
        )]
        let named = std::env::var_os(HOME_VARIABLE)
            .filter(|home| !home.is_empty())
            .map(PathBuf::from);
        match self.home.clone().or(named) {
            Some(home) => {
                std::path::absolute(&home).with_context(|| format!("no such folder can be: {}", home.display()))
            }
            None => wardkeep_clinic::default_home().map_err(|fault| anyhow::anyhow!("{fault}")),
        }
    }
}

/// Whether a window can be shown; without this check the toolkit ends the program with a panic.
pub fn has_display() -> bool {
    #[allow(
        clippy::disallowed_methods,
        reason = "the desktop tells a program in its environment where its display is"
    )]
    let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("WAYLAND_DISPLAY") || named("DISPLAY")
}
