//! `break-glass`: the chart of a restricted patient, in an emergency.

use clap::{Args, Subcommand, ValueEnum};
use wardkeep_clinic::glass::Why;

/// `break-glass`.
#[derive(Args, Debug)]
pub struct BreakGlass {
    /// Nothing lists what is open by the user who unlocks
    #[command(subcommand)]
    pub action: Option<BreakGlassAction>,
}

/// `break-glass ...`.
#[derive(Subcommand, Debug)]
pub enum BreakGlassAction {
    /// Open a closed chart for a while; the admins are told at once
    Open(BreakGlassOpen),
    /// Close it again before its time
    End(EndGlass),
    /// Where it was done in the clinic: who, whose chart, why, until when, and who has seen this; for admins
    List(ListGlass),
    /// Say that you have seen it; for admins
    Seen(SeenGlass),
}

/// `break-glass open`.
#[derive(Args, Debug)]
pub struct BreakGlassOpen {
    /// The patient's id or record number
    #[arg(long, value_name = "ID|MRN")]
    pub patient: String,
    /// What sort of reason it is
    #[arg(long, default_value = "emergency")]
    pub why: WhyArgument,
    /// The reason in words, for the admins to read
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// For so long
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(5..=720))]
    pub minutes: u32,
}

/// `break-glass end`.
#[derive(Args, Debug)]
pub struct EndGlass {
    /// The patient's id or record number (default: the only one that is open)
    #[arg(long, value_name = "ID|MRN")]
    pub patient: Option<String>,
}

/// `break-glass list`.
#[derive(Args, Debug)]
pub struct ListGlass {
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub limit: u32,
}

/// `break-glass seen`.
#[derive(Args, Debug)]
pub struct SeenGlass {
    /// Which, as `list` names them
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub ids: Vec<String>,
    /// Whatever is not seen yet
    #[arg(long, conflicts_with = "ids")]
    pub all: bool,
}

/// Sorts of reasons.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the command table's")]
pub enum WhyArgument {
    Emergency,
    Cover,
    Patient,
    Other,
}

impl From<WhyArgument> for Why {
    fn from(why: WhyArgument) -> Self {
        match why {
            WhyArgument::Emergency => Self::Emergency,
            WhyArgument::Cover => Self::Cover,
            WhyArgument::Patient => Self::Patient,
            WhyArgument::Other => Self::Other,
        }
    }
}
