//! New epochs by hand and by age.

use super::*;

fn row(clinic: &Clinic, key: &str) -> Value {
    let rows = ask(clinic, "key_list");
    rows.as_array()
        .unwrap()
        .iter()
        .find(|row| row["key"] == key)
        .unwrap()
        .clone()
}

#[test]
fn a_new_epoch_by_hand_reaches_the_others() {
    let cloud = Cloud::new();
    let (_ada, first, _) = attached(&cloud);
    in_step(&first);
    let (_bo, second, _) = joined(&cloud, &first, 2, "Bo Clinician", &["clinician"]);
    let before = row(&first, "epoch_clinical")["number"].as_u64().unwrap();
    json(&first, "key_rotate", json!({ "key": "epoch_clinical" })).unwrap();
    json(&first, "key_rotate", json!({ "key": "epoch_office" })).unwrap();
    assert_eq!(row(&first, "epoch_clinical")["number"], before + 1);
    register(&first, "Haldorsen", "Kari", "1980-01-02");
    in_step(&first);
    in_step(&second);
    assert_eq!(
        families(&second, "haldor"),
        ["Haldorsen"],
        "written under the new key, read by the other"
    );
    assert_eq!(
        refused(&second, "key_rotate", json!({ "key": "epoch_office" })),
        ErrorCode::Forbidden,
        "the office's by an admin"
    );
    json(&second, "key_rotate", json!({ "key": "epoch_clinical" })).unwrap();
    in_step(&first);
    assert_eq!(
        row(&first, "epoch_clinical")["number"],
        before + 2,
        "the chart's by a clinician"
    );
    let done = actions(&first, None)
        .into_iter()
        .filter(|action| action == "rotate")
        .count();
    assert_eq!(done, 4, "two, each begun and done");
}

#[test]
fn an_old_epoch_ends_by_itself_also_where_no_admin_holds_its_key() {
    let cloud = Cloud::new();
    let (ada, first, _) = attached(&cloud);
    in_step(&first);
    let (bo, second, user) = joined(&cloud, &first, 2, "Bo Clinician", &["clinician"]);
    let before = row(&second, "epoch_clinical")["number"].as_u64().unwrap();
    for laptop in [&ada, &bo] {
        laptop.clock.advance_ms(30 * 86_400_000 + 3_600_000);
    }
    in_step(&second);
    assert_eq!(
        row(&second, "epoch_clinical")["number"],
        before,
        "an admin's laptop comes first"
    );
    bo.clock.advance_ms(86_400_000);
    lock(&second);
    unlock(&second, user, PASSWORD).unwrap();
    in_step(&second);
    assert_eq!(
        row(&second, "epoch_clinical")["number"],
        before + 1,
        "a day later anybody who holds it"
    );
    in_step(&first);
    assert_eq!(
        row(&first, "epoch_office")["overdue"],
        false,
        "the admin's laptop has renewed the office's"
    );
    assert_eq!(
        row(&first, "epoch_clinical")["number"],
        before + 1,
        "and not what was just renewed"
    );
}

#[test]
fn a_new_vault_key_in_a_clinic_is_sealed_to_the_members_of_the_laptop() {
    let cloud = Cloud::new();
    let (laptop, first, ada) = attached(&cloud);
    in_step(&first);
    let input = json!({ "name": "Dee Desk", "roles": ["front_desk"], "password": PASSWORD });
    let desk: UserId = serde_json::from_value(json(&first, "user_add", input).unwrap()["id"].clone()).unwrap();
    in_step(&first);
    register(&first, "Haldorsen", "Kari", "1980-01-02");
    json(&first, "key_rotate", json!({ "key": "vault_office" })).unwrap();
    in_step(&first);
    lock(&first);
    for user in [desk, ada] {
        unlock(&first, user, PASSWORD).unwrap();
        assert_eq!(families(&first, "haldor"), ["Haldorsen"]);
        in_step(&first);
        lock(&first);
    }
    assert!(!laptop.home.path().join("slots/office.handover").exists());
    let server = {
        unlock(&first, ada, PASSWORD).unwrap();
        in_step(&first);
        row(&first, "server_certificate")
    };
    assert!(
        server["due_ms"].as_u64().is_some(),
        "the end of the server's certificate is known: {server}"
    );
}
