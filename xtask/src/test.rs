//! `cargo xtask test`: every check and test, in an order that fails early.
//!
//! The last line is 'N passed, N failed': the tests that the runners counted, and one for each stage that is a check by itself.

mod data;
mod stage;
mod stages;

use anyhow::{Result, bail};
use clap::Args;
use stage::{Outcome, Stage};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// What to run.
#[derive(Args)]
pub struct Options {
    /// Only these stages (see --list); several may be given
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    only: Vec<String>,
    /// Start at this stage
    #[arg(long, value_name = "STAGE", conflicts_with = "only")]
    from: Option<String>,
    /// Go on after a stage has failed
    #[arg(long)]
    keep_going: bool,
    /// Run the importers and benchmarks on this folder too
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// List the stages
    #[arg(long)]
    list: bool,
}

/// The command.
pub fn run(options: &Options) -> Result<ExitCode> {
    let data = options.data.as_deref().map(std::path::absolute).transpose()?;
    let stages = stages::all(data.as_deref());
    if options.list {
        for stage in &stages {
            println!("{:<12} {}", stage.name, stage.what);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = choose(&stages, options)?;
    let start = Instant::now();
    let mut outcomes: Vec<Outcome> = Vec::new();
    for (index, stage) in chosen.iter().enumerate() {
        println!("\n==> [{}/{}] {}: {}", index + 1, chosen.len(), stage.name, stage.what);
        let outcome = stage.run();
        let failed = outcome.failed > 0;
        outcomes.push(outcome);
        if failed && !options.keep_going {
            break;
        }
    }
    Ok(summary(&chosen, &outcomes, start))
}

fn choose<'a>(stages: &'a [Stage], options: &Options) -> Result<Vec<&'a Stage>> {
    let named = options.only.iter().chain(options.from.as_ref());
    for name in named {
        if !stages.iter().any(|stage| stage.name == name) {
            bail!("there is no stage {name}; see cargo xtask test --list");
        }
    }
    if let Some(first) = &options.from {
        return Ok(stages.iter().skip_while(|stage| stage.name != first).collect());
    }
    let all = options.only.is_empty();
    Ok(stages
        .iter()
        .filter(|stage| all || options.only.iter().any(|name| name == stage.name))
        .collect())
}

fn summary(chosen: &[&Stage], outcomes: &[Outcome], start: Instant) -> ExitCode {
    println!("\nStages in {} s", start.elapsed().as_secs());
    for (stage, outcome) in chosen.iter().zip(outcomes) {
        let word = if outcome.failed == 0 { "ok" } else { "FAILED" };
        let tests = outcome.passed + outcome.failed;
        println!(
            "  {:<12} {:>7} {:>8.1} s  {:>5} checked  {}",
            stage.name, word, outcome.seconds, tests, outcome.note
        );
    }
    for stage in &chosen[outcomes.len()..] {
        println!("  {:<12} {:>7}", stage.name, "not run");
    }
    let passed: usize = outcomes.iter().map(|outcome| outcome.passed).sum();
    let failed: usize = outcomes.iter().map(|outcome| outcome.failed).sum();
    println!("\n{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
