//! `wardkeep devices`: who and what is of the clinic, and how each laptop stands.

mod standing;

use crate::args::{Common, Devices, DevicesAction};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, moment, table};
use crate::session::unlock;
use std::io::IsTerminal;
use wardkeep_clinic::device::wire::{DeviceRow, DeviceStatus};
use wardkeep_clinic::device::{list, revoke, show, wipe};
use wardkeep_clinic::user::role_name;
use wardkeep_clinic::wipe::wire::{WipeState, WipeView};
use wardkeep_clinic::{CommandError, DeviceId, ErrorCode};

/// Lists, shows one, takes one out, or orders it to be wiped.
pub fn run(common: &Common, devices: &Devices, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let mut rows = session.clinic.call(list::Input {})?;
    match &devices.action {
        None => {}
        Some(DevicesAction::Show(wanted)) => {
            let (id, _) = find(&rows, &wanted.device)?;
            let limit = wanted.limit;
            let detail = session.clinic.call(show::Input { id, limit })?;
            printer.answer(&detail, standing::whole)?;
            return Ok(Exit::Done);
        }
        Some(DevicesAction::Revoke(wanted)) => {
            let (id, _) = find(&rows, &wanted.device)?;
            rows = session.clinic.call(revoke::Input { id })?;
        }
        Some(DevicesAction::Wipe(wanted)) => {
            let (id, name) = find(&rows, &wanted.device)?;
            if !wanted.yes {
                confirm(&name)?;
            }
            let post_unsent = !wanted.discard_unsent;
            rows = session.clinic.call(wipe::Input { id, post_unsent })?;
        }
    }
    printer.answer(&rows, |rows| table(&rows.iter().map(line).collect::<Vec<_>>()))?;
    Ok(Exit::Done)
}

/// The device of this id or name, if there is one and no other.
fn find(rows: &[DeviceRow], wanted: &str) -> Result<(DeviceId, String), CommandError> {
    let lower = wanted.to_lowercase();
    let mut found = rows
        .iter()
        .filter(|row| row.id == lower || row.name.to_lowercase() == lower);
    let (Some(row), None) = (found.next(), found.next()) else {
        return Err(CommandError::new(ErrorCode::NotFound).at("device"));
    };
    let id = row.id.parse();
    Ok((
        id.map_err(|_| CommandError::new(ErrorCode::NotFound).at("device"))?,
        row.name.clone(),
    ))
}

/// A person types the device's name; a script says `--yes`.
fn confirm(name: &str) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage("A wipe cannot be taken back: say --yes."));
    }
    let asked = rpassword::prompt_password(format!(
        "Everything on \"{name}\" is destroyed. Type its name to go on: "
    ));
    let typed = asked.map_err(|error| Failure::file(std::path::Path::new("terminal"), &error))?;
    if typed.trim().eq_ignore_ascii_case(name) {
        Ok(())
    } else {
        Err(Failure::usage("That is not its name. Nothing was ordered."))
    }
}

/// How far an order to wipe has come.
fn wipe_text(wipe: &WipeView) -> String {
    let since = |at: Option<u64>| at.map(moment).unwrap_or_default();
    let heard = wipe.heard_ms.map_or_else(
        || "not heard from since".into(),
        |at| format!("last heard {}", moment(at)),
    );
    let lease = wipe
        .lease_ends_ms
        .map_or_else(String::new, |at| format!(", lease ends {}", moment(at)));
    match wipe.state {
        WipeState::WaitsForSecond => format!("wipe waits for a second admin since {}", moment(wipe.ordered_ms)),
        WipeState::Ordered => format!("wipe ordered {}, {heard}{lease}", moment(wipe.ordered_ms)),
        WipeState::Delivered => format!("wipe delivered {}, not confirmed{lease}", since(wipe.delivered_ms)),
        WipeState::Confirmed => format!("wiped, confirmed {}", since(wipe.confirmed_ms)),
    }
}

fn line(row: &DeviceRow) -> Vec<String> {
    let users: Vec<_> = row
        .users
        .iter()
        .map(|user| {
            let roles: Vec<_> = user.roles.iter().map(|role| role_name(*role)).collect();
            format!("{} ({})", user.name, roles.join(", "))
        })
        .collect();
    let status = match (row.this, row.status) {
        (true, DeviceStatus::Active) => "this one",
        (false, DeviceStatus::Active) => "active",
        (_, DeviceStatus::Revoked) => "revoked",
    };
    let wipe = row.wipe.as_ref().map(wipe_text).unwrap_or_default();
    vec![
        row.id.clone(),
        row.name.clone(),
        status.to_owned(),
        users.join(", "),
        standing::last_heard(row),
        standing::warnings(row),
        wipe,
    ]
}
