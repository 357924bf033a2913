//! Reads the memory of a living process, as a thief with a debugger would.

use crate::scan::Needle;
use crate::session::LoginSession;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::process::{Command, Stdio};

/// A page of the machines that run the tests.
const PAGE: u64 = 4096;
/// How much is looked at in one piece.
const WINDOW: u64 = 4 << 20;
/// Longer than any needle in any form, so that none falls between two pieces.
const OVERLAP: u64 = PAGE;

/// Which needles are in the readable and writable memory of process `pid`, with the region's name.
pub fn find_in_process(pid: u32, needles: &[Needle]) -> Vec<String> {
    let mut memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut pages = File::open(format!("/proc/{pid}/pagemap")).unwrap();
    let mut found = Vec::new();
    let mut read = 0_usize;
    for region in resident_regions(pid) {
        let mut at = region.from;
        while at < region.to {
            let end = region.to.min(at + WINDOW);
            for (from, to) in resident_runs(&mut pages, at, end) {
                let piece = piece(&mut memory, from, to);
                read += piece.len();
                for needle in needles {
                    for form in needle.forms_in(&piece) {
                        found.push(format!("{} as {form} in {}", needle.label(), region.name));
                    }
                }
            }
            at = if end == region.to { end } else { end - OVERLAP };
        }
    }
    assert!(read > 1 << 20, "the memory of process {pid} could not be read");
    found
}

/// One mapping.
struct Region {
    from: u64,
    to: u64,
    name: String,
}

/// The writable mappings that hold anything: a browser engine reserves far more address space than there is memory.
fn resident_regions(pid: u32) -> Vec<Region> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap();
    let mut regions = Vec::new();
    let mut open: Option<Region> = None;
    for line in maps.lines() {
        if let Some(region) = header(line) {
            open = region;
        } else if let Some(pages) = line.strip_prefix("Rss:")
            && pages.split_whitespace().next() != Some("0")
        {
            regions.extend(open.take());
        }
    }
    regions
}

/// A mapping's first line in smaps: `from-to rights ...`; the inner `None` for one that cannot be written.
fn header(line: &str) -> Option<Option<Region>> {
    let mut parts = line.split_whitespace();
    let (from, to) = parts.next()?.split_once('-')?;
    let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
    let writable = parts.next()?.starts_with("rw");
    Some(writable.then(|| Region {
        from,
        to,
        name: line.to_owned(),
    }))
}

/// The runs of pages that are in memory or in swap; where nobody says, all of them may be.
fn resident_runs(pages: &mut File, from: u64, to: u64) -> Vec<(u64, u64)> {
    let mut entries = vec![0; usize::try_from((to - from) / PAGE * 8).unwrap()];
    let known = pages
        .seek(SeekFrom::Start(from / PAGE * 8))
        .and_then(|_| pages.read_exact(&mut entries));
    if known.is_err() {
        return vec![(from, to)];
    }
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for (entry, at) in entries.chunks_exact(8).zip((from..to).step_by(4096)) {
        // The two highest bits of an entry: present, swapped.
        if entry[7] & 0xc0 == 0 {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.1 == at => run.1 = at + PAGE,
            _ => runs.push((at, at + PAGE)),
        }
    }
    runs
}

fn piece(memory: &mut File, from: u64, to: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if memory.seek(SeekFrom::Start(from)).is_ok() {
        let _ = memory.take(to - from).read_to_end(&mut bytes);
    }
    bytes
}

/// The keys of a vault with their labels.
pub struct RawKeys(pub Vec<(String, Vec<u8>)>);

impl RawKeys {
    /// One key.
    pub fn key(&self, label: &str) -> &[u8] {
        let found = self.0.iter().find(|(name, _)| name == label);
        &found.unwrap_or_else(|| panic!("no {label}")).1
    }
}

/// Unlocks the vault of `session` in a process of its own and gives its keys. Nothing else may have the vault open.
pub fn raw_keys(session: &LoginSession, password: &str) -> RawKeys {
    let mut command = Command::new(crate::binary("raw-keys"));
    session.adopt(&mut command);
    let mut child = command
        .arg(session.vault_home())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "raw-keys failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let keys: Vec<_> = text.lines().filter_map(parse_key).collect();
    // A laptop of a clinic has a device key too.
    assert!(keys.len() >= 4, "not all keys were given");
    RawKeys(keys)
}

fn parse_key(line: &str) -> Option<(String, Vec<u8>)> {
    let (label, hex) = line.split_once('\t')?;
    let bytes = (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16));
    Some((label.to_owned(), bytes.collect::<Result<_, _>>().ok()?))
}
