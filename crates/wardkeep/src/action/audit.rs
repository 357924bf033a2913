//! `wardkeep audit`: the log of who did what, and whether it is whole.

mod values;
mod which;

use crate::action::patient::resolve;
use crate::args::{Audit, AuditDisclosures, AuditExport, AuditList, AuditTrail, AuditViewers, Common, TrailFormat};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment, table};
use crate::session::unlock;
use std::io::Write;
use std::path::Path;
use values::{WithValues, with_values};
use wardkeep_clinic::audit::values::EntryName;
use wardkeep_clinic::audit::{AuditRow, disclosures, export, list, trail, trail_verify, verify, viewers};
use which::{period, which};

/// Prints entries or the verdict; a broken chain shows in the exit code.
pub fn run(common: &Common, audit: &Audit, printer: &Printer) -> Result<Exit, Failure> {
    match audit {
        Audit::Verify => verdict(common, printer),
        Audit::List(list) => entries(common, list, printer),
        Audit::Trail(wanted) => clinic_entries(common, wanted, printer),
        Audit::VerifyTrail => clinic_verdict(common, printer),
        Audit::Export(wanted) => exported(common, wanted, printer),
        Audit::Disclosures(wanted) => given(common, wanted, printer),
        Audit::Viewers(wanted) => looked(common, wanted, printer),
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
    let rows = with_values(&session.clinic, rows, |row| {
        (wanted.values && row.values).then_some(EntryName {
            device: None,
            compartment: row.compartment,
            n: row.n,
        })
    })?;
    printer.answer(&rows, |rows| listed(rows, row))?;
    Ok(Exit::Done)
}

/// Each row, and under it what its change wrote.
fn listed<T>(rows: &[WithValues<T>], cells: impl Fn(&T) -> Vec<String>) -> String {
    let text = table(&rows.iter().map(|row| cells(&row.row)).collect::<Vec<_>>());
    let lines = text.lines().zip(rows);
    lines.map(|(line, row)| format!("{line}\n{}", row.lines())).collect()
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
    let rows = session.clinic.call(trail::Input {
        which: which(&session.clinic, &wanted.which)?,
        before: wanted.before,
        limit: wanted.limit,
    })?;
    let rows = with_values(&session.clinic, rows, |row| {
        (wanted.values && row.values).then_some(EntryName {
            device: Some(row.device),
            compartment: row.compartment,
            n: row.n,
        })
    })?;
    printer.answer(&rows, |rows| listed(rows, clinic_row))?;
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

fn exported(common: &Common, wanted: &AuditExport, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let which = which(&session.clinic, &wanted.which)?;
    let format = match wanted.format {
        TrailFormat::Fhir => export::TrailFormat::Fhir,
        TrailFormat::Csv => export::TrailFormat::Csv,
    };
    if wanted.out == Path::new("-") {
        let mut stdout = std::io::stdout().lock();
        let form = export::Form::new(format, wanted.values);
        session.clinic.export_trail_to(&which, form, &mut stdout)?;
        stdout.flush().map_err(|error| Failure::file(&wanted.out, &error))?;
        return Ok(Exit::Done);
    }
    let path = wanted.out.to_str();
    let path = path.ok_or_else(|| Failure::usage("The name of the new file is not UTF-8."))?;
    let done = session.clinic.call(export::Input {
        which,
        format,
        values: Some(wanted.values),
        path: path.to_owned(),
    })?;
    printer.note(&format!(
        "{} entries, in clear, in {}",
        done.entries,
        wanted.out.display()
    ));
    Ok(Exit::Done)
}

fn given(common: &Common, wanted: &AuditDisclosures, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let (from_ms, until_ms) = period(&wanted.period)?;
    let answer = session.clinic.call(disclosures::Input {
        patient: resolve(&session.clinic, &wanted.patient)?,
        from_ms,
        until_ms,
    })?;
    printer.answer(&answer, accounting_text)?;
    Ok(Exit::Done)
}

fn accounting_text(answer: &disclosures::Accounting) -> String {
    let mut text = format!(
        "Disclosures of the records of {}, {} to {} (UTC)\n",
        answer.patient_name.as_deref().unwrap_or("a patient"),
        moment(answer.from_ms),
        moment(answer.until_ms)
    );
    text.push_str(&reach(answer.known_from_ms));
    if answer.rows.is_empty() {
        text.push_str("None is known.\n");
    }
    let row = |row: &disclosures::DisclosureRow| {
        vec![
            moment(row.at_ms),
            row.recipient.clone().unwrap_or_else(|| "recipient not recorded".into()),
            match row.given {
                disclosures::Given::Record => "the whole record".into(),
                disclosures::Given::Document => "a document".into(),
                disclosures::Given::Print => "a print".into(),
            },
            row.purpose
                .map_or("purpose not recorded", |purpose| purpose.name())
                .to_owned(),
            if row.must_account {
                "to be accounted for"
            } else {
                "excepted"
            }
            .to_owned(),
            format!("by {} on {}", row.user.as_deref().unwrap_or("nobody"), row.device_name),
        ]
    };
    text.push_str(&table(&answer.rows.iter().map(row).collect::<Vec<_>>()));
    if answer.more {
        text.push_str("There are more: ask for a shorter period.\n");
    }
    text
}

/// What a reader who came later cannot know.
fn reach(known_from_ms: Option<u64>) -> String {
    known_from_ms.map_or_else(String::new, |from| {
        format!(
            "What this trail knows begins on {}; nothing is known of before.\n",
            moment(from)
        )
    })
}

fn looked(common: &Common, wanted: &AuditViewers, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let patient = resolve(&session.clinic, &wanted.patient)?;
    let answer = session.clinic.call(viewers::Input { patient })?;
    printer.answer(&answer, |answer| {
        let row = |one: &viewers::Viewer| {
            vec![
                one.name.clone(),
                format!("looked {}", one.looked),
                format!("changed {}", one.changed),
                format!("gave out {}", one.gave_out),
                format!("{} to {}", moment(one.first_ms), moment(one.last_ms)),
                one.devices.join(", "),
            ]
        };
        let mut text = reach(answer.known_from_ms);
        if answer.rows.is_empty() {
            text.push_str("Nobody is known to have looked.\n");
        }
        text.push_str(&table(&answer.rows.iter().map(row).collect::<Vec<_>>()));
        if answer.more {
            text.push_str("Older entries were not looked through: see audit export.\n");
        }
        text
    })?;
    Ok(Exit::Done)
}
