//! The arguments about the recovery key. Its words are never among them: other programs see arguments.

use super::RoleArgument;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `recovery ...`.
#[derive(Subcommand, Debug)]
pub enum RecoveryAction {
    /// Whether the clinic has a recovery key, which, since when, and whether it was used
    Status,
    /// Make a recovery key, in place of the former one: it is shown once, and counts when parts of it were typed again
    New(NewRecovery),
    /// Try the paper without using it: is it the clinic's, and does it open every key
    Check(Paper),
}

/// `recovery new`.
#[derive(Args, Debug)]
pub struct NewRecovery {
    /// Three shares, of which two are enough, instead of 24 words
    #[arg(long)]
    pub split: bool,
    /// Write it into this new file, for its owner alone, instead of showing it; shares go into FILE.1, FILE.2 and FILE.3
    #[arg(long, value_name = "FILE")]
    pub words_file: Option<PathBuf>,
}

/// Where the recovery key is read from.
#[derive(Args, Debug)]
pub struct Paper {
    /// A file with the words, or with a share (then given for two of them); only its owner may be able to read it. Otherwise it is asked for
    #[arg(long = "words-file", value_name = "FILE")]
    pub words_files: Vec<PathBuf>,
    /// Ask for two shares instead of 24 words
    #[arg(long, conflicts_with = "words_files")]
    pub shares: bool,
}

/// `recover`.
#[derive(Args, Debug)]
pub struct Recover {
    /// Host and port of the clinic's server
    #[arg(long, value_name = "HOST:PORT")]
    pub server: String,
    /// The server's pin, as the paper has it; `wardkeep-server status` shows it too
    #[arg(long, value_name = "HEX")]
    pub pin: String,
    /// The clinic's id, as the paper has it; refused where it is another's
    #[arg(long, value_name = "HEX")]
    pub clinic: Option<String>,
    /// What this laptop is called in the clinic
    #[arg(long, value_name = "NAME")]
    pub device_name: String,
    /// The person of the clinic whose laptop it is, by name or id; somebody new where nobody is named
    #[arg(long, value_name = "NAME|ID")]
    pub person: Option<String>,
    /// front_desk, clinician or admin, several with commas or by repeating; every role where none is named, and always admin
    #[arg(long = "role", value_delimiter = ',')]
    pub roles: Vec<RoleArgument>,
    /// The recovery key
    #[command(flatten)]
    pub paper: Paper,
}
