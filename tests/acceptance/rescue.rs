//! A clinician's last note on a laptop that was revoked meanwhile: with real programs over a real server it reaches the admin, who looks and takes
//! it in, and a third laptop has it as its writer's.

use crate::sync::{attach, finds, join, register, sync};
use serde_json::{Value, json};
use wardkeep_tests::program::{found, wardkeep};
use wardkeep_tests::scan::{Needle, scan};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;

const NOTE: &str = "Quinsy drained under local, safety net given";
const LOST: &str = "Second laptop";

fn notes(session: &LoginSession, patient: &str) -> Vec<Value> {
    let input = json!({ "patient": patient }).to_string();
    let rows = wardkeep(session, &["command", "note_list", &input]).ok().json();
    rows.as_array().unwrap().clone()
}

/// The id of the second laptop of this name, besides the one with that id.
fn device(admin: &LoginSession, besides: &str) -> String {
    let devices = wardkeep(admin, &["devices"]).ok().json();
    let mut rows = devices.as_array().unwrap().iter();
    let row = rows.find(|row| row["name"] == LOST && row["id"] != besides).unwrap();
    row["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_last_note_of_a_revoked_laptop_is_not_lost() {
    let server = SyncServer::start();
    let (ada, bo, cy) = (LoginSession::start(), LoginSession::start(), LoginSession::start());
    found(&ada);
    let patient = register(&ada, "Wyndholmescu");
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &cy, "Cy Clinician", "clinician");
    sync(&cy);
    let third = device(&ada, "");
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    let lost = device(&ada, &third);
    wardkeep(&ada, &["devices", "revoke", &lost]).ok();
    // Without a network since before that, Bo writes a last note.
    let note = json!({ "patient": patient, "text": NOTE }).to_string();
    wardkeep(&bo, &["command", "note_finish", &note]).ok();
    let told = wardkeep(&bo, &["sync"]);
    assert_eq!(told.error_code(), "device_revoked");
    let shut = wardkeep(&bo, &["patient", "search", "wynd"]);
    assert_eq!(
        shut.error_code(),
        "device_revoked",
        "nobody opens anything there any more"
    );

    let needles = [Needle::text("note", NOTE), Needle::text("family name", "Wyndholmescu")];
    let kept = scan(server.root(), &needles);
    assert!(kept.is_empty(), "what was rescued is sealed: {kept:#?}");
    sync(&ada);
    assert_eq!(notes(&ada, &patient).len(), 0, "and counts for nothing yet");
    let rows = wardkeep(&ada, &["quarantine"]).ok().json();
    let chart = rows.as_array().unwrap().iter().find(|row| row["part"] == "clinical");
    let chart = chart.unwrap();
    assert_eq!(chart["state"], json!("waiting"));
    assert_eq!(chart["users"], json!(["Bo Clinician"]));
    let shown = wardkeep(&ada, &["quarantine", "show", &lost]).ok();
    assert!(shown.stdout.contains(NOTE), "{}", shown.stdout);
    wardkeep(&ada, &["quarantine", "accept", &lost]).ok();
    for session in [&ada, &cy] {
        sync(session);
        let found = notes(session, &patient);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (&found[0]["text"], &found[0]["author"]),
            (&json!(NOTE), &json!("Bo Clinician"))
        );
        assert_eq!(finds(session, "wynd"), 1);
    }
    assert_eq!(wardkeep(&ada, &["quarantine"]).ok().json(), json!([]));
    let done = wardkeep(&ada, &["audit", "list", "--limit", "50"]).ok().json();
    let actions: Vec<_> = done.as_array().unwrap().iter().map(|row| &row["action"]).collect();
    for action in ["quarantine_view", "quarantine_accept"] {
        assert!(actions.contains(&&json!(action)), "{done}");
    }
}
