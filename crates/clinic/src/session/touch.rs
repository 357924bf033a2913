//! `touch`: the person did something; the idle time starts anew.

use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

/// How long it may now rest.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Touched {
    /// Seconds until the session locks by itself.
    pub idle_lock_in_s: u32,
}

impl Command for Input {
    type Output = Touched;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<Touched, CommandError> {
        clinic.touch();
        clinic.with_session(|session| {
            session.keep_resumable();
            Ok(())
        })?;
        Ok(Touched {
            idle_lock_in_s: clinic.idle_lock_in_s().ok_or(crate::error::ErrorCode::Locked)?,
        })
    }
}
