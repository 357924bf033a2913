//! What is on the disk after all that: nothing readable.

use super::*;
use serde_json::json as value;

#[test]
fn no_name_no_password_and_no_note_is_in_any_file() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let id = register(&clinic, "Quetzalcoatlus", "Xiomara", "1990-12-10")["row"]["id"].clone();
    json(
        &clinic,
        "note_draft_save",
        value!({"patient": id, "text": "Zygomaticus draft"}),
    )
    .unwrap();
    json(
        &clinic,
        "note_finish",
        value!({"patient": id, "text": "Zygomaticus note"}),
    )
    .unwrap();
    json(&clinic, "export_patient", value!({"id": id})).unwrap();
    let needles = [
        "Quetzalcoatlus",
        "quetzalcoatlus",
        "Xiomara",
        "Zygomaticus",
        PASSWORD,
        "Ada Founder",
        "Riverside",
    ];
    for closed in [false, true] {
        if closed {
            lock(&clinic);
        }
        for (path, bytes) in files(laptop.home.path()) {
            for needle in needles {
                let utf16: Vec<u8> = needle.encode_utf16().flat_map(u16::to_le_bytes).collect();
                for form in [needle.as_bytes(), &utf16] {
                    let found = bytes.windows(form.len()).any(|window| window == form);
                    assert!(!found, "{needle} is in {}", path.display());
                }
            }
        }
    }
}

fn files(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

#[test]
fn the_doctor_finds_a_sound_vault_sound() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    register(&clinic, "Lovelace", "Ada", "1990-12-10");
    let status = |clinic: &Clinic, id: &str| {
        let checks = json(clinic, "doctor", value!({})).unwrap();
        let check = checks
            .as_array()
            .unwrap()
            .iter()
            .find(|check| check["id"] == id)
            .unwrap()
            .clone();
        check["status"].as_str().unwrap().to_owned()
    };
    for id in ["keychain", "cipher", "permissions", "vault", "integrity", "clock"] {
        assert_eq!(status(&clinic, id), "ok", "{id}");
    }
    lock(&clinic);
    assert_eq!(status(&clinic, "integrity"), "unknown");
    (laptop.switch)(Behaviour::Locked);
    assert_eq!(status(&clinic, "keychain"), "fault");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(clinic.home().office_db(), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(status(&clinic, "permissions"), "warning");
    }
}

#[test]
fn about_names_its_parts() {
    let laptop = Laptop::new();
    let about = json(&laptop.start(), "about", value!({})).unwrap();
    assert!(about["sqlcipher"].as_str().unwrap().starts_with("4."));
    assert!(!about["licences"].as_array().unwrap().is_empty());
}
