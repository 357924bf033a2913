//! Several laptops and a real server: they come to the same records, a change in one window is seen in another, and the server
//! holds no name in any form.

use crate::window::unlock;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;
use wardkeep_tests::desk::Desk;
use wardkeep_tests::memory::find_in_process;
use wardkeep_tests::program::{PASSWORD, command, found, wardkeep};
use wardkeep_tests::scan::{Needle, scan};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::{LoginSession, wait_until};
use wardkeep_tests::window::Window;

const FAMILY: &str = "Wyndholmescu";
const STREET: &str = "12 Tamarillo Passage";
const ALLERGEN: &str = "Obsidian lacquer";
const LAPTOP: &str = "Laptop with the yellow sticker";

pub fn attach(session: &LoginSession, server: &SyncServer) {
    attach_at(session, server, &server.address());
}

/// Gives the clinic this server, reached at an address.
pub fn attach_at(session: &LoginSession, server: &SyncServer, address: &str) {
    let (pin, token) = (&server.pin, &server.token);
    wardkeep(
        session,
        &[
            "clinic",
            "attach",
            "--server",
            address,
            "--pin",
            pin,
            "--token",
            token,
            "--device-name",
            LAPTOP,
        ],
    )
    .ok();
}

/// Takes `new` into the clinic of `admin`, as two people do: invitation, six words compared, approval.
pub fn join(admin: &LoginSession, new: &LoginSession, user: &str, role: &str) {
    let invitation = wardkeep(admin, &["clinic", "invite"]).ok().json();
    let code = invitation["code"].as_str().unwrap();
    let mut asking = command(new, &["--user", user]);
    asking.args([
        "clinic",
        "join",
        "--code",
        code,
        "--device-name",
        "Second laptop",
        "--wait",
        "60",
    ]);
    asking.stdout(Stdio::null()).stderr(Stdio::piped());
    let asking = asking.spawn().unwrap();
    let request = loop {
        let waiting = wardkeep(admin, &["clinic", "requests"]).ok().json();
        if let Some(first) = waiting.as_array().and_then(|all| all.first()) {
            break first.clone();
        }
        std::thread::sleep(Duration::from_millis(300));
    };
    assert_eq!(request["user_name"], json!(user));
    let words: Vec<&str> = request["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    assert_eq!(words.len(), 6);
    wardkeep(
        admin,
        &["clinic", "approve", request["id"].as_str().unwrap(), "--role", role],
    )
    .ok();
    let answer = asking.wait_with_output().unwrap();
    assert!(
        answer.status.success(),
        "the second laptop was not taken in: {answer:?}"
    );
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(
        said.contains(&words.join(" ")),
        "the new laptop showed other words: {said}"
    );
}

pub fn sync(session: &LoginSession) -> Value {
    wardkeep(session, &["sync"]).ok().json()
}

pub fn register(session: &LoginSession, family: &str) -> String {
    let words = [
        "patient",
        "add",
        "--family",
        family,
        "--given",
        "Noor",
        "--birth-date",
        "1966-06-06",
        "--street",
        STREET,
    ];
    let added = wardkeep(session, &words).ok().json();
    added["row"]["id"].as_str().unwrap().to_owned()
}

pub(crate) fn finds(session: &LoginSession, text: &str) -> usize {
    let answer = wardkeep(session, &["patient", "search", text]).ok().json();
    answer["rows"].as_array().unwrap().len()
}

#[test]
fn two_laptops_converge_and_the_server_learns_no_name() {
    let server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    let id = register(&ada, FAMILY);
    let allergy = json!({ "patient": id, "draft": { "substance": ALLERGEN, "code": null, "system": null, "category": null,
        "criticality": "high", "reaction": null, "severity": null } });
    wardkeep(&ada, &["command", "allergy_add", &allergy.to_string()]).ok();
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    assert_eq!(finds(&bo, FAMILY), 1, "the second laptop has what the first one wrote");
    let chart = json!({ "patient": id }).to_string();
    let allergies = wardkeep(&bo, &["command", "chart_allergies", &chart]).ok().stdout;
    assert!(allergies.contains(ALLERGEN), "{allergies}");

    register(&bo, "Lindqvistberg");
    sync(&bo);
    let after = sync(&ada);
    assert_eq!(after["state"], json!("up_to_date"), "{after}");
    assert_eq!(finds(&ada, "Lindqvistberg"), 1, "and the first what the second wrote");

    let needles = [
        Needle::text("family name", FAMILY),
        Needle::text("second family name", "Lindqvistberg"),
        Needle::text("street", STREET),
        Needle::text("allergen", ALLERGEN),
        Needle::text("user", "Ada Founder"),
        Needle::text("second user", "Bo Clinician"),
        Needle::text("clinic", "Riverside"),
        Needle::text("device", LAPTOP),
        Needle::text("password", PASSWORD),
    ];
    let kept = scan(server.root(), &needles);
    assert!(kept.is_empty(), "on the server's disk and in its log: {kept:#?}");
    let held = find_in_process(server.process_id(), &needles);
    assert!(held.is_empty(), "in the server's memory: {held:#?}");
    assert!(
        !server.log().is_empty(),
        "the server has written a log, which was scanned"
    );
}

#[test]
fn a_front_desk_laptop_gets_no_chart() {
    let server = SyncServer::start();
    let (ada, desk) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    let id = register(&ada, FAMILY);
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &desk, "Dee Desk", "front_desk");
    sync(&desk);
    assert_eq!(finds(&desk, FAMILY), 1);
    let refused = wardkeep(
        &desk,
        &["command", "chart_allergies", &json!({ "patient": id }).to_string()],
    );
    assert_eq!(refused.error_code(), "forbidden");
    assert!(
        !desk.vault_home().join("vault/clinical.db").exists(),
        "there is no clinical file on a front-desk laptop"
    );
}

#[test]
fn a_front_desk_laptops_trail_reaches_the_admin_and_nobody_else() {
    let server = SyncServer::start();
    let (ada, desk) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &desk, "Dee Desk", "front_desk");
    sync(&desk);
    let id = register(&desk, FAMILY);
    sync(&desk);
    sync(&ada);
    let trail = ["audit", "trail", "--action", "register", "--patient", &id];
    let rows = wardkeep(&ada, &trail).ok().json();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows[0]["user"], json!("Dee Desk"));
    assert_eq!(rows[0]["device_name"], json!("Second laptop"));
    assert_eq!(rows[0]["patient"], json!(id));
    let verdicts = wardkeep(&ada, &["audit", "verify-trail"]).ok().json();
    let whole = |device: &Value| device["ok"] == json!(true) && device["entries"].as_u64() > Some(0);
    assert!(verdicts.as_array().unwrap().iter().all(whole), "{verdicts}");
    let refused = wardkeep(&desk, &["audit", "trail"]);
    assert_eq!(refused.error_code(), "forbidden");
    let files = std::fs::read_dir(desk.vault_home().join("vault")).unwrap();
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(!name.starts_with("audit"), "{name}");
    }
}

#[test]
fn a_killed_server_loses_nothing_that_it_acknowledged() {
    let mut server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    register(&ada, FAMILY);
    sync(&ada);
    server.kill();
    register(&ada, "Offlinesdottir");
    let offline = wardkeep(&ada, &["sync"]);
    assert_eq!(offline.code, 14, "{}{}", offline.stdout, offline.stderr);
    server.restart();
    sync(&ada);
    sync(&bo);
    assert_eq!((finds(&bo, FAMILY), finds(&bo, "Offlinesdottir")), (1, 1));
}

#[tokio::test]
async fn an_edit_in_one_window_is_seen_in_the_other() {
    let server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    register(&ada, FAMILY);
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);

    // The second is used by keyboard alone: a driver waits for repaints, and a window in which nobody does anything has none to make.
    let second = Desk::start(&bo);
    second.unlock();
    second.search(FAMILY);
    second.keyboard(&["key", "Return"]);
    let first = Window::open(&ada, 1280, 800).await;
    unlock(&first, PASSWORD).await;
    first.type_into("search-input", "wyndh").await;
    first.element("search-row").await;
    first.press("" + thirtyfour::Key::Enter).await;
    first.wait_for_text("patient-banner", "WYNDHOLMESCU").await;
    let added = [Needle::text("added name", "Saoirse")];
    let shows = || find_in_process(second.page().expect("the window has a page"), &added);
    assert!(shows().is_empty(), "before the edit");
    first.click("edit-button").await;
    first.type_into("field-given", " Saoirse").await;
    first.click("save-button").await;
    first.wait_for_text("patient-banner", "Saoirse").await;
    wait_until("the edit is in the second window", || !shows().is_empty());
    first.close().await;
    second.close();
}
