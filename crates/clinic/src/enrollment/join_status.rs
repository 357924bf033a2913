//! `join_status`: how far a join has come. Works locked.

use super::listed;
use super::pending::{self, Joining, Pending, Stage};
use super::wire::{JoinState, JoinView};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::sync::name::short;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_sync::invitation::Invitation;
use wardkeep_sync::words::Words;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = JoinView;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<JoinView, CommandError> {
        let seen = view(clinic);
        if clinic.locked_because().is_some() {
            clinic.sync().close_desk();
        }
        seen
    }
}

/// How far it is.
pub(super) fn view(clinic: &Clinic) -> Result<JoinView, CommandError> {
    let none = JoinView {
        state: JoinState::None,
        words: Vec::new(),
        clinic: None,
        detail: None,
    };
    let found = clinic.with_desk(|desk| {
        if desk.has_roster() {
            // The device of the first entry founded the clinic; every other one has joined it.
            let joined = desk
                .roster()?
                .device(&desk.device()?)
                .is_some_and(|device| device.added_at > 1);
            return Ok(JoinView {
                state: if joined { JoinState::Approved } else { JoinState::None },
                clinic: Some(short(&desk.roster()?.clinic().to_string())),
                ..none.clone()
            });
        }
        match pending::load(desk)? {
            Some(Pending::Joining(joining)) => of_joining(&joining),
            _ => Ok(none.clone()),
        }
    })?;
    Ok(found.unwrap_or(none))
}

fn of_joining(joining: &Joining) -> Result<JoinView, CommandError> {
    let invitation =
        Invitation::from_code(joining.code.as_str()).map_err(|_| CommandError::internal("stored invitation"))?;
    let words = Words::of_join(&invitation, &joining.request()?);
    Ok(JoinView {
        state: match joining.stage {
            Stage::Made | Stage::Posted => JoinState::Waiting,
            Stage::Refused => JoinState::Refused,
            Stage::Expired => JoinState::Expired,
            Stage::Failed => JoinState::Failed,
        },
        words: listed(&words),
        clinic: Some(short(&invitation.clinic.to_string())),
        detail: None,
    })
}
