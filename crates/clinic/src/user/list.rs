//! `user_list`: who can unlock here.

use super::UserRow;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Vec<UserRow>;
    type Place = Session;
    const NEED: Need = Need::Unlocked;

    fn run(self, session: &Session) -> Result<Vec<UserRow>, CommandError> {
        Ok(session.user_rows())
    }
}
