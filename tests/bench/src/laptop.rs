//! A clinic on a laptop of the bench: the real vault below the real command table, in a folder of its own.
//!
//! The keychain is in memory and Argon2 at toy cost, because neither is what is measured: the one is the desktop's, the other
//! is meant to take half a second.

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use wardkeep_clinic::{Clinic, CommandError, Machine, Password, Resume, dispatch, session};
use wardkeep_record::id::UserId;
use wardkeep_vault::kdf::KdfPolicy;
use wardkeep_vault::keychain::Keychain;
use zeroize::Zeroizing;

const PASSWORD: &str = "ultramarine heron nineteen";

/// How often an import is asked how far it is.
const POLL: Duration = Duration::from_millis(20);

/// One laptop, whose keychain and folder outlive the program's runs.
pub struct Laptop {
    home: PathBuf,
    keychain: Keychain,
    user: UserId,
}

impl Laptop {
    /// Founds a clinic in a folder without one; the founder is unlocked.
    pub fn found(home: &Path) -> Result<(Self, Clinic)> {
        let (keychain, _switch) = Keychain::in_memory();
        let clinic = start(home, &keychain)?;
        let input = session::create::Input {
            clinic_name: "Bench".to_owned(),
            user_name: "Ada Bench".to_owned(),
            password: password(),
        };
        let view = clinic.call(input).map_err(failed)?;
        Ok((
            Self {
                home: home.to_owned(),
                keychain,
                user: view.user.id,
            },
            clinic,
        ))
    }

    /// Starts the program anew, locked.
    pub fn start(&self) -> Result<Clinic> {
        start(&self.home, &self.keychain)
    }

    /// Unlocks.
    pub fn unlock(&self, clinic: &Clinic) -> Result<()> {
        clinic
            .call(session::unlock::Input {
                user: self.user,
                password: password(),
            })
            .map_err(failed)
            .map(drop)
    }
}

fn start(home: &Path, keychain: &Keychain) -> Result<Clinic> {
    let machine = Machine {
        keychain: keychain.clone(),
        kdf: KdfPolicy::cheap_for_tests(),
        ..Machine::system(Resume::Never)
    };
    Clinic::open(home, machine).map_err(failed)
}

fn password() -> Password {
    Password::new(Zeroizing::new(PASSWORD.to_owned()))
}

/// A refusal, with its code.
fn failed(error: CommandError) -> anyhow::Error {
    anyhow!("the clinic refused: {error:?}")
}

/// Runs a command as the window sends it.
pub fn call(clinic: &Clinic, name: &str, input: &Value) -> Result<Value> {
    let answer = dispatch(clinic, name, &input.to_string())
        .map_err(failed)
        .with_context(|| name.to_owned())?;
    Ok(serde_json::from_str(&answer)?)
}

/// Imports files and waits; answers the last progress.
pub fn import(clinic: &Clinic, paths: &[PathBuf]) -> Result<Value> {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let job = call(clinic, "import_start", &json!({"paths": paths, "source": "bench"}))?;
    loop {
        let progress = call(clinic, "import_progress", &job)?;
        match progress["state"].as_str() {
            Some("running") => std::thread::sleep(POLL),
            Some("done") => return Ok(progress),
            _ => return Err(anyhow!("the import ended as {}", progress["state"])),
        }
    }
}
