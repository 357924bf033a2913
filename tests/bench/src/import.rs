//! `import`: resources a second of a FHIR import through the command table, and what part of the work is reading, what the
//! cipher, what the database and the rest.
//!
//! Reading is measured by itself, on the same files. The cipher's part is the difference between writing the pages that the
//! import left behind into a keyed file and into a plain one, page for page.

use crate::figure::{Figure, Form, Report, progress};
use crate::laptop::{self, Laptop};
use crate::meter::{measure, process_cpu};
use crate::population::{Population, Source};
use crate::random::Random;
use crate::{fhir, search};
use anyhow::{Context, Result};
use clap::Args;
use rusqlite::{Connection, params};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use wardkeep_interop::parse::Importer;
use wardkeep_interop::read::Resources;
use wardkeep_vault::cipher::{self, Mode};
use wardkeep_vault::key::VaultKey;

/// Resources a second that an import must reach.
const BAR: f64 = 10_000.0;

/// What is measured, and on what.
#[derive(Args, Clone)]
pub struct Options {
    /// How many patients are made up, with 24 resources of each one's chart
    #[arg(long, default_value_t = 4_000)]
    pub patients: i64,
    /// Import these files or folders instead
    #[arg(long)]
    pub data: Vec<PathBuf>,
    /// A folder of name files
    #[arg(long)]
    pub names: Option<PathBuf>,
    /// What the chance begins with
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Measures and prints.
pub fn run(options: &Options, form: Form) -> Result<Report> {
    let scratch = tempfile::tempdir()?;
    let paths = if options.data.is_empty() {
        vec![made(options, scratch.path())?]
    } else {
        options.data.clone()
    };
    let (reading_s, read) = reading(&paths)?;
    let home = scratch.path().join("home");
    let (_laptop, clinic) = Laptop::found(&home)?;
    progress("importing");
    let before = process_cpu();
    let (done, cost) = measure(|| laptop::import(&clinic, &paths));
    let cpu_s = (process_cpu() - before).as_secs_f64();
    let done = done?;
    let imported = done["imported"].as_f64().context("a count")? + done["updated"].as_f64().unwrap_or(0.0);
    let rate = imported / cost.wall_ms * 1e3;
    drop(clinic);
    let cipher_s = cipher_seconds(&home)?;
    let rest_s = (cpu_s - reading_s - cipher_s).max(0.0);
    let figures = vec![
        Figure::at_least("resources_per_s", rate, "1/s", BAR),
        Figure::told("resources_per_cpu_s", imported / cpu_s, "1/s"),
        Figure::told("resources", imported, "count"),
        Figure::told("rejected", done["rejected"].as_f64().unwrap_or(0.0), "count"),
        Figure::told("read_only_per_s", read as f64 / reading_s, "1/s"),
        Figure::told("share_reading", reading_s / cpu_s, "of 1"),
        Figure::told("share_cipher", cipher_s / cpu_s, "of 1"),
        Figure::told("share_database_and_rest", rest_s / cpu_s, "of 1"),
    ];
    let report = Report {
        name: "import",
        figures,
    };
    report.print(form)?;
    Ok(report)
}

/// Writes NDJSON of invented lives.
fn made(options: &Options, folder: &Path) -> Result<PathBuf> {
    let names = search::name_files(options.names.as_deref());
    let population = Population::new(&names.as_deref().map_or(Source::Made, Source::Folder))?;
    let path = folder.join("lives.ndjson");
    let mut out = BufWriter::new(File::create(&path)?);
    let mut random = Random::new(options.seed);
    for n in 1..=options.patients {
        let key = format!("p{n}");
        let patient = fhir::patient(&population.patient(options.seed, n), &key);
        for resource in std::iter::once(patient).chain(fhir::chart(&key, &mut random)) {
            serde_json::to_writer(&mut out, &resource)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(path)
}

/// Reads and checks all files without keeping anything: seconds of processor time, and how many resources.
fn reading(paths: &[PathBuf]) -> Result<(f64, u64)> {
    progress("reading only");
    let mut files = Vec::new();
    paths.iter().try_for_each(|path| files_in(path, &mut files))?;
    let (count, cost) = measure(|| -> Result<u64> {
        let mut count = 0;
        for file in &files {
            let name = file
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let mut importer = Importer::new("bench", name.clone());
            for raw in Resources::new(BufReader::new(File::open(file)?), name) {
                if let Ok(imported) = raw.and_then(|raw| importer.take(&raw)) {
                    std::hint::black_box(&imported);
                    count += 1;
                }
            }
        }
        Ok(count)
    });
    Ok((cost.cpu_ms / 1e3, count?))
}

fn files_in(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            files_in(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_owned());
    }
    Ok(())
}

/// What encrypting and authenticating once all pages that the import left costs: keyed less plain, for as many pages.
fn cipher_seconds(home: &Path) -> Result<f64> {
    let vault = home.join("vault");
    let mut pages = 0;
    for entry in std::fs::read_dir(&vault)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "db") {
            pages += entry.metadata()?.len() / 4096;
        }
    }
    let key = VaultKey::from_slice(&[9; 32]).context("a key of 32 bytes")?;
    let plain = Connection::open(home.join("plain.db"))?;
    let without = writing(&plain, pages)?;
    let with = writing(&cipher::open(&home.join("keyed.db"), &key, Mode::Create)?, pages)?;
    Ok((with - without).max(0.0))
}

/// Seconds of processor time of writing so many pages.
fn writing(conn: &Connection, pages: u64) -> Result<f64> {
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; CREATE TABLE page (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;",
    )?;
    let (done, cost) = measure(|| -> rusqlite::Result<()> {
        // One row fills one page.
        for batch in (0..pages).step_by(2_000) {
            let tx = conn.unchecked_transaction()?;
            let mut add = tx.prepare_cached("INSERT INTO page (bytes) VALUES (zeroblob(?1))")?;
            for _ in batch..(batch + 2_000).min(pages) {
                add.execute(params![3_800])?;
            }
            drop(add);
            tx.commit()?;
        }
        Ok(())
    });
    done?;
    Ok(cost.cpu_ms / 1e3)
}
