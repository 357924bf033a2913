//! `smoke`: every benchmark on small data, so that none rots. Figures are printed and judged by nobody: a debug build on a busy
//! machine says nothing of speed. What it does judge is recall and bytes, which are the same on every machine.

use crate::figure::Form;
use crate::{devices, import, search, sync, vault};
use anyhow::{Result, ensure};

/// Runs all.
pub fn run(form: Form) -> Result<()> {
    let options = search::Options {
        patients: 3_000,
        keystrokes: 500,
        typos: 200,
        names: None,
        seed: 1,
        keep: None,
        slowest: false,
        misses: false,
    };
    let report = search::run(&options, form)?;
    let recall = report.figures.iter().find(|figure| figure.id == "typo_recall");
    ensure!(
        recall.is_some_and(|figure| figure.holds),
        "misspelt names are not found"
    );
    vault::run(
        &vault::Options {
            patients: 500,
            names: None,
            seed: 1,
            window: true,
        },
        form,
    )?;
    import::run(
        &import::Options {
            patients: 40,
            data: Vec::new(),
            names: None,
            seed: 1,
        },
        form,
    )?;
    sync(form)?;
    devices::run(
        &devices::Options {
            enrollments: 4,
            rotations: 1,
            revocations: 1,
            wipes: 1,
        },
        form,
    )
    .map(drop)
}

/// The server's program must stand beside this one.
fn sync(form: Form) -> Result<()> {
    let options = sync::Options {
        ops: 3_000,
        patients: 300,
        first_only: false,
        rounds: 1,
        edits: 50,
        devices: 20,
        seed: 1,
        peers: None,
    };
    let report = sync::run(&options, form)?;
    for id in ["wire_ratio", "disk_ratio"] {
        let figure = report.figures.iter().find(|figure| figure.id == id);
        ensure!(
            figure.is_some_and(|figure| figure.holds),
            "{id} is over its bar, which is the same on every machine"
        );
    }
    Ok(())
}
