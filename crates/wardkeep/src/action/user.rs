//! `wardkeep user`: the people of this laptop.

use crate::args::{Common, NewPassword, RoleArgument, User, UserAdd};
use crate::exit::{Exit, Failure};
use crate::password::{self, Source};
use crate::print::{Printer, table};
use crate::session::{find_member, find_user, unlock};
use wardkeep_clinic::user::wire::Member;
use wardkeep_clinic::user::{
    DeviceId, Role, UserRow, add, list, members, password_change, remove, revoke, role_name, roles,
};
use wardkeep_clinic::{CommandError, ErrorCode};

/// Lists, adds, removes, or changes the password.
pub fn run(common: &Common, user: &User, printer: &Printer) -> Result<Exit, Failure> {
    match user {
        User::List => {
            let users = unlock(common)?.clinic.call(list::Input {})?;
            printer.answer(&users, |users| table(&users.iter().map(row).collect::<Vec<_>>()))?;
        }
        User::Add(wanted) => added(common, wanted, printer)?,
        User::Remove(wanted) => {
            let session = unlock(common)?;
            let users = session.clinic.call(list::Input {})?;
            let gone = find_user(&users, &wanted.who)?;
            session.clinic.call(remove::Input { user: gone.id })?;
            printer.answer(gone, |gone| format!("{} can no longer unlock here.", gone.name))?;
        }
        User::Password(new) => changed(common, new, printer)?,
        User::Clinic => {
            let members = unlock(common)?.clinic.call(members::Input {})?;
            shown(&members, printer)?;
        }
        User::Roles(wanted) => {
            let session = unlock(common)?;
            let members = session.clinic.call(members::Input {})?;
            let members = session.clinic.call(roles::Input {
                user: find_member(&members, &wanted.who)?.id,
                roles: wanted.roles.iter().map(|role| Role::from(*role)).collect(),
            })?;
            shown(&members, printer)?;
        }
        User::Revoke(wanted) => {
            let session = unlock(common)?;
            let members = session.clinic.call(members::Input {})?;
            let gone = find_member(&members, &wanted.who)?;
            let device = wanted
                .device
                .as_deref()
                .map(|device| laptop_of(gone, device))
                .transpose()?;
            let members = session.clinic.call(revoke::Input { user: gone.id, device })?;
            shown(&members, printer)?;
        }
    }
    Ok(Exit::Done)
}

fn added(common: &Common, wanted: &UserAdd, printer: &Printer) -> Result<(), Failure> {
    let session = unlock(common)?;
    let password = password::choose(source(&wanted.new), &format!("New password of {}: ", wanted.name))?;
    let roles = wanted.roles.iter().map(|role| Role::from(*role)).collect();
    let user = session.clinic.call(add::Input {
        name: wanted.name.clone(),
        roles,
        password,
    })?;
    printer.answer(&user, |user| format!("{} can unlock here ({}).", user.name, user.id))
}

fn changed(common: &Common, wanted: &NewPassword, printer: &Printer) -> Result<(), Failure> {
    let session = unlock(common)?;
    let from = Source::of(common.password_file.as_deref(), common.password_command.as_deref());
    let current = password::read(from, "The present password once more: ")?;
    let new = password::choose(source(wanted), "New password: ")?;
    session.clinic.call(password_change::Input { current, new })?;
    printer.answer(&serde_json::json!({}), |_| "The password is changed.".into())
}

/// A laptop of this person, by name or id.
fn laptop_of(member: &Member, wanted: &str) -> Result<DeviceId, Failure> {
    let lower = wanted.trim().to_lowercase();
    let mut found = member
        .devices
        .iter()
        .filter(|device| device.id == lower || device.name.to_lowercase() == lower);
    let missing = || CommandError::new(ErrorCode::NotFound).at("device");
    let (Some(device), None) = (found.next(), found.next()) else {
        return Err(missing().into());
    };
    device.id.parse().map_err(|_| missing().into())
}

fn shown(members: &[Member], printer: &Printer) -> Result<(), Failure> {
    printer.answer(&members, |members| {
        table(&members.iter().map(member).collect::<Vec<_>>())
    })
}

fn member(member: &Member) -> Vec<String> {
    let roles: Vec<_> = member.roles.iter().map(|role| role_name(*role)).collect();
    let devices = member.devices.iter().filter(|device| device.active);
    let devices: Vec<_> = devices.map(|device| device.name.as_str()).collect();
    let roles = if member.revoked {
        "revoked".to_owned()
    } else {
        roles.join(", ")
    };
    vec![member.id.to_string(), member.name.clone(), roles, devices.join(", ")]
}

fn source(new: &NewPassword) -> Source<'_> {
    Source::of(new.new_password_file.as_deref(), new.new_password_command.as_deref())
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::FrontDesk => Self::FrontDesk,
            RoleArgument::Clinician => Self::Clinician,
            RoleArgument::Admin => Self::Admin,
        }
    }
}

fn row(user: &UserRow) -> Vec<String> {
    let roles: Vec<_> = user.roles.iter().flatten().map(|role| role_name(*role)).collect();
    vec![user.id.to_string(), user.name.clone(), roles.join(", ")]
}
