//! Sync with the clinic's server: what a device sends, fetches and finds wrong.
//!
//! Invariants:
//! - No lock of the session is held while the network is waited for. A locked device fetches the roster and sealed segments; only an
//!   unlocked one seals, opens and applies.
//! - What a server says is a claim. Entries and segments are believed for their signatures and their place; an answer of the
//!   server, whatever its status, can cause a fetch, a push or a problem that is shown, and never a deletion.
//! - 'Sent' means acknowledged: the server's vector, asked after a push, holds it.
//! - Every step can be repeated, and is after a kill: it asks what is there and does what is missing.
//!
//! It refuses to know what an op means, and how a surface tells a problem.

mod alarm;
mod apply;
pub(crate) mod aside;
mod background;
mod backoff;
mod checkpoint;
mod desk;
pub(crate) mod device_key;
mod exchange;
mod fetch;
pub mod files;
pub mod key;
mod live;
pub mod name;
pub mod now;
mod push;
mod rescue;
pub(crate) mod revoked;
mod roster;
mod round;
mod seal;
pub mod seen;
mod snapshot;
pub mod status;
pub(crate) mod trail;
pub mod wire;

pub(crate) use alarm::kind_name;
pub(crate) use apply::complete_keys;
pub(crate) use background::Signal;
pub(crate) use desk::Desk;
pub use files::Carried;
pub(crate) use live::Live;
pub(crate) use push::post_outbox;
pub(crate) use roster::{Sealing, act, fetch_roster, give_all};
pub use round::Outcome;
pub(crate) use round::one_at_a_time;
pub use snapshot::make as snapshot_make;

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Identity, Link, LinkError, Pin, Server};
use crate::session::Session;
use background::Background;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::Runtime;
use wardkeep_vault::clock::Clock;

/// Sync of one running app.
#[derive(Default)]
pub(crate) struct Sync {
    /// What this device keeps for its clinic. Taken after the session, never before it.
    desk: Mutex<Option<Desk>>,
    /// The server of the clinic, with its connection.
    server: Mutex<Option<Arc<Server>>>,
    /// This device has another key since that connection was made.
    key_changed: Arc<AtomicBool>,
    /// Drives the sockets; made when the first is needed.
    runtime: Mutex<Option<Arc<Runtime>>>,
    /// What a surface is shown.
    live: Mutex<Live>,
    /// The snapshots that the server offers.
    offers: Mutex<snapshot::Offers>,
    /// How often a lock has asked everything long to end.
    interrupts: AtomicU64,
    /// Held by whoever does a round.
    rounds: Mutex<()>,
    /// Held by whoever carries sealed files.
    carrying: Mutex<()>,
    /// Wakes the background thread.
    signal: Arc<Signal>,
    /// Wakes the thread of sealed files.
    carrier: Arc<files::Carrier>,
    /// That thread, once it runs.
    carrier_thread: Mutex<Option<files::Carrying>>,
    /// The thread, once it runs. Goes first.
    background: Mutex<Option<Background>>,
}

/// What waits is sealed by a session that ends: records first, then what was done with them.
pub(crate) fn before_lock(session: &Session, desk: &mut Desk) -> Result<(), CommandError> {
    seal::before_lock(session, desk)?;
    trail::seal(session, desk, trail::When::Now).map(drop)
}

/// Everything else goes on when a thread has panicked.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sync {
    /// What wakes the background thread.
    pub(crate) fn signal(&self) -> &Arc<Signal> {
        &self.signal
    }

    /// What wakes the thread of sealed files.
    pub(crate) fn carrier(&self) -> &Arc<files::Carrier> {
        &self.carrier
    }

    /// What a surface is shown.
    pub(crate) fn live(&self) -> MutexGuard<'_, Live> {
        held(&self.live)
    }

    /// Ends whatever reads or writes many rows: somebody wants to lock.
    pub(crate) fn interrupt(&self) {
        self.interrupts.fetch_add(1, Ordering::Relaxed);
    }

    fn interrupts(&self) -> u64 {
        self.interrupts.load(Ordering::Relaxed)
    }

    /// Says that a key is missing on this laptop.
    pub(crate) fn no_key(&self, now_ms: u64) {
        self.live().problem(wire::ProblemKind::NoKey, None, 1, now_ms);
    }

    /// Forgets what was read, so that it is read anew: after a lock, when another process may write.
    pub(crate) fn close_desk(&self) {
        held(&self.desk).take();
    }

    /// Rung by whoever keeps the device's key when it is another one.
    fn key_changed(&self) -> &Arc<AtomicBool> {
        &self.key_changed
    }

    /// Forgets the connection: another server, or another identity.
    pub(crate) fn forget_server(&self) {
        held(&self.server).take();
    }

    fn runtime(&self) -> Result<Arc<Runtime>, CommandError> {
        let mut runtime = held(&self.runtime);
        if let Some(runtime) = &*runtime {
            return Ok(Arc::clone(runtime));
        }
        let made = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("sync-io")
            .enable_all()
            .build()
            .map_err(|_| CommandError::internal("no runtime for the network"))?;
        let made = Arc::new(made);
        *runtime = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Waits for network work on this thread.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, CommandError> {
        Ok(self.runtime()?.block_on(work))
    }
}

impl Drop for Sync {
    /// The runtime is not waited for: what it does may be repeated.
    fn drop(&mut self) {
        held(&self.background).take();
        held(&self.carrier_thread).take();
        let runtime = held(&self.runtime).take();
        if let Some(runtime) = runtime.and_then(Arc::into_inner) {
            runtime.shutdown_background();
        }
    }
}

impl Clinic {
    /// One round of sync on this thread: for a program that has no thread for it, and for tests.
    pub fn sync_round(&self) -> Result<Outcome, CommandError> {
        round::round(self)
    }

    /// Sends and fetches sealed files on this thread: for a program that has no thread for it, and for tests.
    pub fn carry_files(&self) -> Result<Carried, CommandError> {
        files::carry(self, files::About::All)
    }

    /// Runs `work` on what this device keeps for its clinic; `None` where it works alone. Holds no session.
    pub(crate) fn with_desk<R>(
        &self,
        work: impl FnOnce(&mut Desk) -> Result<R, CommandError>,
    ) -> Result<Option<R>, CommandError> {
        let mut desk = held(&self.sync().desk);
        if desk.is_none() {
            *desk = Desk::open(self)?;
        }
        desk.as_mut().map(work).transpose()
    }

    /// Makes the desk of a vault that may have none yet.
    pub(crate) fn make_desk(&self) -> Result<(), CommandError> {
        let mut desk = held(&self.sync().desk);
        if desk.is_none() {
            *desk = Some(Desk::make(self)?);
        }
        Ok(())
    }

    /// The same for what needs a clinic.
    pub(crate) fn with_clinic_desk<R>(
        &self,
        work: impl FnOnce(&mut Desk) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        self.with_desk(work)?.ok_or_else(|| ErrorCode::NotAttached.into())
    }

    /// Runs `work` on the session and the desk together.
    pub(crate) fn with_both<R>(
        &self,
        work: impl FnOnce(&Session, &mut Desk) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        self.with_session(|session| self.with_clinic_desk(|desk| work(session, desk)))
    }

    /// The server of this device's clinic.
    pub(crate) fn server(&self) -> Result<Arc<Server>, CommandError> {
        if self.sync().key_changed.swap(false, Ordering::AcqRel) {
            self.sync().forget_server();
        }
        if let Some(server) = &*held(&self.sync().server) {
            return Ok(Arc::clone(server));
        }
        let made = self.with_clinic_desk(|desk| {
            let link = desk.spool.server()?.ok_or(ErrorCode::NotAttached)?;
            let address: Address = link.address.parse().map_err(|_| ErrorCode::NotAttached)?;
            desk.server(&self.env().clock, address, Pin(link.pin))
        })?;
        let made = Arc::new(made);
        *held(&self.sync().server) = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Asks the clinic's server something, over the one connection.
    pub(crate) fn ask<T, F: Future<Output = Result<T, LinkError>>>(
        &self,
        question: impl FnOnce(Link) -> F,
    ) -> Result<T, CommandError> {
        let server = self.server()?;
        self.ask_at(&server, question)
    }

    /// Asks this server something.
    pub(crate) fn ask_at<T, F: Future<Output = Result<T, LinkError>>>(
        &self,
        server: &Server,
        question: impl FnOnce(Link) -> F,
    ) -> Result<T, CommandError> {
        let answer = self.sync().wait(async { question(server.link().await?).await })?;
        if answer.is_ok() {
            self.sync().live().heard(self.machine().clock.now_ms());
        }
        Ok(answer?)
    }
}

/// A connection's owner for a device key that no roster lists yet.
pub(crate) fn server_of(
    clock: &Arc<dyn Clock>,
    seed: &[u8; 32],
    address: Address,
    pin: Pin,
) -> Result<Server, CommandError> {
    let identity = Identity::new(seed, pin, Arc::clone(clock))
        .map_err(|_| CommandError::internal("certificate of the device key"))?;
    Ok(Server::new(address, identity))
}
