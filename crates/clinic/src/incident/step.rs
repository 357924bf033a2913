//! `incident_step`: does one step. Done again, it does what is missing. A failure is kept beside the step, and the answer shows it.

use super::book::{self, Kept, name_of};
use super::facts::{self, vault_keys};
use super::wire::{IncidentKind, IncidentStep, IncidentView};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::device::revoke;
use crate::enrollment::delivery;
use crate::error::{CommandError, ErrorCode};
use crate::rotation::{rotate, wire::KeyKind};
use crate::sync;
use crate::user;
use crate::wipe::order;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;

/// Which step of which incident.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The incident.
    pub id: u32,
    /// The step.
    pub step: IncidentStep,
    /// For a wipe: whether the laptop posts first, sealed, what it has not sent. It does where nothing is said.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub post_unsent: Option<bool>,
}

impl Command for Input {
    type Output = IncidentView;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<IncidentView, CommandError> {
        let kept = clinic.with_session(|session| book::find(session, self.id))?;
        let name = name_of(self.step);
        let tried = self.take(clinic, &kept);
        // A lock in between is no failure of the step: the next look shows how it stands.
        clinic.with_session(|session| {
            let now_ms = session.now_ms();
            match &tried {
                Ok(()) => book::change(session, self.id, name, |one| {
                    one.failed.remove(name);
                    if matches!(self.step, IncidentStep::Viewed) {
                        one.done_ms.insert(name.to_owned(), now_ms);
                    }
                }),
                Err(error) => book::change(session, self.id, &format!("{name}_failed"), |one| {
                    one.failed.insert(name.to_owned(), (now_ms, error.code));
                }),
            }
        })?;
        let kept = clinic.with_session(|session| book::find(session, self.id))?;
        facts::view(clinic, &kept)
    }
}

impl Input {
    fn take(&self, clinic: &Clinic, kept: &Kept) -> Result<(), CommandError> {
        match self.step {
            IncidentStep::Wipe => match (kept.kind, kept.device) {
                (IncidentKind::Stolen, Some(id)) => {
                    let post_unsent = self.post_unsent != Some(false);
                    clinic.call(order::Input { id, post_unsent }).map(drop)
                }
                _ => Err(CommandError::invalid("step")),
            },
            IncidentStep::Revoke => match (kept.device, kept.user) {
                (Some(id), _) => clinic.call(revoke::Input { id }).map(drop),
                (None, Some(user)) => clinic.call(user::revoke::Input { user, device: None }).map(drop),
                (None, None) => Err(ErrorCode::NotFound.into()),
            },
            IncidentStep::Epochs => {
                sync::fetch_roster(clinic)?;
                revoke::renew_due(clinic)?;
                delivery::deliver(clinic)
            }
            IncidentStep::VaultKeys => {
                let keys: Vec<KeyKind> = clinic.with_session(|session| Ok(vault_keys(session)))?;
                keys.into_iter()
                    .try_for_each(|key| clinic.call(rotate::Input { key }).map(drop))
            }
            IncidentStep::Viewed => Ok(()),
            // It has a command of its own, because it takes a file.
            IncidentStep::Evidence => Err(CommandError::invalid("step")),
        }
    }
}
