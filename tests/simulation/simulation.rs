//! What happens follows from a seed. At the end the network is back, everybody has the last version of the program, and all is held against
//! what people were told.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test reads its environment, and says which seed failed"
)]

mod accept;
mod check;
mod step;

use crate::disk::{Disk, Segments};
use crate::ledger::{Entry, Token};
use crate::program;
use crate::world::{Net, World};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seeds that are played when nobody asks for more or fewer.
const SEEDS: u64 = 2_000;
/// What happens in one history.
const STEPS: usize = 90;

/// How often what went wrong.
type Counts = BTreeMap<String, u64>;

/// One history, and what is known of it beside the state.
struct Run {
    world: World,
    /// Copies of laptops' disks, with the laptop.
    images: Vec<(usize, Disk)>,
    /// Backups of the server.
    backups: Vec<Segments>,
    /// What people wrote who were revoked, and nobody has accepted.
    aside: BTreeMap<Token, Entry>,
    /// Devices without a network, and until which step.
    cut_off: BTreeMap<usize, usize>,
    counts: Counts,
}

#[test]
fn all_devices_come_to_hold_the_same_and_nothing_is_lost() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("WARDKEEP_SEED") {
        play(seed);
        return;
    }
    let (next, end) = (AtomicU64::new(0), number("WARDKEEP_SEEDS").unwrap_or(SEEDS));
    let all: Mutex<Counts> = Mutex::default();
    let failed: Mutex<Vec<u64>> = Mutex::default();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end || !failed.lock().unwrap().is_empty() {
                return;
            }
            match catch_unwind(AssertUnwindSafe(|| play(seed))) {
                Ok(counts) => {
                    let mut all = all.lock().unwrap();
                    counts
                        .into_iter()
                        .for_each(|(what, count)| *all.entry(what).or_default() += count);
                }
                Err(_) => failed.lock().unwrap().push(seed),
            }
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        (0..cores).for_each(|_| {
            scope.spawn(work);
        });
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "play it again with WARDKEEP_SEED={}", failed[0]);
    let all = all.into_inner().unwrap();
    eprintln!("{end} histories: {all:?}");
    // A simulation in which nothing goes wrong proves nothing.
    for what in [
        "acts",
        "power lost",
        "epochs",
        "revoked",
        "accepted",
        "discarded",
        "waited for an update",
        "restored from an image",
        "server rolled back",
        "conflicts",
        "removed",
        "ServerLost",
        "Cloned",
        "Forked",
        "joined by a snapshot",
        "let go",
    ] {
        assert!(
            end < SEEDS || all.get(what).is_some_and(|count| *count > 0),
            "{what} never happened: {all:?}"
        );
    }
}

/// Plays one history; returns what went wrong in it.
fn play(seed: u64) -> Counts {
    let members = 3 + (seed % 10) as u8;
    let mut run = Run {
        world: World::new(members, seed),
        images: Vec::new(),
        backups: Vec::new(),
        aside: BTreeMap::new(),
        cut_off: BTreeMap::new(),
        counts: Counts::new(),
    };
    for device in &mut run.world.devices {
        device.program = program::FIRST + run.world.random.below(3) as u8;
    }
    run.world.net = Net::Bad;
    for step in 0..STEPS {
        run.step(step);
    }
    run.settle();
    run.check();
    run.begin_anew();
    run.check();
    run.counts
}
