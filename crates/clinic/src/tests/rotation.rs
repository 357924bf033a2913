//! New vault keys on one laptop: everything is there afterwards, for everybody who uses it.

use super::*;
use serde_json::json;

fn row(clinic: &Clinic, key: &str) -> Value {
    let rows = json(clinic, "key_list", json!({})).unwrap();
    let rows = rows.as_array().unwrap();
    rows.iter().find(|row| row["key"] == key).unwrap().clone()
}

fn finds(clinic: &Clinic, query: &str) -> usize {
    let found = json(clinic, "patient_search", json!({ "query": query, "limit": 20 })).unwrap();
    found["rows"].as_array().unwrap().len()
}

fn add_user(clinic: &Clinic, name: &str, roles: &[&str]) -> UserId {
    let input = json!({ "name": name, "roles": roles, "password": PASSWORD });
    serde_json::from_value(json(clinic, "user_add", input).unwrap()["id"].clone()).unwrap()
}

#[test]
fn a_new_vault_key_leaves_everything_where_it_was_for_everybody() {
    let laptop = Laptop::new();
    let (clinic, ada) = laptop.founded();
    register(&clinic, "Haldorsen", "Kari", "1980-01-02");
    let desk = add_user(&clinic, "Dee Desk", &["front_desk"]);
    let bo = add_user(&clinic, "Bo Clinician", &["clinician"]);
    let before = row(&clinic, "vault_office");
    laptop.clock.advance_ms(1000);
    for key in ["vault_office", "vault_clinical"] {
        json(&clinic, "key_rotate", json!({ "key": key })).unwrap();
    }
    let after = row(&clinic, "vault_office");
    assert!(
        after["since_ms"].as_u64() > before["since_ms"].as_u64(),
        "{before} {after}"
    );
    assert_eq!(after["waiting"], 2, "two people have not unlocked yet");
    assert_eq!(finds(&clinic, "halds"), 0);
    assert_eq!(
        finds(&clinic, "haldor"),
        1,
        "the search works in the session that goes on"
    );
    register(&clinic, "Lindqvist", "Per", "1970-03-04");
    assert_eq!(json(&clinic, "key_progress", json!({})).unwrap(), Value::Null);
    lock(&clinic);

    for (user, roles) in [(desk, "desk"), (bo, "clinician"), (ada.user.id, "all")] {
        unlock(&clinic, user, PASSWORD).unwrap();
        assert_eq!(finds(&clinic, "haldor"), 1, "{roles}");
        if roles == "all" {
            let done: Vec<_> = actions(&clinic, None)
                .into_iter()
                .filter(|action| action == "rotate")
                .collect();
            assert_eq!(done.len(), 2 + 2 + 3, "began, done, and taken over by the two others");
            let verified = json(&clinic, "audit_verify", json!({})).unwrap();
            assert!(
                verified["compartments"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|chain| chain["ok"] == true)
            );
            assert_eq!(row(&clinic, "vault_office")["waiting"], 0);
            assert_eq!(row(&clinic, "vault_clinical")["waiting"], 0);
        }
        lock(&clinic);
    }
    let again = laptop.start();
    drop(clinic);
    unlock(&again, desk, PASSWORD).unwrap();
    assert_eq!(finds(&again, "lindq"), 1);
}

#[test]
fn who_may_not_renew_a_key_is_told_so() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let desk = add_user(&clinic, "Dee Desk", &["front_desk"]);
    let admin = add_user(&clinic, "Alma Admin", &["admin"]);
    assert_eq!(
        refused(&clinic, "key_rotate", json!({ "key": "epoch_office" })),
        ErrorCode::NotAttached
    );
    assert_eq!(
        refused(&clinic, "key_rotate", json!({ "key": "password" })),
        ErrorCode::Invalid
    );
    lock(&clinic);
    unlock(&clinic, desk, PASSWORD).unwrap();
    assert_eq!(row(&clinic, "vault_office")["may"], false);
    assert_eq!(
        refused(&clinic, "key_rotate", json!({ "key": "vault_office" })),
        ErrorCode::Forbidden
    );
    lock(&clinic);
    unlock(&clinic, admin, PASSWORD).unwrap();
    assert_eq!(row(&clinic, "vault_office")["may"], true);
    assert_eq!(
        refused(&clinic, "key_rotate", json!({ "key": "vault_clinical" })),
        ErrorCode::Forbidden,
        "an admin without the chart's key cannot renew it"
    );
}

#[test]
fn a_password_shows_its_age_and_is_never_due() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let before = row(&clinic, "password");
    assert_eq!(
        (before["due_ms"].clone(), before["by"].clone()),
        (Value::Null, json!("yourself"))
    );
    laptop.clock.advance_ms(86_400_000);
    let input = json!({ "current": PASSWORD, "new": "sixteen cobalt wheelbarrows" });
    json(&clinic, "password_change", input).unwrap();
    let after = row(&clinic, "password");
    assert!(after["since_ms"].as_u64().unwrap() >= before["since_ms"].as_u64().unwrap() + 86_400_000);
}

#[test]
fn a_vault_key_is_due_after_a_year() {
    let laptop = Laptop::new();
    let (clinic, view) = laptop.founded();
    assert_eq!(row(&clinic, "vault_office")["overdue"], false);
    lock(&clinic);
    laptop.clock.advance_ms(366 * 86_400_000);
    unlock(&clinic, view.user.id, PASSWORD).unwrap();
    assert_eq!(row(&clinic, "vault_office")["overdue"], true);
    json(&clinic, "key_rotate", json!({ "key": "vault_office" })).unwrap();
    assert_eq!(row(&clinic, "vault_office")["overdue"], false);
}
