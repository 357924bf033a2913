//! A patient with a name that stands nowhere else, a password, the keys: after use none of them is in any file that the program
//! could have written: not after the command line, not after the window was closed, not after it was killed in the middle.

use serde_json::{Value, json};
use std::path::Path;
use wardkeep_tests::desk::Desk;
use wardkeep_tests::memory::{RawKeys, raw_keys};
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::scan::{Needle, scan};
use wardkeep_tests::session::LoginSession;

const FAMILY: &str = "Zyxwvutovich";
const GIVEN: &str = "Quintessa";
const STREET: &str = "77 Xanthorrhoea Quay";
const ALLERGEN: &str = "Vermilliard resin";
const NOTE: &str = "Whispers of cobalt marmalade";

fn needles(keys: &RawKeys) -> Vec<Needle> {
    let mut needles = vec![
        Needle::text("family name", FAMILY),
        Needle::text("given name", GIVEN),
        Needle::text("street", STREET),
        Needle::text("note", NOTE),
        Needle::text("allergen", ALLERGEN),
        Needle::text("founder's name", "Ada Founder"),
        Needle::text("password", PASSWORD),
    ];
    for (label, bytes) in &keys.0 {
        needles.push(Needle::bytes(label, bytes));
    }
    needles
}

#[track_caller]
fn assert_clean(root: &Path, needles: &[Needle], when: &str) {
    let found = scan(root, needles);
    assert!(found.is_empty(), "{when}: {found:#?}");
}

fn register(session: &LoginSession) -> String {
    let added = wardkeep(
        session,
        &[
            "patient",
            "add",
            "--family",
            FAMILY,
            "--given",
            GIVEN,
            "--birth-date",
            "1977-07-07",
            "--street",
            STREET,
            "--phone",
            "+1 202 555 0143",
        ],
    )
    .ok();
    let detail: Value = added.json();
    detail["row"]["id"].as_str().unwrap().to_owned()
}

/// A draft of a note and an allergy.
fn fill_chart(session: &LoginSession, id: &str) {
    let note = json!({ "patient": id, "text": NOTE });
    wardkeep(session, &["command", "note_draft_save", &note.to_string()]).ok();
    let allergy = json!({ "patient": id, "draft": { "substance": ALLERGEN, "code": null, "system": null, "category": null,
        "criticality": "high", "reaction": null, "severity": null } });
    wardkeep(session, &["command", "allergy_add", &allergy.to_string()]).ok();
}

#[test]
fn nothing_readable_is_left_by_the_command_line() {
    let session = LoginSession::start();
    found(&session);
    let id = register(&session);
    wardkeep(&session, &["patient", "search", FAMILY]).ok();
    wardkeep(&session, &["patient", "show", &id]).ok();
    wardkeep(&session, &["export", "fhir", "--patient", &id]).ok();
    fill_chart(&session, &id);
    let keys = raw_keys(&session, PASSWORD);
    assert_clean(session.root(), &needles(&keys), "after the command line");
}

/// Types the password, finds the patient and reads the chart, as a person does.
fn use_window(session: &LoginSession) -> Desk {
    let desk = Desk::start(session);
    desk.unlock();
    desk.search(FAMILY);
    desk.open_found(&Needle::text("allergen", ALLERGEN));
    desk
}

fn views(session: &LoginSession) -> usize {
    let log = wardkeep(session, &["audit", "list"]).ok();
    log.stdout.matches("\"view\"").count() + log.stdout.matches("\"search_open\"").count()
}

#[test]
fn nothing_readable_is_left_by_the_window() {
    let session = LoginSession::start();
    found(&session);
    let id = register(&session);
    fill_chart(&session, &id);
    let keys = raw_keys(&session, PASSWORD);
    let needles = needles(&keys);
    let before = views(&session);

    let desk = use_window(&session);
    assert_clean(session.root(), &needles, "while the window shows the patient");
    desk.kill();
    assert_clean(session.root(), &needles, "after SIGKILL");
    let between = views(&session);
    assert!(between > before, "the window opened no record");

    use_window(&session).close();
    assert_clean(session.root(), &needles, "after the window was closed");
    assert!(views(&session) > between, "the window opened no record");
}
