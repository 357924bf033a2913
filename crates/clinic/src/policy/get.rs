//! `policy_get`: the rules of the clinic, as this laptop has verified them.

use super::known;
use super::wire::ClinicPolicy;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use serde::Deserialize;
use ts_rs::TS;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = ClinicPolicy;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<ClinicPolicy, CommandError> {
        let policy = known(clinic).ok_or(ErrorCode::NotAttached)?;
        Ok(ClinicPolicy::of(&policy))
    }
}
