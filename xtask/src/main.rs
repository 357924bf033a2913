//! The project's own commands. `cargo xtask help` lists them.
//!
//! One binary instead of shell scripts, so that what runs on a developer's machine and in continuous integration is the same
//! and is checked by the same compiler. It depends on little, because everything waits for it to build.

#![allow(
    clippy::disallowed_methods,
    reason = "a command of the terminal: it measures, and reads its environment"
)]

mod audit;
mod bench;
mod demo;
mod fuzz;
mod place;
mod process;
mod session;
mod setup;
mod test;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Wardkeep's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what building and testing need: Debian packages and the npm packages of the lock file
    Setup(setup::Options),
    /// Opens the window on a demo clinic of its own
    Demo(demo::Options),
    /// Runs every check and test
    Test(test::Options),
    /// Runs a benchmark in release mode
    Bench(bench::Options),
    /// Runs the fuzz targets
    Fuzz(fuzz::Options),
    /// Checks layering, sizes, and what no file may hold
    Tidy(tidy::Options),
    /// Checks dependencies (licences, sources, advisories) and looks for secrets in the tree
    Audit(audit::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("error: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    process::end_groups_on_interrupt()?;
    match task {
        Task::Setup(options) => setup::run(&options)?,
        Task::Demo(options) => demo::run(&options)?,
        Task::Test(options) => return test::run(&options),
        Task::Bench(options) => bench::run(&options)?,
        Task::Fuzz(options) => fuzz::run(&options)?,
        Task::Tidy(options) => tidy::run(&options)?,
        Task::Audit(options) => audit::run(&options)?,
    }
    Ok(ExitCode::SUCCESS)
}
