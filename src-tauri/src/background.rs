//! The program without a window, started at log-in: it keeps a locked laptop in touch with its clinic.

use crate::arguments::Arguments;
use std::path::Path;
use std::process::ExitCode;
use wardkeep_clinic::agent::{Agent, autostart};
use wardkeep_clinic::{Clinic, ErrorCode, Machine, Resume};

/// Runs until the session ends. Needs no display.
pub fn run(arguments: &Arguments) -> ExitCode {
    let agent = arguments.home().and_then(|home| {
        let clinic = Clinic::open(&home, Machine::system(Resume::Never))?;
        Ok(Agent::take(clinic)?)
    });
    let ran = agent.and_then(|agent| Ok(agent.run()?));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => crate::refused(&format_args!("{fault:#}")),
    }
}

/// Has the agent started at every log-in, where this laptop belongs to a clinic. What hinders it is told, and hinders nothing else.
pub fn install(home: &Path) {
    if !cfg!(target_os = "linux") || !home.join("sync").join("spool.db").exists() {
        return;
    }
    let installed = std::env::current_exe()
        .map_err(|_| ErrorCode::FileUnreadable.into())
        .and_then(|program| autostart::install(&autostart::entry_of_user()?, &program, &["--background"], home));
    if let Err(error) = installed {
        tracing::warn!(%error, "the agent is not started at log-in");
    }
}
