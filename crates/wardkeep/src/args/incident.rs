//! Arguments about incidents.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `incident ...`.
#[derive(Subcommand, Debug)]
pub enum IncidentAction {
    /// A laptop was stolen or lost: shows what it had and what to do
    Stolen {
        /// The device, by id or name
        #[arg(value_name = "DEVICE")]
        device: String,
    },
    /// A person leaves the clinic
    Leaving {
        /// Who, by id or name
        #[arg(value_name = "USER")]
        who: String,
    },
    /// Incidents, open ones first
    List,
    /// One with all that is known
    Show(OneIncident),
    /// Do one step
    Do(Take),
    /// Save what is known as one file
    Evidence(Evidence),
    /// End one
    Close(OneIncident),
}

/// One incident.
#[derive(Args, Debug)]
pub struct OneIncident {
    /// Its number
    #[arg(value_name = "INCIDENT")]
    pub id: u32,
}

/// `incident do`.
#[derive(Args, Debug)]
pub struct Take {
    /// Which incident
    #[command(flatten)]
    pub incident: OneIncident,
    /// Which step; without one all that are not done, in their order, the wipe only with --yes
    pub step: Option<TakeStep>,
    /// Yes, the laptop shall destroy all it holds: a wipe cannot be taken back
    #[arg(long)]
    pub yes: bool,
    /// For a wipe: what the laptop has not sent is not waited for, and lost
    #[arg(long)]
    pub discard_unsent: bool,
}

/// Steps that a command does.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum TakeStep {
    /// Order the stolen laptop to destroy what it holds (needs --yes)
    Wipe,
    /// Take the laptop or the person out of the clinic
    Revoke,
    /// New epoch keys of what could be read
    Epochs,
    /// New keys for this laptop's files
    VaultKeys,
    /// I have read what was looked at
    Viewed,
}

/// `incident evidence`.
#[derive(Args, Debug)]
pub struct Evidence {
    /// Which incident
    #[command(flatten)]
    pub incident: OneIncident,
    /// A file that is not there yet
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
