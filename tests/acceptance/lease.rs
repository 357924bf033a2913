//! A laptop opens for as long as its clinic says without a word from the server, and then not before it has met it: by real programs, a real
//! keyring, a real server, and clocks that are turned.

use crate::sync::{attach, finds, join, register, sync};
use serde_json::{Value, json};
use wardkeep_tests::program::{command, found, wardkeep, wardkeep_with_password};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::{LoginSession, end, wait_until};

const FAMILY: &str = "Wyndholmescu";

/// A clinic of two laptops in step, each with a lease that its slot needs.
fn two_laptops() -> (SyncServer, LoginSession, LoginSession) {
    let server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    register(&ada, FAMILY);
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    sync(&ada);
    sync(&bo);
    (server, ada, bo)
}

fn lease(session: &LoginSession) -> Value {
    wardkeep(session, &["status"]).ok().json()["lease"].clone()
}

/// What a try to open says.
fn refused(session: &LoginSession) -> String {
    wardkeep(session, &["patient", "search", FAMILY]).error_code()
}

#[test]
fn given_on_joining_ended_by_time_and_renewed_by_meeting_the_server_once() {
    let (mut server, ada, bo) = two_laptops();
    let given = lease(&bo);
    assert_eq!((&given["soon"], &given["ended"]), (&json!(false), &Value::Null));
    assert_eq!(finds(&bo, FAMILY), 1);
    server.kill();
    bo.turn_clock(11);
    assert_eq!(finds(&bo, FAMILY), 1, "offline inside the lease");
    assert_eq!(lease(&bo)["soon"], true, "told days ahead");
    bo.turn_clock(15);
    assert_eq!(refused(&bo), "lease_ended");
    assert_eq!(lease(&bo)["ended"], "time");
    // Back to the day on which it still opened, and far ahead: it stays ended.
    for days in [0, 11, -400, 4000] {
        bo.turn_clock(days);
        assert_eq!(refused(&bo), "lease_ended", "{days}");
    }
    bo.turn_clock(0);
    server.restart();
    assert_eq!(finds(&bo, FAMILY), 1, "asked for at the unlock itself");
    assert!(lease(&bo)["ended"].is_null());
    assert_eq!(finds(&ada, FAMILY), 1);
}

#[test]
fn a_revoked_laptop_past_its_lease_is_refused_and_stays_closed() {
    let (mut server, ada, bo) = two_laptops();
    server.kill();
    bo.turn_clock(15);
    assert_eq!(refused(&bo), "lease_ended");
    server.restart();
    wardkeep(&ada, &["devices", "revoke", "Second laptop"]).ok();
    assert_eq!(refused(&bo), "device_revoked");
    bo.turn_clock(0);
    assert_eq!(refused(&bo), "device_revoked");
    assert_eq!(lease(&bo)["ended"], "time", "and nothing was given");
}

#[test]
fn too_many_wrong_passwords_end_it_and_the_agent_brings_it_back() {
    let (mut server, ada, bo) = two_laptops();
    wardkeep(&ada, &["policy", "set", "--wrong-password-limit", "3"]).ok();
    sync(&bo);
    server.kill();
    for _ in 0..2 {
        let wrong = wardkeep_with_password(&bo, "never this one", &["patient", "search", FAMILY]);
        assert_eq!(wrong.error_code(), "wrong_password");
    }
    let last = wardkeep_with_password(&bo, "never this one", &["patient", "search", FAMILY]);
    assert_eq!(last.error_code(), "lease_ended");
    assert_eq!(refused(&bo), "lease_ended", "the right one too");
    assert_eq!(lease(&bo)["ended"], "wrong_passwords");
    server.restart();
    let mut agent = command(&bo, &["agent"]).spawn().unwrap();
    wait_until("the agent has met the server", || lease(&bo)["ended"].is_null());
    end(&mut agent);
    assert_eq!(finds(&bo, FAMILY), 1);
}
