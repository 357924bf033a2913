//! The state of one running app: which home, which machine, and whether somebody is unlocked.

use crate::error::{CommandError, ErrorCode};
use crate::import::Jobs;
use crate::machine::{Machine, Resume};
use crate::posture::Looked;
use crate::recovery::Preparing;
use crate::rotation::Running;
use crate::secret::Password;
use crate::session::wire::LockReason;
use crate::session::{Idle, Session};
use crate::sync::Sync;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::Duration;
use wardkeep_vault::env::Env;
use wardkeep_vault::home::{Home, HomeLock};
use wardkeep_vault::password::{self, PasswordPolicy};
use wardkeep_vault::rekey::{Ready, Recipient};

/// How long the agent's round is waited for, where one runs: as often, and so long between.
const AGENT_TRIES: usize = 100;
const AGENT_PAUSE: Duration = Duration::from_millis(50);

/// The clinic on this laptop. Cheap to clone; clones share the state.
#[derive(Clone)]
pub struct Clinic {
    inner: Arc<Inner>,
}

struct Inner {
    env: Env,
    machine: Arc<Machine>,
    state: RwLock<State>,
    /// Held by whoever makes, opens or closes a session, so that two never overlap.
    opening: Mutex<()>,
    idle: Idle,
    jobs: Jobs,
    rotation: Running,
    looked: Looked,
    recovery: Preparing,
    /// Sessions of this process so far.
    sessions: AtomicU64,
    /// The lock on the home, while anybody in this process has it.
    home_lock: Mutex<Weak<HomeLock>>,
    sync: Sync,
    /// Sync goes on in the background though the program would not.
    kept_in_step: AtomicBool,
}

/// A clinic that does not keep itself alive.
#[derive(Clone)]
pub(crate) struct WeakClinic(Weak<Inner>);

impl WeakClinic {
    /// The clinic, if anybody still holds it.
    pub(crate) fn upgrade(&self) -> Option<Clinic> {
        self.0.upgrade().map(|inner| Clinic { inner })
    }
}

/// Whether somebody is unlocked.
enum State {
    Locked(LockReason),
    Unlocked(Box<Session>),
}

/// The home folder when none is named: below the user's data folder.
pub fn default_home() -> Result<PathBuf, CommandError> {
    #[allow(clippy::disallowed_methods, reason = "both programs begin here")]
    let root = Home::default_root(|name| std::env::var_os(name))?;
    Ok(root)
}

impl Clinic {
    /// The clinic of this home folder, locked. Makes the folder, private, where it is not there; makes no vault.
    pub fn open(home: &Path, machine: Machine) -> Result<Self, CommandError> {
        let env = Env {
            home: Home::open(home)?,
            keychain: machine.keychain.clone(),
            clock: Arc::clone(&machine.clock),
            random: Arc::clone(&machine.random),
            kdf: machine.kdf,
        };
        let inner = Inner {
            env,
            machine: Arc::new(machine),
            state: RwLock::new(State::Locked(LockReason::Started)),
            opening: Mutex::new(()),
            idle: Idle::default(),
            jobs: Jobs::default(),
            rotation: Running::default(),
            looked: Looked::default(),
            recovery: Preparing::default(),
            sessions: AtomicU64::new(0),
            home_lock: Mutex::new(Weak::new()),
            sync: Sync::default(),
            kept_in_step: AtomicBool::new(false),
        };
        let clinic = Self { inner: Arc::new(inner) };
        clinic.start_background()?;
        if crate::wipe::is_under_way(clinic.home())
            && !clinic.runs_in_background()
            && let Err(error) = clinic.sync_round()
        {
            tracing::warn!(%error, "the wipe of this device is not over yet");
        }
        Ok(clinic)
    }

    /// The home folder.
    pub fn home(&self) -> &Home {
        &self.inner.env.home
    }

    /// Takes the home for this process, or shares what another part of it has taken.
    pub(crate) fn home_lock(&self) -> Result<Arc<HomeLock>, CommandError> {
        for _ in 0..AGENT_TRIES {
            match self.try_home_lock() {
                // The agent has the home for one round of its own.
                Err(error) if error.code == ErrorCode::VaultBusy && self.home().has_agent() => {
                    std::thread::sleep(AGENT_PAUSE);
                }
                other => return other,
            }
        }
        self.try_home_lock()
    }

    fn try_home_lock(&self) -> Result<Arc<HomeLock>, CommandError> {
        let mut held = self.inner.home_lock.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = held.upgrade() {
            return Ok(lock);
        }
        let lock = Arc::new(self.home().lock()?);
        *held = Arc::downgrade(&lock);
        Ok(lock)
    }

    /// Sync with the server.
    pub(crate) fn sync(&self) -> &Sync {
        &self.inner.sync
    }

    /// A holder that does not keep the clinic alive.
    pub(crate) fn downgrade(&self) -> WeakClinic {
        WeakClinic(Arc::downgrade(&self.inner))
    }

    /// Whether this program lives on between commands: only such a one keeps in step by itself.
    pub(crate) fn runs_in_background(&self) -> bool {
        self.machine().resume == Resume::Window || self.inner.kept_in_step.load(Ordering::Relaxed)
    }

    /// Keeps this clinic in step from now on, also in a program that usually ends after one command.
    pub fn keep_in_step(&self) -> Result<(), CommandError> {
        self.inner.kept_in_step.store(true, Ordering::Relaxed);
        self.start_background()
    }

    /// What the key ceremonies work with.
    pub(crate) fn env(&self) -> &Env {
        &self.inner.env
    }

    /// Keychain, clock, chance.
    pub fn machine(&self) -> &Arc<Machine> {
        &self.inner.machine
    }

    /// The imports of this process.
    pub(crate) fn jobs(&self) -> &Jobs {
        &self.inner.jobs
    }

    /// The renewal of a key that runs.
    pub(crate) fn rotation(&self) -> &Running {
        &self.inner.rotation
    }

    /// The machine as it was last looked at.
    pub(crate) fn looked(&self) -> &Looked {
        &self.inner.looked
    }

    /// The recovery key that was made and is not enrolled yet.
    pub(crate) fn recovery(&self) -> &Preparing {
        &self.inner.recovery
    }

    /// Puts a file under a new key in the place of the session's, while nobody else uses the session. Says no, and has done nothing, where
    /// something was written since. After an error the caller locks.
    pub(crate) fn exchange_files(
        &self,
        ready: &Ready,
        users: &[Recipient],
        changes: u64,
    ) -> Result<bool, CommandError> {
        match &mut *self.inner.state.write().unwrap_or_else(PoisonError::into_inner) {
            State::Unlocked(session) => session.exchange_files(ready, users, changes),
            State::Locked(_) => Err(ErrorCode::Locked.into()),
        }
    }

    /// Refuses where there is a vault.
    pub fn require_no_vault(&self) -> Result<(), CommandError> {
        if crate::wipe::is_under_way(self.home()) {
            return Err(ErrorCode::Wiped.into());
        }
        if self.home().has_vault()? {
            Err(ErrorCode::VaultExists.into())
        } else {
            Ok(())
        }
    }

    /// What the policy says of a new password; `context` are names that it must not consist of.
    pub(crate) fn judge_password(&self, password: &Password, context: &[&str]) -> Result<(), CommandError> {
        let known = self.with_session(|session| Ok((session.settings().min_password_length, session.clinic_name())));
        let (policy, clinic_name) = match known {
            Ok((length, name)) => (PasswordPolicy::new(length as usize), name),
            Err(_) => (PasswordPolicy::default(), String::new()),
        };
        let mut context = context.to_vec();
        context.push(&clinic_name);
        Ok(password::check(&password.normal()?, &policy, &context)?)
    }

    /// Runs `work` on the session, which cannot be locked meanwhile: a lock waits for it, so work is short.
    pub(crate) fn with_session<R>(
        &self,
        work: impl FnOnce(&Session) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        let state = self.inner.state.read().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Unlocked(session) => work(session),
            State::Locked(_) => Err(ErrorCode::Locked.into()),
        }
    }

    /// Why it is locked, if it is.
    pub(crate) fn locked_because(&self) -> Option<LockReason> {
        match &*self.inner.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Locked(reason) => Some(*reason),
            State::Unlocked(_) => None,
        }
    }

    /// Why the clinic has ended the session without a person's wish: a surface that has not been told yet must be emptied.
    pub fn locked_by_itself(&self) -> Option<LockReason> {
        let own = |reason: &LockReason| {
            use LockReason as R;
            matches!(reason, R::AccessChanged | R::Wiped | R::LeaseEnded)
        };
        self.locked_because().filter(own)
    }

    /// Serialises creating, unlocking, resuming and locking.
    pub(crate) fn opening(&self) -> MutexGuard<'_, ()> {
        self.inner.opening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a new session.
    pub(crate) fn next_session(&self) -> u64 {
        self.inner.sessions.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Puts an opened session in place; the caller holds [`Clinic::opening`].
    pub(crate) fn install(&self, session: Session) {
        self.touch();
        let mut state = self.inner.state.write().unwrap_or_else(PoisonError::into_inner);
        *state = State::Unlocked(Box::new(session));
        drop(state);
        self.sync().signal().news();
    }

    /// Takes the session out, when every command on it has ended; the caller holds [`Clinic::opening`].
    pub(crate) fn take(&self, reason: LockReason) -> Option<Box<Session>> {
        let mut state = self.inner.state.write().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Locked(reason)) {
            State::Unlocked(session) => Some(session),
            State::Locked(before) => {
                // Locking what is locked changes nothing, not even the reason that is shown.
                *state = State::Locked(before);
                None
            }
        }
    }

    /// A person did something.
    pub fn touch(&self) {
        self.inner.idle.touch(&*self.inner.machine.clock);
    }

    /// For how long nobody has done anything, in milliseconds.
    pub(crate) fn idle_ms(&self) -> u64 {
        self.inner.idle.idle_ms(&*self.inner.machine.clock)
    }

    /// Seconds until the session locks by itself; `None` while locked.
    pub fn idle_lock_in_s(&self) -> Option<u32> {
        let limit_s = self.with_session(|session| Ok(session.settings().idle_lock_s)).ok()?;
        Some(self.inner.idle.due_in_s(&*self.inner.machine.clock, limit_s))
    }

    /// Whether nobody has done anything for as long as the policy allows. The surface's timer asks every few seconds and
    /// then calls `lock` with [`LockReason::Idle`].
    pub fn idle_lock_due(&self) -> bool {
        self.idle_lock_in_s() == Some(0)
    }
}

impl std::fmt::Debug for Clinic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clinic")
            .field("locked", &self.locked_because())
            .finish_non_exhaustive()
    }
}
