//! A server in trouble: its disk is full, its certificate is exchanged while laptops send, another certificate stands in its place. The laptops
//! keep their work, say what is wrong, and go on by themselves.

use crate::sync::{attach, finds, join, register, sync};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use wardkeep_tests::program::{Answer, Batch, found, wardkeep};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::{LoginSession, wait_until};

fn two_laptops(server: &SyncServer) -> (LoginSession, LoginSession) {
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    register(&ada, "Wyndholmescu");
    attach(&ada, server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    (ada, bo)
}

fn problems(status: &Value) -> Vec<&str> {
    let all = status["problems"].as_array().unwrap();
    all.iter().map(|problem| problem["kind"].as_str().unwrap()).collect()
}

fn in_step(session: &LoginSession) {
    let status = sync(session);
    assert_eq!(status["state"], json!("up_to_date"), "{status}");
    assert_eq!(status["problems"], json!([]), "{status}");
}

#[test]
fn a_full_server_disk_is_said_and_loses_nothing() {
    let server = SyncServer::start_on_small_disk("12m");
    let (ada, bo) = two_laptops(&server);
    let ballast = server.disk().join("data/ballast");
    let mut file = std::fs::File::create(&ballast).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    while file.write_all(&[1; 1]).is_ok() {}
    // What the database has set aside for itself may hold a little.
    let mut written = 0;
    let full = loop {
        register(&ada, &format!("Fullschei{}", letters(written)));
        written += 1;
        let answer = wardkeep(&ada, &["sync"]);
        if answer.code != 0 {
            break answer;
        }
        assert!(written < 400, "the server's disk never got full");
    };
    let said = if full.stdout.is_empty() {
        Value::Null
    } else {
        full.json()
    };
    if said.is_null() {
        assert_eq!(full.error_code(), "server_full");
    } else {
        assert_eq!(problems(&said), ["server_full"], "{said}");
        assert_eq!(said["state"], json!("alarm"));
        assert!(!said["waiting"].as_array().unwrap().is_empty(), "{said}");
    }
    register(&bo, "Besidehavn");
    let beside = wardkeep(&bo, &["sync"]);
    assert!([0, 13, 14].contains(&beside.code), "{}{}", beside.stdout, beside.stderr);
    assert_eq!(
        finds(&ada, "fullschei"),
        written.min(50),
        "all that was written is on the laptop"
    );
    assert_eq!(finds(&bo, "besidehavn"), 1);

    drop(file);
    std::fs::remove_file(&ballast).unwrap();
    for _ in 0..2 {
        in_step(&ada);
        in_step(&bo);
    }
    for session in [&ada, &bo] {
        assert_eq!(finds(session, "fullschei"), written.min(50));
        assert_eq!(finds(session, "besidehavn"), 1);
    }
    assert!(server.log().contains("the disk is full"), "the operator is told");
}

fn letters(n: usize) -> String {
    n.to_string()
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

#[test]
fn a_certificate_exchanged_while_laptops_send_loses_nothing() {
    const EACH: usize = 8;
    let server = SyncServer::start();
    let (ada, bo) = two_laptops(&server);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let exchanging = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                server.tell(&["renew"]);
                server.look_at_certificate();
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        let work = |session, name: &'static str| {
            for n in 0..EACH {
                register(session, &format!("{name}{}", letters(n)));
                // Nobody notices anything: the old and the new one are both good.
                in_step_soon(session);
            }
        };
        let (ada, bo) = (&ada, &bo);
        let one = scope.spawn(move || work(ada, "Adasen"));
        let two = scope.spawn(move || work(bo, "Bosen"));
        let ended = [one.join(), two.join()];
        done.store(true, Ordering::Relaxed);
        exchanging.join().unwrap();
        ended.into_iter().for_each(|end| end.unwrap());
    });
    let exchanged = server.log().matches("certificate exchanged").count();
    assert!(exchanged >= 5, "only {exchanged} times");
    for session in [&ada, &bo] {
        in_step(session);
    }
    in_step(&ada);
    for session in [&ada, &bo] {
        assert_eq!((finds(session, "adasen"), finds(session, "bosen")), (EACH, EACH));
    }
}

/// In step, or only behind what the other laptop has just sent.
fn in_step_soon(session: &LoginSession) {
    let status = sync(session);
    assert!(
        ["up_to_date", "syncing"].contains(&status["state"].as_str().unwrap()),
        "{status}"
    );
    assert_eq!(problems(&status), [""; 0], "{status}");
}

#[test]
fn another_servers_certificate_is_refused_and_work_goes_on() {
    let (server, other) = (SyncServer::start(), SyncServer::start());
    let (ada, bo) = two_laptops(&server);
    let certificate = server.root().join("server/keys/server.pem");
    let own = std::fs::read(&certificate).unwrap();
    std::fs::copy(other.root().join("server/keys/server.pem"), &certificate).unwrap();
    server.look_at_certificate();
    let sees_it = |answer: Answer| answer.code != 0 && answer.error_code() == "server_certificate";
    wait_until("the laptop sees the other certificate", || {
        sees_it(wardkeep(&ada, &["sync"]))
    });
    register(&ada, "Undersigned");
    assert!(sees_it(wardkeep(&ada, &["sync"])));
    let mut batch = Batch::start(&ada);
    let status = batch.ask("sync_status", &json!({})).unwrap();
    batch.kill();
    assert_eq!(status["waiting"][0]["changes"], json!(1), "{status}");
    assert_eq!(finds(&ada, "undersigned"), 1);
    std::fs::write(&certificate, own).unwrap();
    server.look_at_certificate();
    wait_until("its own is shown again", || wardkeep(&ada, &["sync"]).code == 0);
    in_step(&bo);
    assert_eq!(finds(&bo, "undersigned"), 1);
}
