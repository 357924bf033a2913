//! `password_check`: what the policy says of a password while it is typed.

use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::secret::Password;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The password as typed so far.
    pub password: Password,
    /// Whose it will be: a password that holds the name is no good.
    pub user_name: String,
}

/// Whether it may be taken.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PasswordVerdict {
    /// It may.
    pub acceptable: bool,
    /// Why not.
    pub problem: Option<ErrorCode>,
}

impl Command for Input {
    type Output = PasswordVerdict;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<PasswordVerdict, CommandError> {
        let problem = clinic
            .judge_password(&self.password, &[&self.user_name])
            .err()
            .map(|error| error.code);
        Ok(PasswordVerdict {
            acceptable: problem.is_none(),
            problem,
        })
    }
}
