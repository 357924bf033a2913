//! `wardkeep devices`: who and what is of the clinic.

use crate::args::{Common, Devices, DevicesAction};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, table};
use crate::session::unlock;
use wardkeep_clinic::device::wire::{DeviceRow, DeviceStatus};
use wardkeep_clinic::device::{list, revoke};
use wardkeep_clinic::user::role_name;
use wardkeep_clinic::{CommandError, ErrorCode};

/// Lists, or takes one out.
pub fn run(common: &Common, devices: &Devices, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let mut rows = session.clinic.call(list::Input {})?;
    if let Some(DevicesAction::Revoke(wanted)) = &devices.action {
        let lower = wanted.device.to_lowercase();
        let mut found = rows
            .iter()
            .filter(|row| row.id == lower || row.name.to_lowercase() == lower);
        let (Some(row), None) = (found.next(), found.next()) else {
            return Err(CommandError::new(ErrorCode::NotFound).at("device").into());
        };
        let id = row
            .id
            .parse()
            .map_err(|_| CommandError::new(ErrorCode::NotFound).at("device"))?;
        rows = session.clinic.call(revoke::Input { id })?;
    }
    printer.answer(&rows, |rows| table(&rows.iter().map(line).collect::<Vec<_>>()))?;
    Ok(Exit::Done)
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
    vec![row.id.clone(), row.name.clone(), status.to_owned(), users.join(", ")]
}
