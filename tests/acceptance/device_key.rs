//! A new key of a laptop under SIGKILL, with real programs: whenever the program dies, the next run is let in by the server, everything is
//! sent, and the other laptop believes all of it.

use crate::sync::{attach, finds, join, register, sync};
use serde_json::{Value, json};
use std::time::Instant;
use wardkeep_tests::program::{Batch, found, wardkeep};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;

/// Kills, spread evenly over the procedure and half its time again: some come when it is done, also on a machine that is slower by then.
const KILLS: u32 = 24;

fn since(rows: &Value) -> u64 {
    let rows = rows.as_array().unwrap();
    let row = rows.iter().find(|row| row["key"] == "device_key").unwrap();
    row["since_ms"].as_u64().unwrap()
}

fn renewed_at(session: &LoginSession) -> u64 {
    since(&wardkeep(session, &["keys"]).ok().json())
}

#[test]
fn a_new_device_key_survives_kills() {
    let server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    attach(&ada, &server);
    join(&ada, &bo, "Bo Clinician", "clinician");
    let input = json!({ "key": "device_key" });
    let mut batch = Batch::start(&ada);
    let started = Instant::now();
    let rows = batch.ask("key_rotate", &input).unwrap();
    let whole_time = started.elapsed();
    let mut before = since(&rows);
    batch.kill();
    let mut renewed = 0;
    for kill in 0..KILLS {
        let wait = whole_time * 3 * (2 * kill + 1) / (4 * KILLS);
        Batch::start(&ada).ask_and_kill("key_rotate", &input, wait);
        let status = sync(&ada);
        assert_eq!(status["problems"], json!([]), "after kill {kill}: {status}");
        let now = renewed_at(&ada);
        renewed += usize::from(now != before);
        before = now;
        if kill % 6 == 0 {
            register(&ada, "Killworthy");
        }
    }
    sync(&ada);
    let status = sync(&bo);
    assert_eq!(status["problems"], json!([]));
    assert_eq!(finds(&bo, "killworthy"), 4, "all that was written under all those keys");
    assert!(renewed > 0, "no renewal came through");
    let row = wardkeep(&ada, &["rotate", "device_key"]).ok().json();
    assert_eq!(row[0]["by"], json!("anybody"));
    let log = wardkeep(&ada, &["audit", "verify"]).ok().json();
    assert!(!log.to_string().contains("\"ok\":false"), "{log}");
}
