//! People, roles, rules and revocations, by the program and a real server: what an admin says counts on the laptops of others.

use crate::sync::{attach, finds, join, register, sync};
use serde_json::{Value, json};
use wardkeep_tests::program::{PASSWORD, found, wardkeep, wardkeep_with_password};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;

const FAMILY: &str = "Brackenfieldson";

/// A clinic with a server and a clinician on a laptop of their own, in step.
fn clinic_of_two(server: &SyncServer) -> (LoginSession, LoginSession) {
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    register(&ada, FAMILY);
    attach(&ada, server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    (ada, bo)
}

/// The session of whoever unlocks.
fn session(laptop: &LoginSession) -> Value {
    wardkeep(laptop, &["command", "session"]).ok().json()
}

#[test]
fn rules_and_roles_count_on_the_laptops_of_others() {
    let server = SyncServer::start();
    let (ada, bo) = clinic_of_two(&server);
    assert_eq!(session(&bo)["clinic_name"], json!("Riverside"), "the name has come");
    let patient = wardkeep(&bo, &["patient", "search", FAMILY]).ok().json();
    let id = patient["rows"][0]["id"].as_str().unwrap().to_owned();
    let export = ["export", "fhir", "--patient", &id];
    wardkeep(&bo, &export).ok();

    let rules = wardkeep(
        &ada,
        &[
            "policy",
            "set",
            "--allow-export",
            "false",
            "--min-password-length",
            "30",
        ],
    );
    assert_eq!(rules.ok().json()["allow_export"], json!(false));
    sync(&bo);
    assert_eq!(
        wardkeep(&bo, &["policy", "show"]).ok().json()["min_password_length"],
        json!(30)
    );
    let refused = wardkeep(&bo, &export);
    assert_eq!((refused.code, refused.error_code()), (6, "policy_forbids".to_owned()));
    let short = json!({ "current": PASSWORD, "new": "plum viaduct arcade 4" }).to_string();
    let refused = wardkeep(&bo, &["command", "password_change", &short]);
    assert_eq!(refused.error_code(), "password_too_short");
    let audit = wardkeep(&bo, &["command", "policy_set", &rules_of(&bo)]);
    assert_eq!(audit.error_code(), "forbidden", "only an admin makes rules");

    wardkeep(&ada, &["user", "roles", "Bo Clinician", "--role", "front_desk"]).ok();
    let told = wardkeep(&bo, &["sync"]);
    assert_eq!(told.code, 15, "the access has changed: {}{}", told.stdout, told.stderr);
    sync(&bo);
    assert_eq!(session(&bo)["compartments"], json!(["office"]));
    let chart = json!({ "patient": id }).to_string();
    assert_eq!(
        wardkeep(&bo, &["command", "chart_allergies", &chart]).error_code(),
        "forbidden"
    );
}

fn rules_of(laptop: &LoginSession) -> String {
    wardkeep(laptop, &["policy", "show"]).ok().stdout.trim().to_owned()
}

#[test]
fn whoever_is_revoked_is_refused_and_unlocks_no_more() {
    let server = SyncServer::start();
    let (ada, bo) = clinic_of_two(&server);
    let cy = LoginSession::start();
    join(&ada, &cy, "Cy Clinician", "clinician");
    sync(&cy);

    // A person, everywhere.
    let members = wardkeep(&ada, &["user", "revoke", "Cy Clinician"]).ok().json();
    let cys = members
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "Cy Clinician");
    assert_eq!(cys.unwrap()["revoked"], json!(true));
    let told = wardkeep(&cy, &["sync"]);
    assert_eq!(told.code, 15, "{}{}", told.stdout, told.stderr);
    let refused = wardkeep(&cy, &["patient", "search", FAMILY]);
    assert_eq!((refused.code, refused.error_code()), (14, "user_revoked".to_owned()));

    // A laptop, while its person goes on working on it.
    register(&bo, "Afterwardsen");
    let devices = wardkeep(&ada, &["devices"]).ok().json();
    let bos = devices
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["users"][0]["name"] == "Bo Clinician")
        .unwrap();
    wardkeep(&ada, &["devices", "revoke", bos["id"].as_str().unwrap()]).ok();
    let refused = wardkeep(&bo, &["sync"]);
    assert_eq!((refused.code, refused.error_code()), (14, "device_revoked".to_owned()));
    let refused = wardkeep(&bo, &["patient", "search", FAMILY]);
    assert_eq!((refused.code, refused.error_code()), (14, "device_revoked".to_owned()));
    let wrong = wardkeep_with_password(&bo, "not the password at all", &["user", "list"]);
    assert_eq!(wrong.error_code(), "device_revoked", "before any password is looked at");
    sync(&ada);
    assert_eq!(finds(&ada, FAMILY), 1);
}

#[test]
fn a_second_admin_joins_without_an_alarm() {
    let server = SyncServer::start();
    let (ada, cy) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    register(&ada, FAMILY);
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &cy, "Cy Clinician", "clinician,admin");
    for laptop in [&cy, &ada, &cy] {
        let told = sync(laptop);
        assert_eq!(told["problems"], json!([]), "{told:#}");
    }
    let trail = wardkeep(&cy, &["audit", "trail"]).ok().json();
    assert!(
        trail
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["device_name"] != "Second laptop"),
        "an admin reads the trail of the others: {trail}"
    );
}
