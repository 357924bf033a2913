//! `unlock`: opens the vault for one user by password. Takes as long as Argon2id does: not for a window's own thread.

use super::open::{self, Opening};
use super::wire::SessionView;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::enrollment::becoming;
use crate::error::{CommandError, ErrorCode};
use crate::lease;
use crate::secret::Password;
use crate::sync::revoked;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_vault::unlock;

/// Who, with what.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The user.
    pub user: UserId,
    /// Their password.
    pub password: Password,
}

impl Command for Input {
    type Output = SessionView;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<SessionView, CommandError> {
        lease::meet_if_ended(clinic)?;
        let _opening = clinic.opening();
        if clinic.locked_because().is_none() {
            // A surface locks before it offers another user's password field.
            return Err(ErrorCode::Conflict.into());
        }
        // A password that is too long to have been chosen is as wrong as any.
        let password = self
            .password
            .normal()
            .map_err(|_| CommandError::new(ErrorCode::WrongPassword))?;
        let home_lock = clinic.home_lock()?;
        revoked::refuse(clinic, Some(self.user))?;
        let mut unlocked = unlock::unlock(clinic.env(), self.user, &password)?;
        let mut store = open::open_store(clinic, &unlocked)?;
        becoming::take_over(clinic, &mut unlocked, &mut store, &password)?;
        drop(password);
        let session = open::open_session(clinic, unlocked, store, home_lock, Opening::Password)?;
        let view = session.view()?;
        clinic.install(session);
        clinic.settle_search_in_background();
        Ok(view)
    }
}
