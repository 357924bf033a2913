//! The importer on records that nobody here wrote, where somebody has put them beside the checkout.

use super::stage::Count;
use crate::demo::clinic::Clinic;
use crate::place;
use crate::process;
use crate::session::Session;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `wardkeep import` ends so when some resources were rejected; official examples hold invalid ones on purpose.
const SOME_REJECTED: i32 = 7;
/// Of a hundred resources of real systems, so many may be invalid before it is the importer that is wrong.
const MOST_REJECTED_PERCENT: u64 = 2;

/// Imports each set twice into one clinic: the second time changes nothing, and afterwards everything verifies.
pub fn import(count: &mut Count, data: &Path) -> Result<()> {
    let sets = sets(data)?;
    if sets.is_empty() {
        bail!("there are no FHIR files in {}", data.display());
    }
    let clinic = Clinic::new(place::target().join("data-import"), Some(Session::new("data")?));
    clinic.found()?;
    for (name, path) in &sets {
        let first = clinic.import_files(std::slice::from_ref(path), &[SOME_REJECTED])?;
        let second = clinic.import_files(std::slice::from_ref(path), &[SOME_REJECTED])?;
        judge(name, &first, &second).with_context(|| name.clone())?;
        count.passed(2);
    }
    let verdict = clinic.audit()?;
    if verdict["compartments"]
        .as_array()
        .is_none_or(|chains| chains.is_empty() || chains.iter().any(|chain| chain["ok"] != true))
    {
        bail!("the audit log does not verify");
    }
    clinic.doctor()?;
    count.passed(2);
    clinic.remove()
}

fn judge(name: &str, first: &Value, second: &Value) -> Result<()> {
    let number = |of: &Value, what: &str| of[what].as_u64().with_context(|| format!("the import says no {what}"));
    let taken = number(first, "imported")? + number(first, "updated")? + number(first, "unchanged")?;
    let rejected = number(first, "rejected")?;
    let ms = number(first, "elapsed_ms")?;
    println!(
        "{name}: {taken} taken, {rejected} rejected, {} a second",
        (taken * 1000).checked_div(ms).unwrap_or(0)
    );
    if taken == 0 || rejected * 100 > (taken + rejected) * MOST_REJECTED_PERCENT {
        bail!("{rejected} of {} resources were rejected", taken + rejected);
    }
    if number(second, "imported")? + number(second, "updated")? != 0 || number(second, "rejected")? != rejected {
        bail!("importing again changed something");
    }
    Ok(())
}

/// The FHIR folders and archives; archives are unpacked below the target folder. The largest one is left to the benchmark.
fn sets(data: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut sets = Vec::new();
    for name in ["synthea-2019-plain", "hl7-r4-examples"] {
        let folder = data.join("fhir").join(name);
        sets.extend(folder.is_dir().then(|| (name.to_owned(), folder)));
    }
    let bulk = data.join("fhir/bulk-2025-10-patients.tar.xz");
    if bulk.is_file() {
        let folder = place::target().join("data-bulk");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        process::run(Command::new("tar").arg("-xJf").arg(&bulk).arg("-C").arg(&folder))?;
        sets.push(("bulk-2025-10-patients".to_owned(), folder));
    }
    Ok(sets)
}
