//! `wardkeep recovery` and `wardkeep recover`: the recovery key is made, tried and used.

mod paper;

use crate::args::{Common, NewRecovery, Paper, Recover, RecoveryAction};
use crate::exit::{Exit, Failure};
use crate::password::{self, Source};
use crate::print::{Printer, moment};
use crate::session::{Unlocked, clinic, unlock};
use std::io::{IsTerminal, Write};
use wardkeep_clinic::document::Compartment;
use wardkeep_clinic::recovery::wire::{RecoveryReport, RecoverySheets, RecoveryStatus};
use wardkeep_clinic::recovery::{check, enroll, prepare, recover as take_in, status};
use wardkeep_clinic::session::status as app_status;
use wardkeep_clinic::session::wire::AppState;
use wardkeep_clinic::user::Role;
use wardkeep_clinic::{Clinic, CommandError, ErrorCode, Password, session};
use zeroize::Zeroizing;

/// How often the questions may be answered wrong.
const TRIES: usize = 5;
/// Rounds after which one run ends, whatever is still coming in.
const ROUNDS: usize = 100;
/// Wipes the screen and what was scrolled out of it.
const CLEAR: &str = "\x1b[H\x1b[2J\x1b[3J";

/// Does what was asked.
pub fn run(common: &Common, action: &RecoveryAction, printer: &Printer) -> Result<Exit, Failure> {
    match action {
        RecoveryAction::Status => {
            let session = unlock(common)?;
            let status = session.clinic.call(status::Input {})?;
            printer.answer(&status, status_text)?;
            Ok(Exit::Done)
        }
        RecoveryAction::New(wanted) => made(common, wanted, printer),
        RecoveryAction::Check(wanted) => {
            let session = unlock(common)?;
            let key = typed(wanted)?;
            let report = session.clinic.call(check::Input { key })?;
            printer.answer(&report, report_text)?;
            Ok(exit_of(&report))
        }
    }
}

fn made(common: &Common, wanted: &NewRecovery, printer: &Printer) -> Result<Exit, Failure> {
    let shown = std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !common.json;
    if wanted.words_file.is_none() && !shown {
        return Err(Failure::usage(
            "The recovery key is shown on a terminal only. For a script give --words-file FILE.",
        ));
    }
    let session = unlock(common)?;
    let sheets = session.clinic.call(prepare::Input { split: wanted.split })?;
    let report = match &wanted.words_file {
        Some(file) => {
            let files = paper::write(&sheets, file)?;
            let answers = paper::answers(&sheets, &files)?;
            session.clinic.call(enroll::Input { answers })?
        }
        None => {
            printer.raw(&paper::text(&sheets))?;
            printer.note("\nWrite it down now: it is shown once. Then press Enter; the screen is wiped and parts of it are asked for.");
            wait_for_enter()?;
            wipe_screen();
            prove(&session, &sheets, printer)?
        }
    };
    printer.answer(&report, |report| {
        format!(
            "The recovery key {} counts from now on; no former one does.\n{}",
            report.paper,
            report_text(report)
        )
    })?;
    Ok(exit_of(&report))
}

/// Asks for parts of the paper until they are right.
fn prove(session: &Unlocked, sheets: &RecoverySheets, printer: &Printer) -> Result<RecoveryReport, Failure> {
    for _ in 0..TRIES {
        let mut answers = Vec::new();
        for question in &sheets.questions {
            let prompt = if sheets.sheets.len() == 1 {
                format!("Word {}: ", question.place)
            } else {
                format!("Share {}, group {}: ", question.sheet, question.place)
            };
            answers.push(password::read(Source::Prompt, &prompt)?);
        }
        match session.clinic.call(enroll::Input { answers }) {
            Err(error) if error.code == ErrorCode::Invalid => {
                printer.note("That is not what stands on the paper. Once more.");
            }
            other => return Ok(other?),
        }
    }
    Err(Failure::usage(
        "The paper could not be proven. Nothing was changed; make another with `wardkeep recovery new`.",
    ))
}

/// The line is thrown away: whatever was typed there is no secret of ours.
fn wait_for_enter() -> Result<(), Failure> {
    let mut line = Zeroizing::new(String::new());
    let read = std::io::stdin().read_line(&mut line);
    read.map(drop)
        .map_err(|error| Failure::file(std::path::Path::new("standard input"), &error))
}

fn wipe_screen() {
    let mut out = std::io::stdout().lock();
    // A terminal that does not take it shows what its owner has just written down.
    let _ = write!(out, "{CLEAR}").and_then(|()| out.flush());
}

/// The recovery key from files, or asked for.
fn typed(wanted: &Paper) -> Result<Vec<Password>, Failure> {
    if !wanted.words_files.is_empty() {
        return wanted.words_files.iter().map(|file| paper::read(file)).collect();
    }
    let ask = |prompt: &str| password::read(Source::Prompt, prompt);
    if wanted.shares {
        return Ok(vec![
            ask("First share (not shown): ")?,
            ask("Second share (not shown): ")?,
        ]);
    }
    Ok(vec![ask(
        "The 24 words, and the check characters behind them (not shown): ",
    )?])
}

/// `wardkeep recover`: makes a vault here, has the recovery key take it in, and fetches everything.
pub fn recover(common: &Common, wanted: &Recover, printer: &Printer) -> Result<Exit, Failure> {
    let Some(user_name) = common.user.clone() else {
        return Err(Failure::usage("Say who will use this laptop: --user NAME."));
    };
    let source = Source::of(common.password_file.as_deref(), common.password_command.as_deref());
    let clinic = clinic(common)?;
    let found = clinic.call(app_status::Input {})?;
    let password = if found.state == AppState::NoVault {
        password::choose(source, &format!("New password of {user_name}: "))?
    } else {
        password::read(source, &format!("Password of {user_name}: "))?
    };
    let key = typed(&wanted.paper)?;
    if found.state == AppState::Locked {
        // Cut short before: it goes on where it was.
        open(&clinic, &password)?;
    }
    let report = clinic.call(take_in::Input {
        server: wanted.server.clone(),
        pin: wanted.pin.clone(),
        clinic: wanted.clinic.clone(),
        key,
        device_name: wanted.device_name.clone(),
        user_name,
        person: wanted.person.clone(),
        roles: wanted.roles.iter().map(|role| Role::from(*role)).collect(),
        password: password.clone(),
    });
    let fetched = report.map_err(Failure::from).and_then(|report| {
        printer.note("Taken in. Fetching what the clinic has.");
        fetch(&clinic, &password)?;
        Ok(report)
    });
    let _ = clinic.call(session::lock::Input {
        reason: session::wire::LockReason::Quit,
    });
    let report = fetched?;
    printer.answer(&report, |report| {
        format!(
            "{}\nThe recovery key was typed on this laptop: make another now with `wardkeep recovery new`, and revoke the laptops that are lost.",
            report_text(report)
        )
    })?;
    Ok(exit_of(&report))
}

/// Rounds until everything is here. The first ends the session, because the access has come; the next one begins with it.
fn fetch(clinic: &Clinic, password: &Password) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        if clinic.call(app_status::Input {})?.state == AppState::Locked {
            open(clinic, password)?;
        }
        let outcome = clinic.sync_round()?;
        let locked = clinic.call(app_status::Input {})?.state == AppState::Locked;
        if !locked && outcome.sent + outcome.fetched + outcome.applied == 0 {
            break;
        }
    }
    clinic.carry_files()?;
    Ok(())
}

/// Unlocks as the one user that a laptop has that was just taken in.
fn open(clinic: &Clinic, password: &Password) -> Result<(), Failure> {
    let status = clinic.call(app_status::Input {})?;
    let [user] = status.users.as_slice() else {
        return Err(CommandError::new(ErrorCode::VaultExists).into());
    };
    clinic.call(session::unlock::Input {
        user: user.id,
        password: password.clone(),
    })?;
    Ok(())
}

/// A paper that does not open everything is a fault that a check has found.
fn exit_of(report: &RecoveryReport) -> Exit {
    if report.parts.iter().all(|part| part.opens) {
        Exit::Done
    } else {
        Exit::Check
    }
}

fn status_text(status: &RecoveryStatus) -> String {
    let Some(paper) = &status.paper else {
        return "The clinic has no recovery key. Who loses every laptop, or every admin's password, then loses the records. Make one: `wardkeep recovery new`.".into();
    };
    let since = status.since_ms.map(moment).unwrap_or_default();
    let mut text = format!("Recovery key {paper}, since {since}.");
    if let Some(used) = status.used_ms {
        text += &format!("\nIt was used on {}: make another in its place.", moment(used));
    }
    text
}

fn report_text(report: &RecoveryReport) -> String {
    let mut lines = vec![format!("Recovery key {}", report.paper)];
    for part in &report.parts {
        let name = match part.compartment {
            Compartment::Office => "office",
            Compartment::Clinical => "chart",
        };
        lines.push(if part.opens {
            format!("  {name}: opens every key, up to number {}", part.epoch)
        } else {
            format!(
                "  {name}: key number {} has not been sent to it yet; a laptop that has it must be online once",
                part.epoch
            )
        });
    }
    lines.join("\n")
}
