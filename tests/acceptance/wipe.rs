//! A lost laptop is wiped from afar: by real programs over a real server, killed behind each step, proven with a copy of its files.

use crate::sync::{attach, finds, join, register, sync};
use crate::window::unlock;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Stdio};
use wardkeep_tests::accessibility::assert_accessible;
use wardkeep_tests::memory::{find_in_process, raw_keys};
use wardkeep_tests::program::{PASSWORD, command, found, wardkeep};
use wardkeep_tests::scan::{Needle, scan};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::{LoginSession, wait_until};
use wardkeep_tests::window::Window;

const LOST: &str = "Second laptop";

/// A clinic of two laptops, both in step.
fn two_laptops() -> (SyncServer, LoginSession, LoginSession) {
    let server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    register(&ada, "Wyndholmescu");
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    (server, ada, bo)
}

fn order(admin: &LoginSession) {
    wardkeep(admin, &["device", "wipe", LOST, "--yes"]).ok();
}

/// How far the order to the lost laptop has come, as the admin sees it after a look at the server.
fn state(admin: &LoginSession) -> String {
    sync(admin);
    let rows = wardkeep(admin, &["devices"]).ok().json();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == LOST)
        .unwrap()
        .clone();
    row["wipe"]["state"].as_str().unwrap_or_default().to_owned()
}

/// The agent of a laptop on which nobody has unlocked.
pub struct Agent(Child);

impl Agent {
    pub fn start(session: &LoginSession) -> Self {
        Self::start_ending_after(session, "")
    }

    fn start_ending_after(session: &LoginSession, step: &str) -> Self {
        let mut agent = command(session, &["agent"]);
        agent
            .env("WARDKEEP_TEST_END_AFTER_WIPE_STEP", step)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self(agent.spawn().unwrap())
    }

    fn ends(&mut self) {
        wait_until("the agent ends where the test wants it", || {
            self.0.try_wait().unwrap().is_some()
        });
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn is_over(session: &LoginSession) -> bool {
    session.vault_home().join("wiped").exists()
}

fn copy(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .unwrap();
    assert!(done.success());
}

fn secrets(session: &LoginSession) -> Vec<Needle> {
    let keys = raw_keys(session, PASSWORD);
    let labels = [
        "office key",
        "clinical key",
        "unlock key",
        "device secret",
        "device key",
    ];
    labels
        .iter()
        .map(|label| Needle::bytes(label, keys.key(label)))
        .collect()
}

#[test]
fn a_locked_laptop_with_its_agent_alone_is_wiped_and_a_copy_of_its_files_does_not_open() {
    let (_server, ada, bo) = two_laptops();
    register(&bo, "Unsentsdottir");
    let secrets = secrets(&bo);
    let held = bo.root().join("copy");
    copy(&bo.vault_home(), &held);
    order(&ada);
    assert_eq!(state(&ada), "ordered");
    let agent = Agent::start(&bo);
    wait_until("the laptop is wiped", || is_over(&bo));
    assert_eq!(state(&ada), "confirmed");
    assert_eq!(finds(&ada, "Unsentsdottir"), 1, "what was not sent is not lost");
    let in_memory = find_in_process(agent.0.id(), &secrets);
    assert!(in_memory.is_empty(), "{in_memory:#?}");
    drop(agent);
    let on_disk = scan(&bo.root().join("data"), &secrets);
    assert!(on_disk.is_empty(), "{on_disk:#?}");
    let status: Value = wardkeep(&bo, &["status"]).ok().json();
    assert_eq!(
        (&status["state"], &status["wiped"]["over"]),
        (&json!("wiped"), &json!(true))
    );
    // The files as they were, the right password, the same keychain: nothing opens.
    std::fs::remove_dir_all(bo.vault_home()).unwrap();
    copy(&held, &bo.vault_home());
    let opened = wardkeep(&bo, &["patient", "search", "Wyndholmescu"]);
    assert_eq!(opened.error_code(), "keychain_entry_missing");
}

#[test]
fn killed_behind_any_step_the_wipe_goes_on_at_the_next_start_and_nothing_opens_meanwhile() {
    let (_server, ada, bo) = two_laptops();
    // One laptop serves for all: its home and its keyring are put back as they were before the order.
    let (home, keys) = (bo.root().join("before"), bo.root().join("keys-before"));
    copy(&bo.vault_home(), &home);
    let mut bo = bo;
    bo.stop_keyring();
    copy(&bo.keyring_files(), &keys);
    bo.restart_keyring();
    order(&ada);
    for step in [
        "Marked",
        "Posted",
        "Secured",
        "SecretGone",
        "KeychainEmpty",
        "SlotsGone",
        "VaultGone",
        "FilesGone",
        "Destroyed",
        "ReceiptSent",
        "Finished",
    ] {
        Agent::start_ending_after(&bo, step).ends();
        if step != "Finished" {
            let opened = wardkeep_opens_nothing(&bo);
            assert_eq!(opened, "wiped", "{step}");
        }
        let agent = Agent::start(&bo);
        wait_until("the wipe is over", || is_over(&bo));
        drop(agent);
        let left: Vec<_> =
            std::fs::read_dir(bo.vault_home().join("slots")).map_or_else(|_| Vec::new(), Iterator::collect);
        assert!(left.is_empty(), "{step}");
        std::fs::remove_dir_all(bo.vault_home()).unwrap();
        copy(&home, &bo.vault_home());
        bo.stop_keyring();
        std::fs::remove_dir_all(bo.keyring_files()).unwrap();
        copy(&keys, &bo.keyring_files());
        bo.restart_keyring();
    }
    assert_eq!(state(&ada), "confirmed");
}

/// What an attempt to open says, by a program that goes on with no wipe: the server is of no use to it.
fn wardkeep_opens_nothing(session: &LoginSession) -> String {
    let mut attempt = command(session, &["patient", "search", "Wyndholmescu"]);
    // It ends as soon as it has the lock on what is to be destroyed; until then it must not open anything.
    attempt.env("WARDKEEP_TEST_END_AFTER_WIPE_STEP", "none");
    let answer = wardkeep_tests::program::answer(attempt.output().unwrap());
    assert_ne!(answer.code, 0, "{}", answer.stdout);
    answer.error_code()
}

#[tokio::test]
async fn an_admin_orders_it_in_the_window_and_the_other_window_says_what_happened() {
    let (_server, ada, bo) = two_laptops();
    let lost = Window::open(&bo, 1280, 800).await;
    unlock(&lost, PASSWORD).await;
    lost.type_into("search-input", "wyndh").await;
    lost.element("search-row").await;
    let admin = Window::open(&ada, 1280, 800).await;
    unlock(&admin, PASSWORD).await;
    admin.press(thirtyfour::Key::Alt + "d").await;
    admin.click("device-wipe").await;
    admin.element("wipe-confirm").await;
    assert_accessible(&admin, "wipe dialog").await;
    admin.screenshot("wipe-dialog-1280").await;
    admin.click("wipe-confirm").await;
    lost.element("wiped").await;
    lost.wait_for_text("wiped", "The clinic has the receipt").await;
    assert_accessible(&lost, "wiped").await;
    lost.screenshot("wiped-1280").await;
    let page = lost.page_source().await.to_lowercase();
    assert!(!page.contains("wyndholmescu"), "the wiped page still names a patient");
    admin.wait_for_text("wipe-state", "wiped, confirmed").await;
    assert_accessible(&admin, "devices after a wipe").await;
    admin.screenshot("devices-wiped-1280").await;
    lost.click("wiped-anew").await;
    lost.element("wizard-clinic").await;
    admin.close().await;
    lost.close().await;
}
