//! The `wardkeep` program as a script uses it.

use serde_json::{Value, json};
use std::path::PathBuf;
use wardkeep_tests::program::{Answer, found, wardkeep};
use wardkeep_tests::session::LoginSession;

#[test]
fn registers_finds_edits_and_audits() {
    let session = LoginSession::start();
    found(&session);
    let added = wardkeep(
        &session,
        &[
            "patient",
            "add",
            "--family",
            "O'Brien-Nuñez",
            "--given",
            "Séamus",
            "--birth-date",
            "1961-11",
            "--gender",
            "male",
        ],
    )
    .ok()
    .json();
    let mrn = added["row"]["mrn"].as_str().unwrap().to_owned();
    let id = added["row"]["id"].as_str().unwrap().to_owned();
    for query in [
        "obrien",
        "seamus nunez",
        "brien sea",
        "nov 1961",
        &mrn,
        &mrn.to_lowercase(),
        "obrein",
    ] {
        let rows = wardkeep(&session, &["patient", "search", query]).ok().json();
        assert_eq!(
            rows["rows"][0]["id"],
            json!(id),
            "`{query}` did not find the patient: {rows}"
        );
    }
    let edited = wardkeep(&session, &["patient", "edit", &mrn, "--phone", "+49 30 901820"])
        .ok()
        .json();
    assert_eq!(edited["draft"]["telecom"][0]["e164"], json!("+4930901820"));
    assert_eq!(edited["row"]["birth_date"], json!("1961-11"));

    let verified = wardkeep(&session, &["audit", "verify"]).ok().json();
    for compartment in verified["compartments"].as_array().unwrap() {
        assert_eq!(compartment["ok"], json!(true), "{verified}");
    }
    let entries = wardkeep(&session, &["audit", "list", "--patient", &id]).ok().json();
    let actions: Vec<&str> = entries
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|e| e["action"].as_str())
        .collect();
    for wanted in ["register", "edit"] {
        assert!(actions.contains(&wanted), "no `{wanted}` among {actions:?}");
    }
}

#[test]
fn bad_input_is_named_and_changes_nothing() {
    let session = LoginSession::start();
    found(&session);
    let answer = wardkeep(
        &session,
        &["patient", "add", "--family", "Doe", "--birth-date", "1999-02-30"],
    );
    assert_eq!((answer.code, answer.error_code().as_str()), (2, "invalid"));
    let error: Value = serde_json::from_str(answer.stderr.trim()).unwrap();
    assert!(
        error["error"]["field"].as_str().unwrap().contains("birth_date"),
        "{error}"
    );
    let rows = wardkeep(&session, &["patient", "search", "doe"]).ok().json();
    assert_eq!(rows["rows"], json!([]));
    for (arguments, code) in [
        (vec!["patient", "show", "no-such-patient"], 10),
        (vec!["command", "no_such_command"], 10),
        (vec!["command", "patient_search", "{\"query\":7}"], 2),
        (vec!["frobnicate"], 2),
    ] {
        assert_eq!(wardkeep(&session, &arguments).code, code, "{arguments:?}");
    }
}

#[test]
fn imports_twice_without_change_reports_rejects_and_gives_back_what_came_in() {
    let session = LoginSession::start();
    found(&session);
    let file = fixture(&session);
    let first = wardkeep(
        &session,
        &["import", "fhir", file.to_str().unwrap(), "--source", "north"],
    );
    assert_eq!(first.code, 7, "{}{}", first.stdout, first.stderr);
    let first = first.json();
    assert_eq!(first["imported"], json!(4), "{first}");
    assert_eq!(first["rejected"], json!(1), "{first}");
    let reject = &first["rejects"][0];
    assert_eq!(reject["resource_type"], json!("Patient"));
    assert!(reject["element"].as_str().unwrap().contains("gender"), "{reject}");
    assert_eq!(reject["index"], json!(3), "{reject}");

    let again = wardkeep(
        &session,
        &["import", "fhir", file.to_str().unwrap(), "--source", "north"],
    )
    .json();
    assert_eq!(
        (&again["imported"], &again["updated"]),
        (&json!(0), &json!(0)),
        "{again}"
    );
    assert_eq!(again["unchanged"], json!(4), "{again}");

    let rows = wardkeep(&session, &["patient", "search", "haldorsen"]).ok().json();
    let id = rows["rows"][0]["id"].as_str().unwrap();
    let exported = wardkeep(&session, &["export", "fhir", "--patient", id, "--out", "-"]).ok();
    assert_round_trip(&exported);
}

/// Every resource that came in goes out with the same content.
#[track_caller]
fn assert_round_trip(exported: &Answer) {
    let bundle: Value = serde_json::from_str(&exported.stdout).unwrap();
    let out: Vec<&Value> = bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["resource"])
        .collect();
    for mut wanted in resources().into_iter().filter(|r| r["gender"] != json!("purple")) {
        let id = wanted["id"].clone();
        let kind = wanted["resourceType"].clone();
        let found = out.iter().find(|r| r["id"] == id && r["resourceType"] == kind);
        let mut found = (*found.unwrap_or_else(|| panic!("{kind} {id} did not come out"))).clone();
        if kind == json!("Patient") {
            // A record number of ours is added to the patient's own identifiers.
            let identifiers = found["identifier"].as_array_mut().unwrap();
            identifiers.retain(|i| wanted["identifier"].as_array().unwrap().contains(i));
        }
        sort(&mut wanted);
        sort(&mut found);
        assert_eq!(found, wanted);
    }
    // The digits of a decimal are part of it (FHIR R4, 2.24.0.1).
    assert!(exported.stdout.contains("98.60"), "the decimal lost its last digit");
}

fn sort(value: &mut Value) {
    if let Value::Object(map) = value {
        map.sort_keys();
    }
}

fn resources() -> Vec<Value> {
    vec![
        json!({"resourceType": "Patient", "id": "p1", "identifier": [{"system": "urn:oid:1.2.3", "value": "77"}],
            "name": [{"use": "official", "family": "Haldorsen", "given": ["Åse", "Marie"]}], "gender": "female",
            "birthDate": "1958-03", "_birthDate": {"extension": [{"url": "http://example.org/x", "valueString": "guess"}]},
            "deceasedBoolean": false}),
        json!({"resourceType": "AllergyIntolerance", "id": "a1", "patient": {"reference": "Patient/p1"},
            "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]},
            "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "code": "confirmed"}]},
            "code": {"text": "Penicillin"}, "criticality": "high"}),
        json!({"resourceType": "Basic", "id": "b1", "code": {"text": "anything"}, "subject": {"reference": "Patient/p1"}}),
        json!({"resourceType": "Patient", "id": "p2", "gender": "purple"}),
    ]
}

/// An NDJSON file: three good resources, one that is not valid, and an observation with a decimal that ends in zero.
fn fixture(session: &LoginSession) -> PathBuf {
    let mut lines: Vec<String> = resources().iter().map(Value::to_string).collect();
    lines.push(
        "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/p1\"},\
         \"code\":{\"text\":\"Body temperature\"},\"valueQuantity\":{\"value\":98.60,\"unit\":\"degF\"}}"
            .to_owned(),
    );
    let path = session.root().join("lives.ndjson");
    std::fs::write(&path, lines.join("\n")).unwrap();
    path
}
