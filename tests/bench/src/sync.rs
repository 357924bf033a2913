//! `sync`: what it costs to move changes through the real server: over the wire, on its disk, of its processor and memory, and in
//! time until another device sees them.
//!
//! The server is the program in a process of its own; devices speak to it over loopback by HTTP/2 and mutual TLS 1.3, and the bytes
//! are counted at the socket. A change is 'another telephone number', by the record's own op codec. What the app does before
//! sealing and after opening (its vault) is measured by `vault`.

mod actual;
mod bulk;
mod clinic;
mod crowd;
mod device;
mod edits;
mod first;
pub mod server;
mod wakeup;
mod wire;

use crate::figure::{Figure, Form, Report, progress};
use crate::meter::percentile;
use anyhow::Result;
use bulk::{Cost, Packing, Run};
use clap::Args;
use crowd::Crowd;
use std::path::{Path, PathBuf};

/// What is measured, and on what.
#[derive(Args, Clone)]
pub struct Options {
    /// How many changes
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub ops: u32,
    /// How often they are pushed and pulled in segments of 100 and of 1,000, each time on a new server
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// How many changes are waited for one by one
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_500))]
    pub edits: u32,
    /// How many devices are connected at once
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=2_000))]
    pub devices: u32,
    /// How many patients a new device begins with
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(i64).range(1..))]
    pub patients: i64,
    /// What the chance begins with
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Measure the first sync of a new device alone
    #[arg(long)]
    pub first_only: bool,
    /// Measure a peer in the same run, Actual's sync server, installed in this folder by npm
    #[arg(long, value_name = "DIR")]
    pub peers: Option<PathBuf>,
}

/// Measures and prints.
pub fn run(options: &Options, form: Form) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let mut figures = first::figures(options.patients, options.seed)?;
    if !options.first_only {
        figures.extend(runtime.block_on(self::figures(options))?);
    }
    let report = Report { name: "sync", figures };
    report.print(form)?;
    Ok(report)
}

/// Everything that was measured.
struct Measured {
    /// In segments of 1,000, once for each round.
    thousands: Vec<Run>,
    /// In segments of 100.
    hundreds: Vec<Run>,
    /// In segments of one, many of them in a request.
    ones: Run,
    /// In segments of one, each in a request of its own.
    alone: Run,
    latencies: Vec<f64>,
    crowd: Crowd,
}

async fn figures(options: &Options) -> Result<Vec<Figure>> {
    let (ops, seed) = (options.ops as usize, options.seed);
    let measured = Measured {
        thousands: rounds(1_000, options).await?,
        hundreds: rounds(100, options).await?,
        ones: bulk::run(Packing::Segments(1), ops, seed).await?,
        alone: bulk::run(Packing::Alone, ops, seed).await?,
        latencies: wakeup::latencies(options.edits as usize, seed).await?,
        crowd: crowd::run(options.devices, seed).await?,
    };
    tell("1,000 in a segment", &measured.thousands);
    tell("100 in a segment", &measured.hundreds);
    tell("1 in a segment", std::slice::from_ref(&measured.ones));
    tell("1 in a request", std::slice::from_ref(&measured.alone));
    let mut figures = sizes(&measured);
    figures.extend(speeds(&measured));
    figures.extend(memory(&measured));
    if let Some(installed) = &options.peers {
        figures.extend(ratios(installed, &measured).await?);
    }
    Ok(figures)
}

async fn rounds(ops_in_segment: usize, options: &Options) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for round in 0..options.rounds {
        let seed = options.seed.wrapping_add(round.into());
        runs.push(bulk::run(Packing::Segments(ops_in_segment), options.ops as usize, seed).await?);
    }
    Ok(runs)
}

/// What one way of packing cost, on the error stream.
fn tell(what: &str, runs: &[Run]) {
    let ratio = |of: &dyn Fn(&Run) -> f64| most(runs, &|run| of(run) / run.plain);
    progress(&format!(
        "{what:<18} wire x {:.3} pushed {:.3} pulled, disk x {:.3} (log {:.3}), server ms/1000 {:.3} pushed {:.3} pulled, \
         {:.0}/s pushed {:.0}/s pulled",
        ratio(&|run| run.push.wire),
        ratio(&|run| run.pull.wire),
        ratio(&|run| run.disk),
        ratio(&|run| run.disk_running),
        cpu(runs, |run| run.push),
        cpu(runs, |run| run.pull),
        per_s(runs, |run| run.push),
        per_s(runs, |run| run.pull),
    ));
}

/// Bytes, on the wire and on the server's disk. The bars are for batches of 100 and more: the worst of those counts.
fn sizes(measured: &Measured) -> Vec<Figure> {
    let batched = |of: &dyn Fn(&Run) -> f64| {
        let ratio = |run: &Run| of(run) / run.plain;
        most(&measured.thousands, &ratio).max(most(&measured.hundreds, &ratio))
    };
    let (ones, alone) = (&measured.ones, &measured.alone);
    vec![
        Figure::told("op_bytes", ones.plain / ones.ops, "B"),
        Figure::at_most(
            "wire_ratio",
            batched(&|run| run.push.wire.max(run.pull.wire)),
            "x",
            1.15,
        ),
        Figure::at_most("disk_ratio", batched(&|run| run.disk), "x", 1.3),
        Figure::told("disk_ratio_with_log", batched(&|run| run.disk_running), "x"),
        Figure::told("wire_bytes_single", alone.push.wire / alone.ops, "B"),
        Figure::told("wire_bytes_single_pulled", ones.pull.wire / ones.ops, "B"),
        Figure::told("disk_bytes_single", ones.disk / ones.ops, "B"),
    ]
}

/// Processor and clock.
fn speeds(measured: &Measured) -> Vec<Figure> {
    let (thousands, hundreds) = (&measured.thousands, &measured.hundreds);
    let (ones, alone) = (
        std::slice::from_ref(&measured.ones),
        std::slice::from_ref(&measured.alone),
    );
    let push = |run: &Run| run.push;
    let pull = |run: &Run| run.pull;
    let pushed = cpu(thousands, push).max(cpu(hundreds, push));
    let pulled = cpu(thousands, pull).max(cpu(hundreds, pull));
    let mut latencies = measured.latencies.clone();
    vec![
        Figure::at_most("server_cpu_ms_per_1000", pushed, "ms", 2.5),
        Figure::told("server_cpu_ms_per_1000_pulled", pulled, "ms"),
        Figure::told("server_cpu_ms_per_1000_ones", cpu(ones, push), "ms"),
        Figure::told("server_cpu_ms_per_1000_single", cpu(alone, push), "ms"),
        Figure::told("push_per_s", per_s(thousands, push), "1/s"),
        Figure::told("pull_per_s", per_s(thousands, pull), "1/s"),
        Figure::told("push_per_s_ones", per_s(ones, push), "1/s"),
        Figure::told("pull_per_s_ones", per_s(ones, pull), "1/s"),
        Figure::told("push_per_s_single", per_s(alone, push), "1/s"),
        Figure::told("edit_to_seen_p50_ms", percentile(&mut latencies, 50.0), "ms"),
        Figure::at_most("edit_to_seen_p99_ms", percentile(&mut latencies, 99.0), "ms", 50.0),
    ]
}

/// Memory of the server, and what a crowd of devices costs it.
fn memory(measured: &Measured) -> Vec<Figure> {
    let resident = |runs: &[Run]| most(runs, &|run| run.resident_mb);
    let used = resident(&measured.thousands)
        .max(resident(&measured.hundreds))
        .max(measured.ones.resident_mb);
    let crowd = &measured.crowd;
    vec![
        Figure::at_most("server_rss_mb", used, "MB", 40.0),
        Figure::told("server_rss_listed_mb", crowd.listed_mb, "MB"),
        Figure::told("server_rss_1000_mb", crowd.connected_mb, "MB"),
        Figure::told("idle_crowd_cpu_ms_per_s", crowd.idle_cpu_ms_per_s, "ms"),
        Figure::told("woken_crowd_ms", crowd.woken_ms, "ms"),
    ]
}

/// Our rates beside those of Actual's sync server, for as many changes of the same size.
async fn ratios(installed: &Path, measured: &Measured) -> Result<Vec<Figure>> {
    let op_bytes = (measured.ones.plain / measured.ones.ops) as usize;
    let peer = actual::run(installed, measured.ones.ops as usize, op_bytes).await?;
    let push = per_s(&measured.thousands, |run| run.push) / peer.push_per_s;
    let pull = per_s(&measured.thousands, |run| run.pull) / peer.pull_per_s;
    Ok(vec![
        Figure::at_least("push_ratio_to_actual", push, "x", 10.0),
        Figure::at_least("pull_ratio_to_actual", pull, "x", 10.0),
    ])
}

fn most(runs: &[Run], of: &dyn Fn(&Run) -> f64) -> f64 {
    runs.iter().map(of).fold(0.0, f64::max)
}

/// Milliseconds of the server's processor for 1,000 ops. All rounds together, because the kernel counts in steps of 10 ms.
fn cpu(runs: &[Run], of: impl Fn(&Run) -> Cost) -> f64 {
    let ms: f64 = runs.iter().map(|run| of(run).server_cpu_ms).sum();
    let ops: f64 = runs.iter().map(|run| run.ops).sum();
    ms * 1e3 / ops
}

/// Ops in a second, the median of all rounds.
fn per_s(runs: &[Run], of: impl Fn(&Run) -> Cost) -> f64 {
    let mut rates: Vec<f64> = runs.iter().map(|run| run.ops / of(run).seconds).collect();
    percentile(&mut rates, 50.0)
}
