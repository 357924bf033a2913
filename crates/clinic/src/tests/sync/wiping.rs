//! Wiping from afar: who obeys, what is saved before, what is left, and what nobody but the device can say.

use super::*;
use std::path::Path;
use wardkeep_vault::wipe::wiped;

/// The row of a device by its name.
fn device(clinic: &Clinic, name: &str) -> Value {
    let devices = ask(clinic, "device_list");
    devices
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == name)
        .unwrap()
        .clone()
}

fn order(clinic: &Clinic, name: &str, post_unsent: bool) {
    let id = device(clinic, name)["id"].clone();
    json(clinic, "device_wipe", json!({ "id": id, "post_unsent": post_unsent })).unwrap();
}

fn state(clinic: &Clinic, name: &str) -> String {
    device(clinic, name)["wipe"]["state"].as_str().unwrap().to_owned()
}

/// Names of files below a folder.
fn files(dir: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() {
            all.extend(files(&entry.path()));
        } else {
            all.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    all.sort();
    all
}

#[test]
fn an_unlocked_laptop_posts_what_it_has_destroys_everything_and_says_so() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    let (bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    in_step(&ada);
    register(&bo, "Unsent", "Work", "1990-01-01");
    order(&ada, "Laptop 2", true);
    assert_eq!(state(&ada, "Laptop 2"), "ordered");
    assert!(bo.sync_round().unwrap().wiped);
    assert_eq!(bo.locked_because(), Some(LockReason::Wiped));
    assert_eq!(files(bo_laptop.home.path()), ["lock", "wiped"]);
    assert!(wiped(bo.home()).is_some());
    let status = ask(&bo, "app_status");
    assert_eq!(
        (&status["state"], &status["wiped"]["over"]),
        (&json!("wiped"), &json!(true))
    );
    in_step(&ada);
    assert_eq!(state(&ada, "Laptop 2"), "confirmed");
    assert_eq!(families(&ada, "unsent"), ["Unsent"], "what was not sent is not lost");
    let wipes = actions(&ada, None).iter().filter(|action| *action == "wipe").count();
    assert_eq!(wipes, 3, "ordered, delivered, confirmed");
    // The laptop can begin anew.
    json(
        &bo,
        "vault_create",
        json!({ "clinic_name": "New", "user_name": "Cy", "password": PASSWORD }),
    )
    .unwrap();
    assert!(wiped(bo.home()).is_none());
}

#[test]
fn a_locked_laptop_obeys_too_and_one_that_was_revoked_before() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    let (cy_laptop, cy, _) = joined(&cloud, &ada, 3, "Cy Clinician", &["clinician"]);
    in_step(&ada);
    register(&bo, "Locked", "Work", "1990-01-01");
    lock(&bo);
    order(&ada, "Laptop 2", true);
    assert!(bo.sync_round().unwrap().wiped);
    assert_eq!(files(bo_laptop.home.path()), ["lock", "wiped"]);
    json(&ada, "device_revoke", json!({ "id": device(&ada, "Laptop 3")["id"] })).unwrap();
    assert_eq!(cy.sync_round().unwrap_err().code, ErrorCode::DeviceRevoked);
    assert!(wiped(cy.home()).is_none(), "a refusal erases nothing");
    order(&ada, "Laptop 3", false);
    assert!(cy.sync_round().unwrap().wiped);
    assert_eq!(files(cy_laptop.home.path()), ["lock", "wiped"]);
    in_step(&ada);
    assert_eq!(
        (state(&ada, "Laptop 2"), state(&ada, "Laptop 3")),
        ("confirmed".into(), "confirmed".into())
    );
    assert_eq!(families(&ada, "locked"), ["Locked"]);
}

#[test]
fn an_order_that_never_arrives_is_never_called_confirmed() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (_bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    in_step(&ada);
    order(&ada, "Laptop 2", true);
    in_step(&ada);
    let row = device(&ada, "Laptop 2");
    assert_eq!(row["wipe"]["state"], "ordered");
    assert!(row["wipe"]["heard_ms"].is_null() || row["wipe"]["heard_ms"].is_u64());
    assert!(wiped(bo.home()).is_none());
    let this = device(&ada, "Front office");
    let refusal = json(&ada, "device_wipe", json!({ "id": this["id"], "post_unsent": true })).unwrap_err();
    assert_eq!(
        refusal.code,
        ErrorCode::Forbidden,
        "somebody must be left to see the receipt"
    );
}
