//! `search`: search as you type over a million patients, in the encrypted file and in the same file without encryption.
//!
//! Both engines are this process's SQLCipher: the keyed one opened as the vault opens it, the other without a key and with
//! the same settings. The same patients, the same index, the same typing.

mod engine;
mod register;
mod typing;
mod typo;

use crate::figure::{Figure, Form, Report, progress};
use crate::meter::{mean, measure, percentile};
use crate::population::{Population, Source};
use anyhow::Result;
use clap::Args;
use engine::{Engine, Kind};
use std::path::{Path, PathBuf};
use wardkeep_vault::search::{Query, search};

/// The year in which the typing happens.
const THIS_YEAR: u32 = 2026;

/// Rows on a screen of results.
const ROWS: u32 = 20;

/// What is measured, and on what.
#[derive(Args, Clone)]
pub struct Options {
    /// How many patients
    #[arg(long, default_value_t = 1_000_000)]
    pub patients: i64,
    /// How many keystrokes
    #[arg(long, default_value_t = 10_000)]
    pub keystrokes: usize,
    /// How many misspelt queries
    #[arg(long, default_value_t = 4_000)]
    pub typos: usize,
    /// A folder of name files; without it (and without WARDKEEP_SHARED_DATA) names are made up
    #[arg(long)]
    pub names: Option<PathBuf>,
    /// What the chance begins with
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Keep the files in this folder, and use those that are there (made with the same patients, names and seed)
    #[arg(long)]
    pub keep: Option<PathBuf>,
    /// Print the slowest queries
    #[arg(long)]
    pub slowest: bool,
    /// Print the misspelt queries that missed
    #[arg(long)]
    pub misses: bool,
}

/// Measures and prints.
pub fn run(options: &Options, form: Form) -> Result<Report> {
    let folder = name_files(options.names.as_deref());
    let population = Population::new(&folder.as_deref().map_or(Source::Made, Source::Folder))?;
    progress(&format!(
        "{} patients, {} different names {}, seed {}",
        options.patients,
        population.names(),
        if folder.is_some() {
            "as frequent as in life"
        } else {
            "made of syllables"
        },
        options.seed
    ));
    let typed = typing::keystrokes(&population, options);
    let scratch = tempfile::tempdir()?;
    let folder = options.keep.as_deref().unwrap_or(scratch.path());
    // Without the key first: opening a keyed file switches this process's SQLite to wiping all memory it frees.
    let plain = Engine::build(Kind::Plain, folder, &population, options)?;
    let plain_times = type_all(&plain, &typed, options)?;
    drop(plain);
    let keyed = Engine::build(Kind::Keyed, folder, &population, options)?;
    let keyed_times = type_all(&keyed, &typed, options)?;
    let recall = typo::recall(&keyed, &population, options)?;
    let bytes = keyed.bytes()? as f64 / options.patients as f64;
    drop(keyed);
    let register = register::cost(folder, &population, options)?;
    let figures = vec![
        Figure::told("p50_cpu_ms", keyed_times.p(50.0), "ms"),
        Figure::at_most("p99_cpu_ms", keyed_times.p(99.0), "ms", 1.0),
        Figure::told("max_cpu_ms", keyed_times.p(100.0), "ms"),
        Figure::at_most("p99_wall_ms", keyed_times.p_wall(99.0), "ms", 5.0),
        Figure::told("plain_p50_cpu_ms", plain_times.p(50.0), "ms"),
        Figure::told("plain_p99_cpu_ms", plain_times.p(99.0), "ms"),
        Figure::at_most(
            "ratio_to_plain",
            keyed_times.total() / plain_times.total(),
            "times",
            2.0,
        ),
        Figure::at_least("typo_recall", recall, "of 1", 0.95),
        Figure::told("index_bytes_per_patient", bytes, "bytes"),
        Figure::at_most("register_cpu_ms", register.median, "ms", 1.0),
        Figure::told("register_p99_cpu_ms", register.p99, "ms"),
        Figure::told("register_mean_cpu_ms", register.mean, "ms"),
    ];
    let report = Report {
        name: "search",
        figures,
    };
    report.print(form)?;
    Ok(report)
}

/// The folder of name files: the one that is named, or the one beside the project's data.
#[allow(
    clippy::disallowed_methods,
    reason = "`cargo xtask bench` hands the folder on in the environment"
)]
pub fn name_files(named: Option<&Path>) -> Option<PathBuf> {
    let shared = std::env::var_os("WARDKEEP_SHARED_DATA").map(|data| PathBuf::from(data).join("names"));
    named.map(Path::to_owned).or(shared.filter(|folder| folder.is_dir()))
}

/// What all keystrokes took.
struct Times {
    cpu: Vec<f64>,
    wall: Vec<f64>,
}

impl Times {
    fn p(&self, percent: f64) -> f64 {
        percentile(&mut self.cpu.clone(), percent)
    }

    fn p_wall(&self, percent: f64) -> f64 {
        percentile(&mut self.wall.clone(), percent)
    }

    fn total(&self) -> f64 {
        mean(&self.cpu)
    }
}

/// Types everything, each keystroke a search of its own with all its rows.
#[allow(clippy::print_stderr, reason = "asked for by an option")]
fn type_all(engine: &Engine, typed: &[String], options: &Options) -> Result<Times> {
    progress(&format!(
        "typing {} keystrokes into the {} file",
        typed.len(),
        engine.name()
    ));
    let mut times = Times {
        cpu: Vec::with_capacity(typed.len()),
        wall: Vec::with_capacity(typed.len()),
    };
    for text in typed {
        let query = Query {
            text,
            limit: ROWS,
            this_year: THIS_YEAR,
        };
        let (result, cost) = measure(|| search(&engine.conn, &query));
        std::hint::black_box(result?.rows.len());
        times.cpu.push(cost.cpu_ms);
        times.wall.push(cost.wall_ms);
    }
    if options.slowest {
        let mut slow: Vec<_> = times.cpu.iter().zip(typed).collect();
        slow.sort_by(|a, b| b.0.total_cmp(a.0));
        slow.iter()
            .take(40)
            .for_each(|(cpu, text)| eprintln!("    {cpu:.3} ms  {text}"));
    }
    Ok(times)
}
