//! Any byte flipped in any vault file: an error that names the file, never wrong data, never a crash.

use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wardkeep_tests::memory::raw_keys;
use wardkeep_tests::program::{Batch, PASSWORD, found, wardkeep};
use wardkeep_tests::scan::walk;
use wardkeep_tests::session::LoginSession;

/// Bytes of a SQLCipher page.
const PAGE: usize = 4096;

#[test]
fn a_flipped_byte_is_told_with_its_file_and_never_read_as_data() {
    let session = LoginSession::start();
    found(&session);
    for n in 0..12 {
        let family = format!("Flipped{n}");
        let added = wardkeep(&session, &["patient", "add", "--family", &family, "--given", "Kim"])
            .ok()
            .json();
        if n == 0 {
            let id = added["row"]["id"].as_str().unwrap();
            wardkeep(
                &session,
                &[
                    "command",
                    "note_finish",
                    &format!("{{\"patient\":\"{id}\",\"text\":\"Seen.\"}}"),
                ],
            )
            .ok();
        }
    }
    let keys = raw_keys(&session, PASSWORD);
    let good = dump(&session, &keys.0).expect("the untouched vault opens");
    let files = database_files(&session.vault_home());
    assert!(files.len() >= 2, "{files:?}");
    let mut seed = 7_u64;
    let mut told = 0;
    for file in &files {
        let content = std::fs::read(file).unwrap();
        for page in 0..content.len().div_ceil(PAGE) {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = (page * PAGE + (seed >> 33) as usize % PAGE).min(content.len() - 1);
            let mut bad = content.clone();
            bad[at] ^= 1 << (seed >> 60 & 7);
            std::fs::write(file, &bad).unwrap();
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            match dump(&session, &keys.0) {
                Ok(read) => assert_eq!(read, good, "byte {at} of {name}: wrong data without an error"),
                Err(message) => {
                    assert!(
                        message.contains(&name),
                        "byte {at} of {name}: the error names another file: {message}"
                    );
                    told += 1;
                }
            }
        }
        std::fs::write(file, &content).unwrap();
    }
    assert!(told > 20, "only {told} flips were noticed");
    assert_eq!(dump(&session, &keys.0).unwrap(), good);
}

/// One flip in each of the small files, through the program itself: said, exit code as documented, nothing deleted.
#[test]
fn a_flipped_byte_in_a_slot_or_database_is_said_by_the_program() {
    let session = LoginSession::start();
    found(&session);
    let mut files = database_files(&session.vault_home());
    walk(&session.vault_home().join("slots"), &mut |path| {
        if path.extension().is_some_and(|e| e == "slot") {
            files.push(path.to_owned());
        }
    });
    for file in files {
        let content = std::fs::read(&file).unwrap();
        for at in [content.len() / 3, content.len() * 2 / 3] {
            let mut bad = content.clone();
            bad[at] ^= 0x10;
            std::fs::write(&file, &bad).unwrap();
            let answer = wardkeep(&session, &["doctor"]);
            let opened = wardkeep(&session, &["patient", "search", "nobody"]);
            for answer in [&answer, &opened] {
                assert!((0..=13).contains(&answer.code), "{}: {}", file.display(), answer.stderr);
            }
            if opened.code == 0 {
                // A page that this search had no need of: the machine check reads every page.
                let mut batch = Batch::start(&session);
                let checks = batch.ask("doctor", &json!({})).unwrap();
                let integrity = checks
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|check| check["id"] == "integrity")
                    .unwrap();
                assert_eq!(
                    integrity["status"],
                    "fault",
                    "{}: byte {at}: {integrity}",
                    file.display()
                );
                batch.kill();
            }
            assert!(
                file.exists() || session.vault_home().join("quarantine").exists(),
                "the damaged file is gone"
            );
            std::fs::write(&file, &content).unwrap();
        }
    }
    wardkeep(&session, &["patient", "search", "nobody"]).ok();
}

/// The count of wrong passwords cannot be reset by damaging its file: that costs the longest wait instead.
#[test]
fn a_damaged_count_of_wrong_passwords_costs_the_wait() {
    let session = LoginSession::start();
    found(&session);
    let file = session.vault_home().join("slots/attempts");
    let mut bad = std::fs::read(&file).unwrap();
    let middle = bad.len() / 2;
    bad[middle] ^= 0x10;
    std::fs::write(&file, &bad).unwrap();
    assert_eq!(
        wardkeep(&session, &["patient", "search", "nobody"]).error_code(),
        "too_soon"
    );
    std::fs::remove_file(&file).unwrap();
    assert_eq!(
        wardkeep(&session, &["patient", "search", "nobody"]).error_code(),
        "too_soon"
    );
}

fn database_files(home: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    walk(&home.join("vault"), &mut |path| {
        let name = path.to_string_lossy();
        if name.ends_with(".db") && std::fs::metadata(path).is_ok_and(|m| m.len() > 0) {
            files.push(path.to_owned());
        }
    });
    files.sort();
    files
}

/// Reads everything in both compartments; a process of its own, so that a crash would be seen as one.
fn dump(session: &LoginSession, keys: &[(String, Vec<u8>)]) -> Result<String, String> {
    let hex = |label: &str| -> String {
        let key = &keys.iter().find(|(name, _)| name == label).unwrap().1;
        key.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let output = Command::new(wardkeep_tests::binary("dump-vault"))
        .arg(session.vault_home())
        .env("OFFICE_KEY", hex("office key"))
        .env("CLINICAL_KEY", hex("clinical key"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    match output.status.code() {
        Some(0) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Some(1) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        other => panic!(
            "reading a damaged vault crashed: {other:?} {}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}
