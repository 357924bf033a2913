//! `settings_get`: the policy of this laptop.

use super::Settings;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Settings;
    type Place = Session;
    const NEED: Need = Need::Unlocked;

    fn run(self, session: &Session) -> Result<Settings, CommandError> {
        Ok(session.settings())
    }
}
