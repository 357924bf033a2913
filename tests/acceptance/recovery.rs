//! The recovery key, by the program and a real server: every laptop is lost, and the words bring everything back.

use crate::sync::{attach, finds, register, sync};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use wardkeep_tests::program::{Answer, answer, command, found, wardkeep};
use wardkeep_tests::scan::{Needle, scan};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;

const FAMILY: &str = "Brackenfieldson";

/// A clinic with a server, a patient, and a recovery key in files of this folder.
fn clinic(server: &SyncServer, papers: &Path, split: bool) -> (LoginSession, Vec<PathBuf>) {
    let ada = LoginSession::start();
    found(&ada);
    register(&ada, FAMILY);
    attach(&ada, server);
    sync(&ada);
    let files = make(&ada, papers, "key", split);
    (ada, files)
}

fn make(laptop: &LoginSession, papers: &Path, name: &str, split: bool) -> Vec<PathBuf> {
    let file = papers.join(name);
    let mut args = vec!["recovery", "new", "--words-file", file.to_str().unwrap()];
    if split {
        args.push("--split");
    }
    assert_opens(&wardkeep(laptop, &args).ok().json());
    let part = |number: usize| papers.join(format!("{name}.{number}"));
    if split { (1..=3).map(part).collect() } else { vec![file] }
}

fn assert_opens(report: &Value) {
    let parts = report["parts"].as_array().unwrap();
    assert!(
        parts.len() == 2 && parts.iter().all(|part| part["opens"] == true),
        "{report}"
    );
}

fn recover(server: &SyncServer, laptop: &LoginSession, files: &[PathBuf], more: &[&str]) -> Answer {
    answer(recovering(server, laptop, files, more).output().unwrap())
}

fn recovering(server: &SyncServer, laptop: &LoginSession, files: &[PathBuf], more: &[&str]) -> Command {
    let address = server.address();
    let mut run = command(laptop, &["--user", "Ada Founder", "recover", "--server", &address]);
    run.args(["--pin", &server.pin, "--device-name", "New laptop"])
        .args(more);
    for file in files {
        run.arg("--words-file").arg(file);
    }
    run
}

/// The words of a file.
fn words(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let parts = lines
        .flat_map(str::split_whitespace)
        .filter(|part| !part.ends_with('.'));
    parts.map(str::to_owned).collect()
}

fn write(papers: &Path, name: &str, text: &str) -> PathBuf {
    let file = papers.join(name);
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file
}

#[test]
fn every_laptop_is_lost_and_the_words_bring_everything_back() {
    let (server, papers) = (SyncServer::start(), tempfile::tempdir().unwrap());
    let (ada, files) = clinic(&server, papers.path(), false);
    let mode = std::fs::metadata(&files[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "for its owner alone");
    wardkeep(&ada, &["rotate", "epoch_office"]).ok();
    register(&ada, "Afterwardsen");
    sync(&ada);
    let check = wardkeep(&ada, &["recovery", "check", "--words-file", files[0].to_str().unwrap()]);
    assert_opens(&check.ok().json());
    // The words are in nothing that a laptop or the server keeps.
    let words = words(&files[0]);
    let needles = [Needle::text("five words", &words[..5].join(" "))];
    for root in [ada.root(), server.root()] {
        let found = scan(root, &needles);
        assert!(found.is_empty(), "{found:?}");
    }
    assert!(
        !server.log().contains(&words[24]),
        "nor is the paper's name in the server's log"
    );
    drop(ada);

    let fresh = LoginSession::start();
    assert_opens(&recover(&server, &fresh, &files, &[]).ok().json());
    assert_eq!((finds(&fresh, FAMILY), finds(&fresh, "Afterwardsen")), (1, 1));
    let session = wardkeep(&fresh, &["command", "session"]).ok().json();
    assert_eq!(session["compartments"], json!(["office", "clinical"]));
    assert!(wardkeep(&fresh, &["recovery", "status"]).ok().json()["used_ms"].is_u64());
    // A new paper, the lost laptop out, and work goes on.
    make(&fresh, papers.path(), "next", false);
    let devices = wardkeep(&fresh, &["devices"]).ok().json();
    let lost = devices
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] != "New laptop")
        .unwrap();
    wardkeep(&fresh, &["devices", "revoke", lost["id"].as_str().unwrap()]).ok();
    register(&fresh, "Thereafter");
    sync(&fresh);
    let refused = recover(&server, &LoginSession::start(), &files, &[]);
    assert_eq!(
        (refused.code, refused.error_code()),
        (13, "recovery_key".to_owned()),
        "the old paper is worth nothing"
    );
}

#[test]
fn a_forgotten_password_on_the_only_laptop_is_no_end() {
    let (server, papers) = (SyncServer::start(), tempfile::tempdir().unwrap());
    let (ada, files) = clinic(&server, papers.path(), true);
    let before = wardkeep(&ada, &["command", "session"]).ok().json();
    // The same person and log-in, another home.
    let fresh = LoginSession::start();
    let person = ["--person", "Ada Founder"];
    assert_opens(&recover(&server, &fresh, &files[1..], &person).ok().json());
    assert_eq!(finds(&fresh, FAMILY), 1);
    let after = wardkeep(&fresh, &["command", "session"]).ok().json();
    assert_eq!(after["user"]["id"], before["user"]["id"], "who they were");
}

#[test]
fn a_recovery_that_is_killed_goes_on_when_it_is_given_again() {
    let (server, papers) = (SyncServer::start(), tempfile::tempdir().unwrap());
    let (_ada, files) = clinic(&server, papers.path(), false);
    let fresh = LoginSession::start();
    for delay_ms in (250..2_600).step_by(250) {
        let mut run = recovering(&server, &fresh, &files, &[]);
        let mut child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay_ms));
        let _ = child.kill();
        let _ = child.wait();
    }
    let last = recover(&server, &fresh, &files, &[]);
    if last.code != 0 {
        // One of the killed ones had come as far as a laptop of the clinic.
        assert_eq!(last.error_code(), "vault_exists", "{}{}", last.stdout, last.stderr);
        for _ in 0..2 {
            wardkeep(&fresh, &["sync"]);
        }
    }
    assert_eq!(finds(&fresh, FAMILY), 1);
    let devices = wardkeep(&fresh, &["devices"]).ok().json();
    assert_eq!(devices.as_array().unwrap().len(), 2, "taken in once: {devices}");
}

#[test]
fn what_is_wrong_with_a_paper_is_said_and_nothing_is_left_behind() {
    let (server, papers) = (SyncServer::start(), tempfile::tempdir().unwrap());
    let (ada, files) = clinic(&server, papers.path(), true);
    let fresh = LoginSession::start();
    let field = |files: &[PathBuf]| {
        let told = recover(&server, &fresh, files, &[]);
        assert_eq!(told.code, 2, "{}{}", told.stdout, told.stderr);
        let error: Value = serde_json::from_str(told.stderr.trim()).unwrap();
        error["error"]["field"].as_str().unwrap().to_owned()
    };
    let twice = [files[1].clone(), files[1].clone()];
    assert_eq!(field(&twice), "shares.twice[2]");
    assert_eq!(field(&files[..1]), "shares.few");
    let text = words(&files[0]).join(" ");
    let cut = write(papers.path(), "cut", &text[..text.len() - 3]);
    assert_eq!(field(&[cut, files[1].clone()]), "shares.length[1]");
    let slip = text.replacen(&text[10..14], "ZZZZ", 1);
    let slip = write(papers.path(), "slip", &slip);
    assert_eq!(field(&[files[1].clone(), slip]), "shares.mistyped[2]");
    let other = make(&ada, papers.path(), "other", true);
    assert_eq!(field(&[files[0].clone(), other[1].clone()]), "shares.different");
    let former = recover(&server, &fresh, &files[..2], &[]);
    assert_eq!((former.code, former.error_code()), (13, "recovery_key".to_owned()));
    assert_eq!(field(&[write(papers.path(), "words", "zoo zoo")]), "words.count[2]");
    // A file that others can read is refused before it is read.
    std::fs::set_permissions(&other[0], std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = recover(&server, &fresh, &other[..2], &[]);
    assert_eq!(open.code, 11, "{}{}", open.stdout, open.stderr);
    assert_eq!(wardkeep(&fresh, &["status"]).json()["state"], "no_vault");
    let piped = wardkeep(&ada, &["recovery", "new"]);
    assert_eq!(piped.code, 2, "never shown to what is no terminal");
}
