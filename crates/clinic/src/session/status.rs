//! `app_status`: what is known without a password. Works locked.

use super::wire::{AppState, AppStatus};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::lease;
use crate::machine::Resume;
use crate::user::UserRow;
use crate::wipe::wire::WipedView;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_vault::unlock::{self, UserEntry};
use wardkeep_vault::wipe::{self, Mark};
use wardkeep_vault::{attempts, resume};

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = AppStatus;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<AppStatus, CommandError> {
        let unlocked = clinic.with_session(|session| Ok((session.user_rows(), session.settings().language)));
        let mut status = AppStatus {
            state: AppState::Unlocked,
            users: Vec::new(),
            locked_because: clinic.locked_because(),
            retry_in_s: 0,
            can_resume: false,
            problem: None,
            wiped: None,
            lease: lease::view(clinic),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            language: clinic.machine().language.clone(),
        };
        match unlocked {
            Ok((users, language)) => Ok(AppStatus {
                users,
                language,
                ..status
            }),
            Err(_) => {
                locked(clinic, &mut status);
                Ok(status)
            }
        }
    }
}

/// Fills in what a locked vault tells. What goes wrong is part of the answer.
fn locked(clinic: &Clinic, status: &mut AppStatus) {
    let env = clinic.env();
    if let Some(wiped) = wiped(clinic) {
        status.state = AppState::Wiped;
        status.wiped = Some(wiped);
        return;
    }
    status.state = AppState::Locked;
    let entries = match unlock::list_users(env).map_err(CommandError::from) {
        Ok(entries) => entries,
        Err(error) if error.code == ErrorCode::NoVault => {
            status.state = AppState::NoVault;
            return;
        }
        Err(error) => {
            status.problem = Some(error);
            return;
        }
    };
    // The wait is each user's own: as long as one can try, none is held up here, and unlocking tells the others.
    let waits = entries.iter().filter_map(|entry| attempts::wait_s(env, entry.id).ok());
    status.retry_in_s = waits.min().unwrap_or(0);
    status.can_resume = clinic.machine().resume == Resume::Window && matches!(resume::resumable(env), Ok(Some(_)));
    status.users = entries.into_iter().map(row).collect();
    status.users.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
}

/// What a wipe has left to say.
fn wiped(clinic: &Clinic) -> Option<WipedView> {
    let home = clinic.home();
    if let Ok(Some(mark)) = Mark::read(home) {
        return Some(WipedView {
            over: false,
            at_ms: mark.since_ms,
        });
    }
    wipe::wiped(home).map(|wiped| WipedView {
        over: true,
        at_ms: wiped.at_ms,
    })
}

/// A user whose slot cannot be read is listed by id: unlocking says what is wrong with it.
fn row(entry: UserEntry) -> UserRow {
    let UserEntry { id, name } = entry;
    UserRow::new(id, name.unwrap_or_else(|| id.to_string()), None)
}
