//! Whole flows, as a surface drives them: through the command table, with a keychain in memory and a clock that stands.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod chart;
mod documents;
mod files;
mod importing;
mod patients;
mod restricted;
mod rotation;
mod sessions;
mod sync;
mod trail;

use crate::command::dispatch;
use crate::error::ErrorCode;
use crate::machine::facts::Facts;
use crate::session::wire::{LockReason, SessionView};
use crate::{Clinic, CommandError, Machine, Password, Resume, session};
use serde_json::Value;
use std::sync::Arc;
use wardkeep_record::id::UserId;
use wardkeep_vault::clock::{BootTime, Clock, ManualClock};
use wardkeep_vault::kdf::KdfPolicy;
use wardkeep_vault::keychain::{Behaviour, Keychain};
use wardkeep_vault::random::SeededRandom;
use zeroize::Zeroizing;

/// 2 January 2026, in Unix milliseconds.
const START_MS: u64 = 1_767_366_245_000;

/// A password that the policy takes.
const PASSWORD: &str = "ultramarine heron nineteen";

/// One laptop: a home folder, a keychain and a clock, which survive the program.
struct Laptop {
    home: tempfile::TempDir,
    keychain: Keychain,
    switch: Box<dyn Fn(Behaviour)>,
    clock: Arc<ManualClock>,
    seed: std::cell::Cell<u64>,
    resume: Resume,
    /// What the machine says of itself.
    facts: Arc<std::sync::Mutex<Facts>>,
}

/// A clock on which no two looks show the same millisecond, so that the log has an order.
struct Ticking {
    clock: Arc<ManualClock>,
    looks: std::sync::atomic::AtomicU64,
}

impl Clock for Ticking {
    fn now_ms(&self) -> u64 {
        self.clock.now_ms() + self.looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    fn monotonic_ms(&self) -> u64 {
        self.clock.monotonic_ms()
    }

    fn boot(&self) -> Option<BootTime> {
        self.clock.boot()
    }
}

impl Laptop {
    fn new() -> Self {
        let (keychain, switch) = Keychain::in_memory();
        Self {
            home: tempfile::tempdir().unwrap(),
            keychain,
            switch: Box::new(switch),
            clock: Arc::new(ManualClock::at(START_MS)),
            seed: 1.into(),
            resume: Resume::Window,
            facts: Arc::default(),
        }
    }

    /// Starts the program.
    fn start(&self) -> Clinic {
        self.seed.set(self.seed.get() + 1);
        // Later than every look at the clock of an earlier run.
        self.clock.advance_ms(1000);
        let facts = Arc::clone(&self.facts);
        let machine = Machine {
            keychain: self.keychain.clone(),
            clock: Arc::new(Ticking {
                clock: Arc::clone(&self.clock),
                looks: 0.into(),
            }),
            random: Arc::new(SeededRandom::new(self.seed.get())),
            kdf: KdfPolicy::cheap_for_tests(),
            zone: jiff::tz::TimeZone::UTC,
            resume: self.resume,
            language: "en".into(),
            facts: Arc::new(move |_| facts.lock().unwrap().clone()),
        };
        Clinic::open(self.home.path(), machine).unwrap()
    }

    /// Starts the program and makes the clinic of the tests.
    fn founded(&self) -> (Clinic, SessionView) {
        let clinic = self.start();
        let view = clinic
            .call(session::create::Input {
                clinic_name: "Riverside".into(),
                user_name: "Ada Founder".into(),
                password: password(PASSWORD),
            })
            .unwrap();
        (clinic, view)
    }
}

fn password(text: &str) -> Password {
    Password::new(Zeroizing::new(text.to_owned()))
}

fn lock(clinic: &Clinic) {
    clinic
        .call(session::lock::Input {
            reason: LockReason::Button,
        })
        .unwrap();
}

fn unlock(clinic: &Clinic, user: UserId, text: &str) -> Result<SessionView, CommandError> {
    clinic.call(session::unlock::Input {
        user,
        password: password(text),
    })
}

/// One command as a surface sends it.
fn json(clinic: &Clinic, name: &str, input: Value) -> Result<Value, CommandError> {
    dispatch(clinic, name, &input.to_string()).map(|text| serde_json::from_str(&text).unwrap())
}

/// The code of a command that must fail.
#[track_caller]
fn refused(clinic: &Clinic, name: &str, input: Value) -> ErrorCode {
    match json(clinic, name, input) {
        Err(error) => error.code,
        Ok(answer) => panic!("{name} answered {answer}"),
    }
}

/// A registration form with a name and a birth date.
fn form(family: &str, given: &str, birth_date: &str) -> Value {
    serde_json::json!({
        "names": [{
            "item": null, "use_": "official", "prefix": "", "given": given, "family": family, "suffix": "", "text": ""
        }],
        "birth_date": birth_date, "gender": "female", "sex_at_birth": null, "pronouns": null, "telecom": [],
        "addresses": [], "identifiers": [], "next_of_kin": [], "deceased": {"kind": "alive_or_unknown"},
        "marital_status": null, "language": null, "emergency_note": null
    })
}

/// Registers a patient and answers the detail.
fn register(clinic: &Clinic, family: &str, given: &str, birth_date: &str) -> Value {
    json(
        clinic,
        "patient_register",
        serde_json::json!({ "draft": form(family, given, birth_date) }),
    )
    .unwrap()
}

/// The actions of the log about a patient, or of everything, newest first.
fn actions(clinic: &Clinic, patient: Option<&Value>) -> Vec<String> {
    let input = serde_json::json!({ "patient": patient, "before": null, "limit": 1000 });
    let rows = json(clinic, "audit_list", input).unwrap();
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["action"].as_str().unwrap().to_owned())
        .collect()
}
