//! `wardkeep status`: what is known without a password.

use crate::args::Common;
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment};
use crate::session::clinic;
use wardkeep_clinic::lease::wire::LeaseView;
use wardkeep_clinic::session::status;
use wardkeep_clinic::session::wire::{AppState, AppStatus};

/// Prints it.
pub fn run(common: &Common, printer: &Printer) -> Result<Exit, Failure> {
    let status = clinic(common)?.call(status::Input {})?;
    printer.answer(&status, text)?;
    if let Some(problem) = status.problem {
        return Err(problem.into());
    }
    Ok(Exit::Done)
}

fn text(status: &AppStatus) -> String {
    let mut lines = vec![match status.state {
        AppState::NoVault => "No vault here. `wardkeep init` makes one.".to_owned(),
        AppState::Locked => "Locked.".to_owned(),
        AppState::Unlocked => "Unlocked.".to_owned(),
        AppState::Wiped => match status.wiped {
            Some(wiped) if wiped.over => format!(
                "This laptop was wiped by order of the clinic on {}.",
                moment(wiped.at_ms)
            ),
            _ => "This laptop is being wiped by order of the clinic; its receipt was not sent yet.".to_owned(),
        },
    }];
    if status.retry_in_s > 0 {
        lines.push(format!(
            "Wrong passwords were given: the next one is looked at in {} seconds.",
            status.retry_in_s
        ));
    }
    lines.extend(status.lease.as_ref().map(lease_text));
    lines.extend(status.users.iter().map(|user| format!("  {}  {}", user.id, user.name)));
    lines.join("\n")
}

/// How long this laptop opens without the server.
pub fn lease_text(lease: &LeaseView) -> String {
    match (lease.ended, lease.ends_ms) {
        (Some(_), _) => {
            "The lease of this laptop has ended: connect it to the clinic's network, then unlock. Nothing was erased."
                .into()
        }
        (None, None) => "Opens without the server: it is the only laptop of its clinic.".into(),
        (None, Some(at)) if lease.soon => {
            format!(
                "The lease of this laptop ends soon, {}: connect it to the clinic's network.",
                moment(at)
            )
        }
        (None, Some(at)) => format!("Opens without the server until {}.", moment(at)),
    }
}
