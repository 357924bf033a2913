//! `wardkeep incident`: a stolen laptop or a person who leaves, step by step.

use crate::args::{Common, IncidentAction, Take, TakeStep};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment, table};
use crate::session::unlock;
use wardkeep_clinic::incident::wire::{IncidentKind, IncidentRow, IncidentStep, IncidentView, StepState};
use wardkeep_clinic::incident::{close, evidence, list, open, show, step};
use wardkeep_clinic::wipe::wire::{WipeState, WipeView};
use wardkeep_clinic::{Clinic, CommandError, ErrorCode};

/// Begins, shows, goes on.
pub fn run(common: &Common, action: &IncidentAction, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let clinic = &session.clinic;
    let view = match action {
        IncidentAction::List => {
            let rows = clinic.call(list::Input {})?;
            printer.answer(&rows, |rows| table(&rows.iter().map(line).collect::<Vec<_>>()))?;
            return Ok(Exit::Done);
        }
        IncidentAction::Stolen { device } => {
            let rows = clinic.call(wardkeep_clinic::device::list::Input {})?;
            let names = rows.iter().map(|row| (row.id.as_str(), row.name.as_str()));
            let device = Some(one_of(names, device)?.parse().map_err(|_| missing())?);
            let (kind, user) = (IncidentKind::Stolen, None);
            clinic.call(open::Input { kind, device, user })?
        }
        IncidentAction::Leaving { who } => {
            let rows = clinic.call(wardkeep_clinic::device::list::Input {})?;
            let names = rows.iter().flat_map(|row| &row.users);
            let names = names.map(|user| (user.id.as_str(), user.name.as_str()));
            let user = Some(one_of(names, who)?.parse().map_err(|_| missing())?);
            let (kind, device) = (IncidentKind::Leaving, None);
            clinic.call(open::Input { kind, device, user })?
        }
        IncidentAction::Show(one) => clinic.call(show::Input { id: one.id })?,
        IncidentAction::Do(wanted) => go_on(clinic, wanted, printer)?,
        IncidentAction::Evidence(wanted) => {
            let path = std::path::absolute(&wanted.out).map_err(|error| Failure::file(&wanted.out, &error))?;
            let path = path
                .into_os_string()
                .into_string()
                .map_err(|_| CommandError::invalid("path"))?;
            clinic.call(evidence::Input {
                id: wanted.incident.id,
                path,
            })?
        }
        IncidentAction::Close(one) => clinic.call(close::Input { id: one.id })?,
    };
    printer.answer(&view, text)?;
    let failed = view.steps.iter().any(|step| step.state == StepState::Failed);
    Ok(if failed { Exit::Failure } else { Exit::Done })
}

/// One step, or all that a program can do and that are not done.
fn go_on(clinic: &Clinic, wanted: &Take, printer: &Printer) -> Result<IncidentView, Failure> {
    let id = wanted.incident.id;
    let mut view = clinic.call(show::Input { id })?;
    let steps: Vec<IncidentStep> = match wanted.step {
        Some(TakeStep::Wipe) if !wanted.yes => {
            return Err(Failure::usage(
                "A wipe destroys what the laptop holds and cannot be taken back. Say --yes to order it.",
            ));
        }
        Some(TakeStep::Wipe) => vec![IncidentStep::Wipe],
        Some(TakeStep::Revoke) => vec![IncidentStep::Revoke],
        Some(TakeStep::Epochs) => vec![IncidentStep::Epochs],
        Some(TakeStep::VaultKeys) => vec![IncidentStep::VaultKeys],
        Some(TakeStep::Viewed) => vec![IncidentStep::Viewed],
        // That somebody has read it, no program can say.
        None => vec![
            IncidentStep::Wipe,
            IncidentStep::Revoke,
            IncidentStep::Epochs,
            IncidentStep::VaultKeys,
        ],
    };
    for step in steps {
        let there = view
            .steps
            .iter()
            .any(|one| one.step == step && one.state != StepState::Done);
        if there && step == IncidentStep::Wipe && !wanted.yes {
            printer.note("The order to wipe the laptop was left out: say --yes to give it.");
        } else if there || wanted.step.is_some() {
            let post_unsent = Some(!wanted.discard_unsent);
            view = clinic.call(step::Input { id, step, post_unsent })?;
        }
    }
    Ok(view)
}

/// The id of the one with this id or name.
fn one_of<'a>(known: impl Iterator<Item = (&'a str, &'a str)>, wanted: &str) -> Result<String, Failure> {
    let lower = wanted.to_lowercase();
    let mut found: Vec<_> = known
        .filter(|(id, name)| *id == lower || name.to_lowercase() == lower)
        .map(|(id, _)| id.to_owned())
        .collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(missing().into()),
    }
}

fn missing() -> CommandError {
    CommandError::new(ErrorCode::NotFound).at("name")
}

fn line(row: &IncidentRow) -> Vec<String> {
    let kind = match row.kind {
        IncidentKind::Stolen => "stolen",
        IncidentKind::Leaving => "leaving",
    };
    let state = match (row.closed_ms, row.left) {
        (Some(_), _) => "closed".to_owned(),
        (None, 0) => "all done".to_owned(),
        (None, left) => format!("{left} to do"),
    };
    vec![row.id.to_string(), kind.to_owned(), row.name.clone(), state]
}

fn wipe_line(order: &WipeView) -> String {
    let by = format!("wipe ordered {} by {}", moment(order.ordered_ms), order.ordered_by);
    match (order.state, order.delivered_ms, order.confirmed_ms) {
        (WipeState::WaitsForSecond, ..) => format!("{by}; waits for another admin's word"),
        (_, _, Some(at)) => format!("{by}; confirmed {}", moment(at)),
        (_, Some(at), None) => format!("{by}; delivered {}, not confirmed", moment(at)),
        (_, None, None) => format!("{by}; the laptop has not heard of it"),
    }
}

fn text(view: &IncidentView) -> String {
    let mut lines = vec![line(&view.row).join("  ")];
    for device in &view.devices {
        let heard = device
            .last_heard_ms
            .map_or_else(|| "never heard".to_owned(), |at| format!("last heard {}", moment(at)));
        lines.push(format!(
            "laptop {}, used by {}; {} segments of it are here; {heard}",
            device.name,
            device.people.join(", "),
            device.segments
        ));
        lines.push(device.unsent.map_or_else(
            || "  it never said what it had not sent".to_owned(),
            |then| {
                format!(
                    "  not sent when it last reported, {}: {} changes, {} files; of later nothing is known here",
                    moment(then.at_ms),
                    then.changes,
                    then.files
                )
            },
        ));
        lines.extend(device.wipe.as_ref().map(|order| format!("  {}", wipe_line(order))));
    }
    let read: Vec<_> = view
        .could_read
        .iter()
        .map(|at| format!("{at:?}").to_lowercase())
        .collect();
    lines.push(format!("could read: {} of {} patients", read.join(", "), view.patients));
    lines.push(format!(
        "{} entries of the last {} days",
        view.viewed.len(),
        view.viewed_days
    ));
    for step in &view.steps {
        let state = match step.state {
            StepState::Todo => "to do",
            StepState::Done => "done",
            StepState::Waiting if step.step == IncidentStep::Wipe => "ordered, not confirmed by the laptop",
            StepState::Waiting => "waiting for a clinician's laptop",
            StepState::Failed => "FAILED",
        };
        let why = step.error.map(|code| format!(" ({code:?})")).unwrap_or_default();
        lines.push(format!(
            "  {:<12}{state}{why}",
            format!("{:?}", step.step).to_lowercase()
        ));
    }
    if let (Some(file), Some(hash)) = (&view.evidence_file, &view.evidence_hash) {
        lines.push(format!("evidence {file}\nblake3   {hash}"));
    }
    lines.join("\n")
}
