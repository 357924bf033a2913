//! A laptop that the server has on its line: unlocked, or locked with its agent alone.

use crate::laptop;
use crate::meter::{measure, milliseconds};
use crate::sync::server::{Server, beside};
use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use wardkeep_clinic::Clinic;

/// How long anything may take before something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const POLL: Duration = Duration::from_millis(1);

/// A laptop that was taken in, unlocked, in step, and listening.
pub struct Online {
    clinic: Clinic,
    listeners: u32,
}

impl Online {
    /// Starts the program on a home that has not fetched its answer yet.
    pub fn start(home: &Path, server: &Server) -> Result<Self> {
        let listeners = server.listeners()?;
        let clinic = laptop::start(home)?;
        laptop::unlock_only_user(&clinic)?;
        laptop::enter(&clinic)?;
        laptop::until_in_step(&clinic)?;
        laptop::keep_in_step(&clinic)?;
        until("a laptop listens", || Ok(server.listeners()? > listeners))?;
        Ok(Self { clinic, listeners })
    }

    /// Milliseconds from before the command until this laptop was refused and says so, and until the command was done.
    #[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    pub fn until_refused(&self, command: impl FnOnce() -> Result<()>) -> Result<(f64, f64)> {
        let start = Instant::now();
        std::thread::scope(|scope| {
            let watching = scope.spawn(|| -> Result<f64> {
                until("a revoked laptop is refused", || {
                    Ok(laptop::call(&self.clinic, "sync_status", &json!({}))?["state"] == "revoked")
                })?;
                Ok(milliseconds(start.elapsed()))
            });
            let (done, cost) = measure(command);
            done?;
            let watched = watching.join().ok().context("the thread that watches")?;
            Ok((watched?, cost.wall_ms))
        })
    }

    /// Ends the program, and waits until the server has let go of it.
    pub fn end(self, server: &Server) -> Result<()> {
        drop(self.clinic);
        until("a laptop is gone", || Ok(server.listeners()? <= self.listeners))
    }
}

/// The agent of a locked laptop, a process of its own. Dropping it ends it.
pub struct Agent(Child);

impl Agent {
    /// Starts it and waits until it listens.
    pub fn start(home: &Path, server: &Server) -> Result<Self> {
        let listeners = server.listeners()?;
        let mut command = Command::new(beside("wardkeep")?);
        command.arg("--home").arg(home).arg("agent");
        let agent = Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        until("an agent listens", || Ok(server.listeners()? > listeners))?;
        Ok(agent)
    }

    /// Nothing of the vault is left: a receipt that is not true is no figure.
    pub fn left_nothing(self, home: &Path) -> Result<()> {
        for part in ["slots", "vault", "sync"] {
            let left = std::fs::read_dir(home.join(part)).is_ok_and(|mut files| files.next().is_some());
            ensure!(!left, "{part} is left of a wiped laptop");
        }
        Ok(())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // It may have ended already; nothing can be done about a failure here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Looks until it holds.
#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub fn until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !holds()? {
        if start.elapsed() > PATIENCE {
            bail!("waited in vain: {what}");
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}
