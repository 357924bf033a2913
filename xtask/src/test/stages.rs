//! The stages, cheapest first, each in one function.

use super::stage::{Count, Stage};
use crate::session::{Display, Session};
use crate::{fuzz, place, process, setup, tidy};
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

/// Every stage in order.
pub fn all() -> Vec<Stage> {
    vec![
        Stage {
            name: "setup",
            what: "install what is missing",
            work: |_| setup::ready(setup::Purpose::Test),
        },
        Stage {
            name: "format",
            what: "every Rust file is formatted",
            work: |_| cargo(&["fmt", "--all", "--check"]),
        },
        Stage {
            name: "tidy",
            what: "layering, sizes, what no file may hold",
            work: |_| tidy::check(),
        },
        Stage {
            name: "ui-check",
            what: "types, style, words and unit tests of the page",
            work: ui_check,
        },
        Stage {
            name: "ui-build",
            what: "the page, as the window serves it",
            work: |_| npm(&["run", "build"]),
        },
        Stage {
            name: "clippy",
            what: "lints of every target, warnings are errors",
            work: clippy,
        },
        Stage {
            name: "unit",
            what: "unit, property and snapshot tests; the page's generated types",
            work: unit,
        },
        Stage {
            name: "build",
            what: "the programs",
            work: build,
        },
        Stage {
            name: "symbols",
            what: "the window keeps its SQLite to itself",
            work: symbols,
        },
        Stage {
            name: "acceptance",
            what: "the programs and the real window, as a user starts them",
            work: acceptance,
        },
        Stage {
            name: "fuzz",
            what: "every parser of outside bytes, 20 s each",
            work: |_| fuzz::briefly(),
        },
        Stage {
            name: "bench",
            what: "the benchmarks run, on small data",
            work: bench,
        },
    ]
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
    let words = ["test", "--locked", "--workspace", "--exclude", "wardkeep-tests"];
    let (_session, mut command) = inside("unit", Display::None, &words)?;
    count.tests(&mut command)
}

fn build(_: &mut Count) -> Result<()> {
    cargo(&["build", "--locked", "-p", "wardkeep", "-p", "wardkeep-desktop"])
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

fn bench(_: &mut Count) -> Result<()> {
    let (_session, mut command) = inside(
        "bench",
        Display::Hidden,
        &["run", "--locked", "-p", "wardkeep-bench", "--", "smoke"],
    )?;
    process::run(&mut command)
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
