//! Values that met.

use super::*;

/// Writes a birth date as the form does.
fn set_birth_date(clinic: &Clinic, patient: &Value, date: &str) {
    let open = json!({ "id": patient, "via": "link" });
    let mut draft = json(clinic, "patient_open", open).unwrap()["draft"].clone();
    draft["birth_date"] = json!(date);
    json(clinic, "patient_edit", json!({ "id": patient, "draft": draft })).unwrap();
}

fn birth_date(clinic: &Clinic, patient: &Value) -> Value {
    let open = json!({ "id": patient, "via": "link" });
    json(clinic, "patient_open", open).unwrap()["row"]["birth_date"].clone()
}

/// What a listed value says: text, who, on which device, and whether it shows.
fn told(value: &Value) -> [Value; 4] {
    ["text", "user", "device", "shown"].map(|name| value[name].clone())
}

/// The values of a listed conflict, by their texts.
fn values(row: &Value) -> Vec<Value> {
    let mut values = row["values"].as_array().unwrap().clone();
    values.sort_by_key(|value| value["text"].to_string());
    values
}

fn settling(row: &Value, choice: &Value) -> Value {
    json!({
        "compartment": row["compartment"], "record": row["record"], "element": row["element"], "item": row["item"],
        "choice": choice,
    })
}

/// The one conflict that is listed.
fn listed(clinic: &Clinic) -> Value {
    assert_eq!(ask(clinic, "sync_status")["conflicts"], 1);
    let list = json(clinic, "conflict_list", json!({ "limit": 10 })).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 1);
    list[0].clone()
}

#[test]
fn a_conflict_is_listed_with_both_values_settled_and_undone() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let patient = register(&ada, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
    in_step(&ada);
    let (bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    bo_laptop.clock.advance_ms(5_000);
    set_birth_date(&ada, &patient, "1980-02-13");
    set_birth_date(&bo, &patient, "1980-03-02");
    for clinic in [&ada, &bo, &ada] {
        in_step(clinic);
    }
    let row = listed(&ada);
    let place = ["element", "kind", "compartment"].map(|name| row[name].clone());
    assert_eq!(place, ["birthDate", "Patient", "office"].map(|text| json!(text)));
    assert_eq!(row["patient"]["family"], "Okafor");
    let values = values(&row);
    assert_eq!(values.len(), 2);
    let ada_said = json!(["1980-02-13", "Ada Founder", "Front office", false]);
    let bo_said = json!(["1980-03-02", "Bo Clinician", "Laptop 2", true]);
    assert_eq!(json!([told(&values[0]), told(&values[1])]), json!([ada_said, bo_said]));
    assert_eq!(birth_date(&ada, &patient), "1980-03-02");

    let both = settling(&row, &json!("both"));
    assert_eq!(refused(&ada, "conflict_settle", both), ErrorCode::Invalid);
    let mine = settling(&row, &values[0]["choice"]);
    let undo = json(&ada, "conflict_settle", mine.clone()).unwrap()["undo"].clone();
    assert_eq!(birth_date(&ada, &patient), "1980-02-13");
    assert_eq!(refused(&ada, "conflict_settle", mine), ErrorCode::Conflict);
    in_step(&ada);
    in_step(&bo);
    assert_eq!(json(&bo, "conflict_list", json!({ "limit": 10 })).unwrap(), json!([]));
    assert_eq!(birth_date(&bo, &patient), "1980-02-13");

    json(&ada, "conflict_undo", json!({ "undo": undo })).unwrap();
    assert_eq!(birth_date(&ada, &patient), "1980-03-02");
    let again = json!({ "undo": undo });
    assert_eq!(refused(&ada, "conflict_undo", again), ErrorCode::NotFound);
    in_step(&ada);
    in_step(&bo);
    assert_eq!(birth_date(&bo, &patient), "1980-03-02");
    let settled = |of| actions(&ada, of).contains(&"settle".to_owned());
    assert!(settled(Some(&patient)) || settled(None));
}
