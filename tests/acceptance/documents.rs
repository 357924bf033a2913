//! Documents on two laptops and a real server over a connection that is cut in the middle, in the window, and nowhere readable.

use crate::sync::{attach_at, join, register, sync};
use crate::window::unlock;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use thirtyfour::prelude::*;
use wardkeep_tests::accessibility::assert_accessible;
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::scan::{Needle, scan};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;
use wardkeep_tests::window::Window;

const CONTENT: &str = "Peregrine marzipan of the seventh cupola";
const FILE: &str = "Quagswagging-letter.txt";
const MIB: u64 = 1 << 20;

/// A way to the server that is cut after so many bytes in a direction, and counts what passes.
struct Line {
    port: u16,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    up: AtomicU64,
    down: AtomicU64,
    /// Bytes in either direction after which every connection is cut; 0 for never.
    cut_after: AtomicU64,
}

impl Line {
    fn to(server: &SyncServer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let counts = Arc::new(Counts::default());
        let (target, shared) = (server.address(), Arc::clone(&counts));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(target.replace("localhost", "127.0.0.1")) else {
                    continue;
                };
                carry(&client, &server, &shared, |counts| &counts.up);
                carry(&server, &client, &shared, |counts| &counts.down);
            }
        });
        Self { port, counts }
    }

    fn address(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Forgets what has passed, and cuts after so many bytes from now on.
    fn cut_after(&self, bytes: u64) {
        self.counts.up.store(0, Ordering::SeqCst);
        self.counts.down.store(0, Ordering::SeqCst);
        self.counts.cut_after.store(bytes, Ordering::SeqCst);
    }

    fn up(&self) -> u64 {
        self.counts.up.load(Ordering::SeqCst)
    }

    fn down(&self) -> u64 {
        self.counts.down.load(Ordering::SeqCst)
    }
}

fn carry(from: &TcpStream, to: &TcpStream, counts: &Arc<Counts>, of: fn(&Counts) -> &AtomicU64) {
    let (mut from, mut to, counts) = (from.try_clone().unwrap(), to.try_clone().unwrap(), Arc::clone(counts));
    std::thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let passed = of(&counts).fetch_add(count as u64, Ordering::SeqCst) + count as u64;
            let limit = counts.cut_after.load(Ordering::SeqCst);
            if (limit > 0 && passed > limit) || to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    });
}

/// A file that compresses and repeats nowhere.
fn noise(session: &LoginSession, length: usize) -> (PathBuf, Vec<u8>) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    let path = session.root().join("scan.bin");
    std::fs::write(&path, &bytes).unwrap();
    (path, bytes)
}

fn documents(session: &LoginSession, patient: &str) -> Value {
    wardkeep(session, &["document", "list", "--patient", patient])
        .ok()
        .json()
}

#[test]
fn a_document_arrives_over_a_line_that_is_cut_both_ways() {
    let server = SyncServer::start();
    let line = Line::to(&server);
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    let patient = register(&ada, "Wyndholmescu");
    attach_at(&ada, &server, &line.address());
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    let (path, bytes) = noise(&ada, 9_500_000);
    let size = bytes.len() as u64;
    let add = [
        "document",
        "add",
        "--patient",
        &patient,
        "--kind",
        "result",
        path.to_str().unwrap(),
    ];
    let id = wardkeep(&ada, &add).ok().json()["id"].as_str().unwrap().to_owned();

    line.cut_after(5 * MIB);
    assert_eq!(
        wardkeep(&ada, &["sync"]).code,
        14,
        "the connection was cut while sending"
    );
    let waits = &documents(&ada, &patient)[0];
    assert_eq!(
        (waits["file"]["place"].as_str(), waits["unsent"].as_bool()),
        (Some("sending"), Some(true))
    );
    line.cut_after(0);
    sync(&ada);
    // What was whole there was not sent again: of the 5 MiB at least four parts of one.
    assert!(
        line.up() < size - 3 * MIB,
        "{} of {size} bytes after the cut",
        line.up()
    );
    assert_eq!(documents(&ada, &patient)[0]["sent"], true);

    line.cut_after(6 * MIB);
    assert_eq!(
        wardkeep(&bo, &["sync"]).code,
        14,
        "the connection was cut while fetching"
    );
    let part = &documents(&bo, &patient)[0]["file"];
    assert_eq!(part["place"], "fetching", "{part}");
    let had = part["done"].as_u64().unwrap();
    assert!(had > 4 * MIB, "{part}: what came before the cut is kept");
    line.cut_after(0);
    sync(&bo);
    let slack = MIB / 2;
    assert!(
        line.down() < size - had + size / 16 + slack,
        "{} bytes after {had} of {size}",
        line.down()
    );
    let copy = bo.root().join("copy.bin");
    wardkeep(&bo, &["document", "save", &id, "--out", copy.to_str().unwrap()]).ok();
    assert!(std::fs::read(&copy).unwrap() == bytes);
}

#[test]
fn nothing_readable_of_a_document_is_left_anywhere() {
    let server = SyncServer::start();
    let ada = LoginSession::start();
    let outside = tempfile::tempdir().unwrap();
    found(&ada);
    let patient = register(&ada, "Wyndholmescu");
    attach_at(&ada, &server, &server.address());
    let path = outside.path().join(FILE);
    std::fs::write(&path, CONTENT.repeat(50_000)).unwrap();
    let title = "Zymurgical verdict";
    let add = [
        "document",
        "add",
        "--patient",
        &patient,
        "--title",
        title,
        path.to_str().unwrap(),
    ];
    let id = wardkeep(&ada, &add).ok().json()["id"].as_str().unwrap().to_owned();
    sync(&ada);
    wardkeep(&ada, &["document", "show", &id]).ok();
    let read = serde_json::json!({ "id": id, "chunk": 1 }).to_string();
    wardkeep(&ada, &["command", "document_read", &read]).ok();
    wardkeep(&ada, &["document", "save", &id, "--out", "-"]).ok();
    wardkeep(&ada, &["document", "remove", &id, "--reason", "twice"]).ok();
    let needles = [
        Needle::text("content", CONTENT),
        Needle::text("file name", "Quagswagging"),
        Needle::text("title", title),
    ];
    let here = scan(ada.root(), &needles);
    assert!(here.is_empty(), "on the laptop: {here:#?}");
    let there = scan(server.root(), &needles);
    assert!(there.is_empty(), "on the server's disk and in its log: {there:#?}");
    let found = scan(outside.path(), &needles);
    assert!(!found.is_empty(), "the scan finds what it looks for");
}

#[tokio::test]
async fn a_document_is_added_shown_removed_and_brought_back_in_the_window() {
    let session = LoginSession::start();
    found(&session);
    register(&session, "Wyndholmescu");
    let path = session.root().join("letter.txt");
    std::fs::write(&path, CONTENT).unwrap();
    let window = Window::open(&session, 1280, 800).await;
    unlock(&window, PASSWORD).await;
    window.type_into("search-input", "wyndh").await;
    window.element("search-row").await;
    window.press("" + Key::Enter).await;
    window.wait_for_text("patient-banner", "WYNDHOLMESCU").await;
    window.click("tab-documents").await;
    window.wait_for_text("documents", "No documents yet").await;
    assert_accessible(&window, "no documents").await;

    window.click("document-add").await;
    window.type_into("document-path", path.to_str().unwrap()).await;
    window.type_into("document-title", "Discharge letter").await;
    assert_accessible(&window, "adding a document").await;
    window.screenshot("document-add-1280").await;
    window.click("document-save-new").await;
    window.wait_for_text("document", "Discharge letter").await;
    assert_accessible(&window, "documents").await;
    window.screenshot("documents-1280").await;

    window.click("document-view").await;
    window.wait_for_text("document-content", CONTENT).await;
    assert_accessible(&window, "a document").await;
    window.screenshot("document-view-1280").await;
    window.press("" + Key::Escape).await;

    wait_until_gone(&window, "document-content").await;
    click_when_still(&window, "document-remove").await;
    let reasons = window.driver.query(By::Css("[role=menuitem]"));
    reasons.and_displayed().first().await.unwrap();
    window.press("" + Key::Down + Key::Enter).await;
    wait_until_gone(&window, "document").await;
    click_when_still(&window, "undo-button").await;
    window.wait_for_text("document", "Discharge letter").await;
    window.close().await;
}

/// Waits until no such element is there.
async fn wait_until_gone(window: &Window, id: &str) {
    for _ in 0..200 {
        if !window.has(id).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("`{id}` stays: {}", window.page_text().await);
}

/// Clicks what may still be on its way into place.
async fn click_when_still(window: &Window, id: &str) {
    for _ in 0..100 {
        if window.element(id).await.click().await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("`{id}` cannot be clicked: {}", window.page_text().await);
}
