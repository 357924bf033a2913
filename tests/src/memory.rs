//! Reads the memory of a living process, as a thief with a debugger would.

use crate::scan::Needle;
use crate::session::LoginSession;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::process::{Command, Stdio};

/// Which needles are in the readable and writable memory of process `pid`, with the region's name.
pub fn find_in_process(pid: u32, needles: &[Needle]) -> Vec<String> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut found = Vec::new();
    let mut read = 0_usize;
    for line in maps.lines() {
        let mut parts = line.split_whitespace();
        let (Some(range), Some(rights)) = (parts.next(), parts.next()) else {
            continue;
        };
        if !rights.starts_with("rw") {
            continue;
        }
        let Some((from, to)) = range.split_once('-') else {
            continue;
        };
        let (Ok(from), Ok(to)) = (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16)) else {
            continue;
        };
        let region = region(&mut memory, from, to);
        read += region.len();
        for needle in needles {
            for form in needle.forms_in(&region) {
                found.push(format!("{} as {form} in {line}", needle.label()));
            }
        }
    }
    assert!(read > 1 << 20, "the memory of process {pid} could not be read");
    found
}

fn region(memory: &mut File, from: u64, to: u64) -> Vec<u8> {
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
    assert_eq!(keys.len(), 4, "not all keys were given");
    RawKeys(keys)
}

fn parse_key(line: &str) -> Option<(String, Vec<u8>)> {
    let (label, hex) = line.split_once('\t')?;
    let bytes = (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16));
    Some((label.to_owned(), bytes.collect::<Result<_, _>>().ok()?))
}
