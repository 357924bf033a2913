//! The arguments about the clinic's rules.

use clap::{Args, Subcommand, ValueEnum};

/// `policy ...`.
#[derive(Subcommand, Debug)]
pub enum PolicyAction {
    /// The rules as this laptop has verified them
    Show,
    /// Change those that are named, for the whole clinic
    Set(PolicySet),
}

/// `policy set`.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub struct PolicySet {
    /// Seconds without a hand on the machine until it locks
    #[arg(long, value_name = "SECONDS")]
    pub idle_lock_s: Option<u32>,
    /// Seconds after a restart without a password; 0 always asks
    #[arg(long, value_name = "SECONDS")]
    pub resume_window_s: Option<u32>,
    /// Days that a laptop may be unlocked without hearing from the server
    #[arg(long, value_name = "DAYS")]
    pub lease_days: Option<u16>,
    /// Wrong passwords in a row that end the lease
    #[arg(long, value_name = "COUNT")]
    pub wrong_password_limit: Option<u16>,
    /// Older programs write nothing
    #[arg(long, value_name = "MAJOR.MINOR.PATCH")]
    pub min_app_version: Option<String>,
    /// What of laptops whose disk is not encrypted
    #[arg(long, value_name = "RULE")]
    pub disk_encryption: Option<DiskArgument>,
    /// Days before such a laptop does not unlock any more
    #[arg(long, value_name = "DAYS")]
    pub disk_grace_days: Option<u16>,
    /// Days until a key is replaced though nobody left
    #[arg(long, value_name = "DAYS")]
    pub epoch_days: Option<u16>,
    /// Characters of a new password
    #[arg(long, value_name = "COUNT")]
    pub min_password_length: Option<u16>,
    /// Whether records may leave as files
    #[arg(long, value_name = "true|false")]
    pub allow_export: Option<bool>,
    /// Whether a wipe needs a second admin; cannot be cleared by an admin
    #[arg(long, value_name = "true|false")]
    pub two_admins_wipe: Option<bool>,
}

/// What of laptops whose disk is not encrypted.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskArgument {
    /// Nothing
    Off,
    /// Their users are told
    Warn,
    /// They do not unlock after the days of grace
    Require,
}
