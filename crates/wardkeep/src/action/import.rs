//! `wardkeep import fhir`: the import dialog for scripts, with progress where a person looks on.

use crate::args::{Common, ImportFhir};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, table};
use crate::session::unlock;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;
use wardkeep_clinic::Clinic;
use wardkeep_clinic::import::wire::{ImportPreview, ImportProgress, ImportState};
use wardkeep_clinic::import::{preview, progress, start};

/// Between two looks at the progress.
const LOOK: Duration = Duration::from_millis(100);

/// Imports, or only says what is there; rejects show in the exit code.
pub fn run(common: &Common, wanted: &ImportFhir, printer: &Printer) -> Result<Exit, Failure> {
    let paths = wanted.paths.iter().map(path_text).collect::<Result<Vec<_>, _>>()?;
    let session = unlock(common)?;
    if wanted.preview {
        let preview = session.clinic.call(preview::Input { paths })?;
        printer.answer(&preview, preview_text)?;
        return Ok(Exit::Done);
    }
    let job = session
        .clinic
        .call(start::Input {
            paths,
            source: wanted.source.clone(),
        })?
        .job;
    let end = watch(&session.clinic, job)?;
    printer.answer(&end, end_text)?;
    match (end.state, end.error) {
        (_, Some(error)) => Err(error.into()),
        (ImportState::Cancelled, None) => Ok(Exit::Cancelled),
        _ if end.rejected > 0 => Ok(Exit::Rejects),
        _ => Ok(Exit::Done),
    }
}

/// Waits for the end; a terminal sees one line that changes.
fn watch(clinic: &Clinic, job: u32) -> Result<ImportProgress, Failure> {
    let shown = std::io::stderr().is_terminal();
    loop {
        let now = clinic.call(progress::Input { job })?;
        if shown {
            // Progress is a courtesy: a closed terminal does not stop the import.
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K{}", line(&now));
        }
        if now.state != ImportState::Running {
            if shown {
                let _ = writeln!(std::io::stderr().lock());
            }
            return Ok(now);
        }
        std::thread::sleep(LOOK);
    }
}

fn line(now: &ImportProgress) -> String {
    let percent = (now.bytes_done * 100).checked_div(now.bytes_total).unwrap_or(100);
    let records = now.imported + now.updated + now.unchanged;
    let rate = (records * 1000).checked_div(now.elapsed_ms).unwrap_or(0);
    let file = now.current_file.as_deref().unwrap_or("");
    format!(
        "{percent:3} %  {records} resources  {rate}/s  {} rejected  {file}",
        now.rejected
    )
}

fn end_text(end: &ImportProgress) -> String {
    let mut text = format!(
        "{} new, {} updated, {} unchanged, {} rejected; {} kept verbatim; {}.{:03} s\n",
        end.imported,
        end.updated,
        end.unchanged,
        end.rejected,
        end.kept_verbatim,
        end.elapsed_ms / 1000,
        end.elapsed_ms % 1000
    );
    let rows: Vec<_> = end
        .by_type
        .iter()
        .map(|count| vec![format!("  {}", count.resource_type), count.count.to_string()])
        .collect();
    text.push_str(&table(&rows));
    for reject in &end.rejects {
        let what = reject.resource_type.as_deref().unwrap_or("?");
        let element = reject.element.as_deref().unwrap_or("");
        text.push_str(&format!(
            "rejected: {} #{} {what} {element}: {}\n",
            reject.file, reject.index, reject.reason
        ));
    }
    if end.rejected > end.rejects.len() as u64 {
        text.push_str(&format!("and {} more\n", end.rejected - end.rejects.len() as u64));
    }
    text
}

fn preview_text(preview: &ImportPreview) -> String {
    let problems = preview
        .files
        .iter()
        .filter_map(|file| Some(format!("{}: {}\n", file.name, file.problem.as_ref()?)));
    let rows: Vec<_> = preview
        .counts
        .iter()
        .map(|count| {
            let how = if count.typed { "" } else { "kept verbatim" };
            vec![
                format!("  {}", count.resource_type),
                count.count.to_string(),
                how.to_owned(),
            ]
        })
        .collect();
    let some = if preview.sampled { " in the first part" } else { "" };
    let source = if preview.needs_source {
        "Say where these come from: --source LABEL.\n"
    } else {
        ""
    };
    let files = format!("{} files, {} patients{some}\n", preview.files.len(), preview.patients);
    files + &table(&rows) + source + &problems.collect::<String>()
}

/// Paths travel as text through the command table.
fn path_text(path: &PathBuf) -> Result<String, Failure> {
    let absolute = std::path::absolute(path).map_err(|error| Failure::file(path, &error))?;
    absolute
        .into_os_string()
        .into_string()
        .map_err(|_| Failure::usage("A path is not Unicode."))
}
