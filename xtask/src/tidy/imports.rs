//! Arrows point inward: which crate of ours may use which. The table is that of docs/architecture.md; the compiler cannot see that an
//! arrow is wrong, only that it is there.

use crate::{place, process};
use anyhow::{Context, Result};
use serde_json::Value;
use std::process::Command;

/// A crate of ours and the crates of ours that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("wardkeep-record", &[]),
    ("wardkeep-roster", &[]),
    ("wardkeep-sync", &["wardkeep-roster"]),
    (
        "wardkeep-vault",
        &["wardkeep-record", "wardkeep-roster", "wardkeep-sync"],
    ),
    ("wardkeep-interop", &["wardkeep-record"]),
    (
        "wardkeep-clinic",
        &[
            "wardkeep-record",
            "wardkeep-roster",
            "wardkeep-sync",
            "wardkeep-vault",
            "wardkeep-interop",
        ],
    ),
    ("wardkeep", &["wardkeep-clinic"]),
    ("wardkeep-desktop", &["wardkeep-clinic"]),
    ("wardkeep-server", &["wardkeep-roster", "wardkeep-sync"]),
    ("xtask", &[]),
];

/// Arrows that only tests may draw: the client of sync is tested against the real server.
const TESTS_MAY_USE: &[(&str, &str)] = &[("wardkeep-clinic", "wardkeep-server")];

/// What is under test may be used by what tests it.
const TESTS: &[&str] = &[
    "wardkeep-tests",
    "wardkeep-bench",
    "wardkeep-fuzz",
    "wardkeep-oracle",
    "wardkeep-simulation",
];

/// What a pure crate may not use, since it would bring in input, output, a clock, randomness or threads.
const PURE: &[&str] = &[
    "wardkeep-record",
    "wardkeep-roster",
    "wardkeep-sync",
    "wardkeep-interop",
];
const IMPURE: &[&str] = &[
    "tokio",
    "async-std",
    "rusqlite",
    "getrandom",
    "rand",
    "reqwest",
    "zbus",
    "tauri",
    "tracing-subscriber",
];

/// Arrows that the table does not have.
pub fn check() -> Result<Vec<String>> {
    let metadata = process::output(
        Command::new("cargo")
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .current_dir(place::root()),
    )?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata names no packages")?;
    let name = |package: &Value| package["name"].as_str().unwrap_or_default().to_owned();
    let ours: Vec<String> = packages.iter().map(name).collect();
    let mut faults = Vec::new();
    for package in packages {
        let user = name(package);
        let used = package["dependencies"]
            .as_array()
            .context("a package without dependencies")?;
        for dependency in used {
            let product = dependency["kind"].as_str() != Some("dev");
            faults.extend(fault(&user, &name(dependency), product, &ours));
        }
    }
    Ok(faults)
}

/// What is wrong with one arrow. `product` is false for what only tests use.
fn fault(user: &str, used: &str, product: bool, ours: &[String]) -> Option<String> {
    if TESTS.contains(&user) {
        return None;
    }
    if TESTS.contains(&used) && product {
        return Some(format!("{user} uses {used}, which is for tests"));
    }
    if product && PURE.contains(&user) && IMPURE.contains(&used) {
        return Some(format!("{user} is pure and uses {used}"));
    }
    if !ours.iter().any(|our| our == used) || TESTS.contains(&used) {
        return None;
    }
    if !product && TESTS_MAY_USE.contains(&(user, used)) {
        return None;
    }
    match MAY_USE.iter().find(|(name, _)| *name == user) {
        None => Some(format!(
            "{user} is not in the table of crates (xtask/src/tidy/imports.rs)"
        )),
        Some((_, may)) if may.contains(&used) => None,
        Some(_) => Some(format!(
            "{user} must not use {used}: arrows point inward (docs/architecture.md)"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn arrows_point_inward() {
        let ours: Vec<String> = ["wardkeep-record", "wardkeep-vault", "wardkeep-tests"]
            .map(String::from)
            .into();
        assert_eq!(fault("wardkeep-vault", "wardkeep-record", true, &ours), None);
        assert!(fault("wardkeep-record", "wardkeep-vault", true, &ours).is_some());
        assert!(fault("wardkeep-record", "wardkeep-vault", false, &ours).is_some());
        assert!(fault("wardkeep-record", "tokio", true, &ours).is_some());
        assert_eq!(fault("wardkeep-record", "tokio", false, &ours), None);
        assert!(fault("wardkeep-vault", "wardkeep-tests", true, &ours).is_some());
        assert!(fault("wardkeep-new", "wardkeep-vault", true, &ours).is_some());
        assert_eq!(fault("wardkeep-vault", "serde", true, &ours), None);
    }
}
