//! Memory of the real program with a thousand devices connected, each with its event stream open.

#![cfg(target_os = "linux")]

use super::crash::{Program, init};
use super::support::client::full;
use super::support::{Client, SampleClinic};
use http::Method;
use rustix::process::{Resource, getrlimit, setrlimit};
use wardkeep_roster::Compartment;
use wardkeep_sync::wire::PushResult;

const DEVICES: u32 = 1_000;
/// Measured: 65 MB optimised, of which 15 are the program and its libraries, 10 the roster of a thousand devices and 37 kB each
/// connection, most of it HTTP/2's fixed buffers. Debug builds add larger frames.
const MOST_MB: u64 = if cfg!(debug_assertions) { 85 } else { 70 };

fn resident_mb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_connected_devices_fit_into_little_memory() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("server");
    let (pin, token) = init(&home);
    let clinic = SampleClinic::of(DEVICES);
    let program = Program::serve(&home);
    let start = resident_mb(program.child.id());
    let connect = async |device| {
        Client::connect(program.address, pin, &clinic.device_seed(device))
            .await
            .unwrap()
    };
    let mut founder = connect(1).await;
    assert_eq!(founder.found(&clinic, &token).await.status, 200);
    let (mut at, entries) = (1, clinic.entries());
    while at < entries.len() {
        let next = entries.len().min(at + 250);
        let posted = founder
            .post_roster(clinic.head_at(at as u32), entries[at..next].to_vec())
            .await;
        assert_eq!(posted.status, 200);
        at = next;
    }
    // As it is after the night's restart, without what appending so much at once has left behind in the heap.
    drop(founder);
    assert!(program.terminate());
    let program = Program::serve(&home);
    let connect = async |device| {
        Client::connect(program.address, pin, &clinic.device_seed(device))
            .await
            .unwrap()
    };
    let mut founder = connect(1).await;
    let listed = resident_mb(program.child.id());
    let mut open = Vec::new();
    for device in 1..=DEVICES {
        let mut client = connect(device).await;
        let events = client.send(Method::GET, "/v1/events", full("")).await.unwrap();
        assert_eq!(events.status(), 200);
        open.push((client, events));
    }
    let connected = resident_mb(program.child.id());
    let mut author = clinic.author(1, Compartment::Office);
    for _ in 0..20 {
        assert_eq!(
            founder.push(&author.write_many(100, 500)).await,
            [PushResult::Stored; 100]
        );
    }
    let used = resident_mb(program.child.id());
    println!("MB: {start} at start, {listed} with {DEVICES} listed, {connected} connected, {used} after pushes");
    assert!(used <= MOST_MB, "{used} MB");
    drop(open);
    program.kill();
}
