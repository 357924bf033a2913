//! One process at a time: the lock is the operating system's, so a killed process leaves none behind.

use super::{Home, HomeError};
use std::fs::{File, OpenOptions, TryLockError};

/// Held while the process may write, or is the agent; dropping it lets the next one in.
#[derive(Debug)]
pub struct HomeLock {
    file: File,
}

impl Home {
    /// Takes the home for this process, or says at once that another has it.
    pub fn lock(&self) -> Result<HomeLock, HomeError> {
        take(&self.lock_file())
    }

    /// Takes the place of the agent, of which there is one, or says at once that another has it.
    pub fn lock_for_agent(&self) -> Result<HomeLock, HomeError> {
        take(&self.agent_file())
    }

    /// Whether an agent runs for this home.
    pub fn has_agent(&self) -> bool {
        self.agent_file().exists() && matches!(self.lock_for_agent(), Err(HomeError::Busy))
    }
}

fn take(path: &std::path::Path) -> Result<HomeLock, HomeError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let file = options.open(path).map_err(HomeError::io(path))?;
    match file.try_lock() {
        Ok(()) => Ok(HomeLock { file }),
        Err(TryLockError::WouldBlock) => Err(HomeError::Busy),
        Err(TryLockError::Error(error)) => Err(HomeError::io(path)(error)),
    }
}

impl Drop for HomeLock {
    fn drop(&mut self) {
        // Closing the file frees the lock anyway; a failure here has nobody to hear of it.
        let _ = self.file.unlock();
    }
}
