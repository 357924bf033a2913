//! A new vault key under SIGKILL: whenever the program dies, everybody's next unlock opens everything, and no file under a second key is left.

use serde_json::{Value, json};
use std::time::Instant;
use wardkeep_tests::program::{Batch, command, found, wardkeep};
use wardkeep_tests::session::LoginSession;

/// Kills, spread evenly over the procedure.
const KILLS: u32 = 50;
/// Patients, so that the copy takes a while.
const PATIENTS: usize = 400;

/// A number as a part of a name.
fn letters(n: usize) -> String {
    n.to_string()
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

fn patients(count: usize) -> String {
    let line = |n: usize| {
        let patient = json!({ "resourceType": "Patient", "id": format!("3f0e9a3c-0f0d-4b61-9d3e-{n:012x}"),
            "name": [{ "use": "official", "family": format!("Rotenburg{}", letters(n)), "given": ["Kim"] }],
            "gender": "unknown", "birthDate": "1990-01-02" });
        format!("{patient}\n")
    };
    (0..count).map(line).collect()
}

fn laptop() -> LoginSession {
    let session = LoginSession::start();
    found(&session);
    let file = session.root().join("patients.ndjson");
    std::fs::write(&file, patients(PATIENTS)).unwrap();
    wardkeep(&session, &["import", "fhir", file.to_str().unwrap()]).ok();
    std::fs::remove_file(&file).unwrap();
    session
}

fn everything_is_there(batch: &mut Batch, session: &LoginSession) {
    let view = batch.ask("session", &json!({})).unwrap();
    assert_eq!(view["patient_count"], json!(PATIENTS));
    let last = format!("Rotenburg{}", letters(PATIENTS - 1));
    let found = batch
        .ask("patient_search", &json!({ "query": last, "limit": 5 }))
        .unwrap();
    assert_eq!(found["rows"][0]["family"], json!(last), "the search works");
    for name in ["office.db.next", "clinical.db.next"] {
        assert!(
            !session.vault_home().join("vault").join(name).exists(),
            "{name} is left"
        );
    }
}

fn whole(batch: &mut Batch) {
    let verified = batch.ask("audit_verify", &json!({})).unwrap();
    assert!(
        verified["compartments"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["ok"] == json!(true)),
        "{verified}"
    );
    let checks = batch.ask("doctor", &json!({})).unwrap();
    let integrity = checks
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["id"] == "integrity")
        .unwrap();
    assert_eq!(integrity["status"], json!("ok"), "{integrity}");
}

fn since(batch: &mut Batch, key: &str) -> Value {
    let rows = batch.ask("key_list", &json!({})).unwrap();
    rows.as_array().unwrap().iter().find(|row| row["key"] == key).unwrap()["since_ms"].clone()
}

fn killed_while_renewing(key: &str) {
    let session = laptop();
    let input = json!({ "key": key });
    let mut batch = Batch::start(&session);
    let started = Instant::now();
    batch.ask("key_rotate", &input).unwrap();
    let whole_time = started.elapsed();
    let mut renewed = 0;
    let mut before = since(&mut batch, key);
    batch.kill();
    for kill in 0..KILLS / 2 {
        let mut batch = Batch::start(&session);
        everything_is_there(&mut batch, &session);
        if kill % 8 == 0 {
            whole(&mut batch);
        }
        let now = since(&mut batch, key);
        renewed += usize::from(now != before);
        before = now;
        batch.ask_and_kill("key_rotate", &input, whole_time * (2 * kill + 1) / KILLS);
    }
    let mut batch = Batch::start(&session);
    everything_is_there(&mut batch, &session);
    whole(&mut batch);
    batch.ask("key_rotate", &input).unwrap();
    everything_is_there(&mut batch, &session);
    batch.kill();
    assert!(renewed < KILLS as usize / 2, "every kill came too late");
}

#[test]
fn a_new_office_key_survives_kills() {
    killed_while_renewing("vault_office");
}

#[test]
fn a_new_chart_key_survives_kills() {
    killed_while_renewing("vault_clinical");
}

#[test]
fn the_command_renews_and_the_others_of_the_laptop_take_over() {
    let session = laptop();
    let password = session.root().join("second-password");
    std::fs::write(&password, "seven tangerine lighthouses").unwrap();
    let add = [
        "user",
        "add",
        "Bo Clinician",
        "--role",
        "clinician",
        "--new-password-file",
        password.to_str().unwrap(),
    ];
    wardkeep(&session, &add).ok();
    let ada = ["--user", "Ada Founder"];
    for key in ["vault_office", "vault_clinical"] {
        let renewed = wardkeep(&session, &[&ada[..], &["rotate", key]].concat()).ok().json();
        assert_eq!(
            (&renewed[0]["key"], &renewed[0]["waiting"]),
            (&json!(key), &json!(1)),
            "{renewed}"
        );
    }
    let mut second = command(&session, &[]);
    // The last one given counts.
    second.args(["--user", "Bo Clinician", "patient", "search", "rotenburgh"]);
    let mut words: Vec<_> = second.get_args().map(std::ffi::OsStr::to_owned).collect();
    let at = words.iter().position(|word| word == "--password-file").unwrap();
    words[at + 1] = password.clone().into_os_string();
    let mut run = std::process::Command::new(second.get_program());
    session.adopt(&mut run);
    let answer = run.args(&words).output().unwrap();
    assert!(answer.status.success(), "{answer:?}");
    let keys = wardkeep(&session, &[&ada[..], &["keys"]].concat()).ok().json();
    let waiting = |key: &str| keys.as_array().unwrap().iter().find(|row| row["key"] == key).unwrap()["waiting"].clone();
    assert_eq!(
        (waiting("vault_office"), waiting("vault_clinical")),
        (json!(0), json!(0))
    );
}
