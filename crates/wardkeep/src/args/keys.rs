//! Arguments about keys.

use clap::{Args, ValueEnum};

/// `rotate`.
#[derive(Args, Debug)]
pub struct Rotate {
    /// Which key; `wardkeep keys` lists them. A password is changed with `wardkeep user password`, the server's keys with
    /// `wardkeep-server`
    #[arg(value_name = "KEY")]
    pub key: RotateKey,
}

/// Keys that a command renews.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum RotateKey {
    /// What all laptops seal office records with
    EpochOffice,
    /// What all laptops seal charts with
    EpochClinical,
    /// The key of this laptop's office file
    VaultOffice,
    /// The key of this laptop's chart file
    VaultClinical,
    /// The key in this laptop's certificate, which signs what it sends
    DeviceKey,
}
