//! The stages, cheapest first, each in one function.

use super::stage::{Count, Stage};
use crate::session::{Display, Session};
use crate::{fuzz, place, process, setup, tidy};
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

/// Every stage in order; with data of other people, those that run on it too.
pub fn all(data: Option<&Path>) -> Vec<Stage> {
    let mut stages = vec![
        stage("setup", "install what is missing", |_| {
            setup::ready(setup::Purpose::Test)
        }),
        stage("format", "every Rust file is formatted", |_| {
            cargo(&["fmt", "--all", "--check"])
        }),
        stage("tidy", "layering, sizes, what no file may hold", |_| tidy::check()),
        stage("ui-check", "types, style, words and unit tests of the page", ui_check),
        stage("ui-build", "the page, as the window serves it", |_| {
            npm(&["run", "build"])
        }),
        stage("clippy", "lints of every target, warnings are errors", clippy),
        stage(
            "unit",
            "unit, property and snapshot tests; the page's generated types",
            unit,
        ),
        stage("build", "the programs", build),
        stage("symbols", "the window keeps its SQLite to itself", symbols),
        stage(
            "acceptance",
            "the programs and the real window, as a user starts them",
            acceptance,
        ),
        stage("fuzz", "every parser of outside bytes, 20 s each", |_| fuzz::briefly()),
        stage("bench", "the benchmarks run, on small data", |count| {
            benches(count, None)
        }),
    ];
    if let Some(data) = data.map(Path::to_path_buf) {
        let names = data.clone();
        stages.push(stage("data-import", "records that nobody here wrote", move |count| {
            super::data::import(count, &data)
        }));
        stages.push(stage("data-bench", "the benchmarks on real names", move |count| {
            benches(count, Some(&names))
        }));
    }
    stages
}

fn stage(name: &'static str, what: &'static str, work: impl Fn(&mut Count) -> Result<()> + 'static) -> Stage {
    Stage {
        name,
        what,
        work: Box::new(work),
    }
}

fn cargo_command(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words).current_dir(place::root());
    command
}

fn cargo(words: &[&str]) -> Result<()> {
    process::run(&mut cargo_command(words))
}

fn npm_command(words: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(words).current_dir(place::root().join("ui"));
    command
}

fn npm(words: &[&str]) -> Result<()> {
    process::run(&mut npm_command(words))
}

fn ui_check(count: &mut Count) -> Result<()> {
    count.tests(&mut npm_command(&["run", "check"]))
}

fn clippy(_: &mut Count) -> Result<()> {
    cargo(&[
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])
}

fn unit(count: &mut Count) -> Result<()> {
    let words = [
        "test",
        "--locked",
        "--no-fail-fast",
        "--workspace",
        "--exclude",
        "wardkeep-tests",
    ];
    let (_session, mut command) = inside("unit", Display::None, &words)?;
    count.tests(&mut command)
}

fn build(_: &mut Count) -> Result<()> {
    cargo(&[
        "build",
        "--locked",
        "-p",
        "wardkeep",
        "-p",
        "wardkeep-desktop",
        "-p",
        "wardkeep-server",
    ])
}

/// WebKit uses the system's SQLite in the window's process; exported names of ours would be bound to its calls.
fn symbols(_: &mut Count) -> Result<()> {
    let program = place::debug_program("wardkeep-desktop");
    let exported = process::output(Command::new("nm").args(["-D", "--defined-only"]).arg(&program))?;
    let ours: Vec<&str> = exported.lines().filter(|line| line.contains("sqlite3_")).collect();
    if !ours.is_empty() {
        bail!(
            "{} exports {} names of SQLite, such as {}",
            program.display(),
            ours.len(),
            ours[0]
        );
    }
    let all = process::output(Command::new("nm").arg(&program))?;
    if !all.contains("sqlite3_open_v2") {
        bail!(
            "{} has no SQLite of its own, so this check proves nothing",
            program.display()
        );
    }
    Ok(())
}

fn acceptance(count: &mut Count) -> Result<()> {
    cargo(&["test", "--locked", "-p", "wardkeep-tests", "--no-run"])?;
    // Each test starts a session of its own; this one is only there so that a mistake cannot touch the person's.
    let words = ["test", "--locked", "-p", "wardkeep-tests"];
    let (_session, mut command) = inside("acceptance", Display::Hidden, &words)?;
    count.tests(&mut command)
}

/// Every benchmark with sizes that take seconds in a debug build: that they run, not how fast.
fn benches(count: &mut Count, data: Option<&Path>) -> Result<()> {
    let (_session, mut command) = inside(
        "bench",
        Display::Hidden,
        &["run", "--locked", "-p", "wardkeep-bench", "--", "smoke"],
    )?;
    command.env_remove("WARDKEEP_SHARED_DATA");
    command.envs(data.map(|data| ("WARDKEEP_SHARED_DATA", data)));
    process::run(&mut command)?;
    count.passed(1);
    Ok(())
}

/// A cargo command in a session of its own; the session lives as long as the first of the pair.
fn inside(name: &str, display: Display, words: &[&str]) -> Result<(Session, Command)> {
    let session = Session::new(name)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut command = session.command(display, Path::new(&cargo), &words);
    command.current_dir(place::root());
    Ok((session, command))
}
