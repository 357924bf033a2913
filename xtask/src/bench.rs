//! `cargo xtask bench NAME`: the benchmarks of `tests/bench`, built as the product is.

use crate::session::{Display, Session};
use crate::{place, process, setup};
use anyhow::Result;
use clap::Args;
use std::process::Command;

/// Which benchmark.
#[derive(Args)]
pub struct Options {
    /// Its name; `list` names them all
    name: String,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// What the benchmark takes besides (see NAME --help)
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// The command.
pub fn run(options: &Options) -> Result<()> {
    setup::debian::ready(setup::Purpose::Test)?;
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--locked", "-p", "wardkeep-bench"]);
    if needs_programs(&options.name) {
        setup::npm::ready()?;
        process::run(
            Command::new("npm")
                .args(["run", "build"])
                .current_dir(place::root().join("ui")),
        )?;
        build.args(["-p", "wardkeep", "-p", "wardkeep-desktop"]);
    }
    if matches!(options.name.as_str(), "sync" | "devices" | "smoke") {
        build.args(["-p", "wardkeep-server"]);
    }
    if options.name == "devices" {
        // The agent of a laptop that is wiped.
        build.args(["-p", "wardkeep"]);
    }
    process::run(build.current_dir(place::root()))?;
    let mut words = vec![options.name.clone()];
    words.extend(options.json.then(|| "--json".to_owned()));
    words.extend_from_slice(&options.rest);
    // In a session of its own: the keychain of the person who measures is no place for a million strangers' keys.
    let session = Session::new("bench")?;
    let mut command = session.command(Display::Hidden, &place::target().join("release/wardkeep-bench"), &words);
    if let Some(data) = place::shared_data() {
        command.env("WARDKEEP_SHARED_DATA", data);
    }
    process::run(command.current_dir(place::root()))
}

/// Only what starts the real programs waits for them to be built.
fn needs_programs(name: &str) -> bool {
    matches!(name, "vault" | "import" | "all")
}
