//! `wardkeep doctor`: looks at the machine and the vault. Works locked; with a password source it looks deeper.

use crate::args::Common;
use crate::exit::{Exit, Failure};
use crate::print::{Printer, table};
use crate::session::{clinic, unlock};
use wardkeep_clinic::machine::doctor::{CheckStatus, DoctorCheck, Input};

/// Prints the checks; a fault shows in the exit code.
pub fn run(common: &Common, printer: &Printer) -> Result<Exit, Failure> {
    let deeper = common.password_file.is_some() || common.password_command.is_some();
    let checks = if deeper {
        unlock(common)?.clinic.call(Input {})?
    } else {
        clinic(common)?.call(Input {})?
    };
    printer.answer(&checks, |checks| text(checks))?;
    let fault = checks.iter().any(|check| check.status == CheckStatus::Fault);
    Ok(if fault { Exit::Check } else { Exit::Done })
}

fn text(checks: &[DoctorCheck]) -> String {
    let rows: Vec<_> = checks
        .iter()
        .map(|check| {
            vec![
                check.status.name().to_owned(),
                check.id.name().to_owned(),
                check.detail.clone(),
            ]
        })
        .collect();
    table(&rows)
}
