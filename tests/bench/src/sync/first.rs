//! The first sync of a new device by snapshot, whole: fetched from the real server, opened, written, indexed, compared; beside a plain copy of as
//! many bytes from one encrypted file into another, with the same cipher on the same disk.

use super::server::Server;
use crate::figure::{Figure, progress};
use crate::laptop::{self, Laptop};
use crate::meter::measure;
use crate::population::{Population, Source};
use crate::{search, vault};
use anyhow::{Context, Result, ensure};
use rusqlite::params;
use serde_json::json;
use std::path::Path;
use wardkeep_clinic::Clinic;
use wardkeep_vault::cipher::{self, Mode};
use wardkeep_vault::key::VaultKey;

/// A key of the bench's own.
const KEY: [u8; 32] = [9; 32];
/// Bytes of a row of the plain copy: about a page.
const ROW_BYTES: u64 = 4_000;

/// Founds, imports, makes the snapshot, and lets a second laptop begin with it.
pub fn figures(patients: i64, seed: u64) -> Result<Vec<Figure>> {
    let folder = search::name_files(None);
    let population = Population::new(&folder.as_deref().map_or(Source::Made, Source::Folder))?;
    let scratch = tempfile::tempdir()?;
    let (_laptop, ada) = Laptop::found(&scratch.path().join("ada"))?;
    vault::fill(&ada, &population, (patients, seed), scratch.path())?;
    let server = Server::start()?;
    laptop::attach(&ada, &server)?;
    progress("sending every change");
    laptop::until_in_step(&ada)?;
    progress("making the snapshot");
    let (made, making) = measure(|| laptop::call(&ada, "sync_snapshot", &json!({})));
    let sealed = made?["snapshots"][0]["bytes"].as_f64().context("a snapshot")?;

    let home = scratch.path().join("bo");
    let bo = laptop::join(&ada, &home, ("Second", "Bo Second"), &["front_desk"])?;
    laptop::enter(&bo)?;
    progress("the first sync of a second laptop");
    let (done, first) = measure(|| laptop::until_in_step(&bo));
    done?;
    let (found, there) = (count(&bo)?, count(&ada)?);
    ensure!(found == there, "{found} patients instead of {there}");
    drop(bo);
    let bytes = std::fs::metadata(home.join("vault/office.db"))?.len();
    let copy = copied(scratch.path(), bytes)?;
    Ok(vec![
        Figure::told("snapshot_bytes_per_patient", sealed / patients as f64, "B"),
        Figure::told("snapshot_made_s", making.wall_ms / 1e3, "s"),
        Figure::told("first_sync_s", first.wall_ms / 1e3, "s"),
        Figure::told("first_sync_mb", bytes as f64 / 1e6, "MB"),
        Figure::told("first_sync_copy_s", copy / 1e3, "s"),
        Figure::at_most("first_sync_ratio", first.wall_ms / copy, "x", 3.0),
    ])
}

fn count(clinic: &Clinic) -> Result<i64> {
    let session = laptop::call(clinic, "session", &json!({}))?;
    session["patient_count"].as_i64().context("a count of patients")
}

/// Milliseconds in which so many bytes are read from one encrypted file and written into another.
fn copied(folder: &Path, bytes: u64) -> Result<f64> {
    progress("a plain copy of as many bytes");
    let key = VaultKey::from_slice(&KEY).context("a key of 32 bytes")?;
    let table = "CREATE TABLE {s}.t (n INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;";
    let from = cipher::open(&folder.join("from.db"), &key, Mode::Create)?;
    from.execute_batch(&format!("{} BEGIN;", table.replace("{s}.", "")))?;
    let mut add = from.prepare("INSERT INTO t (n, body) VALUES (?1, randomblob(?2))")?;
    for n in 0..bytes / (ROW_BYTES + 96) {
        add.execute(params![n.cast_signed() + 1, ROW_BYTES.cast_signed()])?;
    }
    drop(add);
    from.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);")?;
    drop(from);
    let (done, cost) = measure(|| -> Result<()> {
        let to = cipher::open(&folder.join("to.db"), &key, Mode::Create)?;
        cipher::attach(&to, "source", &folder.join("from.db"), &key, Mode::ReadWrite)?;
        to.execute_batch(&table.replace("{s}.", "main."))?;
        to.execute_batch("BEGIN; INSERT INTO main.t SELECT n, body FROM source.t; COMMIT;")?;
        Ok(())
    });
    done?;
    Ok(cost.wall_ms)
}
