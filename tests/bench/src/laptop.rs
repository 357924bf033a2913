//! A clinic on a laptop of the bench: the real vault below the real command table, in a folder of its own.
//!
//! The keychain is that of the session of its own in which benchmarks run. The founder's password costs what it costs
//! everybody, so that the real window opens the vault; a second user's, at toy cost, opens it where Argon2's half second is not
//! what is measured.

use crate::sync::server::Server;
use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use wardkeep_clinic::{Clinic, CommandError, Machine, Password, Resume, dispatch, session, user};
use wardkeep_record::id::UserId;
use wardkeep_record::role::Role;
use wardkeep_vault::kdf::KdfPolicy;
use zeroize::Zeroizing;

/// Everybody's password.
pub const PASSWORD: &str = "ultramarine heron nineteen";

/// How often an import is asked how far it is.
const POLL: Duration = Duration::from_millis(20);
/// Rounds after which a laptop must have come to stand.
const ROUNDS: usize = 20;

/// One laptop, whose keychain and folder outlive the program's runs.
pub struct Laptop {
    home: PathBuf,
    founder: UserId,
    user: UserId,
}

impl Laptop {
    /// Founds a clinic in a folder without one; the second user is unlocked.
    pub fn found(home: &Path) -> Result<(Self, Clinic)> {
        let founding = Clinic::open(home, Machine::system(Resume::Never)).map_err(failed)?;
        let input = session::create::Input {
            clinic_name: "Bench".to_owned(),
            user_name: "Ada Bench".to_owned(),
            password: password(),
        };
        let founder = founding.call(input).map_err(failed)?.user.id;
        drop(founding);
        let clinic = start(home)?;
        unlock(&clinic, founder)?;
        let second = user::add::Input {
            name: "Bo Bench".to_owned(),
            roles: vec![Role::FrontDesk, Role::Clinician, Role::Admin],
            password: password(),
        };
        let laptop = Self {
            home: home.to_owned(),
            founder,
            user: clinic.call(second).map_err(failed)?.id,
        };
        drop(clinic);
        let clinic = laptop.start()?;
        laptop.unlock(&clinic)?;
        Ok((laptop, clinic))
    }

    /// Starts the program anew, locked.
    pub fn start(&self) -> Result<Clinic> {
        start(&self.home)
    }

    /// Unlocks as the second user.
    pub fn unlock(&self, clinic: &Clinic) -> Result<()> {
        unlock(clinic, self.user)
    }

    /// Takes the second user away, so that the window asks for the founder's password and nobody else's.
    pub fn leave_to_founder(self) -> Result<()> {
        let clinic = self.start()?;
        unlock(&clinic, self.founder)?;
        clinic.call(user::remove::Input { user: self.user }).map_err(failed)?;
        Ok(())
    }
}

/// Opens the program on a folder, locked.
pub fn start(home: &Path) -> Result<Clinic> {
    let machine = Machine {
        kdf: KdfPolicy::cheap_for_tests(),
        ..Machine::system(Resume::Never)
    };
    Clinic::open(home, machine).map_err(failed)
}

fn unlock(clinic: &Clinic, user: UserId) -> Result<()> {
    let input = session::unlock::Input {
        user,
        password: password(),
    };
    clinic.call(input).map_err(failed).map(drop)
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

/// Gives the clinic a server.
pub fn attach(clinic: &Clinic, server: &Server) -> Result<()> {
    let attach = json!({
        "server": server.address.to_string(), "pin": server.pin, "token": server.token, "device_name": "Front office",
    });
    call(clinic, "clinic_attach", &attach).map(drop)
}

/// Another laptop: it has asked, and the admin has taken it in. It has not fetched the answer yet.
pub fn join(admin: &Clinic, home: &Path, (device_name, user_name): (&str, &str), roles: &[&str]) -> Result<Clinic> {
    let clinic = start(home)?;
    let code = call(admin, "invitation_create", &json!({}))?["code"].clone();
    let join = json!({
        "code": code, "device_name": device_name, "user_name": user_name, "password": PASSWORD,
    });
    call(&clinic, "clinic_join", &join)?;
    let request = call(admin, "join_requests", &json!({}))?[0]["id"].clone();
    call(admin, "join_approve", &json!({"id": request, "roles": roles}))?;
    Ok(clinic)
}

/// A laptop that was taken in fetches the answer, and its user unlocks; it has nothing of the clinic's records yet.
pub fn enter(clinic: &Clinic) -> Result<()> {
    call(clinic, "sync_now", &json!({}))?;
    unlock_only_user(clinic)
}

/// Unlocks as the only user there is.
pub fn unlock_only_user(clinic: &Clinic) -> Result<()> {
    let user = call(clinic, "app_status", &json!({}))?["users"][0]["id"].clone();
    call(clinic, "unlock", &json!({"user": user, "password": PASSWORD})).map(drop)
}

/// Keeps in step by a thread, as a window does.
pub fn keep_in_step(clinic: &Clinic) -> Result<()> {
    clinic.keep_in_step().map_err(failed)
}

/// Rounds until everything is in step.
pub fn until_in_step(clinic: &Clinic) -> Result<()> {
    for _ in 0..ROUNDS {
        let status = call(clinic, "sync_now", &json!({}))?;
        if status["state"] == "up_to_date" {
            return Ok(());
        }
    }
    Err(anyhow!("not in step: {}", call(clinic, "sync_status", &json!({}))?))
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
