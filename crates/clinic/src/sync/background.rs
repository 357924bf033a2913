//! The thread that keeps a device in step: it sleeps until somebody writes, the server says that there is something, or a try is due.

use super::backoff::Backoff;
use super::key::KEPT;
use super::round::round;
use crate::clinic::{Clinic, WeakClinic};
use crate::error::{CommandError, ErrorCode};
use crate::link::LinkError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use wardkeep_sync::wire::Event;
use wardkeep_vault::random;

/// Without any news a round is done this often: a wake-up that was lost costs no more than this.
const QUIET: Duration = Duration::from_secs(15 * 60);

/// Between two tries while another program has the home, in milliseconds.
const BUSY_MS: u64 = 2_000;

impl State {
    /// Whether nothing is known but that something was written here.
    fn only_written(self) -> bool {
        self.written && !(self.news || self.asked || self.deaf)
    }
}

/// How often a device that has asked to join asks for its answer, beyond the time that the server holds it back for.
const JOINING: Duration = Duration::from_secs(1);

/// Wakes the background thread.
#[derive(Default)]
pub(crate) struct Signal {
    state: Mutex<State>,
    bell: Condvar,
    /// The server has said that there is something new about snapshots.
    snapshots: AtomicBool,
}

#[derive(Default, Clone, Copy)]
struct State {
    /// Something may be there to send.
    written: bool,
    /// Something may be there to fetch.
    news: bool,
    /// A person asked, so a wait after failures ends at once.
    asked: bool,
    /// The stream of wake-ups has ended.
    deaf: bool,
    stop: bool,
}

impl Signal {
    /// Something was written here; most of it is in the log only, which the next round sees at once.
    pub(crate) fn written(&self) {
        self.change(|state| state.written = true);
    }

    /// The server has something, or somebody has unlocked.
    pub(crate) fn news(&self) {
        self.change(|state| state.news = true);
    }

    /// The server has something.
    fn event(&self, event: Event) {
        if event == Event::Snapshots {
            self.snapshots.store(true, Ordering::Relaxed);
        }
        self.news();
    }

    /// Whether there was news of snapshots since the last time that this was asked.
    pub(super) fn take_snapshot_news(&self) -> bool {
        self.snapshots.swap(false, Ordering::Relaxed)
    }

    /// A person wants it now.
    pub(crate) fn ask(&self) {
        self.change(|state| (state.news, state.asked) = (true, true));
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.notify_all();
    }

    /// Sleeps until there is news, at most so long. While a try is not due yet, only a person's wish ends the sleep.
    fn wait(&self, most: Duration, patient: bool) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let sleeps = |state: &mut State| {
            !(state.stop || state.asked || (!patient && (state.written || state.news || state.deaf)))
        };
        let (mut state, _) = self
            .bell
            .wait_timeout_while(state, most, sleeps)
            .unwrap_or_else(PoisonError::into_inner);
        let woken = *state;
        *state = State {
            stop: woken.stop,
            ..State::default()
        };
        woken
    }
}

/// The running thread. Dropping it ends it.
pub(super) struct Background {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.signal.change(|state| state.stop = true);
        if let Some(thread) = self.thread.take()
            // The last holder of the clinic may be the thread itself.
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the thread of sync had panicked");
        }
    }
}

impl Clinic {
    /// Starts the thread, unless it runs or nothing is to be kept in step.
    pub(crate) fn start_background(&self) -> Result<(), CommandError> {
        let mut running = super::held(&self.sync().background);
        let something = self.home().spool_db().exists() || crate::wipe::is_under_way(self.home());
        // A thread ends with the wipe of its device; one that begins anew gets another.
        running.take_if(|running| running.has_ended());
        if running.is_some() || !self.runs_in_background() || !something {
            return Ok(());
        }
        let signal = Arc::clone(self.sync().signal());
        let (clinic, heard) = (self.downgrade(), Arc::clone(&signal));
        let thread = std::thread::Builder::new()
            .name("sync".into())
            .spawn(move || keep_in_step(&clinic, &heard))
            .map_err(|_| CommandError::internal("no thread for sync"))?;
        *running = Some(Background {
            signal,
            thread: Some(thread),
        });
        let carrying = super::files::Carrying::start(self);
        *super::held(&self.sync().carrier_thread) =
            Some(carrying.map_err(|_| CommandError::internal("no thread for sealed files"))?);
        Ok(())
    }
}

fn keep_in_step(clinic: &WeakClinic, signal: &Arc<Signal>) {
    let mut backoff = Backoff::default();
    let mut listening: Option<tokio::task::JoinHandle<()>> = None;
    let (mut wait, mut patient) = (Duration::ZERO, false);
    loop {
        let woken = signal.wait(wait, patient);
        if woken.stop {
            break;
        }
        let Some(clinic) = clinic.upgrade() else {
            break;
        };
        if woken.only_written() && !has_unsealed(&clinic) {
            wait = QUIET;
            continue;
        }
        match round(&clinic) {
            Ok(outcome) if outcome.wiped => break,
            Ok(outcome) => {
                clinic.sync().live().retry_at_ms = None;
                // Records first: what names a file is here before the file.
                clinic.sync().carrier().ring();
                wait = if outcome.joining {
                    JOINING
                } else if outcome.in_step {
                    backoff.succeed();
                    QUIET
                } else {
                    // The server has not taken everything: the next round asks again, and later each time.
                    Duration::from_millis(backoff.fail(jitter(&clinic), 0))
                };
                patient = false;
                let silent = listening.as_ref().is_none_or(tokio::task::JoinHandle::is_finished);
                if silent && !outcome.joining {
                    listening = listen(&clinic, signal);
                }
            }
            Err(error) => {
                tracing::debug!(%error, "a round of sync failed");
                if crate::wipe::is_under_way(clinic.home())
                    && let Some(listening) = listening.take()
                {
                    // The stream holds the device's key.
                    listening.abort();
                }
                let asked_ms = error.detail.as_ref().and_then(|detail| detail.seconds).unwrap_or(0) * 1000;
                let wait_ms = if error.code == ErrorCode::VaultBusy {
                    // Another program has the home, and keeps itself in step; the next try comes soon after it has gone.
                    BUSY_MS
                } else {
                    backoff.fail(jitter(&clinic), asked_ms)
                };
                clinic.sync().live().retry_at_ms = Some(clinic.machine().clock.monotonic_ms() + wait_ms);
                (wait, patient) = (Duration::from_millis(wait_ms), true);
            }
        }
    }
    if let Some(listening) = listening {
        listening.abort();
    }
}

/// What keeps the devices of a clinic from coming back all at once.
fn jitter(clinic: &Clinic) -> u16 {
    u16::from_be_bytes(random::array(&*clinic.machine().random))
}

/// Whether an open compartment holds changes that are in no segment yet: a look at a chart is written down and sends nothing.
fn has_unsealed(clinic: &Clinic) -> bool {
    let waits = clinic.with_session(|session| {
        let mut waits = false;
        for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
            waits |= session.read(|view| Ok(view.unsent(at)?.unsealed > 0))?;
        }
        Ok(waits)
    });
    waits.unwrap_or(false)
}

/// Listens to the server's wake-ups until they end.
fn listen(clinic: &Clinic, signal: &Arc<Signal>) -> Option<tokio::task::JoinHandle<()>> {
    let server = clinic.server().ok()?;
    let runtime = clinic.sync().runtime().ok()?;
    let (signal, carrier) = (Arc::clone(signal), Arc::clone(clinic.sync().carrier()));
    Some(runtime.spawn(async move {
        let heard = async {
            let mut events = server.link().await?.events().await?;
            loop {
                match events.next().await? {
                    Event::Blobs => carrier.ring(),
                    Event::Wanted => carrier.ring_about_all(),
                    other => signal.event(other),
                }
            }
        };
        let ended: Result<(), LinkError> = heard.await;
        tracing::debug!(?ended, "the stream of wake-ups ended");
        // A server without wake-ups is asked now and then; any other is listened to again after the next round.
        if !matches!(ended, Err(LinkError::Refused { .. } | LinkError::Status(_))) {
            signal.change(|state| state.deaf = true);
        }
    }))
}
