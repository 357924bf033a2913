//! Benchmarks of Wardkeep. Each prints a table of figures with their bars; ratios are measured in one run, because absolute
//! numbers tell as much of the machine as of the program.

mod devices;
mod fhir;
mod figure;
mod import;
mod laptop;
mod meter;
mod population;
mod random;
mod search;
mod smoke;
mod sync;
mod vault;

use anyhow::Result;
use clap::{Parser, Subcommand};
use figure::Form;

#[derive(Parser)]
#[command(name = "wardkeep-bench", about = "Benchmarks of Wardkeep")]
struct Arguments {
    /// Print the figures as one line of JSON too, the last one
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// Search as you type over a million patients
    Search(search::Options),
    /// Unlocking, opening, saving and memory with a million patients
    Vault(vault::Options),
    /// FHIR import, and what it spends its time on
    Import(import::Options),
    /// Pushing, pulling and waking through the real server
    Sync(sync::Options),
    /// From a revocation, a wipe order and a new key to what follows from them, in a clinic of many laptops
    Devices(devices::Options),
    /// All of them on small data
    Smoke,
    /// Names them
    List,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let form = if arguments.json {
        Form::TableAndJson
    } else {
        Form::Table
    };
    match arguments.bench {
        Bench::Search(options) => search::run(&options, form).map(drop),
        Bench::Vault(options) => vault::run(&options, form).map(drop),
        Bench::Import(options) => import::run(&options, form).map(drop),
        Bench::Sync(options) => sync::run(&options, form).map(drop),
        Bench::Devices(options) => devices::run(&options, form).map(drop),
        Bench::Smoke => smoke::run(form),
        Bench::List => {
            list();
            Ok(())
        }
    }
}

#[allow(clippy::print_stdout, reason = "asked for")]
fn list() {
    println!("search\nvault\nimport\nsync\ndevices\nsmoke");
}
