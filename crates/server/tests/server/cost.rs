//! What a pushed op costs: bytes on the server's disk, and time of its processor.

#![cfg(target_os = "linux")]

use super::crash::{Program, init};
use super::support::clinic::noise;
use super::support::{Author, Client, SampleClinic};
use std::path::Path;
use wardkeep_roster::Compartment;
use wardkeep_sync::wire::PushResult;

const OPS: usize = 100;
const SEGMENTS: usize = 300;
/// Of the bytes of the ops that were pushed, which do not compress.
const MOST_DISK: f64 = 1.3;

/// Bytes of all files below the folder.
fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let bytes = entries.map(|entry| {
        let found = entry.metadata().unwrap();
        if found.is_dir() {
            folder_bytes(&entry.path())
        } else {
            found.len()
        }
    });
    bytes.sum()
}

/// Processor time so far, in milliseconds.
fn cpu_ms(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    ticks * 1000 / rustix::param::clock_ticks_per_second()
}

fn write(author: &mut Author, op_bytes: usize) -> Vec<u8> {
    let seq = author.tip.map_or(0, |tip| tip.seq);
    let ops: Vec<_> = (0..OPS as u64).map(|op| noise(op_bytes, seq * 1000 + op, 9)).collect();
    author.write_ops(&ops)
}

/// Pushes segments of `OPS` ops each, so many at once, and returns disk and processor per op.
async fn push(op_bytes: usize, at_once: usize) -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("server");
    let (pin, token) = init(&home);
    let clinic = SampleClinic::new();
    let program = Program::serve(&home);
    let mut founder = Client::connect(program.address, pin, &clinic.device_seed(1))
        .await
        .unwrap();
    assert_eq!(founder.found(&clinic, &token).await.status, 200);
    founder.post_roster(clinic.head_at(1), clinic.entries_after(1)).await;
    let mut author = clinic.author(1, Compartment::Office);
    let segments: Vec<_> = (0..SEGMENTS).map(|_| write(&mut author, op_bytes)).collect();
    let before = folder_bytes(&home.join("data"));
    let cpu_before = cpu_ms(program.child.id());
    for batch in segments.chunks(at_once) {
        assert!(
            founder
                .push(batch)
                .await
                .iter()
                .all(|result| *result == PushResult::Stored)
        );
    }
    let cpu = cpu_ms(program.child.id()) - cpu_before;
    let before_pull = cpu_ms(program.child.id());
    assert_eq!(founder.pull(Default::default(), 64 << 20).await, segments);
    let pull = cpu_ms(program.child.id()) - before_pull;
    assert!(program.terminate());
    let ops = (SEGMENTS * OPS) as f64;
    let disk = (folder_bytes(&home.join("data")) - before) as f64 / (ops * op_bytes as f64);
    println!(
        "{OPS} ops of {op_bytes} bytes, {at_once} segments at once: disk {disk:.3} times, {:.3} ms/1000 ops pushed, {:.3} pulled",
        cpu as f64 * 1000.0 / ops,
        pull as f64 * 1000.0 / ops
    );
    (disk, cpu as f64)
}

#[tokio::test]
async fn the_disk_holds_little_more_than_what_was_pushed() {
    for (op_bytes, at_once) in [(52, 1), (52, 50), (60, 1), (75, 1), (187, 1), (187, 100)] {
        let (disk, _) = push(op_bytes, at_once).await;
        assert!(disk <= MOST_DISK, "{op_bytes} {at_once}: {disk}");
    }
}
