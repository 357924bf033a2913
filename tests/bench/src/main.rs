//! Benchmarks of Wardkeep. Each prints a table of figures with their bars; ratios are measured in one run, because absolute
//! numbers tell as much of the machine as of the program.

mod figure;
mod meter;
mod population;
mod random;
mod search;

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
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let form = if arguments.json {
        Form::TableAndJson
    } else {
        Form::Table
    };
    match arguments.bench {
        Bench::Search(options) => search::run(&options, form),
    }
}
