//! The real program, killed while devices push: what it has acknowledged is there when it comes back.

use super::support::{Client, SampleClinic};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use wardkeep_roster::Compartment;
use wardkeep_server::pin::Pin;
use wardkeep_sync::wire::PushResult;

const PROGRAM: &str = env!("CARGO_BIN_EXE_wardkeep-server");

/// The running program.
pub struct Program {
    pub child: Child,
    pub address: SocketAddr,
}

impl Program {
    pub fn serve(home: &Path) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["--home", home.to_str().unwrap(), "serve"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().unwrap().unwrap();
            let Ok(line) = serde_json::from_str::<serde_json::Value>(&line) else {
                continue;
            };
            if line["message"] == "listening" {
                break line["address"].as_str().unwrap().parse().unwrap();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// As a power cut ends it.
    pub fn kill(self) {
        drop(self);
    }

    /// As systemd stops it.
    pub fn terminate(mut self) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }
}

/// Also when a test fails: a program that is left over would hold up whoever waits for its output.
impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `init` as an operator runs it; pin and token are read from what it prints.
pub fn init(home: &Path) -> (Pin, String) {
    let output = Command::new(PROGRAM)
        .args([
            "--home",
            home.to_str().unwrap(),
            "init",
            "--listen",
            "127.0.0.1:0",
            "--local-listen",
            "127.0.0.1:0",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let word = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().to_owned()
    };
    (word("pin").parse().unwrap(), word("founding token"))
}

/// How often the server is killed.
const KILLS: u32 = 100;

/// How long it lives each time, in microseconds: up to 60 ms, by chance from a fixed seed, so that the kill comes at any point of
/// a push, also before the first answer.
struct Waits(u32);

impl Waits {
    fn next(&mut self) -> u64 {
        // Xorshift, which needs no crate.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        u64::from(self.0 % 60_000)
    }
}

#[tokio::test]
async fn every_acknowledged_segment_survives_sigkill() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("server");
    let (pin, token) = init(&home);
    let clinic = SampleClinic::of(3);
    let mut program = Program::serve(&home);
    let connect = async |address, device| {
        Client::connect(address, pin, &clinic.device_seed(device))
            .await
            .unwrap()
    };
    let mut founder = connect(program.address, 1).await;
    assert_eq!(founder.found(&clinic, &token).await.status, 200);
    assert_eq!(
        founder
            .post_roster(clinic.head_at(1), clinic.entries_after(1))
            .await
            .status,
        200
    );

    let mut authors: Vec<_> = (1..=3)
        .map(|device| (device, clinic.author(device, Compartment::Office)))
        .collect();
    let mut acknowledged = vec![Vec::new(); 3];
    let mut waits = Waits(0x9e37_79b9);
    for _ in 0..KILLS {
        let mut pushing = tokio::task::JoinSet::new();
        for (device, author) in authors.clone() {
            let mut client = connect(program.address, device).await;
            pushing.spawn(async move { push_until_cut(&mut client, author).await });
        }
        tokio::time::sleep(Duration::from_micros(waits.next())).await;
        program.kill();
        for (device, pushed) in pushing.join_all().await {
            acknowledged[device as usize - 1].extend(pushed);
        }
        program = Program::serve(&home);
        // What is there must begin with what was acknowledged; more of what was sent may have reached the disk.
        for (device, author) in &mut authors {
            let mut client = connect(program.address, *device).await;
            let chain = author.chain;
            let there: Vec<_> = client.pull(Default::default(), 64 << 20).await;
            let there: Vec<_> = there
                .into_iter()
                .filter(|bytes| wardkeep_sync::Segment::parse(bytes).unwrap().header().chain == chain)
                .collect();
            let told = &mut acknowledged[*device as usize - 1];
            assert!(
                there.len() >= told.len(),
                "{} acknowledged, {} there",
                told.len(),
                there.len()
            );
            assert!(there.starts_with(told));
            *told = there;
            author.tip = client.vector().await.tip(&chain);
        }
    }
    assert!(acknowledged.iter().all(|segments| segments.len() > 5));
    assert!(program.terminate());
    let wal = std::fs::metadata(home.join("data/server.db-wal")).map_or(0, |file| file.len());
    assert_eq!(wal, 0, "a graceful stop writes the log back");
}

/// Pushes until the server is gone; returns what it has acknowledged.
async fn push_until_cut(client: &mut Client, mut author: super::support::Author) -> (u32, Vec<Vec<u8>>) {
    let device = u32::from_be_bytes(*author.chain.device.0.last_chunk().unwrap());
    let mut acknowledged = Vec::new();
    loop {
        let segments = author.write_many(4, 300);
        let body = super::support::client::full(super::support::client::items(&segments));
        let Ok(response) = client.send(http::Method::POST, "/v1/segments", body).await else {
            return (device, acknowledged);
        };
        use http_body_util::BodyExt;
        let Ok(body) = response.into_body().collect().await else {
            return (device, acknowledged);
        };
        let reply: wardkeep_sync::wire::PushReply = wardkeep_sync::Message::from_bytes(&body.to_bytes()).unwrap();
        assert_eq!(reply.results, [PushResult::Stored; 4]);
        acknowledged.extend(segments);
    }
}

#[test]
fn the_program_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let home = ["--home", folder.path().to_str().unwrap()];
        let output = Command::new(PROGRAM).args(home).args(arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (fine, said) = run(&["serve"]);
    assert!(!fine && said.contains("server.toml"), "{said}");
    let (fine, said) = run(&["init", "--local-listen", "0.0.0.0:1"]);
    assert!(!fine && said.contains("loopback"), "{said}");
}
