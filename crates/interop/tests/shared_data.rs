//! Other people's FHIR: whole lives, a bulk export, the official examples. They are not in the repository, so every
//! test here PASSES WITHOUT LOOKING when the environment variable WARDKEEP_SHARED_DATA names no folder.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and says what it measured"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the tests begin here, so the environment is read here"
)]

#[path = "meaning/json.rs"]
mod meaning;

use meaning::meaning;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use wardkeep_interop::export::{Exported, export_bundle};
use wardkeep_interop::parse::{Imported, Importer};
use wardkeep_interop::read::{Raw, Resources};
use wardkeep_interop::reject::Rejected;
use wardkeep_record::field::Kind;

/// The folder, or nothing to do.
fn shared(inner: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("WARDKEEP_SHARED_DATA")?;
    Some(Path::new(&folder).join("fhir").join(inner))
}

/// Unpacks an archive into a folder that goes away.
fn unpacked(archive: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new("tar")
        .arg("-xf")
        .arg(archive)
        .arg("-C")
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(done.success());
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path
            .extension()
            .is_some_and(|ending| ending == "json" || ending == "ndjson")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What came of a set of files.
#[derive(Default)]
struct Tally {
    accepted: u64,
    rejected: Vec<Rejected>,
    bytes: u64,
    typed: u64,
    patients: u64,
    in_a_chart: u64,
    patient_unresolved: u64,
    by_type: BTreeMap<&'static str, u64>,
}

fn import(path: &Path, tally: &mut Tally) -> Vec<(Raw, Imported)> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut resources = Resources::new(File::open(path).unwrap(), &*name);
    let mut importer = Importer::new("shared", name);
    let mut kept = Vec::new();
    for item in resources.by_ref() {
        match item.and_then(|raw| importer.take(&raw).map(|imported| (raw, imported))) {
            Err(rejected) => tally.rejected.push(rejected),
            Ok((raw, imported)) => {
                tally.accepted += 1;
                tally.typed += u64::from(imported.kind.is_typed());
                tally.patients += u64::from(imported.kind == Kind::PATIENT);
                tally.in_a_chart += u64::from(imported.patient.is_some());
                tally.patient_unresolved += u64::from(imported.patient_unresolved);
                *tally.by_type.entry(imported.kind.resource_type()).or_default() += 1;
                kept.push((raw, imported));
            }
        }
    }
    tally.bytes += resources.bytes_read();
    kept
}

/// Exports what was imported, reads the export, and compares each resource with what came in.
fn round_trip(kept: &[(Raw, Imported)]) {
    let mut bundle = Vec::new();
    let records = kept.iter().map(|(_, imported)| Exported {
        kind: imported.kind,
        record: imported.record,
        patient: imported.patient,
        fields: &imported.fields,
    });
    export_bundle(records, &mut bundle).unwrap();
    let mut importer = Importer::new("shared", "export");
    let mut back = Resources::new(bundle.as_slice(), "export");
    for (raw, imported) in kept {
        let again = back.next().unwrap().unwrap();
        assert_eq!(meaning(&again.json), meaning(&raw.json), "{:?}", raw.place);
        let again = importer.take(&again).unwrap();
        assert_eq!(again.record, imported.record, "{:?}", raw.place);
        assert_eq!(again.patient, imported.patient, "{:?} {:?}", raw.place, imported.kind);
    }
    assert!(back.next().is_none());
}

fn report(what: &str, tally: &Tally) {
    eprintln!(
        "{what}: {} accepted ({} typed, {} patients, {} in a chart, {} with a patient in vain), {} rejected, {} MB",
        tally.accepted,
        tally.typed,
        tally.patients,
        tally.in_a_chart,
        tally.patient_unresolved,
        tally.rejected.len(),
        tally.bytes / 1_000_000
    );
    tally.rejected.iter().for_each(|rejected| eprintln!("  {rejected}"));
}

#[test]
fn whole_lives_come_in_and_go_out_or_there_is_no_shared_data() {
    let Some(archive) = shared("synthea-2019-dev.tar.xz") else {
        return;
    };
    let folder = unpacked(&archive);
    let mut tally = Tally::default();
    for path in files(folder.path()) {
        round_trip(&import(&path, &mut tally));
    }
    report("whole lives", &tally);
    assert!(tally.rejected.is_empty());
    assert_eq!(tally.accepted, 94_917);
    assert_eq!(tally.patients, 308);
    assert_eq!(tally.patient_unresolved, 0);
}

#[test]
fn a_bulk_export_comes_in_and_goes_out_or_there_is_no_shared_data() {
    let Some(archive) = shared("bulk-2025-10-patients.tar.xz") else {
        return;
    };
    let folder = unpacked(&archive);
    let mut tally = Tally::default();
    for path in files(folder.path()).iter().filter(|path| !path.ends_with("log.ndjson")) {
        round_trip(&import(path, &mut tally));
    }
    report("bulk export", &tally);
    assert!(tally.rejected.is_empty());
    assert_eq!(tally.patients, 13);
}

#[test]
fn official_examples_come_in_and_go_out_or_there_is_no_shared_data() {
    let Some(folder) = shared("hl7-r4-examples") else {
        return;
    };
    let mut tally = Tally::default();
    for path in files(&folder) {
        round_trip(&import(&path, &mut tally));
    }
    report("official examples", &tally);
    // Not in every selection of the examples: its performer is of a type that R4 does not allow there.
    let rejected: Vec<String> = tally
        .rejected
        .iter()
        .map(|rejected| rejected.file.to_string())
        .collect();
    let known = ["MedicationRequest-medrx0301.json"];
    assert!(
        rejected.iter().all(|file| known.contains(&file.as_str())),
        "{rejected:?}"
    );
}

/// CPU time of this thread, so that a busy machine does not count. Linux only; elsewhere there is no shared data.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// The part of an import that is reading, checking and taking apart, on one core. A measurement, so it asserts only what
/// a debug build on a busy machine reaches as well.
#[test]
fn throughput_of_reading_or_there_is_no_shared_data() {
    let Some(archive) = shared("synthea-2019-dev.tar.xz") else {
        return;
    };
    let folder = unpacked(&archive);
    let texts: Vec<Vec<u8>> = files(folder.path())
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let start = cpu_seconds();
    let count = texts
        .iter()
        .map(|text| Resources::new(text.as_slice(), "x").filter(Result::is_ok).count())
        .sum::<usize>();
    let read = cpu_seconds() - start;
    let start = cpu_seconds();
    let mut records = 0;
    for text in &texts {
        let mut importer = Importer::new("", "x");
        for item in Resources::new(text.as_slice(), "x") {
            records += usize::from(importer.take(&item.unwrap()).is_ok());
        }
    }
    let all = cpu_seconds() - start;
    let mega = bytes as f64 / 1e6;
    eprintln!(
        "cut apart: {:.0} MB/s, {:.0} resources/s",
        mega / read,
        count as f64 / read
    );
    eprintln!(
        "to records: {:.0} MB/s, {:.0} resources/s",
        mega / all,
        records as f64 / all
    );
    assert!(records as f64 / all > 300.0);
}
