//! `wardkeep quarantine`: what revoked devices wrote after their revocation, and what becomes of it.

use crate::args::{Common, Quarantine, QuarantineAction};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment};
use crate::session::unlock;
use wardkeep_clinic::quarantine::wire::{QuarantineChange, QuarantinePart, QuarantineRow, QuarantineState};
use wardkeep_clinic::quarantine::{accept, discard, list, show};
use wardkeep_clinic::{Clinic, CommandError, DeviceId, ErrorCode};

/// Lists, shows, or decides.
pub fn run(common: &Common, quarantine: &Quarantine, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let clinic = &session.clinic;
    let rows = match &quarantine.action {
        None | Some(QuarantineAction::List) => clinic.call(list::Input {})?,
        Some(QuarantineAction::Show(wanted)) => {
            let changes = clinic.call(show::Input {
                device: find(clinic, &wanted.device)?,
                part: wanted.part.into(),
                limit: wanted.limit,
            })?;
            printer.answer(&changes, |changes| {
                changes.iter().map(change).collect::<Vec<_>>().join("\n")
            })?;
            return Ok(Exit::Done);
        }
        Some(QuarantineAction::Accept(wanted)) => {
            let rows = clinic.call(accept::Input {
                device: find(clinic, &wanted.device)?,
                part: wanted.part.map(Into::into),
                upto: wanted.upto,
            })?;
            // The entry is said; what it names is sent now, or by the next round.
            if let Err(error) = clinic.sync_round() {
                printer.note(&format!("Accepted. It is sent with the next `wardkeep sync`: {error}"));
            }
            rows
        }
        Some(QuarantineAction::Discard(wanted)) => clinic.call(discard::Input {
            device: find(clinic, &wanted.device)?,
            part: wanted.part.map(Into::into),
            reason: wanted.reason.clone(),
        })?,
    };
    printer.answer(&rows, |rows| text(rows))?;
    Ok(Exit::Done)
}

/// The device of this id or name of which something was put aside.
fn find(clinic: &Clinic, wanted: &str) -> Result<DeviceId, CommandError> {
    let lower = wanted.to_lowercase();
    let rows = clinic.call(list::Input {})?;
    let mut found: Vec<&str> = rows
        .iter()
        .filter(|row| row.device == lower || row.name.to_lowercase() == lower)
        .map(|row| row.device.as_str())
        .collect();
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [one] => one
            .parse()
            .map_err(|_| CommandError::new(ErrorCode::NotFound).at("device")),
        _ => Err(CommandError::new(ErrorCode::NotFound).at("device")),
    }
}

fn text(rows: &[QuarantineRow]) -> String {
    if rows.is_empty() {
        return "Nothing waits: no revoked device wrote anything that was put aside.".into();
    }
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(row: &QuarantineRow) -> String {
    let part = match row.part {
        QuarantinePart::Office => "office",
        QuarantinePart::Clinical => "chart",
        QuarantinePart::Audit => "trail",
    };
    let much = match (row.part, row.changes) {
        (QuarantinePart::Audit, _) => format!("{} segments", row.segments),
        (_, Some(changes)) => format!("{changes} changes"),
        (_, None) => format!("{} segments that this user cannot open", row.segments),
    };
    let written = row
        .written_ms
        .map(|(first, last)| format!(", written {} to {}", moment(first), moment(last)))
        .unwrap_or_default();
    let by = if row.users.is_empty() {
        String::new()
    } else {
        format!(" by {}", row.users.join(", "))
    };
    let state = match row.state {
        QuarantineState::Waiting => "waits".to_owned(),
        QuarantineState::Discarded => {
            format!("stays out: {}", row.reason.as_deref().unwrap_or("(not readable)"))
        }
    };
    format!("{}  {part}: {much}{by}{written}; {state}", row.name)
}

fn change(change: &QuarantineChange) -> String {
    let whose = change
        .patient
        .as_ref()
        .map(|patient| format!(" of {} {}", patient.given, patient.family))
        .unwrap_or_default();
    format!(
        "{}  {}  segment {}  {}{whose} {}: {}",
        moment(change.at_ms),
        change.user,
        change.segment,
        change.kind,
        change.element,
        change.text
    )
}
