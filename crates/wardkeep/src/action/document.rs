//! `wardkeep document`: a patient's documents.

use crate::action::export::disclosure;
use crate::action::patient::resolve;
use crate::args::{AddDocument, Common, Document, DocumentPart, SaveDocument, Sort};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, table};
use crate::session::unlock;
use std::path::Path;
use wardkeep_clinic::Clinic;
use wardkeep_clinic::document::{self, Compartment, DocumentKind, add, list, remove, restore, save, show};
use wardkeep_clinic::patient::RecordId;
use wardkeep_clinic::sync::files::FilePlace;

/// Does it.
pub fn run(common: &Common, wanted: &Document, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let clinic = &session.clinic;
    match wanted {
        Document::Add(wanted) => printer.answer(&clinic.call(input_of(clinic, wanted)?)?, text)?,
        Document::List(wanted) => {
            let patient = resolve(clinic, &wanted.patient)?;
            printer.answer(&clinic.call(list::Input { patient })?, |found| list_text(found))?;
        }
        Document::Show(which) => {
            let id = id_of(&which.document)?;
            printer.answer(&clinic.call(show::Input { id })?, text)?;
        }
        Document::Save(wanted) => save_copy(clinic, wanted, printer)?,
        Document::Remove(wanted) => {
            let id = id_of(&wanted.document)?;
            let reason = wanted.reason.clone();
            printer.answer(&clinic.call(remove::Input { id, reason })?, |_| {
                format!("Removed. `wardkeep document restore {id}` undoes it.")
            })?;
        }
        Document::Restore(which) => {
            let id = id_of(&which.document)?;
            printer.answer(&clinic.call(restore::Input { id })?, text)?;
        }
    }
    Ok(Exit::Done)
}

fn input_of(clinic: &Clinic, wanted: &AddDocument) -> Result<add::Input, Failure> {
    let path = wanted.file.to_str();
    Ok(add::Input {
        patient: resolve(clinic, &wanted.patient)?,
        compartment: match wanted.part {
            DocumentPart::Office => Compartment::Office,
            DocumentPart::Clinical => Compartment::Clinical,
        },
        path: path
            .ok_or_else(|| Failure::usage("The name of the file is not UTF-8."))?
            .to_owned(),
        title: wanted.title.clone(),
        kind: kind_of(wanted.kind),
        date: wanted.date.clone(),
    })
}

fn save_copy(clinic: &Clinic, wanted: &SaveDocument, printer: &Printer) -> Result<(), Failure> {
    let id = id_of(&wanted.document)?;
    let disclosure = disclosure(&wanted.for_whom);
    if wanted.out == Path::new("-") {
        return Ok(clinic.save_document_to(id, disclosure.as_ref(), &mut std::io::stdout().lock())?);
    }
    let path = wanted.out.to_str();
    let path = path.ok_or_else(|| Failure::usage("The name of the new file is not UTF-8."))?;
    let saved = clinic.call(save::Input {
        id,
        path: path.to_owned(),
        disclosure,
    })?;
    printer.note(&format!("{} bytes, in clear, in {}", saved.size, wanted.out.display()));
    Ok(())
}

fn id_of(text: &str) -> Result<RecordId, Failure> {
    text.trim()
        .parse()
        .map_err(|_| Failure::usage("The document's id is not valid."))
}

fn kind_of(sort: Sort) -> DocumentKind {
    match sort {
        Sort::Letter => DocumentKind::Letter,
        Sort::Report => DocumentKind::Report,
        Sort::Result => DocumentKind::Result,
        Sort::Image => DocumentKind::Image,
        Sort::Consent => DocumentKind::Consent,
        Sort::Identity => DocumentKind::Identity,
        Sort::Insurance => DocumentKind::Insurance,
        Sort::Other => DocumentKind::Other,
    }
}

fn list_text(found: &[document::Document]) -> String {
    if found.is_empty() {
        return "No documents.".to_owned();
    }
    let head = ["id", "date", "kind", "title", "bytes", "file"]
        .map(str::to_owned)
        .to_vec();
    let rows = found.iter().map(|one| {
        let state = if one.removed { "removed" } else { place(one) };
        vec![
            one.id.to_string(),
            one.date.clone().unwrap_or_default(),
            one.kind.code().to_owned(),
            one.title.clone(),
            one.size.to_string(),
            state.to_owned(),
        ]
    });
    table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

fn text(one: &document::Document) -> String {
    let mut lines = vec![
        format!("{} ({}, {} bytes)", one.title, one.media_type, one.size),
        format!("  id      {}", one.id),
        format!("  kind    {}", one.kind.code()),
        format!("  file    {}: {}", one.file_name, place(one)),
    ];
    if let Some(date) = &one.date {
        lines.push(format!("  date    {date}"));
    }
    if !one.author.is_empty() {
        lines.push(format!("  added   by {}", one.author));
    }
    lines.join("\n")
}

fn place(one: &document::Document) -> &'static str {
    match one.file.place {
        FilePlace::Here => "here",
        FilePlace::Sending => "here, not with the server yet",
        FilePlace::Fetching => "not here yet",
        FilePlace::Waits => "waits for the laptop that has it",
        FilePlace::Damaged => "damaged on the server, asked again from another laptop",
        FilePlace::Missing => "missing",
    }
}
