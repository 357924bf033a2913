//! `glass_mine`: which restricted charts the unlocked user has open by broken glass, and how long yet.

use super::{OwnGlass, own};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Vec<OwnGlass>;
    type Place = Session;
    const NEED: Need = Need::Unlocked;

    fn run(self, session: &Session) -> Result<Vec<OwnGlass>, CommandError> {
        own(session)
    }
}
