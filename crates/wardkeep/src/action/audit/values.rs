//! `--values`: the values before and after, under the entries that tell of changes.

use crate::exit::Failure;
use serde::Serialize;
use std::collections::HashMap;
use wardkeep_clinic::Clinic;
use wardkeep_clinic::audit::values::{EntryName, EntryValues, Input, ValueChange, ValuesState};

/// Entries of one question.
const AT_ONCE: usize = 100;

/// A row with what its change wrote, where that was asked for and there is any.
#[derive(Serialize)]
pub struct WithValues<T> {
    #[serde(flatten)]
    pub row: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<EntryValues>,
}

impl<T> WithValues<T> {
    /// The lines under the row.
    pub fn lines(&self) -> String {
        let Some(found) = &self.changed else {
            return String::new();
        };
        match found.state {
            ValuesState::Known => found.changes.iter().map(line).collect(),
            ValuesState::NotHere => "    the change is not on this laptop\n".to_owned(),
            ValuesState::NoKey => "    in the chart: no key\n".to_owned(),
            ValuesState::Restricted => "    in a restricted chart, which is closed to you\n".to_owned(),
            ValuesState::None => String::new(),
        }
    }
}

fn line(change: &ValueChange) -> String {
    let mut before = change.before.join(" | ");
    if change.before_missing {
        before = format!("{before} (an earlier value is not on this laptop)");
    }
    let before = if before.is_empty() {
        "nothing"
    } else {
        before.trim_start()
    };
    let after = change.after.as_deref().unwrap_or("nothing");
    format!("    {}: {before} -> {after}\n", change.field)
}

/// The rows with their values; those for which `name` says none have none.
pub fn with_values<T>(
    clinic: &Clinic,
    rows: Vec<T>,
    name: impl Fn(&T) -> Option<EntryName>,
) -> Result<Vec<WithValues<T>>, Failure> {
    let named: Vec<EntryName> = rows.iter().filter_map(&name).collect();
    let mut known = HashMap::new();
    for entries in named.chunks(AT_ONCE) {
        let entries = entries.to_vec();
        for one in clinic.call(Input { entries })? {
            known.insert(key(&one.entry), one);
        }
    }
    let with = |row: T| {
        let changed = name(&row).and_then(|name| known.remove(&key(&name)));
        WithValues { row, changed }
    };
    Ok(rows.into_iter().map(with).collect())
}

fn key(name: &EntryName) -> (String, bool, u64) {
    let device = name.device.map(|device| device.to_string()).unwrap_or_default();
    let clinical = name.compartment == wardkeep_clinic::document::Compartment::Clinical;
    (device, clinical, name.n)
}
