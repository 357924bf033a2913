//! The audit trail of a laptop that works alone, by the same commands as that of a clinic.

use super::*;
use serde_json::json;

fn trail(clinic: &Clinic, narrowed: Value) -> Vec<Value> {
    let mut input = json!({
        "user": null, "patient": null, "device": null, "actions": [], "from_ms": null, "until_ms": null, "before": null,
        "limit": 1000,
    });
    for (name, value) in narrowed.as_object().unwrap() {
        input[name] = value.clone();
    }
    json(clinic, "audit_trail", input).unwrap().as_array().unwrap().clone()
}

fn open(clinic: &Clinic, id: &Value) {
    json(clinic, "patient_open", json!({ "id": id, "via": "link" })).unwrap();
}

#[test]
fn what_lies_behind_a_thousand_others_is_found_and_pages_have_no_gap() {
    let laptop = Laptop::new();
    let (clinic, founder) = laptop.founded();
    let first = register(&clinic, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
    let second = register(&clinic, "Lindqvist", "Bo", "1981-02-03")["row"]["id"].clone();
    for _ in 0..1_050 {
        open(&clinic, &second);
    }
    let rows = trail(&clinic, json!({ "actions": ["register"] }));
    let patients: Vec<&Value> = rows.iter().map(|row| &row["patient"]).collect();
    assert_eq!(patients, [&second, &first]);
    assert_eq!(
        (&rows[0]["user"], &rows[0]["user_id"]),
        (&json!("Ada Founder"), &json!(founder.user.id))
    );
    let (mut all, mut before) = (Vec::new(), Value::Null);
    loop {
        let page = trail(&clinic, json!({ "patient": second, "before": before, "limit": 97 }));
        let Some(last) = page.last() else { break };
        before = last["cursor"].clone();
        all.extend(page);
    }
    assert_eq!(all.len(), 1_051);
    let mut numbers: Vec<u64> = all.iter().map(|row| row["n"].as_u64().unwrap()).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 1_051);
    assert!(numbers.is_sorted_by(|newer, older| newer > older));
    let viewers = json(&clinic, "audit_viewers", json!({ "patient": second })).unwrap();
    assert_eq!(
        (&viewers["rows"][0]["looked"], &viewers["rows"][0]["changed"]),
        (&json!(1_050), &json!(1))
    );
    // More than one page goes into a file.
    let path = laptop
        .home
        .path()
        .parent()
        .unwrap()
        .join(format!("trail-{}.csv", std::process::id()));
    let input = json!({
        "which": { "user": null, "patient": second, "device": null, "actions": [], "from_ms": null, "until_ms": null },
        "format": "csv", "path": path,
    });
    let done = json(&clinic, "audit_export", input).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(done["entries"], json!(1_052), "with the question who looked");
    assert_eq!(
        (text.lines().count(), text.len()),
        (1_053, done["bytes"].as_u64().unwrap() as usize)
    );
}

#[test]
fn a_copy_says_for_whom_it_is_and_the_accounting_says_it_again() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let id = register(&clinic, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
    let patient = id.as_str().unwrap().parse().unwrap();
    let to = |recipient: &str, purpose| crate::export::Disclosure {
        recipient: recipient.into(),
        purpose,
    };
    let mut out = Vec::new();
    for wrong in ["", " ", "bell\u{7}", &"x".repeat(301)] {
        let wrong = to(wrong, crate::export::Purpose::Research);
        let error = clinic.export_patient_to(patient, Some(&wrong), &mut out).unwrap_err();
        assert_eq!((error.field.as_deref(), out.len()), (Some("recipient"), 0));
    }
    clinic.export_patient_to(patient, None, &mut out).unwrap();
    let said = to(" St Mary ", crate::export::Purpose::Patient);
    clinic.export_patient_to(patient, Some(&said), &mut out).unwrap();
    json(&clinic, "export_patient", json!({ "id": id })).unwrap();
    let ask = |from: Value| {
        let input = json!({ "patient": id, "from_ms": from, "until_ms": null });
        json(&clinic, "audit_disclosures", input).unwrap()
    };
    let answer = ask(Value::Null);
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{answer}");
    assert_eq!(
        (&rows[0]["recipient"], &rows[0]["purpose"]),
        (&json!("St Mary"), &json!("patient"))
    );
    assert_eq!(rows[0]["must_account"], json!(false));
    assert_eq!(
        (&rows[1]["recipient"], &rows[1]["must_account"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(ask(rows[0]["at_ms"].clone())["rows"].as_array().unwrap().len(), 1);
    assert_eq!(actions(&clinic, Some(&id))[..2], ["accounting", "accounting"]);
    let unknown = json!({ "patient": "0190a5f0-1c2d-7e3f-8a4b-5c6d7e8f9012", "from_ms": null, "until_ms": null });
    assert_eq!(refused(&clinic, "audit_disclosures", unknown), ErrorCode::NotFound);
}

#[test]
fn an_edits_values_before_and_after_are_told_and_the_look_is_in_the_log() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let made = register(&clinic, "Okafor", "Ada", "1980-02-03");
    let id = &made["row"]["id"];
    let mut draft = made["draft"].clone();
    draft["birth_date"] = "1980-02-04".into();
    json(&clinic, "patient_edit", json!({ "id": id, "draft": draft })).unwrap();
    let history = json(&clinic, "patient_history", json!({ "id": id, "limit": 5 })).unwrap();
    assert_eq!(
        (&history[0]["action"], &history[0]["values"]),
        (&json!("edit"), &json!(true))
    );
    assert!(!history[0]["detail"].as_str().unwrap().contains("op"), "{history}");
    let name = |row: &Value| json!({ "compartment": row["compartment"], "n": row["n"] });
    let ask = |row: &Value| json(&clinic, "audit_values", json!({ "entries": [name(row)] })).unwrap();
    let answer = ask(&history[0]);
    assert_eq!(answer[0]["state"], "known", "{answer}");
    assert_eq!(
        answer[0]["changes"],
        json!([{
            "field": "birthDate", "item": null, "before": ["\"1980-02-03\""], "before_missing": false,
            "after": "\"1980-02-04\"",
        }])
    );
    // Registering is a change as well: of nothing before.
    let registered = ask(&history[1]);
    let fields = registered[0]["changes"].as_array().unwrap();
    assert!(fields.iter().all(|field| field["before"] == json!([])), "{registered}");
    assert_eq!(actions(&clinic, Some(id))[..3], ["values_view", "values_view", "edit"]);
    let viewers = json(&clinic, "audit_viewers", json!({ "patient": id })).unwrap();
    assert_eq!(viewers["rows"][0]["looked"], json!(2));
    // An entry that is none, and one that is no change.
    let none = json!({ "entries": [{ "compartment": "office", "n": 99_999 }] });
    assert_eq!(refused(&clinic, "audit_values", none), ErrorCode::NotFound);
    let many = json!({ "entries": vec![name(&history[0]); 101] });
    assert_eq!(refused(&clinic, "audit_values", many), ErrorCode::TooLarge);
    let first = json!({ "entries": [{ "compartment": "office", "n": 1 }] });
    assert_eq!(json(&clinic, "audit_values", first).unwrap()[0]["state"], "none");
    // As a file: the office's values where they are asked for.
    let path = laptop
        .home
        .path()
        .parent()
        .unwrap()
        .join(format!("values-{}.csv", std::process::id()));
    let export = |values: bool| {
        let input = json!({
            "which": { "user": null, "patient": id, "device": null, "actions": ["edit"], "from_ms": null, "until_ms": null },
            "format": "csv", "values": values, "path": path,
        });
        json(&clinic, "audit_export", input).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        text
    };
    assert!(export(true).contains("1980-02-04"));
    assert!(!export(false).contains("1980-02-04"));
}
