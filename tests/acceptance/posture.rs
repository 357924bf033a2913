//! How laptops stand: said by real programs over a real server, seen by the admin with its history, by nobody else, and by the server not
//! at all.

use crate::sync::{attach, join, sync};
use serde_json::{Value, json};
use wardkeep_tests::program::{answer, command, found, wardkeep};
use wardkeep_tests::scan::{Needle, scan};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;

const LAPTOP: &str = "Second laptop";

/// A sync on a desktop whose screen locks by itself or does not, by its own settings.
fn sync_on_plasma(session: &LoginSession, locks: bool) {
    let config = session.root().join("config");
    std::fs::create_dir_all(&config).unwrap();
    let settings = format!("[Daemon]\nAutolock={locks}\nTimeout=7\n");
    std::fs::write(config.join("kscreenlockerrc"), settings).unwrap();
    let mut run = command(session, &["sync"]);
    run.env("XDG_CURRENT_DESKTOP", "KDE");
    answer(run.output().unwrap()).ok();
}

fn reports(admin: &LoginSession) -> Vec<Value> {
    let detail = wardkeep(admin, &["devices", "show", LAPTOP]).ok().json();
    detail["reports"].as_array().unwrap().clone()
}

/// An admin's laptop, and one of the front desk that has reported.
fn two_laptops() -> (SyncServer, LoginSession, LoginSession) {
    let server = SyncServer::start();
    let (ada, desk) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &desk, "Dee Desk", "front_desk");
    sync(&desk);
    sync_on_plasma(&desk, true);
    sync(&ada);
    (server, ada, desk)
}

#[test]
fn a_laptop_says_how_it_stands_to_the_admin_and_nobody_else() {
    let (server, ada, desk) = two_laptops();
    let before = reports(&ada);
    let said = &before[0]["posture"];
    assert_eq!(
        (&said["screen_locks"], &said["screen_lock_s"]),
        (&json!("yes"), &json!(420))
    );
    assert_eq!(said["app"], json!(env!("CARGO_PKG_VERSION")));
    assert_eq!(said["unsent"], json!(0));
    assert_eq!(before[0]["people"], json!(["Dee Desk"]));

    sync_on_plasma(&desk, false);
    sync(&ada);
    let after = reports(&ada);
    assert_eq!(after.len(), before.len() + 1, "{after:#?}");
    assert_eq!(after[0]["changed"], json!(["screen_locks"]));
    assert_eq!(after[0]["posture"]["screen_locks"], json!("no"));
    assert_eq!(
        after[1]["posture"]["screen_locks"],
        json!("yes"),
        "what was stays in its history"
    );
    let rows = wardkeep(&ada, &["devices"]).ok().json();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == LAPTOP)
        .unwrap()
        .clone();
    let kinds: Vec<_> = row["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].clone())
        .collect();
    assert!(kinds.contains(&json!("no_screen_lock")), "{row}");
    assert!(
        row["last_heard_ms"].is_u64(),
        "known though this program has only just begun: {row}"
    );

    assert_eq!(wardkeep(&desk, &["devices", "show", LAPTOP]).error_code(), "forbidden");
    let own = wardkeep(&desk, &["devices"]).ok().json();
    let empty = |row: &Value| row["report"].is_null() && row["warnings"] == json!([]);
    assert!(own.as_array().unwrap().iter().all(empty), "{own}");

    let told = |field: &str| said[field].as_str().unwrap().to_owned();
    let needles = [
        Needle::text("system", &told("os")),
        Needle::text("keychain", &told("keychain")),
        Needle::text("host", &format!("\"host\":\"{}\"", told("host"))),
        Needle::text("screen", "screen_locks"),
    ];
    let hits = scan(server.root(), &needles);
    assert!(hits.is_empty(), "{hits:#?}");
}
