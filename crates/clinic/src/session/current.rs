//! `session`: who is unlocked, and with what.

use super::Session;
use super::wire::SessionView;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = SessionView;
    type Place = Session;
    const NEED: Need = Need::Unlocked;

    fn run(self, session: &Session) -> Result<SessionView, CommandError> {
        session.view()
    }
}
