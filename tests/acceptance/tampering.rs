//! Somebody with all the keys of the machine alters the audit trail, on the server and on a laptop: deletion, alteration, reordering and
//! truncation are each found and named, by the programs.

use crate::sync::{attach, join, register, sync};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;

const SECOND: &str = "Second laptop";

/// An admin and a front desk whose laptop has put several segments of its audit trail on the server, of which the admin has none yet.
struct Scene {
    server: SyncServer,
    ada: LoginSession,
    dee: LoginSession,
    device: String,
}

impl Scene {
    fn new() -> Self {
        let server = SyncServer::start();
        let (ada, dee) = (LoginSession::start(), LoginSession::start());
        found(&ada);
        attach(&ada, &server);
        sync(&ada);
        join(&ada, &dee, "Dee Desk", "front_desk");
        sync(&dee);
        sync(&ada);
        let devices = wardkeep(&ada, &["devices"]).ok().json();
        let second = devices.as_array().unwrap().iter().find(|row| row["name"] == SECOND);
        let device = second.unwrap()["id"].as_str().unwrap().to_owned();
        Self {
            server,
            ada,
            dee,
            device,
        }
    }

    /// The front desk works, and each piece of work leaves as a segment of its own.
    fn works(&self) {
        for family in ["Ashdownson", "Birchfieldson", "Cedarholmson"] {
            register(&self.dee, family);
            sync(&self.dee);
        }
    }

    /// How many segments of the front desk's trail the server has.
    fn segments(&mut self) -> usize {
        self.altered(&["swap", "1", "1"])
    }

    /// Alters the front desk's trail where the server keeps it.
    fn altered(&mut self, what: &[&str]) -> usize {
        self.server.kill();
        let output = Command::new(wardkeep_tests::binary("alter-trail"))
            .arg("server")
            .arg(self.server.root())
            .arg(&self.device)
            .args(what)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        self.server.restart();
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    }

    /// A laptop syncs and finds something wrong: the kinds of problems, with the device that they are about. What could be mended at once
    /// ends well.
    fn problems(&self, on: &LoginSession, code: i32) -> Vec<(String, Value)> {
        let answer = wardkeep(on, &["sync"]);
        assert_eq!(answer.code, code, "{}{}", answer.stdout, answer.stderr);
        let problems = answer.json()["problems"].as_array().unwrap().clone();
        let pair = |one: &Value| (one["kind"].as_str().unwrap().to_owned(), one["device"].clone());
        problems.iter().map(pair).collect()
    }

    fn verdict(&self) -> (i32, Value) {
        let answer = wardkeep(&self.ada, &["audit", "verify-trail"]);
        let of_it = |one: &&Value| one["name"] == SECOND;
        let verdict = answer.json().as_array().unwrap().iter().find(of_it).unwrap().clone();
        (answer.code, verdict)
    }
}

/// Runs SQL on a file of a laptop; answers how many rows it changed.
fn sql(laptop: &LoginSession, file: &str, sql: &str) -> usize {
    let mut command = Command::new(wardkeep_tests::binary("alter-trail"));
    laptop.adopt(&mut command);
    let mut child = command
        .arg("laptop")
        .arg(laptop.vault_home())
        .args([file, sql])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn a_trail_altered_on_the_server_is_found_and_its_laptop_named() {
    for what in ["delete", "alter", "swap"] {
        let mut scene = Scene::new();
        let before = scene.segments();
        scene.works();
        let (second, third) = ((before + 2).to_string(), (before + 3).to_string());
        let words = if what == "swap" {
            vec![what, &second, &third]
        } else {
            vec![what, &second]
        };
        scene.altered(&words);
        let problems = scene.problems(&scene.ada, 13);
        assert!(
            problems.iter().any(|(_, device)| device == SECOND),
            "{what}: the laptop is not named: {problems:?}"
        );
        // Nothing of what came after the fault counts, and what came before it is whole.
        let registered = wardkeep(&scene.ada, &["audit", "trail", "--action", "register"])
            .ok()
            .json();
        assert_eq!(registered.as_array().unwrap().len(), 1, "{what}: {registered}");
        let (_, verdict) = scene.verdict();
        assert_eq!(verdict["ok"], json!(true), "{what}: {verdict}");
    }
}

#[test]
fn a_trail_cut_off_on_the_server_is_found_by_those_who_had_more_and_made_whole() {
    let mut scene = Scene::new();
    scene.works();
    sync(&scene.ada);
    let all = scene.segments();
    assert_eq!(scene.altered(&["cut", &(all - 2).to_string()]), all - 2);
    let problems = scene.problems(&scene.ada, 0);
    assert!(
        problems.iter().any(|(kind, _)| kind == "server_lost_data"),
        "{problems:?}"
    );
    // The admin had it, keeps it, and has put it back.
    let registered = wardkeep(&scene.ada, &["audit", "trail", "--action", "register"])
        .ok()
        .json();
    assert_eq!(registered.as_array().unwrap().len(), 3, "{registered}");
    assert_eq!(scene.segments(), all, "the server has it again");
    let (_, verdict) = scene.verdict();
    assert_eq!(verdict["ok"], json!(true), "{verdict}");
}

#[test]
fn a_trail_cut_off_on_the_server_before_anybody_had_it_is_found_by_its_own_laptop() {
    let mut scene = Scene::new();
    scene.works();
    let all = scene.segments();
    scene.altered(&["cut", &(all - 2).to_string()]);
    let problems = scene.problems(&scene.dee, 0);
    assert!(
        problems.iter().any(|(kind, _)| kind == "server_lost_data"),
        "{problems:?}"
    );
    sync(&scene.ada);
    let registered = wardkeep(&scene.ada, &["audit", "trail", "--action", "register"])
        .ok()
        .json();
    assert_eq!(registered.as_array().unwrap().len(), 3, "{registered}");
}

/// What somebody does to a file of the reader's laptop: in words, which file, by which SQL, and what it must be called.
type Alteration = (&'static str, &'static str, String, &'static str);

/// Alterations of what the reader has of a device.
fn alterations(device: &str) -> Vec<Alteration> {
    let device = device.replace('-', "");
    let of = format!("device = x'{device}' AND chain = 1");
    let last = format!("(SELECT max(n) FROM entry WHERE {of})");
    let entry = format!("n = {last} - 3");
    let exchanged = format!(
        "UPDATE entry SET (at_ms, action, detail) = (SELECT at_ms, action, detail FROM entry AS other \
         WHERE other.device = entry.device AND other.chain = 1 AND other.n = 2 * {last} - 5 - entry.n) \
         WHERE {of} AND n IN ({last} - 2, {last} - 3)"
    );
    let invented = format!(
        "INSERT INTO entry (device, chain, n, at_ms, user, action, detail, hash) \
         SELECT device, chain, 900000, at_ms, user, action, detail, hash FROM entry WHERE {of} AND n = {last}"
    );
    let signed = format!("device = x'{device}' AND compartment = 3");
    vec![
        (
            "deletion",
            "trail",
            format!("DELETE FROM entry WHERE {of} AND {entry}"),
            "tampered",
        ),
        (
            "alteration",
            "trail",
            format!("UPDATE entry SET at_ms = at_ms - 60000 WHERE {of} AND {entry}"),
            "tampered",
        ),
        ("reordering", "trail", exchanged, "tampered"),
        (
            "truncation",
            "trail",
            format!("DELETE FROM entry WHERE {of} AND n >= {last} - 1"),
            "tampered",
        ),
        ("invention", "trail", invented, "tampered"),
        (
            "signed bytes deleted",
            "spool",
            format!("DELETE FROM segment WHERE {signed} AND seq = (SELECT max(seq) - 1 FROM segment WHERE {signed})"),
            "segment_gone",
        ),
    ]
}

#[test]
fn a_readers_file_or_spool_that_was_altered_is_found_and_named() {
    let scene = Scene::new();
    scene.works();
    sync(&scene.ada);
    assert_eq!(scene.verdict().0, 0);
    let home = scene.ada.vault_home();
    let is_trail = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("audit-");
    let mut files = std::fs::read_dir(home.join("vault"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let trail = files.find(is_trail).unwrap();
    for (what, file, change, wrong) in alterations(&scene.device) {
        // The file as it was, for the next one.
        let whole = if file == "trail" {
            trail.clone()
        } else {
            home.join("sync/spool.db")
        };
        let copy = whole.with_extension("whole");
        std::fs::copy(&whole, &copy).unwrap();
        assert!(sql(&scene.ada, file, &change) > 0, "{what}");
        let (code, verdict) = scene.verdict();
        assert_eq!(code, 13, "{what}: {verdict}");
        let problems = verdict["problems"].as_array().unwrap();
        assert!(problems.iter().any(|one| one["wrong"] == wrong), "{what}: {verdict}");
        std::fs::copy(&copy, &whole).unwrap();
        for leftover in ["db-wal", "db-shm"] {
            let _ = std::fs::remove_file(whole.with_extension(leftover));
        }
        std::fs::remove_file(&copy).unwrap();
        assert_eq!(scene.verdict().0, 0, "{what}: whole again");
    }
}

#[test]
fn a_laptops_own_chain_that_was_altered_is_found_there() {
    for (what, change, place) in [
        ("deletion", "DELETE FROM audit WHERE n = 4", Some(4)),
        (
            "alteration",
            "UPDATE audit SET at_ms = at_ms - 60000 WHERE n = 4",
            Some(4),
        ),
        ("truncation", "DELETE FROM audit WHERE n > 4", Some(5)),
        (
            "reordering",
            "UPDATE audit SET (at_ms, action, detail) = \
             (SELECT at_ms, action, detail FROM audit AS other WHERE other.n = 9 - audit.n) WHERE n IN (4, 5)",
            Some(4),
        ),
    ] {
        let ada = LoginSession::start();
        found(&ada);
        register(&ada, "Ashdownson");
        register(&ada, "Birchfieldson");
        assert!(sql(&ada, "office", change) > 0, "{what}");
        let answer = wardkeep(&ada, &["audit", "verify"]);
        assert_eq!(answer.code, 13, "{what}: {}{}", answer.stdout, answer.stderr);
        let office = answer.json()["compartments"][0].clone();
        assert_eq!(
            (&office["ok"], office["first_bad"].as_u64()),
            (&json!(false), place),
            "{what}"
        );
    }
}
