//! Two and more laptops against a real server over real TLS.

mod attach;
mod cloud;
mod conflicts;
mod converging;
mod device_key;
mod documents;
mod incidents;
mod joining;
mod leases;
mod lies;
mod lives;
mod people;
mod posture;
mod recovery;
mod rescuing;
mod revoking;
mod rotating;
mod rules;
mod snapshots;
mod trail;
mod waking;
mod wiping;

use super::*;
use crate::sync::Outcome;
use cloud::Cloud;
use serde_json::json;

/// A laptop whose rounds the test does itself.
fn laptop(number: u64) -> Laptop {
    let laptop = Laptop {
        resume: Resume::Never,
        ..Laptop::new()
    };
    laptop.seed.set(number * 1000);
    laptop
}

/// The founder's laptop, with a clinic on the server.
fn attached(cloud: &Cloud) -> (Laptop, Clinic, UserId) {
    let laptop = laptop(1);
    let (clinic, view) = laptop.founded();
    attach(&clinic, cloud).unwrap();
    (laptop, clinic, view.user.id)
}

fn attach(clinic: &Clinic, cloud: &Cloud) -> Result<Value, CommandError> {
    let input = json!({
        "server": cloud.address(), "pin": cloud.pin(), "token": cloud.token(), "device_name": "Front office",
    });
    json(clinic, "clinic_attach", input)
}

/// One command without input.
fn ask(clinic: &Clinic, name: &str) -> Value {
    json(clinic, name, json!({})).unwrap()
}

/// Rounds until everything is in step.
#[track_caller]
fn in_step(clinic: &Clinic) -> Outcome {
    let mut all = Outcome::default();
    for _ in 0..5 {
        let outcome = clinic.sync_round().unwrap();
        all.sent += outcome.sent;
        all.fetched += outcome.fetched;
        all.applied += outcome.applied;
        if outcome.in_step && outcome.sent + outcome.fetched + outcome.applied == 0 {
            all.in_step = true;
            return all;
        }
    }
    panic!("not in step: {}", ask(clinic, "sync_status"));
}

/// A second laptop whose user has these roles, approved by the first.
fn joined(cloud: &Cloud, admin: &Clinic, number: u64, name: &str, roles: &[&str]) -> (Laptop, Clinic, UserId) {
    let _ = cloud;
    let laptop = laptop(number);
    let clinic = laptop.start();
    let code = ask(admin, "invitation_create")["code"].clone();
    let input = json!({
        "code": code, "device_name": format!("Laptop {number}"), "user_name": name, "password": PASSWORD,
    });
    let view = json(&clinic, "clinic_join", input).unwrap();
    assert_eq!(view["state"], "waiting");
    let requests = ask(admin, "join_requests");
    assert_eq!(
        requests[0]["words"], view["words"],
        "the two screens show the same words"
    );
    assert_eq!(requests[0]["user_name"], name);
    let id = requests[0]["id"].clone();
    json(admin, "join_approve", json!({ "id": id, "roles": roles })).unwrap();
    // The answer comes, the access changes, the person unlocks.
    clinic.sync_round().unwrap();
    assert_eq!(ask(&clinic, "join_status")["state"], "approved");
    assert_eq!(clinic.locked_because(), Some(LockReason::AccessChanged));
    let status = ask(&clinic, "app_status");
    let user: UserId = serde_json::from_value(status["users"][0]["id"].clone()).unwrap();
    unlock(&clinic, user, PASSWORD).unwrap();
    in_step(&clinic);
    (laptop, clinic, user)
}

/// The families of the patients that this laptop finds.
fn families(clinic: &Clinic, query: &str) -> Vec<String> {
    let found = json(clinic, "patient_search", json!({ "query": query, "limit": 50 })).unwrap();
    let mut names: Vec<String> = hits(&found)
        .iter()
        .map(|row| row["family"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// The rows of a search.
fn hits(found: &Value) -> &[Value] {
    found["rows"].as_array().unwrap()
}
