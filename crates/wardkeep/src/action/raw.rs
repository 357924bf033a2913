//! `wardkeep command`: the command table as it is, for scripts.

use crate::args::{Common, Raw};
use crate::exit::{Exit, Failure};
use crate::print::Printer;
use crate::session::{clinic, unlock};
use std::io::Read;
use wardkeep_clinic::command::{COMMANDS, FILE_LIMIT, Need, dispatch};
use wardkeep_clinic::{CommandError, ErrorCode};
use zeroize::Zeroizing;

/// Commands that end or change the session: a one-shot run has nothing to keep it in.
pub(super) const NOT_HERE: &[&str] = &[
    "unlock",
    "resume",
    "lock",
    "touch",
    "import_start",
    "import_progress",
    "import_cancel",
];

/// Runs one command of the table and prints its answer as JSON.
pub fn run(common: &Common, raw: &Raw, printer: &Printer) -> Result<Exit, Failure> {
    if NOT_HERE.contains(&raw.name.as_str()) {
        return Err(Failure::usage(format!(
            "{} makes no sense in a run of its own.",
            raw.name
        )));
    }
    let declared = COMMANDS
        .iter()
        .find(|command| command.name == raw.name)
        .ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("name"))?;
    let input = input(&raw.input)?;
    let answer = if declared.need == Need::Nothing {
        dispatch(&clinic(common)?, &raw.name, &input)?
    } else {
        let session = unlock(common)?;
        dispatch(&session.clinic, &raw.name, &input)?
    };
    printer.raw(&answer)?;
    Ok(Exit::Done)
}

/// The argument itself, or standard input for `-`.
fn input(argument: &str) -> Result<Zeroizing<String>, Failure> {
    if argument != "-" {
        return Ok(Zeroizing::new(argument.to_owned()));
    }
    let mut text = Zeroizing::new(String::new());
    let limit = u64::try_from(FILE_LIMIT).unwrap_or(u64::MAX) + 1;
    std::io::stdin()
        .lock()
        .take(limit)
        .read_to_string(&mut text)
        .map_err(|error| Failure::file(std::path::Path::new("standard input"), &error))?;
    Ok(text)
}
