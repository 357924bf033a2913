//! Documents and pictures between laptops over a real server, also one that gives other bytes than it was given.

use super::super::documents::{add, content, file, files_in, listed, read};
use super::*;
use std::path::PathBuf;

/// Two laptops, and a patient that both know.
struct Two {
    cloud: Cloud,
    ada: Clinic,
    bo: Clinic,
    patient: Value,
    folder: tempfile::TempDir,
    _laptops: (Laptop, Laptop),
}

fn two(roles: &[&str]) -> Two {
    let cloud = Cloud::new();
    let (ada_laptop, ada, _) = attached(&cloud);
    let (bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo", roles);
    let patient = register(&ada, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
    in_step(&ada);
    in_step(&bo);
    Two {
        cloud,
        ada,
        bo,
        patient,
        folder: tempfile::tempdir().unwrap(),
        _laptops: (ada_laptop, bo_laptop),
    }
}

impl Two {
    /// Adds a document at Ada's and brings its record to Bo; the file stays where it is.
    fn added(&self, part: &str, name: &str, bytes: &[u8]) -> Value {
        let path = file(self.folder.path(), name, bytes);
        let id = add(&self.ada, &self.patient, part, &path).unwrap()["id"].clone();
        in_step(&self.ada);
        in_step(&self.bo);
        id
    }

    /// The server's whole files.
    fn on_server(&self) -> Vec<PathBuf> {
        files_in(&self.cloud.blobs())
    }

    /// Does something to a file on the server.
    fn on_server_change(&self, at: usize, how: impl FnOnce(&mut Vec<u8>)) {
        let path = self.on_server()[at].clone();
        let mut bytes = std::fs::read(&path).unwrap();
        how(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    }
}

fn place(clinic: &Clinic, id: &Value) -> String {
    let shown = json(clinic, "document_show", json!({ "id": id })).unwrap();
    shown["file"]["place"].as_str().unwrap().to_owned()
}

#[test]
fn a_document_and_its_removal_travel() {
    let two = two(&["clinician"]);
    let bytes = content(5_300_000);
    let id = two.added("clinical", "scan.bin", &bytes);
    assert_eq!(place(&two.ada, &id), "sending");
    let waits = ask(&two.bo, "sync_status");
    assert_eq!(waits["files"]["waiting"][0]["files"], 1, "{waits}");
    assert_eq!(waits["files"]["waiting"][0]["device"], "Front office");
    assert_eq!(place(&two.bo, &id), "waits");
    assert_eq!(read(&two.bo, &id).unwrap_err().code, ErrorCode::FileNotHere);
    let shown = json(&two.ada, "document_show", json!({ "id": id })).unwrap();
    assert_eq!(
        (&shown["sent"], &shown["unsent"]),
        (&json!(false), &json!(true)),
        "its file is only here"
    );
    let state = ask(&two.ada, "sync_status")["state"].clone();
    assert_eq!(state, "syncing", "not in step while a file has not left");

    assert_eq!(two.ada.carry_files().unwrap().sent, 1);
    let shown = json(&two.ada, "document_show", json!({ "id": id })).unwrap();
    assert_eq!(
        (&shown["sent"], &shown["file"]["place"]),
        (&json!(true), &json!("here"))
    );
    assert_eq!(two.bo.carry_files().unwrap().fetched, 1);
    assert!(read(&two.bo, &id).unwrap() == bytes);
    // The sealed file is the same everywhere.
    let sealed = |clinic: &Clinic| std::fs::read(&files_in(&clinic.home().blobs_dir())[0]).unwrap();
    assert!(sealed(&two.ada) == sealed(&two.bo));
    assert!(sealed(&two.ada) == std::fs::read(&two.on_server()[0]).unwrap());

    json(&two.bo, "document_remove", json!({ "id": id, "reason": "Twice" })).unwrap();
    in_step(&two.bo);
    in_step(&two.ada);
    assert_eq!(listed(&two.ada, &two.patient)[0]["removed"], true);
    json(&two.ada, "document_restore", json!({ "id": id })).unwrap();
    in_step(&two.ada);
    in_step(&two.bo);
    assert!(
        read(&two.bo, &id).unwrap() == bytes,
        "restored everywhere, with its file"
    );
    assert_eq!(two.ada.carry_files().unwrap(), crate::sync::Carried::default());
}

#[test]
fn a_laptop_without_the_chart_gets_the_offices_files_alone() {
    let two = two(&["front_desk"]);
    let chart = two.added("clinical", "chart.bin", &content(10_000));
    let office = two.added("office", "card.bin", &content(20_000));
    assert_eq!(two.ada.carry_files().unwrap().sent, 2);
    assert_eq!(two.bo.carry_files().unwrap().fetched, 1);
    assert!(read(&two.bo, &office).unwrap() == content(20_000));
    assert_eq!(
        refused(&two.bo, "document_show", json!({ "id": chart })),
        ErrorCode::NotFound
    );
    assert_eq!(files_in(&two.bo.home().blobs_dir()).len(), 1, "not even sealed");
}

#[test]
fn a_locked_laptop_goes_on_carrying() {
    let two = two(&["clinician"]);
    two.added("clinical", "a.bin", &content(1_500_000));
    lock(&two.ada);
    assert_eq!(two.ada.carry_files().unwrap().sent, 1);
    lock(&two.bo);
    assert_eq!(two.bo.carry_files().unwrap().fetched, 1);
    assert_eq!(
        files_in(&two.bo.home().blobs_dir()).len(),
        1,
        "sealed, whole and verified"
    );
}

#[test]
fn pictures_travel() {
    let two = two(&["front_desk"]);
    let picture = crate::base64::encode(&[b"\x89PNG\r\n\x1a\n", &content(70_000)[..]].concat());
    let set = json!({ "id": two.patient, "media_type": "image/png", "base64": picture });
    json(&two.ada, "patient_photo_set", set).unwrap();
    in_step(&two.ada);
    in_step(&two.bo);
    let photo = || json(&two.bo, "patient_photo", json!({ "id": two.patient })).unwrap();
    assert_eq!(photo(), Value::Null, "not here yet");
    two.ada.carry_files().unwrap();
    two.bo.carry_files().unwrap();
    assert_eq!(photo()["base64"], picture);
}

/// What a server that lies, or a disk that rots, may do to files.
#[test]
fn files_that_were_swapped_cut_reused_or_flipped_are_refused_and_asked_for_again() {
    let two = two(&["clinician"]);
    let (a, b) = (content(2_300_000), content(2_299_999));
    let first = two.added("clinical", "a.bin", &a);
    let second = two.added("clinical", "b.bin", &b);
    two.ada.carry_files().unwrap();
    let sizes: Vec<u64> = two
        .on_server()
        .iter()
        .map(|path| path.metadata().unwrap().len())
        .collect();
    assert_eq!(
        sizes[0], sizes[1],
        "of one padded length, so that one can stand for the other"
    );
    let kept: Vec<Vec<u8>> = two
        .on_server()
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    let chunk = (1 << 20) + 16;
    type Lie<'a> = Box<dyn Fn(usize, &mut Vec<u8>) + 'a>;
    let lies: Vec<(&str, Lie<'_>)> = vec![
        ("exchanged", Box::new(|at, bytes| *bytes = kept[1 - at].clone())),
        (
            "a chunk of the other file",
            Box::new(|at, bytes| bytes[100..chunk].copy_from_slice(&kept[1 - at][100..chunk])),
        ),
        (
            "chunks swapped",
            Box::new(|_, bytes| {
                let (head, tail) = bytes.split_at_mut(58 + chunk);
                head[58..].swap_with_slice(&mut tail[..chunk]);
            }),
        ),
        ("one bit", Box::new(|_, bytes| bytes[1_000_000] ^= 1)),
        ("the last byte", Box::new(|_, bytes| *bytes.last_mut().unwrap() ^= 0x80)),
    ];
    for (name, lie) in lies {
        for at in 0..2 {
            two.on_server_change(at, |bytes| lie(at, bytes));
        }
        let outcome = two.bo.carry_files().unwrap();
        assert_eq!(outcome.fetched, 0, "{name}");
        let status = ask(&two.bo, "sync_status");
        assert_eq!(status["files"]["damaged"], 2, "{name}: {status}");
        let told = status["problems"]
            .as_array()
            .unwrap()
            .iter()
            .any(|problem| problem["kind"] == "file_damaged");
        assert!(told, "{name}: {status}");
        for id in [&first, &second] {
            assert_eq!(place(&two.bo, id), "damaged", "{name}");
            assert_eq!(read(&two.bo, id).unwrap_err().code, ErrorCode::FileNotHere, "{name}");
        }
        assert!(
            files_in(&two.bo.home().blobs_dir()).is_empty(),
            "{name}: nothing of it is kept"
        );
        // An honest server has read its files again and wants them from whoever has them.
        assert!(two.on_server().is_empty(), "{name}");
        assert_eq!(two.ada.carry_files().unwrap().sent, 2, "{name}: given again");
        two._laptops.1.clock.advance_ms(48 * 60 * 60 * 1000);
    }
    assert_eq!(two.bo.carry_files().unwrap().fetched, 2);
    assert!(read(&two.bo, &first).unwrap() == a && read(&two.bo, &second).unwrap() == b);
    let status = ask(&two.bo, "sync_status");
    assert_eq!(status["files"]["damaged"], 0, "{status}");
}

#[test]
fn a_server_that_lost_or_cut_files_gets_them_again_also_from_another_laptop() {
    let two = two(&["clinician"]);
    let bytes = content(1_200_000);
    let id = two.added("clinical", "a.bin", &bytes);
    two.ada.carry_files().unwrap();
    two.bo.carry_files().unwrap();
    // Cut: the books say that it is whole.
    two.on_server_change(0, |bytes| bytes.truncate(700_000));
    assert_eq!(
        two.bo.carry_files().unwrap().sent,
        1,
        "Bo, who did not add it, holds it"
    );
    // Lost altogether.
    std::fs::remove_file(&two.on_server()[0]).unwrap();
    assert_eq!(two.bo.carry_files().unwrap().sent, 1);
    assert_eq!(two.ada.carry_files().unwrap().sent, 0);
    assert_eq!(two.on_server().len(), 1);
    assert!(read(&two.ada, &id).unwrap() == bytes && read(&two.bo, &id).unwrap() == bytes);
    // Of a server that was emptied nothing is deleted here, and everything is offered again.
    two.cloud.restart_empty();
    assert!(two.bo.carry_files().is_err());
    assert!(read(&two.bo, &id).unwrap() == bytes);
    attach(&two.ada, &two.cloud).unwrap();
    in_step(&two.ada);
    two.ada.carry_files().unwrap();
    assert_eq!(two.on_server().len(), 1);
}

#[test]
fn a_file_that_was_damaged_here_is_moved_aside_and_fetched_again() {
    let two = two(&["clinician"]);
    let bytes = content(1_200_000);
    let id = two.added("clinical", "a.bin", &bytes);
    two.ada.carry_files().unwrap();
    two.bo.carry_files().unwrap();
    let path = files_in(&two.bo.home().blobs_dir())[0].clone();
    let mut sealed = std::fs::read(&path).unwrap();
    sealed[600_000] ^= 4;
    std::fs::write(&path, &sealed).unwrap();
    assert_eq!(read(&two.bo, &id).unwrap_err().code, ErrorCode::FileNotHere);
    assert!(!path.exists());
    assert_eq!(
        files_in(&two.bo.home().quarantine_dir()).len(),
        1,
        "moved aside, not deleted"
    );
    assert_eq!(two.bo.carry_files().unwrap().fetched, 1);
    assert!(read(&two.bo, &id).unwrap() == bytes);
}

#[test]
fn a_fetch_goes_on_where_it_ended() {
    let two = two(&["clinician"]);
    let bytes = content(3_000_000);
    let id = two.added("clinical", "a.bin", &bytes);
    two.ada.carry_files().unwrap();
    let sealed = std::fs::read(&two.on_server()[0]).unwrap();
    let target = files_in(&two.ada.home().blobs_dir())[0].clone();
    let name = target.strip_prefix(two.ada.home().blobs_dir()).unwrap();
    let part = two.bo.home().blobs_dir().join(name).with_extension("part");
    std::fs::create_dir_all(part.parent().unwrap()).unwrap();
    std::fs::write(&part, &sealed[..1_234_567]).unwrap();
    let shown = json(&two.bo, "document_show", json!({ "id": id })).unwrap();
    assert_eq!(shown["file"]["done"], 1_234_567);
    assert_eq!(two.bo.carry_files().unwrap().fetched, 1);
    assert!(read(&two.bo, &id).unwrap() == bytes);
    assert!(!part.exists());
}
