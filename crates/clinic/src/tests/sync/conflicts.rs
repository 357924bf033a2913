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
    assert_eq!(ask(&ada, "sync_status")["conflicts"], 1);
    let list = json(&ada, "conflict_list", json!({ "limit": 10 })).unwrap();
    let row = &list[0];
    assert_eq!(
        (&row["element"], &row["kind"], &row["compartment"]),
        (&json!("birthDate"), &json!("Patient"), &json!("office"))
    );
    assert_eq!(row["patient"]["family"], "Okafor");
    let values: Vec<_> = row["values"].as_array().unwrap().iter().collect();
    let told = |value: &Value| {
        (
            value["text"].clone(),
            value["user"].clone(),
            value["device"].clone(),
            value["shown"].clone(),
        )
    };
    let mut seen: Vec<_> = values.iter().map(|value| told(value)).collect();
    seen.sort_by_key(|(text, ..)| text.to_string());
    assert_eq!(
        seen,
        [
            (
                json!("1980-02-13"),
                json!("Ada Founder"),
                json!("Front office"),
                json!(false)
            ),
            (
                json!("1980-03-02"),
                json!("Bo Clinician"),
                json!("Laptop 2"),
                json!(true)
            ),
        ]
    );
    assert_eq!(birth_date(&ada, &patient), "1980-03-02");
    let mine = values.iter().find(|value| value["text"] == "1980-02-13").unwrap();
    let settle = |choice: &Value| {
        json!({
            "compartment": row["compartment"], "record": row["record"], "element": row["element"], "item": row["item"],
            "choice": choice,
        })
    };
    assert_eq!(
        refused(&ada, "conflict_settle", settle(&json!("both"))),
        ErrorCode::Invalid
    );
    let undo = json(&ada, "conflict_settle", settle(&mine["choice"])).unwrap()["undo"].clone();
    assert_eq!(birth_date(&ada, &patient), "1980-02-13");
    assert_eq!(
        refused(&ada, "conflict_settle", settle(&mine["choice"])),
        ErrorCode::Conflict
    );
    in_step(&ada);
    in_step(&bo);
    assert_eq!(json(&bo, "conflict_list", json!({ "limit": 10 })).unwrap(), json!([]));
    assert_eq!(birth_date(&bo, &patient), "1980-02-13");
    json(&ada, "conflict_undo", json!({ "undo": undo })).unwrap();
    assert_eq!(birth_date(&ada, &patient), "1980-03-02");
    assert_eq!(
        refused(&ada, "conflict_undo", json!({ "undo": undo })),
        ErrorCode::NotFound
    );
    in_step(&ada);
    in_step(&bo);
    assert_eq!(birth_date(&bo, &patient), "1980-03-02");
    assert!(
        actions(&ada, Some(&patient)).contains(&"settle".to_owned())
            || actions(&ada, None).contains(&"settle".to_owned())
    );
}
