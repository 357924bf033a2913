//! The paper that was made and is not enrolled yet: in memory only, until it is typed again or the session ends.

use super::wire::RecoveryQuestion;
use crate::error::{CommandError, ErrorCode};
use crate::secret::Password;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wardkeep_sync::secret::RecoverySecret;
use zeroize::Zeroizing;

/// At most one.
#[derive(Default)]
pub(crate) struct Preparing(Mutex<Option<Prepared>>);

/// A paper with what must be typed of it.
pub(super) struct Prepared {
    /// The key.
    pub(super) secret: RecoverySecret,
    /// The questions, and what is to be answered.
    pub(super) asked: Vec<(RecoveryQuestion, Zeroizing<String>)>,
}

impl Preparing {
    fn held(&self) -> MutexGuard<'_, Option<Prepared>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts one in the place of what was prepared before.
    pub(super) fn put(&self, prepared: Prepared) {
        *self.held() = Some(prepared);
    }

    /// Forgets it, whoever still has the paper.
    pub(crate) fn forget(&self) {
        *self.held() = None;
    }

    /// Whether there is one.
    pub(super) fn is_there(&self) -> bool {
        self.held().is_some()
    }

    /// The key, if these are the answers to what was asked. A wrong answer is named; the paper stays prepared.
    pub(super) fn confirm(&self, answers: &[Password]) -> Result<RecoverySecret, CommandError> {
        let held = self.held();
        let prepared = held
            .as_ref()
            .ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("recovery_key"))?;
        if answers.len() != prepared.asked.len() {
            return Err(CommandError::invalid("answers"));
        }
        for (at, ((_, right), typed)) in prepared.asked.iter().zip(answers).enumerate() {
            if !typed.reveal().trim().eq_ignore_ascii_case(right) {
                return Err(CommandError::invalid(format!("answers[{at}]")));
            }
        }
        Ok(prepared.secret.duplicate())
    }
}
