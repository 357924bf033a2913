//! `key_progress`: how far a renewal is. Works while the renewal holds the session.

use super::wire::KeyProgress;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Option<KeyProgress>;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<Option<KeyProgress>, CommandError> {
        Ok(clinic.rotation().progress())
    }
}
