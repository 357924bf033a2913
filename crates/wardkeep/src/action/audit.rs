//! `wardkeep audit`: the log of who did what, and whether it is whole.

use crate::action::patient::resolve;
use crate::args::{Audit, AuditList, AuditTrail, Common};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment, table};
use crate::session::unlock;
use wardkeep_clinic::audit::{AuditRow, list, trail, trail_verify, verify};

/// Prints entries or the verdict; a broken chain shows in the exit code.
pub fn run(common: &Common, audit: &Audit, printer: &Printer) -> Result<Exit, Failure> {
    match audit {
        Audit::Verify => verdict(common, printer),
        Audit::List(list) => entries(common, list, printer),
        Audit::Trail(wanted) => clinic_entries(common, wanted, printer),
        Audit::VerifyTrail => clinic_verdict(common, printer),
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

fn clinic_entries(common: &Common, wanted: &AuditTrail, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let patient = wanted
        .patient
        .as_deref()
        .map(|patient| resolve(&session.clinic, patient))
        .transpose()?;
    let rows = session.clinic.call(trail::Input {
        user: None,
        patient,
        device: None,
        actions: wanted.actions.clone(),
        from_ms: None,
        until_ms: None,
        before: wanted.before,
        limit: wanted.limit,
    })?;
    printer.answer(&rows, |rows| table(&rows.iter().map(clinic_row).collect::<Vec<_>>()))?;
    Ok(Exit::Done)
}

fn clinic_row(entry: &trail::TrailEntryRow) -> Vec<String> {
    let detail = if entry.withheld {
        Some("in the chart".to_owned())
    } else {
        entry.detail.clone()
    };
    vec![
        moment(entry.at_ms),
        entry.device_name.clone(),
        entry.user.clone().unwrap_or_default(),
        entry.action.clone(),
        entry.patient_name.clone().unwrap_or_default(),
        detail.unwrap_or_default(),
    ]
}

fn clinic_verdict(common: &Common, printer: &Printer) -> Result<Exit, Failure> {
    let verdicts = unlock(common)?.clinic.call(trail_verify::Input {})?;
    printer.answer(&verdicts, |verdicts| {
        table(&verdicts.iter().map(device_row).collect::<Vec<_>>())
    })?;
    let whole = verdicts.iter().all(|device| device.ok);
    Ok(if whole { Exit::Done } else { Exit::Check })
}

fn device_row(device: &trail_verify::DeviceVerdict) -> Vec<String> {
    use trail_verify::Wrong;
    let state = match (device.problems.first(), device.last_ms) {
        (None, None) => "nothing heard".to_owned(),
        (None, Some(last_ms)) => format!("whole up to {}", moment(last_ms)),
        (Some(first), _) => {
            let what = match first.wrong {
                Wrong::Missing => "missing from entry",
                Wrong::Altered => "altered at entry",
                Wrong::Rewritten => "cut and written again at entry",
                Wrong::Tampered => "the copy here was changed at entry",
                Wrong::SegmentGone => "the signed bytes are gone at segment",
            };
            format!("{what} {}", first.n)
        }
    };
    vec![device.name.clone(), format!("{} entries", device.entries), state]
}
