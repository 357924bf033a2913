//! How a laptop stands, in words for a terminal.

use crate::print::{moment, table};
use wardkeep_clinic::device::wire::{DeviceDetail, DeviceRow};
use wardkeep_clinic::machine::facts::Told;
use wardkeep_clinic::posture::wire::{DeviceWarning, PostureReport, WarningKind};

/// When something of it last came.
pub(super) fn last_heard(row: &DeviceRow) -> String {
    match (row.this, row.last_heard_ms) {
        (true, _) => "now".into(),
        (false, Some(at)) => format!("heard {}", moment(at)),
        (false, None) => "not heard from".into(),
    }
}

/// What is to be looked at.
pub(super) fn warnings(row: &DeviceRow) -> String {
    let all: Vec<_> = row.warnings.iter().map(warning).collect();
    all.join("; ")
}

fn warning(warning: &DeviceWarning) -> String {
    let count = warning.count.unwrap_or(0);
    match warning.kind {
        WarningKind::Differs => "its records differ from the ones here".into(),
        WarningKind::NotEncrypted => "disk not encrypted".into(),
        WarningKind::OutOfDate => "an update waits".into(),
        WarningKind::Silent => format!("nothing came for {count} days"),
        WarningKind::Unsent => format!("{count} changes wait there"),
        WarningKind::ClockOff => format!("clock wrong by {count} minutes"),
        WarningKind::NoScreenLock => "screen does not lock".into(),
        WarningKind::FormerUsers => format!("{count} key slots of people who left"),
        WarningKind::NoReport => "has not reported yet".into(),
    }
}

/// One laptop with its history.
pub(super) fn whole(detail: &DeviceDetail) -> String {
    let row = &detail.device;
    let mut lines = vec![format!("{}  {}", row.id, row.name), last_heard(row)];
    lines.extend(row.warnings.iter().map(|one| format!("! {}", warning(one))));
    match detail.reports.first() {
        None => lines.push("It has not reported yet.".into()),
        Some(report) => {
            lines.push(facts(report));
            let history: Vec<_> = detail.reports.iter().map(history_line).collect();
            lines.push(String::new());
            lines.push(table(&history));
        }
    }
    lines.join("\n")
}

fn facts(report: &PostureReport) -> String {
    let said = &report.posture;
    let after = said.screen_lock_s.map_or_else(String::new, |s| format!(" after {s} s"));
    let offset = said.clock_offset_ms.map_or_else(
        || "cannot tell".to_owned(),
        |ms| format!("{} s from the server's", ms / 1000),
    );
    let never = || "cannot tell".to_owned();
    let rows = [
        ("reported", moment(report.at_ms)),
        ("computer", said.host.clone()),
        ("system", said.os.clone()),
        ("wardkeep", said.app.clone()),
        ("disk encrypted", told(said.disk_encrypted).to_owned()),
        ("screen locks", format!("{}{after}", told(said.screen_locks))),
        ("keychain", said.keychain.clone()),
        ("people", report.people.join(", ")),
        (
            "not sent",
            format!("{} changes, {} files", said.unsent, said.unsent_files),
        ),
        ("clock", offset),
        ("heard from the server", said.heard_ms.map_or_else(never, moment)),
        (
            "lease ends",
            said.lease_ends_ms.map_or_else(|| "no lease".to_owned(), moment),
        ),
    ];
    table(&rows.map(|(what, value)| vec![what.to_owned(), value]))
}

fn history_line(report: &PostureReport) -> Vec<String> {
    let changed: Vec<_> = report.changed.iter().map(|field| field.name()).collect();
    let said = &report.posture;
    vec![
        moment(report.at_ms),
        said.app.clone(),
        format!("disk encrypted: {}", told(said.disk_encrypted)),
        format!("screen locks: {}", told(said.screen_locks)),
        if changed.is_empty() {
            String::new()
        } else {
            format!("changed: {}", changed.join(", "))
        },
    ]
}

fn told(told: Told) -> &'static str {
    match told {
        Told::Yes => "yes",
        Told::No => "no",
        Told::Unknown => "cannot tell",
    }
}
