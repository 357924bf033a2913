//! The vault's files are SQLCipher 4 and nothing else: another program by another hand opens them with the raw key,
//! the stock SQLite library does not know them.

use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};
use wardkeep_tests::memory::raw_keys;
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::session::LoginSession;

#[test]
fn another_sqlcipher_opens_the_files_and_stock_sqlite_does_not() {
    let session = LoginSession::start();
    found(&session);
    wardkeep(&session, &["patient", "add", "--family", "Doe", "--given", "Kim"]).ok();
    let keys = raw_keys(&session, PASSWORD);
    for (file, label) in [("office.db", "office key"), ("clinical.db", "clinical key")] {
        let path = session.vault_home().join("vault").join(file);
        let head = std::fs::read(&path).unwrap();
        assert_ne!(&head[..15], b"SQLite format 3", "{file} is not encrypted");

        let stock = Command::new("python3")
            .args(["-c", "import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute('select count(*) from sqlite_master').fetchone())"])
            .arg(&path)
            .output()
            .unwrap();
        assert!(!stock.status.success(), "stock SQLite read {file}");
        assert!(String::from_utf8_lossy(&stock.stderr).contains("file is not a database"));

        let said = open_with_other(&path, keys.key(label));
        assert!(said["cipher_version"].as_str().unwrap().starts_with("4."), "{said}");
        assert!(said["tables"].as_u64().unwrap() > 5, "{said}");
        assert_eq!(said["damaged_pages"], 0, "{said}");
        assert_eq!(said["records"], u64::from(file == "office.db"), "{said}");
    }
}

fn open_with_other(path: &std::path::Path, key: &[u8]) -> Value {
    let mut other = Command::new("node")
        .arg("open.mjs")
        .arg(path)
        .current_dir(wardkeep_tests::checkout().join("tests/other-sqlcipher"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node is installed");
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    other.stdin.take().unwrap().write_all(hex.as_bytes()).unwrap();
    let output = other.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "the other SQLCipher did not open {}",
        path.display()
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
