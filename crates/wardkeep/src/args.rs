//! The shape of the command line. A password is never an argument and never in the environment: both are seen by others.

mod audit;
mod break_glass;
mod clinic;
mod document;
mod incident;
mod keys;
mod policy;
mod quarantine;
mod recovery;

pub use audit::{
    Audit, AuditDisclosures, AuditExport, AuditList, AuditTrail, AuditViewers, ForWhom, Period, PurposeArgument,
    TrailFormat, WhichEntries,
};
pub use break_glass::{BreakGlass, BreakGlassAction, BreakGlassOpen};
pub use clinic::{
    Agent, Approve, Attach, ClinicAction, Conflicts, ConflictsAction, Devices, DevicesAction, Join, Settle, Sync,
    SyncAction,
};

pub use incident::{IncidentAction, Take, TakeStep};
pub use keys::{Rotate, RotateKey};
pub use policy::{DiskArgument, PolicyAction, PolicySet};
pub use quarantine::{Quarantine, QuarantineAction};
pub use recovery::{NewRecovery, Paper, Recover, RecoveryAction};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

pub use document::{AddDocument, Document, DocumentPart, SaveDocument, Sort};

/// The end of `--help`: what the exit codes mean. The same table is in docs/command-line.md.
const AFTER_HELP: &str = "\
Exit codes:
  0   done
  1   failed; the message says how
  2   the arguments or the input are not valid
  3   wrong password, or too soon after wrong ones
  4   the OS keychain is absent, locked, changed, or has no entry for this vault
  5   the vault or a key slot is damaged, or of a newer version
  6   the user's roles do not allow it
  7   imported, but some resources were rejected (each is reported)
  8   there is no vault, or there is one already
  9   another process has the vault open
  10  no such patient, user or command
  11  a file cannot be read or written, or the disk is full
  12  cancelled
  13  a check found a fault (audit verify, doctor), or sync found something wrong
  14  the server cannot be reached, or refuses
  15  this laptop works alone, or waits to be taken into a clinic

The password comes from --password-file, --password-command or a prompt, never from an argument or the environment.";

/// Clinic records on this laptop: encrypted, searchable, without a server.
#[derive(Parser, Debug)]
#[command(name = "wardkeep", version, after_help = AFTER_HELP, subcommand_required = true, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
    /// What holds for every action.
    #[command(flatten)]
    pub common: Common,
}

/// Options of every action.
#[derive(Args, Debug)]
pub struct Common {
    /// Home folder of the vault (default: the app's, below the user's data folder)
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Who unlocks, by name or id (default: the only user there is)
    #[arg(long, global = true, value_name = "NAME|ID")]
    pub user: Option<String>,
    /// Read the password from the first line of this file
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "password_command")]
    pub password_file: Option<PathBuf>,
    /// Read the password from the first line that this shell command prints
    #[arg(long, global = true, value_name = "COMMAND")]
    pub password_command: Option<String>,
    /// Answer as JSON on standard output, errors as JSON on standard error
    #[arg(long, global = true)]
    pub json: bool,
}

/// The actions.
#[derive(Subcommand, Debug)]
pub enum Action {
    /// Make a vault; --user names the first user, who gets every role
    Init(Init),
    /// Whether there is a vault, and who its users are (needs no password)
    Status,
    /// Bring records in
    #[command(subcommand)]
    Import(Import),
    /// Find, show, register and edit patients
    #[command(subcommand)]
    Patient(Patient),
    /// Restricted patients: open a closed chart in an emergency, and see who did
    BreakGlass(BreakGlass),
    /// A patient's documents: add, list, show, save, remove
    #[command(subcommand)]
    Document(Document),
    /// Give records out
    #[command(subcommand)]
    Export(Export),
    /// Who did what
    #[command(subcommand)]
    Audit(Audit),
    /// The people of this laptop
    #[command(subcommand)]
    User(User),
    /// Send and fetch what there is, then say where sync stands
    Sync(Sync),
    /// The clinic and its server: attach, invite, join, approve
    #[command(subcommand)]
    Clinic(ClinicAction),
    /// Keep this laptop in touch with its clinic while nobody has unlocked; obeys an order to wipe
    Agent(Agent),
    /// The devices of the clinic
    #[command(alias = "device")]
    Devices(Devices),
    /// The rules of the whole clinic
    #[command(subcommand)]
    Policy(PolicyAction),
    /// Keys and certificates: how old each is and when the next is due
    Keys,
    /// Put a new key in place of one
    Rotate(Rotate),
    /// The recovery key: the paper with which a clinic that has lost every laptop or password is taken up again
    #[command(subcommand)]
    Recovery(RecoveryAction),
    /// Take a new laptop into the clinic with the recovery key; --user names who will use it
    Recover(Recover),
    /// A laptop was stolen, or somebody leaves: one flow, step by step
    #[command(subcommand)]
    Incident(IncidentAction),
    /// Values that met without having seen each other
    Conflicts(Conflicts),
    /// What revoked devices wrote after their revocation: look at it, take it in, or leave it out
    Quarantine(Quarantine),
    /// Check keychain, disk encryption, cipher, file permissions, free space
    Doctor,
    /// Version, cipher, licences, home folder
    About,
    /// Run one command of the command table on JSON input
    Command(Raw),
    /// Run many commands in one session: one `{"name", "input"}` a line in, one `{"ok"}` or `{"error"}` a line out
    Batch,
}

/// `init`.
#[derive(Args, Debug)]
pub struct Init {
    /// The clinic's name
    #[arg(long, value_name = "NAME")]
    pub clinic: String,
}

/// `import ...`.
#[derive(Subcommand, Debug)]
pub enum Import {
    /// FHIR R4: bundles, NDJSON and single resources; files or folders
    Fhir(ImportFhir),
}

/// `import fhir`.
#[derive(Args, Debug)]
pub struct ImportFhir {
    /// Files, or folders whose .json and .ndjson files are taken
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Where these come from; tells apart equal ids of different systems
    #[arg(long, value_name = "LABEL", default_value = "")]
    pub source: String,
    /// Only say what is there
    #[arg(long)]
    pub preview: bool,
}

/// `patient ...`.
#[derive(Subcommand, Debug)]
pub enum Patient {
    /// Find by name, birth date, phone, record number or address
    Search(Search),
    /// Show one patient's demographics
    Show(Which),
    /// Register a patient
    Add(Box<Form>),
    /// Change what is given, leave the rest
    Edit(Box<Edit>),
    /// Remove a patient (undone by restore)
    Remove(Remove),
    /// Undo a removal
    Restore(Which),
    /// Let only these people open the chart as usual; said again, it changes who they are
    Restrict(Restrict),
    /// Let everybody who reads charts open this one again
    Unrestrict(Which),
}

/// `patient restrict`.
#[derive(Args, Debug)]
pub struct Restrict {
    /// The patient's id or record number
    #[arg(value_name = "ID|MRN")]
    pub patient: String,
    /// Who opens the chart as usual, by name or id; several with commas or by repeating
    #[arg(
        long = "to",
        value_name = "NAME|ID",
        value_delimiter = ',',
        required_unless_present = "nobody"
    )]
    pub to: Vec<String>,
    /// Nobody does: the chart is sealed for emergencies (admins only)
    #[arg(long, conflicts_with = "to")]
    pub nobody: bool,
}

/// `patient search`.
#[derive(Args, Debug)]
pub struct Search {
    /// What a person would type
    #[arg(required = true)]
    pub query: Vec<String>,
    /// At most this many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub limit: u32,
}

/// One patient.
#[derive(Args, Debug)]
pub struct Which {
    /// The patient's id or record number
    #[arg(value_name = "ID|MRN")]
    pub patient: String,
}

/// `patient remove`.
#[derive(Args, Debug)]
pub struct Remove {
    /// The patient's id or record number
    #[arg(value_name = "ID|MRN")]
    pub patient: String,
    /// Why
    #[arg(long)]
    pub reason: String,
}

/// `patient edit`.
#[derive(Args, Debug)]
pub struct Edit {
    /// The patient's id or record number
    #[arg(value_name = "ID|MRN")]
    pub patient: String,
    /// What changes
    #[command(flatten)]
    pub form: Form,
}

/// The fields of a registration that have an option of their own; `--from` takes all the others.
#[derive(Args, Debug, Default)]
pub struct Form {
    /// The whole form as JSON (`PatientDraft` of the command table), from a file or `-`
    #[arg(long, value_name = "FILE|-")]
    pub from: Option<PathBuf>,
    /// Family name
    #[arg(long)]
    pub family: Option<String>,
    /// Given names
    #[arg(long)]
    pub given: Option<String>,
    /// Name the patient goes by
    #[arg(long)]
    pub preferred: Option<String>,
    /// Birth date: yyyy, yyyy-mm or yyyy-mm-dd; empty for unknown
    #[arg(long, value_name = "DATE")]
    pub birth_date: Option<String>,
    /// Gender as FHIR has it
    #[arg(long)]
    pub gender: Option<GenderArgument>,
    /// Phone number, in any usual writing
    #[arg(long)]
    pub phone: Option<String>,
    /// E-mail address
    #[arg(long)]
    pub email: Option<String>,
    /// Street and number
    #[arg(long)]
    pub street: Option<String>,
    /// City
    #[arg(long)]
    pub city: Option<String>,
    /// Postal code
    #[arg(long)]
    pub postal_code: Option<String>,
    /// What the front desk must know in an emergency
    #[arg(long)]
    pub emergency_note: Option<String>,
}

/// FHIR's administrative genders.
#[derive(ValueEnum, Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names are FHIR's")]
pub enum GenderArgument {
    Male,
    Female,
    Other,
    Unknown,
}

/// `export ...`.
#[derive(Subcommand, Debug)]
pub enum Export {
    /// One patient with everything, as a FHIR R4 bundle
    Fhir(ExportFhir),
}

/// `export fhir`.
#[derive(Args, Debug)]
pub struct ExportFhir {
    /// The patient's id or record number
    #[arg(long, value_name = "ID|MRN")]
    pub patient: String,
    /// Write here in clear, `-` for standard output (default: sealed inside the vault)
    #[arg(long, value_name = "FILE|-")]
    pub out: Option<PathBuf>,
    /// For whom a copy in clear is
    #[command(flatten)]
    pub for_whom: ForWhom,
}

/// `user ...`.
#[derive(Subcommand, Debug)]
pub enum User {
    /// Who can unlock here
    List,
    /// Add a user
    Add(UserAdd),
    /// Remove a user; what they wrote stays
    Remove(UserRemove),
    /// Change the password of the user who unlocks
    Password(NewPassword),
    /// The people of the whole clinic, with their roles and laptops
    Clinic,
    /// Change what a person may do, on all their laptops
    Roles(UserRoles),
    /// Take a person out of the clinic for ever, or off one laptop
    Revoke(UserRevoke),
}

/// `user roles`.
#[derive(Args, Debug)]
pub struct UserRoles {
    /// Whom, by name or id, as `wardkeep user clinic` lists them
    #[arg(value_name = "NAME|ID")]
    pub who: String,
    /// front_desk, clinician or admin; several with commas or by repeating
    #[arg(long = "role", required = true, value_delimiter = ',')]
    pub roles: Vec<RoleArgument>,
}

/// `user revoke`.
#[derive(Args, Debug)]
pub struct UserRevoke {
    /// Whom, by name or id, as `wardkeep user clinic` lists them
    #[arg(value_name = "NAME|ID")]
    pub who: String,
    /// Off this laptop only, by name or id
    #[arg(long, value_name = "NAME|ID")]
    pub device: Option<String>,
}

/// `user add`.
#[derive(Args, Debug)]
pub struct UserAdd {
    /// The new user's name
    pub name: String,
    /// front_desk, clinician or admin; several with commas or by repeating
    #[arg(long = "role", required = true, value_delimiter = ',')]
    pub roles: Vec<RoleArgument>,
    /// The new user's password
    #[command(flatten)]
    pub new: NewPassword,
}

/// `user remove`.
#[derive(Args, Debug)]
pub struct UserRemove {
    /// Whom, by name or id
    #[arg(value_name = "NAME|ID")]
    pub who: String,
}

/// Where a new password comes from; a prompt when neither is given.
#[derive(Args, Debug)]
pub struct NewPassword {
    /// Read the new password from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "new_password_command")]
    pub new_password_file: Option<PathBuf>,
    /// Read the new password from the first line that this shell command prints
    #[arg(long, value_name = "COMMAND")]
    pub new_password_command: Option<String>,
}

/// The roles.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[value(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the design's")]
pub enum RoleArgument {
    #[value(alias = "front-desk")]
    FrontDesk,
    Clinician,
    Admin,
}

/// `command`.
#[derive(Args, Debug)]
pub struct Raw {
    /// The command's name in the command table
    pub name: String,
    /// Its input as JSON, or `-` to read it from standard input (default: {})
    #[arg(default_value = "{}")]
    pub input: String,
}
