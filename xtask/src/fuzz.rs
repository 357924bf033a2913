//! `cargo xtask fuzz`: libFuzzer over everything that parses bytes from outside, with the stable compiler.
//!
//! cargo-fuzz asks for a nightly compiler only for its sanitizers. The coverage that guides the fuzzer needs none: it is an
//! LLVM pass, and these are its flags. The crates forbid `unsafe`, so what is sought are panics, endless loops and memory.

use crate::{place, process};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What guides libFuzzer: counters at every edge, and their addresses.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks";

/// What to fuzz, and for how long.
#[derive(Args)]
pub struct Options {
    /// Only this target
    target: Option<String>,
    /// Seconds for each target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Also start from the files of this folder (read only)
    #[arg(long, value_name = "DIR")]
    corpus: Vec<PathBuf>,
}

/// The command.
pub fn run(options: &Options) -> Result<()> {
    fuzz(options)
}

/// Every target for the 20 seconds of the test command.
pub fn briefly() -> Result<()> {
    fuzz(&Options {
        target: None,
        seconds: 20,
        corpus: Vec::new(),
    })
}

fn fuzz(options: &Options) -> Result<()> {
    let all = targets()?;
    let chosen: Vec<String> = match &options.target {
        None => all,
        Some(name) if all.contains(name) => vec![name.clone()],
        Some(name) => bail!("there is no fuzz target {name}; there are {}", all.join(", ")),
    };
    let programs = build()?;
    for name in &chosen {
        println!("fuzzing {name} for {} s", options.seconds);
        one(name, &programs, options)?;
    }
    Ok(())
}

/// One target is one file.
fn targets() -> Result<Vec<String>> {
    let folder = place::root().join("tests/fuzz/targets");
    let files = fs::read_dir(&folder).with_context(|| format!("no fuzz targets in {}", folder.display()))?;
    let mut names = Vec::new();
    for file in files {
        let path = file?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        names.extend(
            name.filter(|_| path.extension().is_some_and(|ending| ending == "rs"))
                .map(str::to_owned),
        );
    }
    names.sort();
    if names.is_empty() {
        bail!("no fuzz targets in {}", folder.display());
    }
    Ok(names)
}

/// Builds all targets and gives the folder that they are in.
fn build() -> Result<PathBuf> {
    // Named, so that build scripts and macros, which are no fuzz targets, stay without counters.
    let host = host()?;
    let folder = place::target().join("fuzz");
    process::run(
        Command::new("cargo")
            .args([
                "build",
                "--locked",
                "-p",
                "wardkeep-fuzz",
                "--features",
                "libfuzzer",
                "--profile",
                "fuzz",
                "--target",
                &host,
            ])
            .env("RUSTFLAGS", COVERAGE)
            .env("CARGO_TARGET_DIR", &folder)
            .current_dir(place::root()),
    )?;
    Ok(folder.join(host).join("fuzz"))
}

fn host() -> Result<String> {
    let said = process::output(Command::new("rustc").arg("-vV"))?;
    said.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc names no host")
}

fn one(name: &str, programs: &std::path::Path, options: &Options) -> Result<()> {
    let work = place::target().join("fuzz");
    let corpus = work.join("corpus").join(name);
    let found = work.join("found");
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&found)?;
    let mut command = Command::new(programs.join(name));
    command.arg(&corpus);
    let seeds = place::root().join("tests/fuzz/seeds").join(name);
    command.args(seeds.is_dir().then_some(seeds)).args(&options.corpus);
    command
        .arg(format!("-max_total_time={}", options.seconds))
        .args([
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-max_len=65536",
            "-print_final_stats=1",
            "-verbosity=0",
        ])
        .arg(format!("-artifact_prefix={}/{name}-", found.display()));
    process::run(&mut command).with_context(|| format!("{name}: the input that failed is in {}", place::shown(&found)))
}
