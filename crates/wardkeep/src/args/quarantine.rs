//! `quarantine`: what revoked devices wrote after their revocation.

use clap::{Args, Subcommand, ValueEnum};
use wardkeep_clinic::quarantine::wire::QuarantinePart;

/// `quarantine`.
#[derive(Args, Debug)]
pub struct Quarantine {
    /// Nothing lists what waits
    #[command(subcommand)]
    pub action: Option<QuarantineAction>,
}

/// `quarantine ...`.
#[derive(Subcommand, Debug)]
pub enum QuarantineAction {
    /// What waits for a decision, and what was decided to stay out
    List,
    /// What a device wrote, field by field
    Show(ShowAside),
    /// Take it in, for the whole clinic
    Accept(AcceptAside),
    /// Decide that it stays out; it stays sealed, and can still be accepted
    Discard(DiscardAside),
}

/// `quarantine show`.
#[derive(Args, Debug)]
pub struct ShowAside {
    /// The device, by id or name
    #[arg(value_name = "DEVICE")]
    pub device: String,
    /// Which part of what it wrote
    #[arg(long, default_value = "clinical")]
    pub part: PartArgument,
    /// At most this many fields
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

/// `quarantine accept`.
#[derive(Args, Debug)]
pub struct AcceptAside {
    /// The device, by id or name
    #[arg(value_name = "DEVICE")]
    pub device: String,
    /// This part alone
    #[arg(long)]
    pub part: Option<PartArgument>,
    /// Up to this segment, as `show` lists it
    #[arg(long, requires = "part")]
    pub upto: Option<u64>,
}

/// `quarantine discard`.
#[derive(Args, Debug)]
pub struct DiscardAside {
    /// The device, by id or name
    #[arg(value_name = "DEVICE")]
    pub device: String,
    /// This part alone
    #[arg(long)]
    pub part: Option<PartArgument>,
    /// Why, for those who ask later
    #[arg(long)]
    pub reason: String,
}

/// A part of what a device writes.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum PartArgument {
    /// Demographics, schedule, office documents
    Office,
    /// The chart
    Clinical,
    /// The device's trail
    Audit,
}

impl From<PartArgument> for QuarantinePart {
    fn from(part: PartArgument) -> Self {
        match part {
            PartArgument::Office => Self::Office,
            PartArgument::Clinical => Self::Clinical,
            PartArgument::Audit => Self::Audit,
        }
    }
}
