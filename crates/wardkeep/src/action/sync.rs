//! `wardkeep sync`: rounds until everything is sent and fetched, then where sync stands.

use crate::action::status::lease_text;
use crate::args::{self, Common, SyncAction};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment};
use crate::session::unlock;
use std::time::Duration;
use wardkeep_clinic::Clinic;
use wardkeep_clinic::session::status as app_status;
use wardkeep_clinic::session::wire::AppState;
use wardkeep_clinic::sync::files::Files;
use wardkeep_clinic::sync::wire::{SnapshotTrust, SyncState, SyncStatus};
use wardkeep_clinic::sync::{snapshot_make, status};

/// Rounds after which one run ends, whatever is still coming in.
const ROUNDS: usize = 100;
/// How often a watch looks whether there is something new to say. It asks this laptop, not the server.
const PAUSE: Duration = Duration::from_secs(2);

/// Syncs once, or for as long as the program runs.
pub fn run(common: &Common, sync: &args::Sync, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    if let Some(SyncAction::Snapshot) = sync.action {
        rounds(&session.clinic)?;
        let status = session.clinic.call(snapshot_make::Input {})?;
        printer.answer(&status, text)?;
        return Ok(exit_of(&status));
    }
    if !sync.watch {
        rounds(&session.clinic)?;
        // Documents after the records: a long one holds up none.
        let carried = session.clinic.carry_files();
        if session.clinic.call(app_status::Input {})?.state == AppState::Locked {
            printer.note("The clinic has changed what this user may do here. Run it again to go on.");
            return Ok(Exit::Alone);
        }
        let status = session.clinic.call(status::Input {})?;
        printer.answer(&status, text)?;
        carried?;
        return Ok(exit_of(&status));
    }
    session.clinic.keep_in_step()?;
    let mut last = None;
    loop {
        let status = session.clinic.call(status::Input {})?;
        if last.as_ref() != Some(&status) {
            printer.answer(&status, text)?;
            last = Some(status);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Rounds until one does nothing any more.
fn rounds(clinic: &Clinic) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        let outcome = clinic.sync_round()?;
        if outcome.joining || outcome.sent + outcome.fetched + outcome.applied == 0 {
            break;
        }
    }
    Ok(())
}

fn exit_of(status: &SyncStatus) -> Exit {
    match status.state {
        SyncState::Alone | SyncState::Joining => Exit::Alone,
        SyncState::Offline | SyncState::Revoked => Exit::Server,
        SyncState::Alarm => Exit::Check,
        SyncState::Syncing | SyncState::UpToDate | SyncState::Stale => Exit::Done,
    }
}

fn files_text(files: &Files, lines: &mut Vec<String>) {
    for (what, amount) in [("to send", files.sending), ("to fetch", files.fetching)] {
        if amount.files > 0 {
            lines.push(format!(
                "  files     {} {what}, {} of {} bytes",
                amount.files, amount.done, amount.total
            ));
        }
    }
    for wait in &files.waiting {
        let device = wait.device.as_deref().unwrap_or("another laptop");
        lines.push(format!("  files     {} wait for {device}", wait.files));
    }
}

fn text(status: &SyncStatus) -> String {
    let mut lines = vec![
        match status.state {
            SyncState::Alone => "This laptop works alone.",
            SyncState::Joining => "Waits to be taken into the clinic.",
            SyncState::Offline => "The server cannot be reached.",
            SyncState::Syncing => "Something still waits.",
            SyncState::UpToDate => "Everything is sent and fetched.",
            SyncState::Stale => "Nothing was heard from the server for days.",
            SyncState::Alarm => "Something is wrong.",
            SyncState::Revoked => "This device was revoked. Nothing was erased.",
        }
        .to_owned(),
    ];
    if let Some(server) = &status.server {
        lines.push(format!("  server    {server}"));
    }
    if let Some(clinic) = &status.clinic {
        lines.push(format!("  clinic    {clinic}"));
    }
    if let Some(at) = status.last_heard_ms {
        lines.push(format!("  heard     {}", moment(at)));
    }
    if let Some(lease) = &status.lease {
        lines.push(format!("  lease     {}", lease_text(lease)));
    }
    for waiting in &status.waiting {
        lines.push(format!(
            "  waiting   {} changes ({:?})",
            waiting.changes, waiting.compartment
        ));
    }
    for problem in &status.problems {
        let device = problem
            .device
            .as_ref()
            .map(|name| format!(" of {name}"))
            .unwrap_or_default();
        lines.push(format!(
            "  problem   {:?}{device}, {} times, last {}",
            problem.kind,
            problem.count,
            moment(problem.at_ms)
        ));
    }
    for snapshot in &status.snapshots {
        let signed = match snapshot.trust {
            SnapshotTrust::Confirmed => "signed by two devices",
            SnapshotTrust::Alone => "signed by the only device that could; withholding cannot be detected",
            SnapshotTrust::Unconfirmed => "waits for a second device to sign it",
        };
        lines.push(format!(
            "  snapshot  {:?}, made {} by {}, {signed}",
            snapshot.compartment,
            moment(snapshot.made_ms),
            snapshot.by
        ));
    }
    if let Some(receiving) = &status.receiving {
        lines.push(format!("  receiving {} of {}", receiving.done, receiving.total));
    }
    files_text(&status.files, &mut lines);
    if status.conflicts > 0 {
        lines.push(format!("  conflicts {}", status.conflicts));
    }
    lines.join("\n")
}
