//! Arguments about the audit trail, and about whom records are given to.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `audit ...`.
#[derive(Subcommand, Debug)]
pub enum Audit {
    /// Check the chain of every compartment that the user can open
    Verify,
    /// Entries of this laptop, newest first
    List(AuditList),
    /// Entries of every laptop of the clinic, newest first
    Trail(AuditTrail),
    /// Compare the entries of every laptop with what the laptops signed
    VerifyTrail,
    /// Write entries into a file, in clear: FHIR AuditEvents (one a line) or CSV
    Export(AuditExport),
    /// To whom a patient's records were given, when, what and why
    Disclosures(AuditDisclosures),
    /// Who looked at a patient, on any laptop
    Viewers(AuditViewers),
}

/// `audit list`.
#[derive(Args, Debug)]
pub struct AuditList {
    /// Only about this patient (id or record number)
    #[arg(long, value_name = "ID|MRN")]
    pub patient: Option<String>,
    /// With the values before and after of changes that the user may read; that it was looked is in the log
    #[arg(long)]
    pub values: bool,
    /// Only older entries: the cursor of the last row of a former list (--json shows it)
    #[arg(long, value_name = "CURSOR")]
    pub before: Option<u64>,
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

/// Which entries.
#[derive(Args, Debug)]
pub struct WhichEntries {
    /// Only by this person
    #[arg(long, value_name = "NAME|ID")]
    pub person: Option<String>,
    /// Only on this laptop
    #[arg(long, value_name = "NAME|ID")]
    pub device: Option<String>,
    /// Only about this patient
    #[arg(long, value_name = "ID|MRN")]
    pub patient: Option<String>,
    /// Only this action; may be said several times
    #[arg(long = "action", value_name = "ACTION")]
    pub actions: Vec<String>,
    /// From when to when
    #[command(flatten)]
    pub period: Period,
}

/// A period.
#[derive(Args, Debug)]
pub struct Period {
    /// From this day (UTC) or time on: 2026-01-31 or 2026-01-31T08:00:00Z
    #[arg(long, value_name = "DAY|TIME")]
    pub from: Option<String>,
    /// Up to the end of this day (UTC), or before this time
    #[arg(long, value_name = "DAY|TIME")]
    pub until: Option<String>,
}

/// `audit trail`.
#[derive(Args, Debug)]
pub struct AuditTrail {
    /// Which
    #[command(flatten)]
    pub which: WhichEntries,
    /// With the values before and after of changes that the user may read; that it was looked is in the log
    #[arg(long)]
    pub values: bool,
    /// Only older entries: the cursor of the last row of a former answer (--json shows it)
    #[arg(long, value_name = "CURSOR")]
    pub before: Option<u64>,
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

/// `audit export`.
#[derive(Args, Debug)]
pub struct AuditExport {
    /// Which
    #[command(flatten)]
    pub which: WhichEntries,
    /// The form of the file
    #[arg(long)]
    pub format: TrailFormat,
    /// With the values before and after, of changes of the office; those of the chart never leave so
    #[arg(long)]
    pub values: bool,
    /// A new file; - for standard output
    #[arg(long, value_name = "FILE|-")]
    pub out: PathBuf,
}

/// The forms.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrailFormat {
    /// FHIR R4 AuditEvent in the shapes of IHE BALP, one a line
    Fhir,
    /// A table
    Csv,
}

/// `audit disclosures`.
#[derive(Args, Debug)]
pub struct AuditDisclosures {
    /// The patient's id or record number
    #[arg(value_name = "ID|MRN")]
    pub patient: String,
    /// From when to when (default: the last six years)
    #[command(flatten)]
    pub period: Period,
}

/// `audit viewers`.
#[derive(Args, Debug)]
pub struct AuditViewers {
    /// The patient's id or record number
    #[arg(value_name = "ID|MRN")]
    pub patient: String,
}

/// For whom a copy in clear is.
#[derive(Args, Debug)]
pub struct ForWhom {
    /// Who receives it: name and address; stands in the accounting of disclosures
    #[arg(long, value_name = "TEXT", requires = "purpose")]
    pub recipient: Option<String>,
    /// Why it is given
    #[arg(long, requires = "recipient")]
    pub purpose: Option<PurposeArgument>,
}

/// Why records are given out.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[value(rename_all = "snake_case")]
pub enum PurposeArgument {
    /// Somebody else treats the patient
    Treatment,
    /// Somebody pays, or is asked to
    Payment,
    /// The clinic's own work: quality, training, audits
    Operations,
    /// The patient asked for it
    Patient,
    /// An authority for public health
    #[value(alias = "public-health")]
    PublicHealth,
    /// A court, the police, an overseeing authority, another law
    Legal,
    /// Research
    Research,
    /// Something else
    Other,
}
