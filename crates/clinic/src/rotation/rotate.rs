//! `key_rotate`: a new key in place of one. A password has a command of its own, because it asks for two.

use super::list::rows;
use super::wire::{KeyKind, KeyRow};
use super::{device_key, epoch, vault_key};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;

/// Which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The key.
    pub key: KeyKind,
}

impl Command for Input {
    type Output = Vec<KeyRow>;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<Vec<KeyRow>, CommandError> {
        match self.key {
            KeyKind::EpochOffice => epoch::rotate(clinic, Compartment::Office, self.key)?,
            KeyKind::EpochClinical => epoch::rotate(clinic, Compartment::Clinical, self.key)?,
            KeyKind::VaultOffice => vault_key::rotate(clinic, Compartment::Office, self.key)?,
            KeyKind::VaultClinical => vault_key::rotate(clinic, Compartment::Clinical, self.key)?,
            KeyKind::DeviceKey => device_key::rotate(clinic)?,
            _ => return Err(CommandError::invalid("key")),
        }
        rows(clinic)
    }
}
