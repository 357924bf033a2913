//! Allergies and notes.

use super::*;
use serde_json::json as value;

fn allergy(substance: &str) -> Value {
    value!({
        "substance": substance, "code": null, "system": null, "category": "medication", "criticality": "high",
        "reaction": "Hives", "severity": "severe"
    })
}

#[test]
fn allergies_go_through_their_states() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let patient = register(&clinic, "Lovelace", "Ada", "1990-12-10")["row"]["id"].clone();
    let block = |name: &str, input: Value| json(&clinic, name, input);
    assert_eq!(
        block("chart_allergies", value!({"patient": patient})).unwrap()["state"],
        "not_recorded"
    );
    assert_eq!(
        block("allergy_none_known", value!({"patient": patient})).unwrap()["state"],
        "no_known"
    );
    let known = block(
        "allergy_add",
        value!({"patient": patient, "draft": allergy("Penicillin")}),
    )
    .unwrap();
    assert_eq!(
        (known["state"].as_str(), known["active"][0]["reactions"][0].as_str()),
        (Some("known"), Some("Hives"))
    );
    assert_eq!(
        refused(&clinic, "allergy_none_known", value!({"patient": patient})),
        ErrorCode::Conflict
    );
    let id = &known["active"][0]["id"];
    let removed = block(
        "allergy_remove",
        value!({"patient": patient, "id": id, "reason": "another patient's"}),
    )
    .unwrap();
    assert_eq!(removed["state"], "no_known");
    let back = block("allergy_restore", value!({"patient": patient, "id": id})).unwrap();
    assert_eq!((back["state"].as_str(), &back["active"][0]["id"]), (Some("known"), id));
    let empty = block("allergy_add", value!({"patient": patient, "draft": allergy(" ")})).unwrap_err();
    assert_eq!(
        (empty.code, empty.field.as_deref()),
        (ErrorCode::Invalid, Some("draft.substance"))
    );
    assert_eq!(
        actions(&clinic, Some(&patient)),
        ["restore", "remove", "edit", "edit", "view", "register"]
    );
}

#[test]
fn an_allergy_of_another_chart_is_out_of_reach() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let one = register(&clinic, "One", "A", "1990")["row"]["id"].clone();
    let two = register(&clinic, "Two", "B", "1991")["row"]["id"].clone();
    let block = json(
        &clinic,
        "allergy_add",
        value!({"patient": one, "draft": allergy("Latex")}),
    )
    .unwrap();
    let input = value!({"patient": two, "id": block["active"][0]["id"], "reason": "x"});
    assert_eq!(refused(&clinic, "allergy_remove", input), ErrorCode::NotFound);
    let nobody = value!({"patient": "01890000-0000-7000-8000-000000000000", "draft": allergy("Latex")});
    assert_eq!(refused(&clinic, "allergy_add", nobody), ErrorCode::NotFound);
}

#[test]
fn a_draft_survives_a_kill_and_dies_with_its_note() {
    let laptop = Laptop::new();
    let (clinic, founder) = laptop.founded();
    let patient = register(&clinic, "Lovelace", "Ada", "1990-12-10")["row"]["id"].clone();
    let of = value!({"patient": patient});
    assert_eq!(json(&clinic, "note_draft_get", of.clone()).unwrap(), Value::Null);
    for text in ["F", "Fe", "Fever since"] {
        json(&clinic, "note_draft_save", value!({"patient": patient, "text": text})).unwrap();
    }
    // A kill: nothing is closed, and the operating system takes the lock away.
    drop(clinic);
    let clinic = laptop.start();
    unlock(&clinic, founder.user.id, PASSWORD).unwrap();
    assert_eq!(
        json(&clinic, "note_draft_get", of.clone()).unwrap()["text"],
        "Fever since"
    );
    let note = json(
        &clinic,
        "note_finish",
        value!({"patient": patient, "text": "Fever since Monday."}),
    )
    .unwrap();
    assert_eq!(note["author"], "Ada Founder");
    assert!(note["at_ms"].as_u64().unwrap() >= START_MS);
    assert_eq!(json(&clinic, "note_draft_get", of.clone()).unwrap(), Value::Null);
    let notes = json(&clinic, "note_list", of.clone()).unwrap();
    assert_eq!(notes, value!([note]));
    assert_eq!(
        refused(&clinic, "note_finish", value!({"patient": patient, "text": " "})),
        ErrorCode::Invalid
    );
    let long = value!({"patient": patient, "text": "x".repeat(300 * 1024)});
    assert_eq!(refused(&clinic, "note_draft_save", long), ErrorCode::TooLarge);
    json(&clinic, "note_draft_save", value!({"patient": patient, "text": "x"})).unwrap();
    json(&clinic, "note_draft_discard", of.clone()).unwrap();
    assert_eq!(json(&clinic, "note_draft_get", of).unwrap(), Value::Null);
}

#[test]
fn one_look_at_a_chart_is_one_entry() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let patient = register(&clinic, "Lovelace", "Ada", "1990-12-10")["row"]["id"].clone();
    let blocks = [
        "chart_allergies",
        "chart_problems",
        "chart_vitals",
        "chart_labs",
        "chart_other",
        "note_list",
    ];
    std::thread::scope(|scope| {
        for name in blocks {
            let (clinic, patient) = (&clinic, &patient);
            scope.spawn(move || json(clinic, name, value!({"patient": patient})).unwrap());
        }
    });
    assert_eq!(actions(&clinic, Some(&patient)), ["view", "register"]);
    laptop.clock.advance_ms(16 * 60 * 1000);
    json(&clinic, "chart_problems", value!({"patient": patient})).unwrap();
    assert_eq!(actions(&clinic, Some(&patient)), ["view", "view", "register"]);
    let nobody = value!({"patient": "01890000-0000-7000-8000-000000000000"});
    assert_eq!(refused(&clinic, "chart_problems", nobody), ErrorCode::NotFound);
}
