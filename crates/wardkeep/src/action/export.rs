//! `wardkeep export fhir`: one patient's records, sealed inside the vault or in clear where the person says so.

use crate::action::patient::resolve;
use crate::args::{Common, ExportFhir, ForWhom, PurposeArgument};
use crate::exit::{Exit, Failure};
use crate::print::Printer;
use crate::session::unlock;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use wardkeep_clinic::export::patient::Input;
use wardkeep_clinic::export::{Disclosure, Purpose};

/// Exports; without `--out` nothing leaves the vault.
pub fn run(common: &Common, wanted: &ExportFhir, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let id = resolve(&session.clinic, &wanted.patient)?;
    let Some(out) = &wanted.out else {
        let sealed = session.clinic.call(Input { id })?;
        printer.answer(&sealed, |sealed| {
            format!(
                "{} resources, {} bytes, sealed as {}",
                sealed.resources, sealed.bytes, sealed.blob
            )
        })?;
        return Ok(Exit::Done);
    };
    let to = disclosure(&wanted.for_whom);
    if out == Path::new("-") {
        let mut stdout = std::io::stdout().lock();
        session.clinic.export_patient_to(id, to.as_ref(), &mut stdout)?;
        stdout.flush().map_err(|error| Failure::file(out, &error))?;
        return Ok(Exit::Done);
    }
    let mut file = private(out).map_err(|error| Failure::file(out, &error))?;
    let count = session.clinic.export_patient_to(id, to.as_ref(), &mut file)?;
    file.sync_all().map_err(|error| Failure::file(out, &error))?;
    printer.note(&format!("{count} resources, in clear, in {}", out.display()));
    Ok(Exit::Done)
}

/// For whom a copy is, where it was said.
pub fn disclosure(said: &ForWhom) -> Option<Disclosure> {
    let (Some(recipient), Some(purpose)) = (&said.recipient, said.purpose) else {
        return None;
    };
    Some(Disclosure {
        recipient: recipient.clone(),
        purpose: match purpose {
            PurposeArgument::Treatment => Purpose::Treatment,
            PurposeArgument::Payment => Purpose::Payment,
            PurposeArgument::Operations => Purpose::Operations,
            PurposeArgument::Patient => Purpose::Patient,
            PurposeArgument::PublicHealth => Purpose::PublicHealth,
            PurposeArgument::Legal => Purpose::Legal,
            PurposeArgument::Research => Purpose::Research,
            PurposeArgument::Other => Purpose::Other,
        },
    })
}

/// A new or emptied file that only its owner may read.
fn private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}
