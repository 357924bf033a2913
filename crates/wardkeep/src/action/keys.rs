//! `wardkeep keys` and `wardkeep rotate`: how old keys are, and new ones in their place.

use crate::args::{Common, Rotate, RotateKey};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, table};
use crate::session::unlock;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use wardkeep_clinic::Clinic;
use wardkeep_clinic::rotation::wire::{KeyHolder, KeyKind, KeyRow, KeyStage};
use wardkeep_clinic::rotation::{list, progress, rotate as renew};

/// How often the progress is shown.
const TICK: Duration = Duration::from_millis(200);

/// Lists them.
pub fn list(common: &Common, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let rows = session.clinic.call(list::Input {})?;
    printer.answer(&rows, |rows| table(&rows.iter().map(line).collect::<Vec<_>>()))?;
    Ok(Exit::Done)
}

/// Renews one, with its progress on a terminal.
pub fn rotate(common: &Common, wanted: &Rotate, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let key = match wanted.key {
        RotateKey::EpochOffice => KeyKind::EpochOffice,
        RotateKey::EpochClinical => KeyKind::EpochClinical,
        RotateKey::VaultOffice => KeyKind::VaultOffice,
        RotateKey::VaultClinical => KeyKind::VaultClinical,
        RotateKey::DeviceKey => KeyKind::DeviceKey,
    };
    let ended = AtomicBool::new(false);
    let renewed = std::thread::scope(|scope| {
        if std::io::stderr().is_terminal() {
            scope.spawn(|| show_progress(&session.clinic, &ended));
        }
        let renewed = session.clinic.call(renew::Input { key });
        ended.store(true, Ordering::Relaxed);
        renewed
    })?;
    let row: Vec<&KeyRow> = renewed.iter().filter(|row| row.key == key).collect();
    printer.answer(&row, |rows| {
        table(&rows.iter().map(|row| line(row)).collect::<Vec<_>>())
    })?;
    Ok(Exit::Done)
}

fn show_progress(clinic: &Clinic, ended: &AtomicBool) {
    let mut error = std::io::stderr();
    while !ended.load(Ordering::Relaxed) {
        if let Ok(Some(now)) = clinic.call(progress::Input {}) {
            let what = match now.stage {
                KeyStage::Copying => "writing the new file",
                KeyStage::Comparing => "comparing",
                KeyStage::Checking => "checking every page",
                KeyStage::Exchanging => "exchanging",
            };
            // Nobody is left to tell when this stream is closed.
            let _ = write!(
                error,
                "\r{what}: {} of {} MB   ",
                now.bytes_done >> 20,
                now.bytes_total >> 20
            );
            let _ = error.flush();
        }
        std::thread::sleep(TICK);
    }
    let _ = writeln!(error);
}

fn line(row: &KeyRow) -> Vec<String> {
    let number = row.number.map(|number| format!(" {number}")).unwrap_or_default();
    let day = |ms: u64| {
        let at = i64::try_from(ms)
            .ok()
            .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        at.map_or_else(|| "unknown".to_owned(), |at| at.strftime("%d-%b-%Y").to_string())
    };
    let due = match row.due_ms {
        Some(due) if row.overdue => format!("DUE since {}", day(due)),
        Some(due) => format!("due {}", day(due)),
        None => "no date set".to_owned(),
    };
    let by = match row.by {
        KeyHolder::Admin => "an admin",
        KeyHolder::Clinician => "a clinician",
        KeyHolder::Anybody => "anybody on this laptop",
        KeyHolder::Yourself => "yourself",
        KeyHolder::Server => "the server, by itself",
        KeyHolder::JoinAnew => "revoke this laptop and join anew",
    };
    let waiting = if row.waiting > 0 {
        format!("{} to unlock once", row.waiting)
    } else {
        String::new()
    };
    vec![
        format!("{}{number}", row.key.name()),
        row.since_ms
            .map_or_else(|| "unknown".to_owned(), |ms| format!("since {}", day(ms))),
        due,
        by.to_owned(),
        waiting,
    ]
}
