//! The real window on the same vault: how long until a person sees where to type, and what all of its processes hold.

use crate::figure::{Figure, progress};
use crate::laptop::PASSWORD;
use crate::meter::percentile;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use wardkeep_tests::desk::Desk;

/// How often the window is started.
const STARTS: usize = 5;

/// How long a window may take to show a page before something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the processes are left alone before their memory is read.
const SETTLE: Duration = Duration::from_secs(5);

/// From starting the program to its unlock page, and the memory of all its processes locked and unlocked.
pub(super) fn figures(home: &Path) -> Result<Vec<Figure>> {
    let program = program()?;
    progress("opening the real window");
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(painted(&program, home)?.1);
    }
    let first = starts.first().copied().unwrap_or_default();
    let (desk, _) = painted(&program, home)?;
    std::thread::sleep(SETTLE);
    let locked = desk.memory();
    desk.unlock_with(PASSWORD);
    std::thread::sleep(SETTLE);
    let unlocked = desk.memory();
    desk.kill();
    Ok(vec![
        Figure::told("window_first_start_ms", first, "ms"),
        Figure::told("window_start_ms", percentile(&mut starts, 50.0), "ms"),
        Figure::told("window_locked_mb", locked as f64 / 1e6, "MB"),
        Figure::told("window_unlocked_mb", unlocked as f64 / 1e6, "MB"),
    ])
}

/// The desktop program of the same build.
#[allow(clippy::disallowed_methods, reason = "a benchmark finds the program beside itself")]
fn program() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let program = own.with_file_name("wardkeep-desktop");
    ensure!(
        program.exists(),
        "wardkeep-desktop is not built: use `cargo xtask bench vault`, or give --no-window"
    );
    Ok(program)
}

/// A window with its page on the screen, and after how many milliseconds it was there.
#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn painted(program: &Path, home: &Path) -> Result<(Desk, f64)> {
    let start = Instant::now();
    let desk = Desk::start_as(Command::new(program), home);
    while !desk.is_painted() {
        (start.elapsed() < PATIENCE)
            .then_some(())
            .context("the window stays empty")?;
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok((desk, start.elapsed().as_secs_f64() * 1e3))
}
