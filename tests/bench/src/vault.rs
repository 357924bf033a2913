//! `vault`: unlocking, opening a record and saving an edit in a vault of a million patients, and the memory that it takes.
//!
//! The patients come in as any others do: by FHIR import through the command table. Ratios to plain SQLite are measured on a
//! copy of the office file without its key, with the same statements on both. The real window is started on the same vault.

mod plain;
mod window;

use crate::figure::{Figure, Form, Report, progress};
use crate::laptop::{self, Laptop};
use crate::meter::{measure, percentile, resident_bytes};
use crate::population::{Population, Source};
use crate::random::Random;
use crate::{fhir, search};
use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::json;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use wardkeep_clinic::Clinic;

/// How many times each short act is measured.
const TIMES: usize = 200;

/// What is measured, and on what.
#[derive(Args, Clone)]
pub struct Options {
    /// How many patients
    #[arg(long, default_value_t = 1_000_000)]
    pub patients: i64,
    /// A folder of name files; without it (and without WARDKEEP_SHARED_DATA) names are made up
    #[arg(long)]
    pub names: Option<PathBuf>,
    /// What the chance begins with
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Leave the real window out
    #[arg(long = "no-window", action = clap::ArgAction::SetFalse)]
    pub window: bool,
}

/// Measures and prints.
pub fn run(options: &Options, form: Form) -> Result<Report> {
    let folder = search::name_files(options.names.as_deref());
    let population = Population::new(&folder.as_deref().map_or(Source::Made, Source::Folder))?;
    let scratch = tempfile::tempdir()?;
    let home = scratch.path().join("home");
    let (laptop, clinic) = Laptop::found(&home)?;
    let own = std::process::id();
    let idle = resident_bytes(own).unwrap_or(0);
    let rate = fill(&clinic, &population, (options.patients, options.seed), scratch.path())?;
    drop(clinic);

    let mut figures = vec![Figure::told("patients_imported_per_s", rate, "1/s")];
    figures.extend(begin(&laptop)?);
    let clinic = laptop.start()?;
    laptop.unlock(&clinic)?;
    let ids = some_ids(&clinic, &population, options)?;
    figures.extend(acts(&clinic, &ids)?);
    let full = resident_bytes(own).unwrap_or(0);
    figures.push(Figure::told("resident_idle_mb", idle as f64 / 1e6, "MB"));
    figures.push(Figure::told("resident_full_mb", full as f64 / 1e6, "MB"));
    drop(clinic);
    figures.extend(plain::ratios(&home, options)?);
    if options.window {
        laptop.leave_to_founder()?;
        figures.extend(window::figures(&home)?);
    }
    let report = Report { name: "vault", figures };
    report.print(form)?;
    Ok(report)
}

/// Imports all patients; answers how many a second.
pub(crate) fn fill(
    clinic: &Clinic,
    population: &Population,
    (patients, seed): (i64, u64),
    scratch: &Path,
) -> Result<f64> {
    let path = scratch.join("patients.ndjson");
    let mut out = BufWriter::new(std::fs::File::create(&path)?);
    for n in 1..=patients {
        let entry = population.patient(seed, n);
        serde_json::to_writer(&mut out, &fhir::patient(&entry, &format!("p{n}")))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    progress(&format!("importing {patients} patients"));
    let (done, cost) = measure(|| laptop::import(clinic, std::slice::from_ref(&path)));
    let imported = done?["imported"].as_f64().context("a count of imported records")?;
    ensure!(
        imported == patients as f64,
        "{imported} patients imported instead of {patients}"
    );
    std::fs::remove_file(path)?;
    Ok(imported / cost.wall_ms * 1e3)
}

/// Starting and unlocking. Argon2 takes no time worth naming here, so all of it is the vault's own.
fn begin(laptop: &Laptop) -> Result<Vec<Figure>> {
    progress("starting and unlocking");
    let (mut starts, mut unlocks) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        let (clinic, start) = measure(|| -> Result<Clinic> {
            let clinic = laptop.start()?;
            laptop::call(&clinic, "app_status", &json!({}))?;
            Ok(clinic)
        });
        let clinic = clinic?;
        let (unlocked, unlock) = measure(|| laptop.unlock(&clinic));
        unlocked?;
        starts.push(start.wall_ms);
        unlocks.push(unlock.wall_ms);
    }
    Ok(vec![
        Figure::told("start_to_unlock_screen_ms", percentile(&mut starts, 50.0), "ms"),
        Figure::at_most("unlock_beyond_argon2_ms", percentile(&mut unlocks, 50.0), "ms", 50.0),
    ])
}

/// Patients drawn at random, found as a person finds them.
fn some_ids(clinic: &Clinic, population: &Population, options: &Options) -> Result<Vec<String>> {
    let mut random = Random::new(options.seed);
    let mut ids = Vec::new();
    for _ in 0..TIMES {
        let n = 1 + random.below(usize::try_from(options.patients)?) as i64;
        let mrn = population.patient(options.seed, n).mrn;
        let found = laptop::call(clinic, "patient_search", &json!({"query": mrn, "limit": 1}))?;
        ids.extend(found["rows"][0]["id"].as_str().map(str::to_owned));
    }
    Ok(ids)
}

/// Opening and saving, through the command table, with permission, audit and index.
fn acts(clinic: &Clinic, ids: &[String]) -> Result<Vec<Figure>> {
    progress("opening records and saving edits");
    let (mut opens, mut saves, mut saves_wall) = (Vec::new(), Vec::new(), Vec::new());
    for (at, id) in ids.iter().enumerate() {
        let (detail, open) = measure(|| laptop::call(clinic, "patient_open", &json!({"id": id, "via": "search"})));
        let mut draft = detail?["draft"].clone();
        draft["emergency_note"] = json!(format!("Note {at}"));
        let (saved, save) = measure(|| laptop::call(clinic, "patient_edit", &json!({"id": id, "draft": draft})));
        saved?;
        opens.push(open.cpu_ms);
        saves.push(save.cpu_ms);
        saves_wall.push(save.wall_ms);
    }
    Ok(vec![
        Figure::told("open_record_cpu_ms", percentile(&mut opens, 50.0), "ms"),
        Figure::told("save_edit_cpu_ms", percentile(&mut saves, 50.0), "ms"),
        Figure::told("save_edit_wall_ms", percentile(&mut saves_wall, 50.0), "ms"),
    ])
}
