//! `wardkeep clinic`: the clinic's server, and who joins.

use crate::args::{Approve, Attach, ClinicAction, Common, Join};
use crate::exit::{Exit, Failure};
use crate::password::{self, Source};
use crate::print::{Printer, moment, table};
use crate::session::{Unlocked, clinic, find_member, unlock};
use std::io::Read;
use std::time::Duration;
use wardkeep_clinic::Clinic;
use wardkeep_clinic::enrollment::wire::{JoinState, JoinView};
use wardkeep_clinic::enrollment::{approve, attach, invite, join, join_status, refuse, requests, words};
use wardkeep_clinic::session;
use wardkeep_clinic::session::wire::LockReason;
use wardkeep_clinic::user::{Role, UserId, members};

/// Bytes of a code or token from standard input that are read at most.
const CODE_LIMIT: u64 = 8 * 1024;

/// Does what was asked.
pub fn run(common: &Common, action: &ClinicAction, printer: &Printer) -> Result<Exit, Failure> {
    match action {
        ClinicAction::Attach(wanted) => attached(common, wanted, printer)?,
        ClinicAction::Invite(wanted) => {
            let session = unlock(common)?;
            let user = wanted.person.as_deref().map(|who| person(&session, who)).transpose()?;
            let invitation = session.clinic.call(invite::Input { user })?;
            printer.answer(&invitation, |invitation| {
                let until = moment(invitation.expires_ms);
                format!(
                    "{}\nFor one device, until {until}. Whoever has it may ask to join.",
                    invitation.code
                )
            })?;
        }
        ClinicAction::Join(wanted) => return joined(common, wanted, printer),
        ClinicAction::JoinStatus => {
            let view = clinic(common)?.call(join_status::Input {})?;
            printer.answer(&view, text)?;
            return Ok(exit_of(view.state));
        }
        ClinicAction::Requests => {
            let waiting = unlock(common)?.clinic.call(requests::Input {})?;
            printer.answer(&waiting, |rows| {
                table(
                    &rows
                        .iter()
                        .map(|row| {
                            vec![
                                row.id.clone(),
                                row.device_name.clone(),
                                row.user_name.clone(),
                                row.words.join(" "),
                            ]
                        })
                        .collect::<Vec<_>>(),
                )
            })?;
        }
        ClinicAction::Approve(wanted) => approved(common, wanted, printer)?,
        ClinicAction::Refuse(request) => {
            unlock(common)?.clinic.call(refuse::Input { id: request.id.clone() })?;
            printer.answer(&serde_json::json!({}), |_| "Refused.".into())?;
        }
        ClinicAction::Words => {
            let words = unlock(common)?.clinic.call(words::Input {})?;
            printer.answer(&words, |words| words.words.join(" "))?;
        }
    }
    Ok(Exit::Done)
}

fn attached(common: &Common, wanted: &Attach, printer: &Printer) -> Result<(), Failure> {
    let session = unlock(common)?;
    let status = session.clinic.call(attach::Input {
        server: wanted.server.clone(),
        pin: wanted.pin.clone(),
        token: given(&wanted.token)?,
        device_name: wanted.device_name.clone(),
    })?;
    printer.answer(&status, |status| {
        let clinic = status.clinic.as_deref().unwrap_or_default();
        format!(
            "The clinic {clinic} has its server. `wardkeep sync` sends what is here.\nMake a recovery key now, on paper: `wardkeep recovery new`."
        )
    })
}

/// A person of the clinic by name or id.
fn person(session: &Unlocked, who: &str) -> Result<UserId, Failure> {
    let members = session.clinic.call(members::Input {})?;
    Ok(find_member(&members, who)?.id)
}

fn approved(common: &Common, wanted: &Approve, printer: &Printer) -> Result<(), Failure> {
    let session = unlock(common)?;
    let user = wanted.person.as_deref().map(|who| person(&session, who)).transpose()?;
    session.clinic.call(approve::Input {
        id: wanted.request.id.clone(),
        roles: wanted.roles.iter().map(|role| Role::from(*role)).collect(),
        user,
    })?;
    printer.answer(&serde_json::json!({}), |_| "Taken in.".into())
}

/// Makes the vault, asks, and waits for the answer as long as the person likes.
fn joined(common: &Common, wanted: &Join, printer: &Printer) -> Result<Exit, Failure> {
    let Some(user_name) = common.user.clone() else {
        return Err(Failure::usage("Say who will use this laptop: --user NAME."));
    };
    let clinic = clinic(common)?;
    clinic.require_no_vault()?;
    let source = Source::of(common.password_file.as_deref(), common.password_command.as_deref());
    let password = password::choose(source, &format!("New password of {user_name}: "))?;
    let mut view = clinic.call(join::Input {
        code: given(&wanted.code)?,
        device_name: wanted.device_name.clone(),
        user_name,
        password,
    })?;
    let answer = wait(&clinic, wanted.wait, &mut view, printer);
    // Ended by the change of access already, where the answer was yes.
    let _ = clinic.call(session::lock::Input {
        reason: LockReason::Quit,
    });
    answer?;
    printer.answer(&view, text)?;
    Ok(exit_of(view.state))
}

fn wait(clinic: &Clinic, seconds: u64, view: &mut JoinView, printer: &Printer) -> Result<(), Failure> {
    if seconds > 0 && view.state == JoinState::Waiting {
        printer.note(&format!("Waiting for an admin. The words: {}", view.words.join(" ")));
    }
    for _ in 0..seconds {
        if view.state != JoinState::Waiting {
            break;
        }
        std::thread::sleep(Duration::from_secs(1));
        clinic.sync_round()?;
        *view = clinic.call(join_status::Input {})?;
    }
    Ok(())
}

/// A secret argument, or what stands on standard input in its place: arguments can be seen by others on the machine.
fn given(given: &str) -> Result<String, Failure> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().take(CODE_LIMIT).read_to_string(&mut text);
    read.map_err(|error| Failure::file(std::path::Path::new("standard input"), &error))?;
    Ok(text)
}

fn exit_of(state: JoinState) -> Exit {
    match state {
        JoinState::Approved => Exit::Done,
        JoinState::None | JoinState::Waiting => Exit::Alone,
        JoinState::Refused | JoinState::Expired => Exit::Server,
        JoinState::Failed => Exit::Check,
    }
}

fn text(view: &JoinView) -> String {
    match view.state {
        JoinState::None => "This laptop has not asked to join a clinic.".into(),
        JoinState::Waiting => format!("Waits for an admin, who compares these words: {}", view.words.join(" ")),
        JoinState::Approved => "Taken in. Unlock, then `wardkeep sync` fetches what is there.".into(),
        JoinState::Refused => "An admin has said no.".into(),
        JoinState::Expired => "The invitation has ended. Ask for another.".into(),
        JoinState::Failed => "The answer is not to be believed. Nothing was taken over; ask the clinic's admin.".into(),
    }
}
