//! The agent: a process without a window that keeps a locked laptop in touch with its clinic. It fetches the roster and sealed segments, and
//! obeys an order to wipe, when nobody has opened the window since the log-in.
//!
//! It knows no password and opens no record; it takes the home only while a round lasts, and leaves it to whoever unlocks.

pub mod autostart;

use crate::clinic::Clinic;
use crate::error::CommandError;
use std::time::Duration;
use wardkeep_vault::home::HomeLock;

/// Between two looks whether there is something to keep in step.
const EVERY: Duration = Duration::from_secs(2);

/// The place of the agent, taken.
pub struct Agent {
    clinic: Clinic,
    _place: HomeLock,
}

impl Agent {
    /// Takes the place, of which there is one for each home.
    pub fn take(clinic: Clinic) -> Result<Self, CommandError> {
        let place = clinic.home().lock_for_agent()?;
        Ok(Self { clinic, _place: place })
    }

    /// Keeps in step for as long as the home is there. A laptop that joins a clinic later is looked after from then on.
    pub fn run(&self) -> Result<(), CommandError> {
        while self.clinic.home().root().exists() {
            self.clinic.keep_in_step()?;
            std::thread::sleep(EVERY);
        }
        Ok(())
    }
}
