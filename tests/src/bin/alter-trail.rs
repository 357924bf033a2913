//! Alters an audit trail as somebody does who has the keys of the machine that it lies on: in the server's store, or in a file of a laptop.
//! Usage: alter-trail server ROOT DEVICE (delete N | alter N | swap N M | cut N)
//!        alter-trail laptop HOME (office | clinical | trail | spool) SQL, the password on standard input; prints how many rows changed
//! Never shipped.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use anyhow::{Context, Result, bail};
use hkdf::Hkdf;
use rusqlite::{Connection, params};
use sha2::Sha256;
use std::io::Read;
use std::path::Path;
use wardkeep_sync::segment::Segment;
use wardkeep_vault::cipher::{self, Mode};
use wardkeep_vault::env::Env;
use wardkeep_vault::home::Home;
use wardkeep_vault::key::VaultKey;
use wardkeep_vault::password::Password;
use wardkeep_vault::unlock;

/// The audit compartment's number on the wire.
const AUDIT: u8 = 3;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["server", root, device, rest @ ..] => server(Path::new(root), device, rest),
        ["laptop", home, file, sql] => laptop(Path::new(home), file, sql),
        _ => bail!("see the head of the source"),
    }
}

/// Alters a device's audit chain where the server keeps it.
fn server(root: &Path, device: &str, what: &[&str]) -> Result<()> {
    let home = root.join("server");
    let key = std::fs::read_to_string(home.join("keys/database.key"))?;
    let mut conn = Connection::open(home.join("data/server.db"))?;
    conn.execute_batch(&format!(
        "PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{}'\"",
        key.trim()
    ))?;
    let device = hex(&device.replace('-', ""))?;
    let tx = conn.transaction()?;
    let chain: i64 = tx
        .query_row(
            "SELECT n FROM chain WHERE device = ?1 AND compartment = ?2",
            params![device, AUDIT],
            |row| row.get(0),
        )
        .context("the device has an audit chain there")?;
    let runs: Vec<Vec<u8>> = tx
        .prepare("SELECT bytes FROM run WHERE chain = ?1 ORDER BY first")?
        .query_map([chain], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut segments = Vec::new();
    for run in &runs {
        let mut rest = run.as_slice();
        while let Some((length, behind)) = rest.split_first_chunk::<4>() {
            let (item, behind) = behind.split_at(u32::from_be_bytes(*length) as usize);
            segments.push(item.to_vec());
            rest = behind;
        }
    }
    let number = |text: &str| -> Result<usize> { Ok(text.parse::<usize>()?) };
    match what {
        // What follows moves up: the number that was taken out is answered with the next one.
        ["delete", n] => drop(segments.remove(number(n)? - 1)),
        ["alter", n] => {
            let segment = &mut segments[number(n)? - 1];
            let middle = segment.len() / 2;
            segment[middle] ^= 1;
        }
        ["swap", n, m] => segments.swap(number(n)? - 1, number(m)? - 1),
        ["cut", n] => {
            segments.truncate(number(n)?);
            let last = segments.last().context("something is left")?;
            let tip = Segment::parse(last).ok().context("a segment")?.hash();
            let row = params![chain, i64::try_from(segments.len())?, tip.0.as_slice()];
            tx.execute("UPDATE chain SET tip_seq = ?2, tip_hash = ?3 WHERE n = ?1", row)?;
        }
        _ => bail!("see the head of the source"),
    }
    tx.execute("DELETE FROM run WHERE chain = ?1", [chain])?;
    let mut items = Vec::new();
    for segment in &segments {
        items.extend_from_slice(&u32::try_from(segment.len())?.to_be_bytes());
        items.extend_from_slice(segment);
    }
    let row = params![chain, i64::try_from(segments.len())?, items];
    tx.execute(
        "INSERT INTO run (chain, first, count, bytes) VALUES (?1, 1, ?2, ?3)",
        row,
    )?;
    tx.commit()?;
    println!("{}", segments.len());
    Ok(())
}

/// Runs SQL on one of a laptop's files.
fn laptop(home: &Path, file: &str, sql: &str) -> Result<()> {
    let mut password = String::new();
    std::io::stdin().read_to_string(&mut password)?;
    let env = Env::of_system(Home::open(home)?);
    let user = unlock::list_users(&env)?.first().context("no user")?.id;
    let unlocked = unlock::unlock(&env, user, &Password::new(password.into())?)?;
    let conn = match file {
        "office" => cipher::open(&env.home.office_db(), &unlocked.keys.office, Mode::ReadWrite)?,
        "clinical" => {
            let key = unlocked.keys.clinical.as_ref().context("no key of the chart")?;
            cipher::open(&env.home.clinical_db(), key, Mode::ReadWrite)?
        }
        "trail" => {
            let seed = &unlocked.enrollment.as_ref().context("no enrollment")?.kem;
            let key = derived(seed.expose(), user.as_bytes(), b"wardkeep audit trail v1\0audit.db")?;
            cipher::open(&env.home.trail_db(user), &key, Mode::ReadWrite)?
        }
        "spool" => {
            let device = unlocked.device().expose();
            let key = derived(device, unlocked.vault.as_bytes(), b"wardkeep spool v1\0spool.db")?;
            cipher::open(&env.home.spool_db(), &key, Mode::ReadWrite)?
        }
        _ => bail!("see the head of the source"),
    };
    let changed = conn.execute(sql, [])?;
    println!("{changed}");
    Ok(())
}

/// The keys of these two files, as docs/adr/0010-spool.md and 0016-audit-trail.md have them.
fn derived(secret: &[u8; 32], salt: &[u8], info: &[u8]) -> Result<VaultKey> {
    let mut key = [0; 32];
    let expanded = Hkdf::<Sha256>::new(Some(salt), secret).expand(info, &mut key);
    expanded.ok().context("32 bytes are few")?;
    VaultKey::from_slice(&key).context("32 bytes")
}

fn hex(text: &str) -> Result<Vec<u8>> {
    let digit = |at: usize| text.get(at..at + 2).context("an even number of digits");
    (0..text.len() / 2)
        .map(|at| Ok(u8::from_str_radix(digit(2 * at)?, 16)?))
        .collect()
}
