//! `audit_export`: entries of the trail into a file in clear, where the person said: FHIR AuditEvents or CSV. It obeys the clinic's rule about
//! exports and is in the log before the first byte leaves. Patients stand in it by their ids.

pub use super::source::Which;

use super::event::{fhir_line, written};
use super::source::{Fresh, Names, PAGE, read};
use super::values::of_entry;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::export::{file_fault, write_new};
use crate::policy;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use std::io::Write;
use ts_rs::TS;
use wardkeep_interop::audit_event::{CSV_HEAD, csv_line};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, View};
use wardkeep_vault::trail::TrailRow;

/// Most entries of one file.
const LIMIT: u64 = 5_000_000;

/// The form of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TrailFormat {
    /// One FHIR R4 AuditEvent a line.
    Fhir,
    /// A table.
    Csv,
}

/// Whether the file has values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Values {
    /// The entries alone.
    Without,
    /// Those of the office, before and after.
    Office,
}

/// The form, and what is in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Form {
    /// The form.
    pub format: TrailFormat,
    /// Whether it has values.
    pub values: Values,
}

impl Form {
    /// With the office's values or without any.
    pub fn new(format: TrailFormat, office: bool) -> Self {
        let values = if office { Values::Office } else { Values::Without };
        Self { format, values }
    }
}

/// Which entries, how, and the file to be made.
#[derive(Deserialize, TS)]
pub struct Input {
    /// Which.
    pub which: Which,
    /// How.
    pub format: TrailFormat,
    /// With the values before and after, of entries of the office. Those of the chart never leave by this way.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub values: Option<bool>,
    /// The new file. One that is there is left alone.
    pub path: String,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct ExportedTrail {
    /// Entries.
    #[ts(type = "number")]
    pub entries: u64,
    /// The file's length.
    #[ts(type = "number")]
    pub bytes: u64,
}

impl Command for Input {
    type Output = ExportedTrail;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Audit);

    fn run(self, clinic: &Clinic) -> Result<ExportedTrail, CommandError> {
        write_new(clinic, &self.path, |file| {
            let form = Form::new(self.format, self.values == Some(true));
            clinic.export_trail_to(&self.which, form, &mut std::io::BufWriter::new(file))
        })
    }
}

impl Clinic {
    /// Writes entries, newest first, in clear to where the person said.
    pub fn export_trail_to(
        &self,
        which: &Which,
        form: Form,
        out: &mut dyn Write,
    ) -> Result<ExportedTrail, CommandError> {
        let filter = which.filter()?;
        self.with_session(|session| {
            session.allow(Need::May(Permission::Audit))?;
            policy::may_export(session)
        })?;
        let mut done = ExportedTrail { entries: 0, bytes: 0 };
        let mut put = |text: &str| {
            done.bytes += text.len() as u64;
            out.write_all(text.as_bytes()).map_err(|error| file_fault(&error))
        };
        let (mut fresh, mut before) = (Fresh::Now, None);
        loop {
            // Nobody waits for the whole of it: the laptop can be locked between two pages, and the file is then no file.
            let (text, rows, last) = read(self, fresh, |session, desk, source| {
                session.snapshot(|view| {
                    let rows = source.page(session, view, &filter, before, PAGE)?;
                    let mut names = Names::new(session, desk, view);
                    let text = page(session, view, &rows, form, &mut names)?;
                    Ok((text, rows.len(), rows.last().map(|row| row.id)))
                })
            })?;
            if fresh == Fresh::Now {
                self.with_session(|session| note(session, which, form))?;
                if form.format == TrailFormat::Csv {
                    put(CSV_HEAD)?;
                }
            }
            put(&text)?;
            done.entries += rows as u64;
            if rows < PAGE as usize {
                break;
            }
            if done.entries >= LIMIT {
                return Err(CommandError::new(ErrorCode::TooLarge).at("which"));
            }
            (fresh, before) = (Fresh::AsItWas, last);
        }
        out.flush().map_err(|error| file_fault(&error))?;
        Ok(done)
    }
}

fn page(
    session: &Session,
    view: &View<'_>,
    rows: &[TrailRow],
    form: Form,
    names: &mut Names<'_>,
) -> Result<String, CommandError> {
    let site = session.clinic_name();
    let line = match form.format {
        TrailFormat::Fhir => fhir_line,
        TrailFormat::Csv => csv_line,
    };
    let mut text = String::new();
    for row in rows {
        let changes = match form.values {
            // Whoever reads the file may hold no key of the chart.
            Values::Office if row.entry.chain == Compartment::Office => of_entry(session, view, &row.entry)?.1,
            Values::Office | Values::Without => Vec::new(),
        };
        text.push_str(&written(row, &changes, &site, names, line));
    }
    Ok(text)
}

/// Writes down that the trail went out, and how it was narrowed.
fn note(session: &Session, which: &Which, form: Form) -> Result<(), CommandError> {
    let detail = serde_json::json!({
        "to": "file", "format": form.format, "values": form.values == Values::Office, "person": which.user, "device": which.device, "actions": which.actions,
        "from_ms": which.from_ms, "until_ms": which.until_ms,
    });
    let entry = AuditEntry::new(Action::TrailExport).detail(&detail);
    let entry = which.patient.into_iter().fold(entry, AuditEntry::patient);
    session.write(Compartment::Office, |tx| Ok(tx.audit(&entry)?))
}
