//! A stolen laptop and a person who leaves, as one flow each.

use super::*;

fn state(view: &Value, step: &str) -> String {
    let steps = view["steps"].as_array().unwrap();
    let found = steps.iter().find(|one| one["step"] == step);
    found.unwrap_or_else(|| panic!("no step {step} in {steps:?}"))["state"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn take(clinic: &Clinic, view: &Value, step: &str) -> Value {
    json(
        clinic,
        "incident_step",
        json!({ "id": view["row"]["id"], "step": step }),
    )
    .unwrap()
}

fn other_device(clinic: &Clinic) -> Value {
    let rows = ask(clinic, "device_list");
    rows.as_array()
        .unwrap()
        .iter()
        .find(|row| row["this"] == false)
        .unwrap()
        .clone()
}

/// The last two steps: what was done is read, the evidence saved.
fn read_and_saved(laptop: &Laptop, admin: &Clinic, view: &Value) -> Value {
    let view = take(admin, view, "viewed");
    let file = laptop.home.path().join("evidence.json");
    let input = json!({ "id": view["row"]["id"], "path": file.to_str().unwrap() });
    let view = json(admin, "incident_evidence", input.clone()).unwrap();
    let text = std::fs::read(&file).unwrap();
    assert_eq!(view["evidence_hash"], blake3::hash(&text).to_hex().as_str());
    let report: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(report["roster"]["head"].as_str().unwrap().len(), 64);
    assert!(
        !String::from_utf8(text).unwrap().contains("Lindqvist"),
        "no patient is named in it"
    );
    assert_eq!(
        refused(admin, "incident_evidence", input),
        ErrorCode::Invalid,
        "a file that is there is not written over"
    );
    view
}

/// The order, the revocation, and what the laptop answers.
fn wiped_and_revoked(admin: &Clinic, stolen: &Clinic, begun: &Value) -> Value {
    assert!(
        begun["devices"][0]["last_heard_ms"].as_u64().is_some(),
        "when it was last heard outlives the program"
    );
    assert_eq!(state(begun, "wipe"), "todo");
    let view = take(admin, begun, "wipe");
    assert_eq!(
        (state(&view, "wipe").as_str(), &view["devices"][0]["wipe"]["state"]),
        ("waiting", &json!("ordered")),
        "an order that nobody confirmed is not done"
    );
    let view = take(admin, &view, "revoke");
    assert_eq!(
        (state(&view, "revoke").as_str(), state(&view, "epochs").as_str()),
        ("done", "done")
    );
    assert!(view["devices"][0]["revoked"].as_bool().unwrap());
    // What it did is there, out of the clinic's trail, by laptop and person.
    let viewed = view["viewed"].as_array().unwrap();
    let registered = viewed.iter().find(|row| row["action"] == "register").unwrap();
    assert_eq!(
        (&registered["device_name"], &registered["user"]),
        (&json!("Laptop 2"), &json!("Dee Desk"))
    );
    assert!(
        viewed.iter().all(|row| row["device"] == begun["devices"][0]["id"]),
        "{viewed:?}"
    );
    // It hears of both, obeys, and says so.
    assert!(stolen.sync_round().unwrap().wiped);
    in_step(admin);
    let view = json(admin, "incident_show", json!({ "id": view["row"]["id"] })).unwrap();
    assert_eq!(state(&view, "wipe"), "done", "{view}");
    view
}

#[test]
fn a_stolen_laptop_from_the_first_look_to_the_evidence() {
    let cloud = Cloud::new();
    let (laptop, admin, ada) = attached(&cloud);
    register(&admin, "Haldorsen", "Kari", "1980-01-02");
    in_step(&admin);
    let (_desk, stolen, _) = joined(&cloud, &admin, 2, "Dee Desk", &["front_desk"]);
    register(&stolen, "Lindqvist", "Per", "1970-03-04");
    in_step(&stolen);
    in_step(&admin);
    let device = other_device(&admin)["id"].clone();
    let open = json!({ "kind": "stolen", "device": device });
    let view = json(&admin, "incident_open", open.clone()).unwrap();
    assert_eq!(
        view["could_read"],
        json!(["office"]),
        "a front desk's laptop has no chart"
    );
    assert_eq!(
        (view["patients"].as_u64(), view["devices"][0]["name"].as_str()),
        (Some(2), Some("Laptop 2"))
    );
    assert!(view["devices"][0]["segments"].as_u64().unwrap() > 0);
    assert_eq!(state(&view, "revoke"), "todo");

    // The server is away: the step says so, and the flow can be left.
    cloud.stop();
    let view = take(&admin, &view, "revoke");
    assert_eq!(
        (state(&view, "revoke").as_str(), &view["steps"][1]["error"]),
        ("failed", &json!("server_unreachable"))
    );
    lock(&admin);
    cloud.start();
    drop(admin);
    let admin = laptop.start();
    unlock(&admin, ada, PASSWORD).unwrap();
    let again = json(&admin, "incident_open", open).unwrap();
    assert_eq!(again["row"]["id"], view["row"]["id"], "taken up again, not begun anew");
    let view = wiped_and_revoked(&admin, &stolen, &again);
    let view = read_and_saved(&laptop, &admin, &view);
    assert_eq!(view["row"]["left"], 0);
    let closed = json(&admin, "incident_close", json!({ "id": view["row"]["id"] })).unwrap();
    assert!(closed["row"]["closed_ms"].as_u64().is_some());
    let written = actions(&admin, None)
        .into_iter()
        .filter(|action| action == "incident")
        .count();
    assert_eq!(written, 7, "opened, failed, wiped, revoked, viewed, evidence, closed");
}

#[test]
fn a_person_leaves_and_the_files_they_could_open_get_new_keys() {
    let cloud = Cloud::new();
    let (laptop, admin, _) = attached(&cloud);
    in_step(&admin);
    let input = json!({ "name": "Cle Clinician", "roles": ["clinician"], "password": PASSWORD });
    let leaving = json(&admin, "user_add", input).unwrap()["id"].clone();
    in_step(&admin);
    let view = json(&admin, "incident_open", json!({ "kind": "leaving", "user": leaving })).unwrap();
    assert_eq!(view["could_read"], json!(["office", "clinical"]));
    assert_eq!(
        (state(&view, "revoke").as_str(), state(&view, "vault_keys").as_str()),
        ("todo", "todo")
    );
    laptop.clock.advance_ms(1000);
    let view = take(&admin, &view, "revoke");
    assert_eq!(
        (state(&view, "revoke").as_str(), state(&view, "epochs").as_str()),
        ("done", "done")
    );
    let view = take(&admin, &view, "vault_keys");
    assert_eq!(state(&view, "vault_keys"), "done", "{view}");
    let wipe = take(&admin, &view, "wipe");
    assert!(
        wipe["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["step"] != "wipe"),
        "whoever leaves has taken no laptop along: {wipe}"
    );
    in_step(&admin);
}

#[test]
fn a_new_key_that_only_a_clinician_can_make_is_waited_for() {
    let cloud = Cloud::new();
    let (_ada, first, _) = attached(&cloud);
    in_step(&first);
    let (_al, admin, _) = joined(&cloud, &first, 2, "Alma Admin", &["admin"]);
    let (_bo, stolen, _) = joined(&cloud, &first, 3, "Bo Clinician", &["clinician"]);
    in_step(&stolen);
    in_step(&first);
    in_step(&admin);
    let devices = ask(&admin, "device_list");
    let device = devices
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == "Laptop 3")
        .unwrap()["id"]
        .clone();
    let view = json(&admin, "incident_open", json!({ "kind": "stolen", "device": device })).unwrap();
    let view = take(&admin, &view, "revoke");
    assert_eq!(
        (state(&view, "revoke").as_str(), state(&view, "epochs").as_str()),
        ("done", "waiting")
    );
    let view = take(&admin, &view, "epochs");
    assert_eq!(
        state(&view, "epochs"),
        "waiting",
        "an admin without the chart's key cannot"
    );
    in_step(&first);
    in_step(&admin);
    let view = json(&admin, "incident_show", json!({ "id": view["row"]["id"] })).unwrap();
    assert_eq!(state(&view, "epochs"), "done", "a clinician's laptop has done it");
}

#[test]
fn nobody_but_an_admin_works_on_incidents_and_never_about_themselves() {
    let cloud = Cloud::new();
    let (_ada, admin, ada) = attached(&cloud);
    in_step(&admin);
    let (_bo, second, _) = joined(&cloud, &admin, 2, "Bo Clinician", &["clinician"]);
    assert_eq!(refused(&second, "incident_list", json!({})), ErrorCode::Forbidden);
    let this = ask(&admin, "device_list")[0]["id"].clone();
    assert_eq!(
        refused(&admin, "incident_open", json!({ "kind": "stolen", "device": this })),
        ErrorCode::Forbidden
    );
    assert_eq!(
        refused(&admin, "incident_open", json!({ "kind": "leaving", "user": ada })),
        ErrorCode::Forbidden
    );
    assert_eq!(
        refused(&admin, "incident_open", json!({ "kind": "leaving", "device": this })),
        ErrorCode::Invalid
    );
    assert_eq!(
        refused(&admin, "incident_show", json!({ "id": 9 })),
        ErrorCode::NotFound
    );
}
