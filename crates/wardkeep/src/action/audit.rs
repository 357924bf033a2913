//! `wardkeep audit`: the log of who did what, and whether it is whole.

use crate::action::patient::resolve;
use crate::args::{Audit, AuditList, Common};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment, table};
use crate::session::unlock;
use wardkeep_clinic::audit::{AuditRow, list, verify};

/// Prints entries or the verdict; a broken chain shows in the exit code.
pub fn run(common: &Common, audit: &Audit, printer: &Printer) -> Result<Exit, Failure> {
    match audit {
        Audit::Verify => verdict(common, printer),
        Audit::List(list) => entries(common, list, printer),
    }
}

fn verdict(common: &Common, printer: &Printer) -> Result<Exit, Failure> {
    let verdict = unlock(common)?.clinic.call(verify::Input {})?;
    printer.answer(&verdict, |verdict| {
        let row = |chain: &verify::ChainVerdict| {
            let state = match chain.first_bad {
                None if chain.ok => "whole".to_owned(),
                None => "broken".to_owned(),
                Some(n) => format!("broken at entry {n}"),
            };
            vec![
                chain.compartment_name().to_owned(),
                format!("{} entries", chain.entries),
                state,
            ]
        };
        table(&verdict.compartments.iter().map(row).collect::<Vec<_>>())
    })?;
    let whole = verdict.compartments.iter().all(|chain| chain.ok);
    Ok(if whole { Exit::Done } else { Exit::Check })
}

fn entries(common: &Common, wanted: &AuditList, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let patient = wanted
        .patient
        .as_deref()
        .map(|patient| resolve(&session.clinic, patient))
        .transpose()?;
    let rows = session.clinic.call(list::Input {
        patient,
        before: wanted.before,
        limit: wanted.limit,
    })?;
    printer.answer(&rows, |rows| table(&rows.iter().map(row).collect::<Vec<_>>()))?;
    Ok(Exit::Done)
}

fn row(entry: &AuditRow) -> Vec<String> {
    vec![
        moment(entry.at_ms),
        entry.user.clone().unwrap_or_default(),
        entry.action.clone(),
        entry.patient_name.clone().unwrap_or_default(),
        entry.detail.clone().unwrap_or_default(),
    ]
}
