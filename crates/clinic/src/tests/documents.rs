//! Documents on one laptop: added, shown, read chunk by chunk, saved, removed and brought back, each by whom it is allowed.

use super::*;
use serde_json::json as value;

/// Content that compresses and repeats nowhere.
pub(super) fn content(length: usize) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"content");
    let mut bytes = vec![0; length];
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

/// A file outside the vault.
pub(super) fn file(folder: &std::path::Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

pub(super) fn add(clinic: &Clinic, patient: &Value, part: &str, path: &str) -> Result<Value, CommandError> {
    let input = value!({
        "patient": patient, "compartment": part, "path": path, "title": "Discharge letter", "kind": "letter", "date": "2025-12-24",
    });
    json(clinic, "document_add", input)
}

/// The whole content, as the window fetches it.
pub(super) fn read(clinic: &Clinic, id: &Value) -> Result<Vec<u8>, CommandError> {
    let mut all = Vec::new();
    for chunk in 0.. {
        let part = json(clinic, "document_read", value!({ "id": id, "chunk": chunk }))?;
        all.extend(crate::base64::decode(part["base64"].as_str().unwrap()).unwrap());
        if part["last"] == true {
            break;
        }
    }
    Ok(all)
}

pub(super) fn listed(clinic: &Clinic, patient: &Value) -> Vec<Value> {
    let rows = json(clinic, "document_list", value!({ "patient": patient })).unwrap();
    rows.as_array().unwrap().clone()
}

#[test]
fn a_document_lives_its_life() {
    let (laptop, folder) = (Laptop::new(), tempfile::tempdir().unwrap());
    let (clinic, _) = laptop.founded();
    let patient = register(&clinic, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
    assert!(listed(&clinic, &patient).is_empty());
    let bytes = [b"%PDF-1.7\n", &content(2_500_000)[..]].concat();
    let path = file(folder.path(), "letter.pdf", &bytes);
    let added = add(&clinic, &patient, "clinical", &path).unwrap();
    assert_eq!(
        (&added["title"], &added["media_type"], &added["size"], &added["date"]),
        (
            &value!("Discharge letter"),
            &value!("application/pdf"),
            &value!(bytes.len()),
            &value!("2025-12-24")
        )
    );
    assert_eq!(
        (&added["file"]["place"], &added["author"]),
        (&value!("here"), &value!("Ada Founder"))
    );
    assert_eq!(
        (&added["sent"], &added["unsent"]),
        (&value!(false), &value!(false)),
        "works alone"
    );
    let id = added["id"].clone();
    assert_eq!(listed(&clinic, &patient), std::slice::from_ref(&added));
    assert_eq!(json(&clinic, "document_show", value!({ "id": id })).unwrap(), added);
    assert!(read(&clinic, &id).unwrap() == bytes);

    let copy = folder.path().join("copy.pdf");
    let save = |path: &std::path::Path| json(&clinic, "document_save", value!({ "id": id, "path": path }));
    save(&copy).unwrap();
    assert!(std::fs::read(&copy).unwrap() == bytes);
    assert_eq!(
        save(&copy).unwrap_err().code,
        ErrorCode::FileUnreadable,
        "what is there is left alone"
    );
    let inside = save(&clinic.home().root().join("copy.pdf"));
    assert_eq!(
        inside.unwrap_err().code,
        ErrorCode::Invalid,
        "nothing readable goes into the home"
    );

    let gone = json(
        &clinic,
        "document_remove",
        value!({ "id": id, "reason": "Wrong patient" }),
    )
    .unwrap();
    assert_eq!(gone["removed"], true);
    let back = json(&clinic, "document_restore", value!({ "id": id })).unwrap();
    assert_eq!(back["removed"], false);
    assert!(read(&clinic, &id).unwrap() == bytes);
    let done = actions(&clinic, Some(&patient));
    for action in ["attach", "view", "export", "remove", "restore"] {
        assert!(done.iter().any(|known| known == action), "{action} in {done:?}");
    }
}

#[test]
fn what_cannot_be_a_document_is_refused_and_leaves_nothing() {
    let (laptop, folder) = (Laptop::new(), tempfile::tempdir().unwrap());
    let (clinic, _) = laptop.founded();
    let patient = register(&clinic, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
    let code = |patient: &Value, path: &str| add(&clinic, patient, "office", path).unwrap_err().code;
    assert_eq!(
        code(&patient, folder.path().join("absent").to_str().unwrap()),
        ErrorCode::FileUnreadable
    );
    assert_eq!(code(&patient, folder.path().to_str().unwrap()), ErrorCode::Invalid);
    assert_eq!(code(&patient, ""), ErrorCode::Invalid);
    let small = file(folder.path(), "a.txt", b"x");
    assert_eq!(code(&value!(uuid::Uuid::nil()), &small), ErrorCode::NotFound);
    let large = folder.path().join("large");
    std::fs::File::create(&large).unwrap().set_len((100 << 20) + 1).unwrap();
    assert_eq!(code(&patient, large.to_str().unwrap()), ErrorCode::TooLarge);
    let no_date = value!({
        "patient": patient, "compartment": "office", "path": small, "title": "", "kind": "other", "date": "24.12.2025",
    });
    assert_eq!(refused(&clinic, "document_add", no_date), ErrorCode::Invalid);
    assert!(listed(&clinic, &patient).is_empty());
    assert_eq!(std::fs::read_dir(clinic.home().blobs_dir()).unwrap().count(), 0);
}

#[test]
fn the_front_desk_sees_no_document_of_the_chart() {
    let (laptop, folder) = (Laptop::new(), tempfile::tempdir().unwrap());
    let (clinic, _) = laptop.founded();
    let patient = register(&clinic, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
    let path = file(folder.path(), "a.txt", b"text");
    let chart = add(&clinic, &patient, "clinical", &path).unwrap()["id"].clone();
    let office = add(&clinic, &patient, "office", &path).unwrap()["id"].clone();
    let user = json(
        &clinic,
        "user_add",
        value!({ "name": "Dee Desk", "roles": ["front_desk"], "password": PASSWORD }),
    )
    .unwrap();
    let desk: UserId = serde_json::from_value(user["id"].clone()).unwrap();
    lock(&clinic);
    unlock(&clinic, desk, PASSWORD).unwrap();
    let seen = listed(&clinic, &patient);
    assert_eq!(seen.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&office]);
    let copy = folder.path().join("copy");
    for (name, input) in [
        ("document_show", value!({ "id": chart })),
        ("document_read", value!({ "id": chart, "chunk": 0 })),
        ("document_save", value!({ "id": chart, "path": copy })),
        ("document_remove", value!({ "id": chart, "reason": "x" })),
        ("document_restore", value!({ "id": chart })),
    ] {
        assert_eq!(
            refused(&clinic, name, input),
            ErrorCode::NotFound,
            "{name}: not to be told from none"
        );
    }
    assert!(!copy.exists());
    assert_eq!(
        add(&clinic, &patient, "clinical", &path).unwrap_err().code,
        ErrorCode::Forbidden
    );
    assert_eq!(read(&clinic, &office).unwrap(), b"text");
    json(&clinic, "document_save", value!({ "id": office, "path": copy })).unwrap();
}

#[test]
fn a_damaged_file_is_told_as_such() {
    let (laptop, folder) = (Laptop::new(), tempfile::tempdir().unwrap());
    let (clinic, _) = laptop.founded();
    let patient = register(&clinic, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
    let path = file(folder.path(), "a.bin", &content(2_000_000));
    let id = add(&clinic, &patient, "office", &path).unwrap()["id"].clone();
    let sealed = files_in(&clinic.home().blobs_dir()).pop().unwrap();
    let mut bytes = std::fs::read(&sealed).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&sealed, bytes).unwrap();
    assert_eq!(read(&clinic, &id).unwrap_err().code, ErrorCode::VaultDamaged);
    let copy = folder.path().join("copy");
    let save = value!({ "id": id, "path": copy });
    assert_eq!(refused(&clinic, "document_save", save), ErrorCode::VaultDamaged);
    assert!(!copy.exists(), "half a copy helps nobody");
}

/// All files below a folder.
pub(super) fn files_in(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_in(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
