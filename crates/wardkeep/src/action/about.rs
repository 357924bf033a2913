//! `wardkeep about`: what this program is made of.

use crate::args::Common;
use crate::exit::{Exit, Failure};
use crate::print::Printer;
use crate::session::clinic;
use wardkeep_clinic::machine::about::Input;

/// Prints it.
pub fn run(common: &Common, printer: &Printer) -> Result<Exit, Failure> {
    let about = clinic(common)?.call(Input {})?;
    printer.answer(&about, |about| {
        let mut lines = vec![
            format!("Wardkeep {}", about.version),
            format!("SQLCipher {}", about.sqlcipher),
            format!("Home folder {}", about.home),
        ];
        lines.extend(
            about
                .licences
                .iter()
                .map(|licence| format!("  {} ({})", licence.name, licence.licence)),
        );
        lines.join("\n")
    })?;
    Ok(Exit::Done)
}
