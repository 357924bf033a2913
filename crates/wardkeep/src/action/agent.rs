//! `wardkeep agent`: keeps a locked laptop in touch with its clinic, until the log-in session ends.

use crate::args::{self, Common};
use crate::exit::{Exit, Failure};
use crate::print::Printer;
use crate::session::clinic;
use wardkeep_clinic::agent::{Agent, autostart};

/// Runs it, or has it started at log-in.
pub fn run(common: &Common, agent: &args::Agent, printer: &Printer) -> Result<Exit, Failure> {
    if agent.uninstall {
        autostart::uninstall(&autostart::entry_of_user()?)?;
        printer.answer(&serde_json::json!({}), |_| {
            "The agent is not started at log-in any more.".into()
        })?;
        return Ok(Exit::Done);
    }
    let clinic = clinic(common)?;
    if agent.install {
        let program =
            std::env::current_exe().map_err(|error| Failure::file(std::path::Path::new("wardkeep"), &error))?;
        let entry = autostart::entry_of_user()?;
        autostart::install(&entry, &program, &["agent"], clinic.home().root())?;
        printer.answer(&serde_json::json!({ "entry": entry }), |_| {
            "The agent starts at the next log-in.".into()
        })?;
        return Ok(Exit::Done);
    }
    Agent::take(clinic)?.run()?;
    Ok(Exit::Done)
}
