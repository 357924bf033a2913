//! Restricted patients and broken glass, by the program, real laptops and a real server: a closed chart opens with a reason, for a while, and
//! the admin reads of it on another laptop. A front desk has nothing to break.

use crate::sync::{attach, join, register, sync};
use serde_json::{Value, json};
use wardkeep_tests::program::{found, wardkeep};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;

const FAMILY: &str = "Willowherbson";
const REASON: &str = "Unconscious at the door.";

/// The notes of the chart, or why it does not open.
fn chart(laptop: &LoginSession, patient: &str) -> Result<Value, String> {
    let input = json!({ "patient": patient }).to_string();
    let answer = wardkeep(laptop, &["command", "note_list", &input]);
    if answer.code == 0 {
        Ok(answer.json())
    } else {
        Err(answer.error_code())
    }
}

fn listed(laptop: &LoginSession) -> Vec<Value> {
    let rows = wardkeep(laptop, &["break-glass", "list"]).ok().json();
    rows.as_array().unwrap().clone()
}

/// An admin with a patient who has a note, and a clinician on a laptop of their own who has read it. Then the patient is restricted.
fn restricted(server: &SyncServer) -> (LoginSession, LoginSession, String) {
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    let id = register(&ada, FAMILY);
    let note = json!({ "patient": id, "text": "A secret." }).to_string();
    wardkeep(&ada, &["command", "note_finish", &note]).ok();
    attach(&ada, server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    assert_eq!(chart(&bo, &id).unwrap().as_array().unwrap().len(), 1);
    wardkeep(&ada, &["patient", "restrict", &id, "--to", "Ada Founder"]).ok();
    sync(&ada);
    sync(&bo);
    (ada, bo, id)
}

#[test]
fn a_closed_chart_opens_for_an_emergency_and_the_admin_reads_of_it_elsewhere() {
    let server = SyncServer::start();
    let (ada, bo, id) = restricted(&server);
    // Found by everybody, and closed.
    let found = wardkeep(&bo, &["patient", "search", FAMILY]).ok().json();
    assert_eq!(found["rows"][0]["restricted"], json!(true));
    assert_eq!(chart(&bo, &id).unwrap_err(), "chart_restricted");
    let export = wardkeep(&bo, &["export", "fhir", "--patient", &id]);
    assert_eq!((export.code, export.error_code()), (6, "chart_restricted".to_owned()));
    let lift = wardkeep(&bo, &["patient", "unrestrict", &id]);
    assert_eq!(lift.error_code(), "forbidden");
    assert!(listed(&ada).is_empty());

    let open = ["break-glass", "open", "--patient", &id, "--reason", REASON];
    let own = wardkeep(&bo, &open).ok().json();
    assert_eq!(own[0]["patient"], json!(id));
    // Each run is an unlock of its own.
    assert_eq!(chart(&bo, &id).unwrap().as_array().unwrap().len(), 1);
    sync(&bo);
    sync(&ada);
    let rows = listed(&ada);
    assert_eq!(rows.len(), 1, "{rows:?}");
    let row = &rows[0];
    let who = (&row["user"], &row["device_name"]);
    assert_eq!(who, (&json!("Bo Clinician"), &json!("Second laptop")));
    assert_eq!((&row["reason"], &row["why"]), (&json!(REASON), &json!("emergency")));
    assert_eq!((&row["open"], &row["seen"]), (&json!(true), &json!(false)));
    assert_eq!(row["row"]["family"], json!(FAMILY));
    assert_eq!(wardkeep(&bo, &["break-glass", "list"]).error_code(), "forbidden");

    let seen = ["break-glass", "seen", row["id"].as_str().unwrap()];
    let seen = wardkeep(&ada, &seen).ok().json();
    assert_eq!(seen[0]["seen_by"], json!(["Ada Founder"]));
    wardkeep(&bo, &["break-glass", "end"]).ok();
    assert_eq!(chart(&bo, &id).unwrap_err(), "chart_restricted");
    sync(&ada);
    assert!(listed(&ada)[0]["ended_ms"].is_u64());
    marked_in_the_trail(&ada, &id);
}

/// What was done under it is marked in the trail and in its export, though the chart's own detail stays.
fn marked_in_the_trail(ada: &LoginSession, id: &str) {
    let by_bo = ["--person", "Bo Clinician", "--patient", id];
    let words = ["audit", "export", "--format", "fhir", "--out", "-"];
    let lines = wardkeep(ada, &[&words[..], &by_bo[..]].concat()).ok().stdout;
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let marks = |action: &str| {
        let is = |code: &Value| code["code"] == action;
        let of = |event: &&Value| event["subtype"].as_array().unwrap().iter().any(is);
        let mut marks: Vec<bool> = events
            .iter()
            .filter(of)
            .map(|event| event["purposeOfEvent"][0]["coding"][0]["code"] == "BTG")
            .collect();
        marks.sort_unstable();
        marks
    };
    assert_eq!(marks("glass_break"), [true], "{lines}");
    assert_eq!(marks("glass_end"), [true], "{lines}");
    // One look before the restriction, one under broken glass.
    assert_eq!(marks("view"), [false, true], "{lines}");
    assert!(!lines.contains("A secret."));
    // The reader's copy says what the signed segments say.
    wardkeep(ada, &["audit", "verify-trail"]).ok();
}

#[test]
fn a_front_desk_laptop_has_nothing_to_break() {
    let server = SyncServer::start();
    let (ada, dee) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    let id = register(&ada, FAMILY);
    wardkeep(&ada, &["patient", "restrict", &id, "--to", "Ada Founder"]).ok();
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &dee, "Dee Frontdesk", "front_desk");
    sync(&dee);
    // The desk finds the patient, is told, and works on.
    let found = wardkeep(&dee, &["patient", "search", FAMILY]).ok().json();
    assert_eq!(found["rows"][0]["restricted"], json!(true));
    wardkeep(&dee, &["patient", "edit", &id, "--phone", "+49 40 3300000"]).ok();
    let open = ["break-glass", "open", "--patient", &id, "--reason", REASON];
    let refused = wardkeep(&dee, &open);
    assert_eq!((refused.code, refused.error_code()), (6, "forbidden".to_owned()));
    assert_eq!(chart(&dee, &id).unwrap_err(), "forbidden");
    assert_eq!(
        wardkeep(&dee, &["patient", "unrestrict", &id]).error_code(),
        "forbidden"
    );
    // There is no file of the chart, and no key of one: nothing that a command could open.
    let files = std::fs::read_dir(dee.vault_home().join("vault")).unwrap();
    let names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.iter().any(|name| name == "office.db"), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("clinical")), "{names:?}");
    let session = wardkeep(&dee, &["command", "session"]).ok().json();
    assert_eq!(session["compartments"], json!(["office"]));
    sync(&dee);
    sync(&ada);
    assert!(listed(&ada).is_empty());
}
