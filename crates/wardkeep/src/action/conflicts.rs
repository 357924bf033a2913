//! `wardkeep conflicts`: what a person must look at, and settling it.

use crate::args::{Common, Conflicts, Settle};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment};
use crate::session::unlock;
use wardkeep_clinic::conflict::wire::ConflictRow;
use wardkeep_clinic::conflict::{list, settle};
use wardkeep_clinic::{Clinic, CommandError, ErrorCode};

/// Lists, or settles one.
pub fn run(common: &Common, conflicts: &Conflicts, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    if let Some(crate::args::ConflictsAction::Settle(wanted)) = &conflicts.action {
        settled(&session.clinic, wanted)?;
        printer.answer(&serde_json::json!({}), |_| "Settled.".into())?;
        return Ok(Exit::Done);
    }
    let rows = session.clinic.call(list::Input { limit: conflicts.limit })?;
    printer.answer(&rows, |rows| rows.iter().map(text).collect::<Vec<_>>().join("\n"))?;
    Ok(Exit::Done)
}

/// Looks the conflict up, so that nobody has to say where the record is.
fn settled(clinic: &Clinic, wanted: &Settle) -> Result<(), Failure> {
    let rows = clinic.call(list::Input { limit: 500 })?;
    let row = rows.into_iter().find(|row| {
        row.record.to_string() == wanted.record.to_lowercase()
            && row.element == wanted.element
            && row.item == wanted.item
    });
    let row = row.ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("record"))?;
    clinic.call(settle::Input {
        compartment: row.compartment,
        record: row.record,
        element: row.element,
        item: row.item,
        choice: wanted.choice.clone(),
    })?;
    Ok(())
}

fn text(row: &ConflictRow) -> String {
    let whose = row
        .patient
        .as_ref()
        .map(|patient| format!(" of {} {}", patient.given, patient.family))
        .unwrap_or_default();
    let item = row.item.map(|item| format!(" --item {item}")).unwrap_or_default();
    let mut lines = vec![format!("{}{whose}: {} {}{item}", row.kind, row.record, row.element)];
    for value in &row.values {
        let shown = if value.shown { "*" } else { " " };
        lines.push(format!(
            "  {shown} {}  ({}, {}, {})  {}",
            value.text,
            value.user,
            value.device,
            moment(value.at_ms),
            value.choice
        ));
    }
    lines.join("\n")
}
