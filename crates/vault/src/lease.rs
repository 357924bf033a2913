//! The lease of this device: for how long its slots open without a word from the clinic's server.
//!
//! - The server hands out the share; the keychain keeps it, sealed, until the lease ends. Slots need it beside password and device secret
//!   ([`crate::slot`]). At the end the share is overwritten, and what is left says why and how the right share is known again.
//! - How much has passed is counted by this device's clocks ([`wardkeep_sync::lease::Passed`]). Too many wrong passwords end it at once; each
//!   is counted before its result is known.
//! - A slot takes the share in at an unlock by password, and only a share that the server has acknowledged and the keychain gives back. Until
//!   the new slot is on the disk the old one opens.
//! - Slots that have not taken it in yet are refused past the end all the same; that is a rule of this program, no cryptography.
//!
//! Whoever changes anything here holds the home's lock; [`peek`] changes nothing. The reasons are in docs/adr/0018-leases.md.

mod kept;

use crate::clock::Clock;
use crate::env::Env;
use crate::key::{DeviceSecret, LeaseShare};
use crate::resume;
use crate::unlock::{self, UnlockError, Unlocked};
use crate::wipe;
use kept::Kept;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;
use wardkeep_sync::lease::{Passed, Running};

/// What has passed is written down no more often than this, in milliseconds, unless something else changes with it.
const STEP_MS: u64 = 60_000;

/// An unlock and a round of sync in one process change the entry by turns.
static CHANGING: Mutex<()> = Mutex::new(());

/// When a lease ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// After so many milliseconds.
    pub ms: u64,
    /// Or after so many wrong passwords in a row, whoever's.
    pub wrong_passwords: u16,
}

/// Why a lease has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The server was not met for too long.
    Time,
    /// Too many wrong passwords.
    WrongPasswords,
    /// The keychain has lost the share.
    Missing,
}

/// How a lease stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// There is none: the device works alone, or has not asked yet.
    None,
    /// The share is here.
    Held {
        /// What has passed of it, in milliseconds.
        passed_ms: u64,
        /// What is left, in milliseconds; `None` where it does not end.
        left_ms: Option<u64>,
    },
    /// Nothing opens before the server was met once.
    Ended(End),
}

/// What to ask the server for.
pub enum Question {
    /// No slot needs a share yet.
    First,
    /// This one is here.
    Holds(LeaseShare),
    /// Slots need the one that was here.
    Again,
}

/// An end that the audit trail has not heard of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// Why.
    pub why: End,
    /// When it was noticed, in Unix milliseconds.
    pub at_ms: u64,
}

/// What the audit trail must hear of at an unlock.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct News {
    /// The slot needs the share from now on.
    pub taken_in: bool,
    /// The lease had ended; then call [`told`].
    pub ended: Option<Ended>,
}

/// How it stands now. Changes nothing, so anybody may ask.
pub fn peek(env: &Env) -> Result<Standing, UnlockError> {
    let Some(place) = Place::of(env)? else {
        return Ok(Standing::None);
    };
    let mut kept = place.read(env)?;
    if let Some(kept) = &mut kept {
        kept.look(&*env.clock);
    }
    Ok(place.standing(kept.as_ref()))
}

/// Counts what has passed, and ends a lease that is over. `limits` are the clinic's present ones: of theirs and those that the lease was given
/// under the shorter counts. `None` for a lease that does not end.
pub fn follow(env: &Env, limits: Option<Limits>) -> Result<Standing, UnlockError> {
    let Some(place) = Place::of(env)? else {
        return Ok(Standing::None);
    };
    let kept = place.change(env, |kept| kept.limit(limits))?;
    Ok(place.standing(kept.as_ref()))
}

/// What to ask the server for; `None` where there is no vault.
pub fn question(env: &Env) -> Result<Option<Question>, UnlockError> {
    let Some(place) = Place::of(env)? else {
        return Ok(None);
    };
    let share = place.read(env)?.and_then(|kept| kept.share);
    Ok(Some(match (share, place.needed) {
        (Some(share), _) => Question::Holds(share),
        (None, true) => Question::Again,
        (None, false) => Question::First,
    }))
}

/// Keeps what the server has answered: the lease begins now. A share that is not the one which slots here need is refused.
pub fn keep(env: &Env, share: &LeaseShare, limits: Option<Limits>) -> Result<(), UnlockError> {
    let Some(place) = Place::of(env)? else {
        return Err(UnlockError::NoVault);
    };
    let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    let former = place.read(env)?;
    let fresh = Kept {
        commitment: kept::commitment(share, &place.vault),
        share: Some(share.duplicate()),
        passed: Passed::begin(env.clock.now_ms(), running(&*env.clock)),
        limits,
        wrong: 0,
        untold: former.as_ref().and_then(|former| former.untold),
    };
    if let Some(former) = &former
        && place.needed
        && former.commitment != fresh.commitment
    {
        return Err(UnlockError::LeaseOther);
    }
    place.write(env, &fresh)?;
    // No slot is made to need what the keychain would not give back.
    match place.read(env)?.and_then(|kept| kept.share) {
        Some(written) if written.same(share) => Ok(()),
        _ => Err(UnlockError::KeychainRefused),
    }
}

/// Drops what [`Unlocked::lease`] told of an end, once its audit entry is committed.
pub fn told(env: &Env, unlocked: &Unlocked) -> Result<(), UnlockError> {
    let Some(place) = Place::of(env)?.filter(|_| unlocked.lease.ended.is_some()) else {
        return Ok(());
    };
    place.change(env, |kept| kept.untold = None).map(drop)
}

/// Whose lease it is.
pub(crate) struct Place {
    vault: Uuid,
    device: DeviceSecret,
    /// A slot cannot be opened without the share.
    needed: bool,
}

impl Place {
    /// The vault of this home, where there is one that may open.
    fn of(env: &Env) -> Result<Option<Self>, UnlockError> {
        if wipe::is_marked(&env.home) || env.home.founding().exists() {
            return Ok(None);
        }
        let users = env.home.slot_users()?;
        let slots: Vec<_> = users
            .iter()
            .filter_map(|user| unlock::read_slot(env, *user).ok())
            .collect();
        let Some(first) = slots.first() else {
            return Ok(None);
        };
        let (_, device) = unlock::slot_and_device(env, first.header().user)?;
        Ok(Some(Self {
            vault: first.header().vault,
            device,
            needed: slots.iter().any(|slot| slot.header().has_lease),
        }))
    }

    /// That of a slot.
    pub(crate) fn new(vault: Uuid, device: &DeviceSecret, needed: bool) -> Self {
        Self {
            vault,
            device: device.duplicate(),
            needed,
        }
    }

    /// The share, while the lease lasts.
    pub(crate) fn share(&self, env: &Env) -> Result<Option<LeaseShare>, UnlockError> {
        Ok(self.read(env)?.and_then(|kept| kept.share))
    }

    /// Refuses an unlock past the end, which is noted here where nobody has before.
    pub(crate) fn check(&self, env: &Env) -> Result<(), UnlockError> {
        let kept = self.change(env, |_| ())?;
        match self.standing(kept.as_ref()) {
            Standing::Ended(why) => Err(UnlockError::LeaseEnded(why)),
            Standing::None | Standing::Held { .. } => Ok(()),
        }
    }

    /// A password is tried: it counts as wrong until it is known to be right. Ends nothing yet, because it may be.
    pub(crate) fn begin_attempt(&self, env: &Env) -> Result<(), UnlockError> {
        let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut kept) = self.read(env)? else {
            return Ok(());
        };
        kept.wrong = kept.wrong.saturating_add(1);
        self.write(env, &kept)
    }

    /// It was right. Says what the audit trail must hear of.
    pub(crate) fn succeed(&self, env: &Env) -> Result<Option<Ended>, UnlockError> {
        let kept = self.change_always(env, |kept| kept.wrong = 0)?;
        Ok(kept.and_then(|kept| kept.untold))
    }

    fn standing(&self, kept: Option<&Kept>) -> Standing {
        match kept {
            None if self.needed => Standing::Ended(End::Missing),
            None => Standing::None,
            Some(kept) => kept.standing(),
        }
    }

    /// Counts what has passed, lets `work` change the rest, and writes the entry where that makes a difference. A lease that is over ends.
    fn change(&self, env: &Env, work: impl FnOnce(&mut Kept)) -> Result<Option<Kept>, UnlockError> {
        self.rewrite(env, work, |before, after| !before.is_like(after, STEP_MS))
    }

    /// The same; the entry is written though little has passed.
    fn change_always(&self, env: &Env, work: impl FnOnce(&mut Kept)) -> Result<Option<Kept>, UnlockError> {
        self.rewrite(env, work, |_, _| true)
    }

    fn rewrite(
        &self,
        env: &Env,
        work: impl FnOnce(&mut Kept),
        differs: impl FnOnce(&Kept, &Kept) -> bool,
    ) -> Result<Option<Kept>, UnlockError> {
        let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = self.read(env)? else {
            return Ok(None);
        };
        let mut kept = before.duplicate();
        kept.look(&*env.clock);
        work(&mut kept);
        let ends = kept.share.is_some() && matches!(kept.standing(), Standing::Ended(_));
        if ends {
            kept.end(env.clock.now_ms());
        }
        if differs(&before, &kept) {
            self.write(env, &kept)?;
        }
        if ends {
            tracing::warn!(why = ?kept.untold.map(|ended| ended.why), "the lease has ended");
            resume::forget(env, self.vault)?;
        }
        Ok(Some(kept))
    }

    fn read(&self, env: &Env) -> Result<Option<Kept>, UnlockError> {
        kept::read(env, self.vault, &self.device)
    }

    fn write(&self, env: &Env, kept: &Kept) -> Result<(), UnlockError> {
        kept::write(env, self.vault, &self.device, kept)
    }
}

/// How long the machine has run.
fn running(clock: &dyn Clock) -> Option<Running> {
    clock.boot().map(|boot| Running {
        start: boot.id,
        since_ms: boot.since_ms,
    })
}

#[cfg(test)]
mod tests;
