//! Proof that nothing which opens the vault stays in memory after lock: a child process founds, unlocks, works and locks; its parent then
//! reads all of the child's memory and looks for the keys and the password.
#![cfg(target_os = "linux")]
// A test fails by panicking, and its child is told by the environment and talks through its output.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

use crate::cipher::{self, Mode};
use crate::clock::SystemClock;
use crate::env::Env;
use crate::home::Home;
use crate::kdf::KdfPolicy;
use crate::keychain::Keychain;
use crate::password::Password;
use crate::random::{self, OsRandom};
use crate::resume;
use crate::roles::Roles;
use crate::unlock::{self, NewVault, UnlockError, Unlocked};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use wardkeep_record::id::UserId;
use zeroize::Zeroizing;

/// Set for the child, to the folder of its vault.
const CHILD: &str = "WARDKEEP_MEMORY_TEST_HOME";
/// The child tells its secrets XORed with this, so that telling them leaves no copy.
const MASK: u8 = 0xa5;
/// A test that sees nothing must know that it can see: this stays in the child's memory on purpose.
const CONTROL: [u8; 32] = *b"this control value must be found";

#[test]
fn after_lock_no_key_and_no_password_is_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory_after_lock::child", "--nocapture"])
        .env(CHILD, dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let secrets: Vec<(String, Vec<u8>)> = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .skip_while(|line| !line.ends_with("secrets"))
        .skip(1)
        .take_while(|line| line != "locked")
        .map(|line| {
            let (name, hex) = line.split_once(' ').unwrap();
            (name.to_owned(), from_hex(hex).iter().map(|byte| byte ^ MASK).collect())
        })
        .collect();
    assert_eq!(
        secrets.len(),
        6,
        "password, unlock key before and after, office key, clinical key, control"
    );
    let mut found = Vec::new();
    each_region(child.id(), |region, bytes| {
        for (name, secret) in &secrets {
            for (form, needle) in forms(secret) {
                if contains(bytes, &needle) {
                    found.push(format!("{name} as {form} in {region}"));
                }
            }
        }
    });
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    child.wait().unwrap();
    assert!(
        found.iter().any(|line| line.starts_with("control")),
        "the search does not see the child's memory"
    );
    found.retain(|line| !line.starts_with("control"));
    assert!(found.is_empty(), "{found:#?}");
}

/// The other process. Does nothing when it is run as a test.
#[test]
fn child() {
    let Some(home) = std::env::var_os(CHILD) else { return };
    let control = std::hint::black_box(CONTROL.to_vec());
    let (keychain, _) = Keychain::in_memory();
    let env = Env {
        home: Home::open(home.as_ref()).unwrap(),
        keychain,
        clock: Arc::new(SystemClock::new()),
        random: Arc::new(OsRandom),
        kdf: KdfPolicy::production(),
    };
    let mut told = Zeroizing::new(String::from("\nsecrets\n"));
    let typed = typed_password();
    tell(&mut told, "password", typed.as_bytes());
    tell(&mut told, "control", &CONTROL);
    session(&env, typed, &mut told);
    println!("{}locked", *told);
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    drop(control);
}

/// A whole working day, then lock: everything that held a secret is dropped when this returns.
fn session(env: &Env, typed: Zeroizing<String>, told: &mut Zeroizing<String>) {
    let user = UserId::from_bytes([1; 16]);
    let password = Password::new(typed).ok().unwrap();
    let new = NewVault {
        user,
        name: "Anna",
        roles: Roles::ALL,
        password: &password,
    };
    let founded = unlock::create_vault(env, &new, |session| {
        work(env, session, Mode::Create);
        Ok::<_, UnlockError>(())
    })
    .unwrap();
    tell(told, "unlock_key_founded", founded.unlock_key().expose());
    drop(founded);
    let unlocked = unlock::unlock(env, user, &password).unwrap();
    drop(password);
    resume::keep(env, &unlocked, 60_000).unwrap();
    let resumed = resume::resume(env).unwrap().unwrap();
    work(env, &resumed, Mode::ReadWrite);
    work(env, &unlocked, Mode::ReadOnly);
    tell(told, "unlock_key", unlocked.unlock_key().expose());
    tell(told, "office_key", unlocked.keys.office.expose());
    tell(told, "clinical_key", unlocked.keys.clinical.as_ref().unwrap().expose());
    resume::forget(env, unlocked.vault).unwrap();
}

/// Both databases, opened, used and closed.
fn work(env: &Env, session: &Unlocked, mode: Mode) {
    let clinical = session.keys.clinical.as_ref().unwrap();
    let connection = cipher::open(&env.home.office_db(), &session.keys.office, mode).unwrap();
    cipher::attach(&connection, "clinical", &env.home.clinical_db(), clinical, mode).unwrap();
    if mode != Mode::ReadOnly {
        connection
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS t (v TEXT) STRICT; INSERT INTO t VALUES ('office');
                 CREATE TABLE IF NOT EXISTS clinical.c (v TEXT) STRICT; INSERT INTO clinical.c VALUES ('clinical');",
            )
            .unwrap();
    }
    let rows: i64 = connection
        .query_row("SELECT count(*) FROM t, clinical.c", [], |row| row.get(0))
        .unwrap();
    assert!(rows > 0);
}

/// What a person types, known to nobody before: a literal would lie in the program's own file.
fn typed_password() -> Zeroizing<String> {
    let random: Zeroizing<[u8; 20]> = Zeroizing::new(random::array(&OsRandom));
    let mut typed = Zeroizing::new(String::with_capacity(40));
    for byte in random.iter() {
        typed.push(char::from(b'a' + byte % 26));
    }
    typed
}

fn tell(told: &mut String, name: &str, secret: &[u8]) {
    told.push_str(name);
    told.push(' ');
    for byte in secret {
        let masked = byte ^ MASK;
        for digit in [masked >> 4, masked & 15] {
            told.push(char::from_digit(digit.into(), 16).unwrap());
        }
    }
    told.push('\n');
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// The ways in which a secret could lie about: whole, its halves, hexadecimal.
fn forms(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let half = secret.len() / 2;
    vec![
        ("first half", secret[..half].to_vec()),
        ("second half", secret[half..].to_vec()),
        ("hexadecimal, first half", hex.as_bytes()[..hex.len() / 2].to_vec()),
        (
            "hexadecimal, second half",
            hex.to_uppercase().as_bytes()[hex.len() / 2..].to_vec(),
        ),
        (
            "hexadecimal, second half, lower case",
            hex.as_bytes()[hex.len() / 2..].to_vec(),
        ),
    ]
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let first = needle[0];
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|&byte| byte == first) {
        if bytes[from + at..].starts_with(needle) {
            return true;
        }
        from += at + 1;
    }
    false
}

/// Every readable region of the process's memory.
fn each_region(process: u32, mut look: impl FnMut(&str, &[u8])) {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    for line in maps
        .lines()
        .filter(|line| line.split(' ').nth(1).unwrap().starts_with('r'))
    {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let (start, end) = (
            u64::from_str_radix(start, 16).unwrap(),
            u64::from_str_radix(end, 16).unwrap(),
        );
        let mut bytes = Vec::new();
        // The kernel's own pages ([vvar]) are listed and cannot be read.
        if memory.seek(SeekFrom::Start(start)).is_ok() && (&memory).take(end - start).read_to_end(&mut bytes).is_ok() {
            look(line, &bytes);
        }
    }
}
