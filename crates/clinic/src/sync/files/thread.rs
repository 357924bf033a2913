//! The thread that carries sealed files: its own, so that a long one never holds up a record.

use super::carry::{About, carry};
use crate::clinic::{Clinic, WeakClinic};
use crate::sync::backoff::Backoff;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use wardkeep_vault::random;

/// Without any news the server is asked about everything this often: it may have lost something.
const QUIET: Duration = Duration::from_secs(6 * 60 * 60);

/// Wakes the thread.
#[derive(Default)]
pub(crate) struct Carrier {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default, Clone, Copy)]
struct State {
    /// There may be something to send or fetch.
    rung: bool,
    /// The server has lost something, or a person asked.
    all: bool,
    stop: bool,
}

impl Carrier {
    /// There may be something to send or fetch.
    pub(crate) fn ring(&self) {
        self.change(|state| state.rung = true);
    }

    /// The server may have lost something.
    pub(crate) fn ring_about_all(&self) {
        self.change(|state| (state.rung, state.all) = (true, true));
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.notify_all();
    }

    /// Sleeps until it is rung, at most so long.
    fn wait(&self, most: Duration) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut state, _) = self
            .bell
            .wait_timeout_while(state, most, |state| !(state.rung || state.stop))
            .unwrap_or_else(PoisonError::into_inner);
        let woken = *state;
        *state = State {
            stop: woken.stop,
            ..State::default()
        };
        woken
    }
}

/// The running thread. Dropping it ends it, after the piece that is under way.
pub(in crate::sync) struct Carrying {
    carrier: Arc<Carrier>,
    thread: Option<JoinHandle<()>>,
}

impl Carrying {
    /// Starts it.
    pub(in crate::sync) fn start(clinic: &Clinic) -> std::io::Result<Self> {
        let carrier = Arc::clone(clinic.sync().carrier());
        let (weak, rung) = (clinic.downgrade(), Arc::clone(&carrier));
        let thread = std::thread::Builder::new()
            .name("sync-files".into())
            .spawn(move || keep_carrying(&weak, &rung))?;
        Ok(Self {
            carrier,
            thread: Some(thread),
        })
    }
}

impl Drop for Carrying {
    fn drop(&mut self) {
        self.carrier.change(|state| state.stop = true);
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the thread of sealed files had panicked");
        }
    }
}

fn keep_carrying(clinic: &WeakClinic, carrier: &Carrier) {
    let mut backoff = Backoff::default();
    let (mut wait, mut about) = (QUIET, About::All);
    loop {
        let woken = carrier.wait(wait);
        if woken.stop {
            return;
        }
        let Some(clinic) = clinic.upgrade() else {
            return;
        };
        if woken.all || (!woken.rung && wait == QUIET) {
            about = About::All;
        }
        let done = carry(&clinic, about);
        let jitter = u16::from_be_bytes(random::array(&*clinic.machine().random));
        wait = match done {
            Ok(done) if !done.retry => {
                backoff.succeed();
                about = About::Waiting;
                QUIET
            }
            other => {
                tracing::debug!(?other, "sealed files wait");
                Duration::from_millis(backoff.fail(jitter, 0))
            }
        };
    }
}
