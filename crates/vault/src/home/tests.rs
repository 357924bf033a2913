//! Tests of the home folder.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use std::ffi::OsString;

fn home() -> (tempfile::TempDir, Home) {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::open(&dir.path().join("a").join("wardkeep")).unwrap();
    (dir, home)
}

#[test]
#[cfg(target_os = "linux")]
fn the_default_place_follows_the_xdg_specification() {
    let root = |data: Option<&str>, home: Option<&str>| {
        Home::default_root(|name| match name {
            "XDG_DATA_HOME" => data.map(OsString::from),
            "HOME" => home.map(OsString::from),
            _ => None,
        })
    };
    assert_eq!(root(Some("/d"), Some("/h")).unwrap(), Path::new("/d/wardkeep"));
    assert_eq!(root(None, Some("/h")).unwrap(), Path::new("/h/.local/share/wardkeep"));
    assert_eq!(
        root(Some("relative"), Some("/h")).unwrap(),
        Path::new("/h/.local/share/wardkeep")
    );
    assert!(matches!(root(Some(""), None), Err(HomeError::NoPlace)));
}

#[test]
#[cfg(unix)]
fn everyone_elses_rights_are_taken_away() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (_dir, home) = home();
    let slot = home.slot(UserId::from_bytes([1; 16]));
    for (path, loose) in [(home.vault_dir(), 0o755), (home.slots_dir(), 0o777)] {
        fs::set_permissions(path, fs::Permissions::from_mode(loose)).unwrap();
    }
    for file in [home.office_db(), slot.clone()] {
        fs::write(&file, b"x").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let home = Home::open(home.root()).unwrap();
    for dir in [
        home.root(),
        &home.vault_dir(),
        &home.slots_dir(),
        &home.blobs_dir(),
        &home.quarantine_dir(),
    ] {
        assert_eq!(mode(dir), 0o700, "{dir:?}");
    }
    for file in [home.office_db(), slot] {
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
}

#[test]
fn one_process_at_a_time() {
    let (_dir, home) = home();
    let lock = home.lock().unwrap();
    assert!(matches!(home.lock(), Err(HomeError::Busy)));
    drop(lock);
    assert!(home.lock().is_ok());
}

#[test]
fn a_file_is_replaced_whole_and_privately() {
    let (_dir, home) = home();
    let path = home.attempts();
    fs::write(path.with_extension("new"), b"left over").unwrap();
    write_atomically(&path, b"one").unwrap();
    write_atomically(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert!(!path.with_extension("new").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let nowhere = home.root().join("missing").join("file");
    assert!(matches!(write_atomically(&nowhere, b"x"), Err(HomeError::Io { path, .. }) if path == nowhere));
}

#[test]
fn quarantine_keeps_everything_and_never_mixes() {
    let (_dir, home) = home();
    let mut folders = Vec::new();
    for round in 0..2_u8 {
        for suffix in ["", "-wal", "-shm"] {
            fs::write(format!("{}{suffix}", home.office_db().display()), [round]).unwrap();
        }
        folders.push(home.quarantine(&home.office_db(), 1_790_000_000_000).unwrap());
        assert!(!home.office_db().exists());
    }
    assert_ne!(folders[0], folders[1]);
    for (round, folder) in folders.iter().enumerate() {
        for name in ["office.db", "office.db-wal", "office.db-shm"] {
            assert_eq!(fs::read(folder.join(name)).unwrap(), [round as u8]);
        }
    }
    assert!(
        home.quarantine(&home.clinical_db(), 0).is_err(),
        "what is not there cannot be moved"
    );
}

#[test]
fn slots_are_listed_and_other_files_are_passed_over() {
    let (_dir, home) = home();
    assert!(!home.has_vault().unwrap());
    let (a, b) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
    for name in [
        format!("{b}.slot"),
        format!("{a}.slot"),
        "attempts".into(),
        "x.slot".into(),
        format!("{a}.new"),
    ] {
        fs::write(home.slots_dir().join(name), b"").unwrap();
    }
    assert_eq!(home.slot_users().unwrap(), [a, b]);
    assert!(home.has_vault().unwrap());
    fs::write(home.founding(), b"").unwrap();
    assert!(!home.has_vault().unwrap(), "one that is being made is none yet");
}

#[test]
fn a_file_is_read_up_to_its_limit() {
    let (_dir, home) = home();
    assert_eq!(read_limited(&home.attempts(), 4).unwrap(), None);
    fs::write(home.attempts(), b"12345").unwrap();
    assert_eq!(read_limited(&home.attempts(), 4).unwrap().unwrap(), b"1234");
}
