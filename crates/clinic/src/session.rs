//! One unlocked session: who, with which keys, over which connections. Dropping it closes everything and wipes the keys.

pub mod create;
pub mod current;
mod idle;
pub mod lock;
pub(crate) mod open;
pub mod password_check;
mod readers;
pub mod resume;
mod settle;
pub mod status;
pub mod touch;
mod undo;
pub mod unlock;
pub mod wire;

pub use idle::Idle;
pub(crate) use undo::Undo;

use crate::error::{CommandError, ErrorCode};
use crate::glass::Held;
use crate::machine::{Machine, Resume};
use crate::policy;
use crate::setting::Settings;
use crate::sync::Signal;
use crate::user::{Role, UserRow, roles_of};
use readers::Readers;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;
use wardkeep_record::id::{BlobId, DeviceId, RecordId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_roster::entry::Policy;
use wardkeep_vault::env::Env;
use wardkeep_vault::home::HomeLock;
use wardkeep_vault::integrity;
use wardkeep_vault::random;
use wardkeep_vault::rekey::{self, Ready, Recipient};
use wardkeep_vault::roles::Roles;
use wardkeep_vault::store::{LocalUser, Store, Tx, View};
use wardkeep_vault::unlock::Unlocked;

/// How long, and how often at most, work in the background steps aside for whoever waits.
const STEP_ASIDE: Duration = Duration::from_micros(200);
const STEP_ASIDES: usize = 500;

/// One look at a chart is one entry in the log for this long, in milliseconds.
const ONE_LOOK_MS: u64 = 15 * 60 * 1000;

/// What an unlocked user works with.
pub struct Session {
    /// Connections that only read; closed before the one that writes.
    readers: Readers,
    /// The one connection that writes.
    store: Mutex<Store>,
    /// The vault keys and what opened them: a new user's slot is sealed over those that the admin's session holds.
    unlocked: RwLock<Unlocked>,
    /// Whether there is a clinical key among them.
    clinical: bool,
    /// Who.
    pub(crate) user: UserId,
    roles: Vec<Role>,
    people: RwLock<People>,
    /// Everybody in the clinic's roster, by the names that the office key opens.
    names: RwLock<HashMap<UserId, String>>,
    settings: RwLock<Settings>,
    /// The clinic's rules; nothing where this laptop works alone.
    policy: RwLock<Option<Policy>>,
    clinic_name: RwLock<String>,
    pub(crate) env: Env,
    pub(crate) machine: Arc<Machine>,
    /// When the resume entry was written last, in monotonic milliseconds.
    kept_ms: AtomicU64,
    /// Writes that a person waits for.
    waiting: AtomicUsize,
    /// Charts that this user looked at, and when that was written down.
    viewed: Mutex<HashMap<RecordId, u64>>,
    /// Restricted charts that this user has opened for an emergency.
    pub(crate) glass: Held,
    /// What can be taken back.
    undos: undo::Undos,
    /// Tells this session from every other one of the process.
    pub(crate) number: u64,
    /// Goes last: until then no other process opens the files.
    _home_lock: Arc<HomeLock>,
    /// Told of every write.
    signal: Arc<Signal>,
}

/// Everybody who ever had a slot here.
type People = HashMap<UserId, LocalUser>;

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Whether this session has the compartment's key.
    pub fn holds(&self, compartment: Compartment) -> bool {
        match compartment {
            Compartment::Office => true,
            Compartment::Clinical => self.clinical,
        }
    }

    /// What the user may do.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The settings of this laptop, with the clinic's rules in their place.
    pub fn settings(&self) -> Settings {
        let own = self.settings.read().unwrap_or_else(PoisonError::into_inner).clone();
        policy::over(self.policy(), own)
    }

    /// The clinic's rules; nothing where this laptop works alone.
    pub(crate) fn policy(&self) -> Option<Policy> {
        *self.policy.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over other rules of the clinic.
    pub(crate) fn adopt_policy(&self, policy: Policy) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = Some(policy);
    }

    /// Takes over a changed policy that is already stored.
    pub(crate) fn adopt_settings(&self, settings: Settings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// The clinic's name.
    pub fn clinic_name(&self) -> String {
        self.clinic_name.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over the name that the clinic has for itself and that is already stored.
    pub(crate) fn adopt_clinic_name(&self, name: String) {
        *self.clinic_name.write().unwrap_or_else(PoisonError::into_inner) = name;
    }

    /// Now, in Unix milliseconds.
    pub(crate) fn now_ms(&self) -> u64 {
        self.machine.clock.now_ms()
    }

    /// Now, as a FHIR instant in UTC.
    pub(crate) fn now_text(&self) -> String {
        let now_ms = i64::try_from(self.now_ms()).unwrap_or(i64::MAX);
        jiff::Timestamp::from_millisecond(now_ms)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_string()
    }

    /// Sixteen random bits, for the spacing of new items.
    pub(crate) fn random_u16(&self) -> u16 {
        u16::from_be_bytes(random::array(&*self.env.random))
    }

    /// This device.
    pub(crate) fn device(&self) -> DeviceId {
        open::device_of(&self.unlocked())
    }

    /// A new record's id.
    pub(crate) fn new_record_id(&self) -> RecordId {
        RecordId::new(self.now_ms(), random::array(&*self.machine.random))
    }

    /// A new blob's id.
    pub(crate) fn new_blob_id(&self) -> BlobId {
        BlobId::new(self.now_ms(), random::array(&*self.machine.random))
    }

    /// Reads on a connection of its own; never waits for a write.
    pub(crate) fn read<R>(&self, work: impl FnOnce(&View<'_>) -> Result<R, CommandError>) -> Result<R, CommandError> {
        self.readers.with(work)
    }

    /// Reads several things of one moment.
    pub(crate) fn snapshot<R>(
        &self,
        work: impl FnOnce(&View<'_>) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        self.readers.snapshot(work)
    }

    /// Writes one compartment in one transaction, as the session's user.
    pub(crate) fn write<R>(
        &self,
        compartment: Compartment,
        work: impl FnOnce(&mut Tx<'_>) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let mut store = self.store();
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        if !self.holds(compartment) {
            return Err(ErrorCode::Forbidden.into());
        }
        let answer = store.write(compartment, self.user, work)?;
        self.signal.written();
        Ok(answer)
    }

    /// Works on the store itself, for what sync does there: sealing, receiving, its books.
    pub(crate) fn with_store<R, E: Into<CommandError>>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<R, E>,
    ) -> Result<R, CommandError> {
        work(&mut self.store()).map_err(Into::into)
    }

    /// The same, with the work's own errors.
    pub(crate) fn on_store<R>(&self, work: impl FnOnce(&mut Store) -> R) -> R {
        self.step_aside();
        work(&mut self.store())
    }

    /// The same for work that nobody waits for.
    pub(crate) fn with_store_in_background<R, E: Into<CommandError>>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<R, E>,
    ) -> Result<R, CommandError> {
        self.step_aside();
        self.with_store(work)
    }

    /// The same for work that nobody waits for: whoever waits goes first. (The lock itself is not fair: a writer that comes
    /// back at once would keep it.)
    pub(crate) fn write_in_background<R>(
        &self,
        compartment: Compartment,
        work: impl FnOnce(&mut Tx<'_>) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        self.step_aside();
        self.write(compartment, work)
    }

    /// Lets whoever waits for a write go first, for a while.
    fn step_aside(&self) {
        for _ in 0..STEP_ASIDES {
            if self.waiting.load(Ordering::Relaxed) == 0 {
                break;
            }
            std::thread::sleep(STEP_ASIDE);
        }
    }

    /// Writes down that this user looks at this chart, once for each look. Blocks that load side by side wait for the first.
    pub(crate) fn once_viewed(
        &self,
        patient: RecordId,
        write_down: impl FnOnce() -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        let now_ms = self.machine.clock.monotonic_ms();
        let mut viewed = self.viewed.lock().unwrap_or_else(PoisonError::into_inner);
        if viewed
            .get(&patient)
            .is_some_and(|then| now_ms.saturating_sub(*then) < ONE_LOOK_MS)
        {
            return Ok(());
        }
        write_down()?;
        viewed.retain(|_, then| now_ms.saturating_sub(*then) < ONE_LOOK_MS);
        viewed.insert(patient, now_ms);
        Ok(())
    }

    /// The next look at this chart is one of its own.
    pub(crate) fn forget_look(&self, patient: RecordId) {
        let mut viewed = self.viewed.lock().unwrap_or_else(PoisonError::into_inner);
        viewed.remove(&patient);
    }

    /// The keys and what opened them.
    pub(crate) fn unlocked(&self) -> RwLockReadGuard<'_, Unlocked> {
        self.unlocked.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, to change the slot of this user: enrollment keys, roles, the chart's key.
    pub(crate) fn unlocked_mut(&self) -> RwLockWriteGuard<'_, Unlocked> {
        self.unlocked.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what a changed password opened.
    pub(crate) fn adopt_unlocked(&self, unlocked: Unlocked) {
        *self.unlocked.write().unwrap_or_else(PoisonError::into_inner) = unlocked;
    }

    /// Renews the resume entry when a good part of its window has passed. A keychain that does not take it costs the person
    /// a password after a crash, nothing more.
    pub(crate) fn keep_resumable(&self) {
        let window_ms = u64::from(self.settings().resume_window_s) * 1000;
        let now_ms = self.machine.clock.monotonic_ms();
        let fresh = now_ms.saturating_sub(self.kept_ms.load(Ordering::Relaxed)) < window_ms / 4;
        if self.machine.resume == Resume::Never || window_ms == 0 || fresh {
            return;
        }
        self.keep_now(window_ms);
    }

    /// Writes the resume entry; a window of 0 removes it.
    pub(crate) fn keep_now(&self, window_ms: u64) {
        if self.machine.resume == Resume::Never {
            return;
        }
        self.kept_ms.store(self.machine.clock.monotonic_ms(), Ordering::Relaxed);
        if let Err(error) = wardkeep_vault::resume::keep(&self.env, &self.unlocked(), window_ms) {
            tracing::warn!(%error, "the session cannot be resumed after a crash");
        }
    }

    /// Reads every page of a compartment's file; takes seconds for a gigabyte, during which nothing else is written.
    pub(crate) fn check_integrity(&self, compartment: Compartment) -> Result<integrity::Report, CommandError> {
        let (schema, path) = match compartment {
            Compartment::Office => ("main", self.env.home.office_db()),
            Compartment::Clinical => ("clinical", self.env.home.clinical_db()),
        };
        Ok(integrity::check(self.store().read().connection(), schema, &path)?)
    }

    /// Closes the files, has a new one counted, and opens them again ([`Clinic::exchange_files`](crate::Clinic)).
    pub(crate) fn exchange_files(
        &mut self,
        ready: &Ready,
        users: &[Recipient],
        changes: u64,
    ) -> Result<bool, CommandError> {
        let store = self.store.get_mut().unwrap_or_else(PoisonError::into_inner);
        let unlocked = self.unlocked.get_mut().unwrap_or_else(PoisonError::into_inner);
        if store.changes()? != changes {
            return Ok(false);
        }
        let device = store.device();
        self.readers.close();
        store.close()?;
        rekey::commit(&self.env, unlocked, ready, users)?;
        *store = Store::open(&self.env.home, &unlocked.keys, device, Arc::clone(&self.env.clock))?;
        self.readers = Readers::open(&self.env.home, &unlocked.keys, device)?;
        Ok(true)
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The people of this laptop who can unlock, by name.
    pub(crate) fn user_rows(&self) -> Vec<UserRow> {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        let open = people.values().filter(|user| user.closed_ms.is_none());
        let mut rows: Vec<_> = open.map(row_of).collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        rows
    }

    /// The session's user.
    pub(crate) fn user_row(&self) -> Result<UserRow, CommandError> {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        people
            .get(&self.user)
            .map(row_of)
            .ok_or_else(|| CommandError::internal("session: user without row"))
    }

    /// The name of anybody who ever unlocked here, or is of the clinic.
    pub(crate) fn user_name(&self, id: UserId) -> Option<String> {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        let local = people.get(&id).map(|user| user.name.clone());
        local.or_else(|| {
            self.names
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .get(&id)
                .cloned()
        })
    }

    /// Takes over the names of the roster.
    pub(crate) fn adopt_names(&self, names: Vec<(UserId, String)>) {
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = names.into_iter().collect();
    }

    /// One of the people, closed or not.
    pub(crate) fn person(&self, id: UserId) -> Option<LocalUser> {
        self.people
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }

    /// Takes over a changed person who is already stored.
    pub(crate) fn adopt_person(&self, user: LocalUser) {
        self.people
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(user.id, user);
    }

    /// What surfaces see of this session.
    pub(crate) fn view(&self) -> Result<wire::SessionView, CommandError> {
        let compartments = [Compartment::Office, Compartment::Clinical];
        Ok(wire::SessionView {
            user: self.user_row()?,
            clinic_name: self.clinic_name(),
            compartments: compartments.into_iter().filter(|at| self.holds(*at)).collect(),
            settings: self.settings(),
            patient_count: self.read(|view| Ok(view.patients_count()?))?,
        })
    }
}

fn row_of(user: &LocalUser) -> UserRow {
    UserRow::new(user.id, user.name.clone(), Some(roles_of(Roles::from_bits(user.roles))))
}
