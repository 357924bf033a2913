//! `wardkeep`: the clinic's command table for scripts, checks and people at a terminal.
//!
//! One run is one session: it unlocks with a password from a file, a command or a prompt, does one thing, and locks. The
//! unlock key is never left in the keychain for a next run. Answers go to standard output, everything else to standard
//! error; docs/command-line.md has the exit codes.

mod action;
mod args;
mod exit;
mod password;
mod print;
mod session;

use args::{Action, Arguments};
use clap::Parser;
use exit::{Exit, Failure};
use print::Printer;
use std::process::ExitCode;

/// Overwrites every piece of memory when it is given back: the agent lives as long as the log-in, and a device's key crosses buffers of
/// libraries that do not wipe.
#[global_allocator]
static WIPING: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not errors; a broken pipe while printing them is nobody's concern.
            let _ = error.print();
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            return ExitCode::from(exit as u8);
        }
    };
    let printer = Printer::new(arguments.common.json);
    let exit = run(&arguments, &printer).unwrap_or_else(|failure| {
        printer.failure(&failure);
        failure.exit()
    });
    ExitCode::from(exit as u8)
}

/// Does the one thing that was asked for.
fn run(arguments: &Arguments, printer: &Printer) -> Result<Exit, Failure> {
    let common = &arguments.common;
    match &arguments.action {
        Action::Init(init) => action::init::run(common, init, printer),
        Action::Status => action::status::run(common, printer),
        Action::Import(args::Import::Fhir(import)) => action::import::run(common, import, printer),
        Action::Patient(patient) => action::patient::run(common, patient, printer),
        Action::Document(document) => action::document::run(common, document, printer),
        Action::Export(args::Export::Fhir(export)) => action::export::run(common, export, printer),
        Action::Audit(audit) => action::audit::run(common, audit, printer),
        Action::User(user) => action::user::run(common, user, printer),
        Action::Sync(sync) => action::sync::run(common, sync, printer),
        Action::Clinic(clinic) => action::clinic::run(common, clinic, printer),
        Action::Agent(agent) => action::agent::run(common, agent, printer),
        Action::Devices(devices) => action::devices::run(common, devices, printer),
        Action::Keys => action::keys::list(common, printer),
        Action::Rotate(rotate) => action::keys::rotate(common, rotate, printer),
        Action::Recovery(recovery) => action::recovery::run(common, recovery, printer),
        Action::Recover(wanted) => action::recovery::recover(common, wanted, printer),
        Action::Incident(incident) => action::incident::run(common, incident, printer),
        Action::Policy(policy) => action::policy::run(common, policy, printer),
        Action::BreakGlass(wanted) => action::break_glass::run(common, wanted, printer),
        Action::Quarantine(quarantine) => action::quarantine::run(common, quarantine, printer),
        Action::Conflicts(conflicts) => action::conflicts::run(common, conflicts, printer),
        Action::Doctor => action::doctor::run(common, printer),
        Action::About => action::about::run(common, printer),
        Action::Command(raw) => action::raw::run(common, raw, printer),
        Action::Batch => action::batch::run(common),
    }
}
