//! `wardkeep break-glass`: opens the chart of a restricted patient in an emergency, and shows the admins where that was done.

use super::patient::{name, resolve};
use crate::args::{BreakGlass, BreakGlassAction, BreakGlassOpen, Common};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment};
use crate::session::unlock;
use wardkeep_clinic::glass::list::GlassRow;
use wardkeep_clinic::glass::{OwnGlass, Why, end, list, mine, open, seen};
use wardkeep_clinic::{Clinic, CommandError, ErrorCode};

/// Rows that are asked for at most.
const ALL: u32 = 500;

/// Opens, ends, or lists.
pub fn run(common: &Common, wanted: &BreakGlass, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let clinic = &session.clinic;
    match &wanted.action {
        None => printer.answer(&clinic.call(mine::Input {})?, |own| own_text(own))?,
        Some(BreakGlassAction::Open(wanted)) => {
            let own = broken(clinic, wanted)?;
            tell(clinic, printer);
            printer.answer(&own, |own| own_text(own))?;
        }
        Some(BreakGlassAction::End(wanted)) => {
            let patient = match &wanted.patient {
                Some(patient) => resolve(clinic, patient)?,
                None => match clinic.call(mine::Input {})?.as_slice() {
                    [one] => one.patient,
                    [] => return Err(CommandError::new(ErrorCode::NotFound).at("patient").into()),
                    _ => return Err(Failure::usage("Several charts are open so: say which with --patient.")),
                },
            };
            let own = clinic.call(end::Input { patient })?;
            tell(clinic, printer);
            printer.answer(&own, |own| own_text(own))?;
        }
        Some(BreakGlassAction::List(wanted)) => {
            let rows = clinic.call(list::Input { limit: wanted.limit })?;
            printer.answer(&rows, |rows| rows_text(rows))?;
        }
        Some(BreakGlassAction::Seen(wanted)) => {
            let ids = if wanted.all {
                let rows = clinic.call(list::Input { limit: ALL })?;
                let unseen = rows.into_iter().filter(|row| !row.seen);
                unseen.map(|row| row.id).take(100).collect()
            } else {
                wanted.ids.clone()
            };
            let rows = clinic.call(seen::Input { ids })?;
            tell(clinic, printer);
            printer.answer(&rows, |rows| rows_text(rows))?;
        }
    }
    Ok(Exit::Done)
}

fn broken(clinic: &Clinic, wanted: &BreakGlassOpen) -> Result<Vec<OwnGlass>, Failure> {
    Ok(clinic.call(open::Input {
        patient: resolve(clinic, &wanted.patient)?,
        why: wanted.why.into(),
        reason: wanted.reason.clone(),
        minutes: Some(wanted.minutes),
    })?)
}

/// Sends what the admins are to read. A laptop that works alone has nobody to send it to.
fn tell(clinic: &Clinic, printer: &Printer) {
    match clinic.sync_round() {
        Err(error) if error.code != ErrorCode::NotAttached => {
            printer.note(&format!(
                "It is told to the admins with the next `wardkeep sync`: {error}"
            ));
        }
        _ => {}
    }
}

fn own_text(own: &[OwnGlass]) -> String {
    if own.is_empty() {
        return "No restricted chart is open to you by broken glass.".into();
    }
    let line = |one: &OwnGlass| {
        let who = one.row.as_ref().map_or_else(|| one.patient.to_string(), name);
        let minutes = one.left_ms.div_ceil(60_000);
        format!(
            "{who}: open until {} ({minutes} minutes). The admins are told; everything done is marked.",
            moment(one.until_ms)
        )
    };
    own.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn rows_text(rows: &[GlassRow]) -> String {
    if rows.is_empty() {
        return "No restricted chart was opened by broken glass.".into();
    }
    rows.iter().map(row_text).collect::<Vec<_>>().join("\n")
}

fn row_text(row: &GlassRow) -> String {
    let whose = row.row.as_ref().map_or_else(
        || row.patient.to_string(),
        |known| format!("{} {}", known.mrn, name(known)),
    );
    let why = match row.why {
        Some(Why::Emergency) => "emergency",
        Some(Why::Cover) => "cover",
        Some(Why::Patient) => "patient's wish",
        Some(Why::Other) => "other",
        None => "not known here",
    };
    let state = match (row.ended_ms, row.open) {
        (Some(ended), _) => format!("ended {}", moment(ended)),
        (None, true) => format!("open until {}", moment(row.until_ms)),
        (None, false) => format!("was to end {}", moment(row.until_ms)),
    };
    let seen = if row.seen_by.is_empty() {
        "seen by nobody yet".to_owned()
    } else {
        format!("seen by {}", row.seen_by.join(", "))
    };
    format!(
        "{}  {} on {}  {whose}  {why}: {}; {state}; {seen}\n  {}",
        moment(row.began_ms),
        row.user,
        row.device_name,
        row.reason.replace('\n', " "),
        row.id
    )
}
