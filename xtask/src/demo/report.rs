//! What the demo says about what happened, and what it does not let pass.

use super::clinic::Clinic;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Stock SQLite files begin so; an encrypted one does not.
const PLAIN: &[u8] = b"SQLite format 3\0";

/// The import's account.
pub fn imported(done: &Value) {
    let number = |name: &str| done[name].as_u64().unwrap_or(0);
    let kinds = done["by_type"].as_array().map(Vec::as_slice).unwrap_or_default();
    let patients = kinds
        .iter()
        .find(|kind| kind["resource_type"] == "Patient")
        .and_then(|kind| kind["count"].as_u64());
    let seconds = number("elapsed_ms") as f64 / 1000.0;
    let resources = number("imported") + number("updated") + number("unchanged");
    println!(
        "demo: {} patients, {resources} resources of {} types in {seconds:.1} s; {} kept verbatim, {} rejected",
        patients.unwrap_or(0),
        kinds.len(),
        number("kept_verbatim"),
        number("rejected")
    );
}

/// The answer of a search, which must find somebody.
pub fn found(answer: &Value) -> Result<()> {
    let rows = answer["rows"].as_array().context("the search answered no rows")?;
    let Some(first) = rows.first() else {
        bail!("the search found nobody")
    };
    let text = |name: &str| first[name].as_str().unwrap_or("-").to_owned();
    println!(
        "demo: searched in {} us, {} found, first: {}, {} born {} ({})",
        answer["took_us"],
        rows.len(),
        text("family"),
        text("given"),
        text("birth_date"),
        text("mrn")
    );
    Ok(())
}

/// The audit chains, which must be whole.
pub fn audited(verdict: &Value) -> Result<()> {
    let chains = verdict["compartments"]
        .as_array()
        .context("no audit chain was checked")?;
    for chain in chains {
        let whole = chain["ok"].as_bool().unwrap_or(false);
        println!(
            "demo: audit of {}: {} entries, {}",
            text(chain, "compartment"),
            chain["entries"],
            if whole { "whole" } else { "BROKEN" }
        );
    }
    if chains.is_empty() || chains.iter().any(|chain| chain["ok"] != true) {
        bail!("the audit log does not verify");
    }
    Ok(())
}

/// The doctor's checks. A warning about this machine (its disk may not be encrypted) is no fault of the demo.
pub fn checked(checks: &Value) -> Result<()> {
    let checks = checks.as_array().context("the doctor answered no checks")?;
    for check in checks {
        println!(
            "demo: doctor: {:<16} {:<8} {}",
            text(check, "id"),
            text(check, "status"),
            text(check, "detail")
        );
    }
    match checks.iter().find(|check| check["status"] == "fault") {
        Some(check) => bail!("the doctor found a fault: {}", text(check, "id")),
        None => Ok(()),
    }
}

/// Looks at the files as a thief would.
pub fn unreadable(clinic: &Clinic) -> Result<()> {
    for name in ["office.db", "clinical.db"] {
        let path = clinic.home().join("vault").join(name);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if bytes.starts_with(PLAIN) || finds(&bytes, b"resourceType") {
            bail!("{name} can be read without a key");
        }
        println!(
            "demo: {name}: {:.1} MB, no SQLite file to anyone without the key",
            bytes.len() as f64 / 1e6
        );
    }
    modes(clinic.home())
}

fn modes(home: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(home)?.permissions().mode() & 0o777;
    if mode != 0o700 {
        bail!("{} is open to others ({mode:o})", home.display());
    }
    Ok(())
}

fn finds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or("-").to_owned()
}
