//! `resume`: goes on after a crash, a restart or an update without a password, inside the policy's window.

use super::open::{self, Opening};
use super::wire::SessionView;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::machine::Resume;
use crate::sync::revoked;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_vault::resume;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Option<SessionView>;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<Option<SessionView>, CommandError> {
        let _opening = clinic.opening();
        if clinic.locked_because().is_none() {
            return clinic.with_session(|session| session.view().map(Some));
        }
        if clinic.machine().resume == Resume::Never || !clinic.home().has_vault()? {
            return Ok(None);
        }
        let home_lock = clinic.home_lock()?;
        revoked::refuse(clinic, None)?;
        let Some(unlocked) = resume::resume(clinic.env())? else {
            return Ok(None);
        };
        revoked::refuse(clinic, Some(unlocked.user))?;
        let store = open::open_store(clinic, &unlocked)?;
        let session = open::open_session(clinic, unlocked, store, home_lock, Opening::Resume)?;
        let view = session.view()?;
        clinic.install(session);
        clinic.settle_search_in_background();
        Ok(Some(view))
    }
}
