//! Importing: once, twice, changed, cancelled, locked away; and out again.

use super::*;
use crate::import::wire::{ImportProgress, ImportState};
use crate::import::{cancel, progress, start};
use serde_json::json as value;
use std::path::Path;
use std::time::Duration;

const PATIENT: &str = "5cbc121b-cd71-4428-b8b7-31e53eba8184";

/// A bundle with a patient and their chart.
fn bundle(family: &str, observations: usize) -> Value {
    let entry = |id: &str, mut resource: Value| {
        resource["id"] = id.into();
        value!({"fullUrl": format!("urn:uuid:{id}"), "resource": resource})
    };
    let subject = value!({"reference": format!("urn:uuid:{PATIENT}")});
    let snomed = |code: &str, text: &str| value!({"coding": [{"system": "http://snomed.info/sct", "code": code, "display": text}], "text": text});
    let mut entries = vec![
        entry(
            PATIENT,
            value!({
                "resourceType": "Patient", "name": [{"use": "official", "family": family, "given": ["Milo"]}],
                "gender": "male", "birthDate": "1956-03-12"
            }),
        ),
        entry(
            "0b0fc75a-33f9-4d12-8d9c-09a18a2a2f4c",
            value!({
                "resourceType": "Condition", "subject": subject, "onsetDateTime": "2011-04-30T20:26:23-04:00",
                "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
                "code": snomed("38341003", "Hypertension")
            }),
        ),
        entry(
            "0b0fc75a-33f9-4d12-8d9c-09a18a2a2f4d",
            value!({
                "resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": subject,
                "medicationReference": {"reference": "urn:uuid:0b0fc75a-33f9-4d12-8d9c-09a18a2a2f50"}
            }),
        ),
        entry(
            "0b0fc75a-33f9-4d12-8d9c-09a18a2a2f50",
            value!({
                "resourceType": "Medication", "code": snomed("314076", "lisinopril 10 MG Oral Tablet")
            }),
        ),
        entry(
            "0b0fc75a-33f9-4d12-8d9c-09a18a2a2f4e",
            value!({
                "resourceType": "CarePlan", "status": "active", "intent": "order", "subject": subject
            }),
        ),
    ];
    for n in 0..observations {
        let id = uuid::Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0000 + n as u128).to_string();
        entries.push(entry(&id, value!({
            "resourceType": "Observation", "status": "final", "subject": subject,
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}], "text": "Body weight"},
            "effectiveDateTime": format!("2020-01-{:02}T08:00:00Z", n % 28 + 1),
            "valueQuantity": {"value": 80.50, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}
        })));
    }
    entries.push(entry(
        "0b0fc75a-33f9-4d12-8d9c-09a18a2a2fff",
        value!({
            "resourceType": "Condition", "subject": subject, "onsetDateTime": "not a date", "code": snomed("1", "x")
        }),
    ));
    value!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
}

fn wait(clinic: &Clinic, job: u32) -> ImportProgress {
    for _ in 0..24_000 {
        let now = clinic.call(progress::Input { job }).unwrap();
        if now.state != ImportState::Running {
            return now;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the import does not end");
}

fn begin(clinic: &Clinic, path: &Path) -> u32 {
    let paths = vec![path.to_string_lossy().into_owned()];
    clinic
        .call(start::Input {
            paths,
            source: String::new(),
        })
        .unwrap()
        .job
}

fn import(clinic: &Clinic, content: &Value) -> ImportProgress {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("one.json");
    std::fs::write(&path, content.to_string()).unwrap();
    wait(clinic, begin(clinic, &path))
}

#[test]
fn an_import_fills_the_chart_and_a_second_one_changes_nothing() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let first = import(&clinic, &bundle("Feil", 3));
    assert_eq!(
        (first.imported, first.updated, first.unchanged, first.rejected),
        (8, 0, 0, 1)
    );
    assert_eq!(
        (first.kept_verbatim, first.state, first.error),
        (2, ImportState::Done, None)
    );
    assert_eq!(first.rejects[0].resource_type.as_deref(), Some("Condition"));
    assert_eq!(
        (first.rejects[0].index, first.rejects[0].element.as_deref()),
        (8, Some("onsetDateTime"))
    );
    assert!(
        first
            .by_type
            .iter()
            .any(|count| count.resource_type == "Observation" && count.count == 3)
    );
    let rows = json(&clinic, "patient_search", value!({"query": "feil milo", "limit": 5})).unwrap();
    let id = &rows["rows"][0]["id"];
    let of = value!({"patient": id});
    let problems = json(&clinic, "chart_problems", of.clone()).unwrap();
    assert_eq!(
        (problems[0]["what"]["text"].as_str(), problems[0]["active"].as_bool()),
        (Some("Hypertension"), Some(true))
    );
    let medicines = json(&clinic, "chart_medications", of.clone()).unwrap();
    assert_eq!(
        medicines[0]["what"]["text"], "lisinopril 10 MG Oral Tablet",
        "the reference is followed"
    );
    let vitals = json(&clinic, "chart_vitals", of.clone()).unwrap();
    assert_eq!(
        (
            vitals[0]["points"].as_array().unwrap().len(),
            vitals[0]["points"][0]["at"].as_str()
        ),
        (3, Some("2020-01-03T08:00:00Z"))
    );
    assert_eq!(
        json(&clinic, "chart_other", of).unwrap(),
        value!([{"resource_type": "CarePlan", "count": 1}])
    );
    let before = clinic.call(session::current::Input {}).unwrap().patient_count;
    let second = import(&clinic, &bundle("Feil", 3));
    assert_eq!(
        (second.imported, second.updated, second.unchanged, second.rejected),
        (0, 0, 8, 1)
    );
    assert_eq!(clinic.call(session::current::Input {}).unwrap().patient_count, before);
    assert_eq!(
        actions(&clinic, Some(id)),
        ["view", "import"],
        "nothing was written, so nothing is logged"
    );
    let third = import(&clinic, &bundle("Feil-Kuhn", 3));
    assert_eq!((third.imported, third.updated, third.unchanged), (0, 1, 7));
    let detail = json(&clinic, "patient_open", value!({"id": id, "via": "link"})).unwrap();
    assert_eq!(detail["row"]["family"], "Feil-Kuhn");
}

#[test]
fn two_versions_in_one_set_settle_at_once() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let dir = tempfile::tempdir().unwrap();
    for (name, family) in [("a.json", "Feil"), ("b.json", "Kuhn"), ("c.json", "Feil")] {
        std::fs::write(dir.path().join(name), bundle(family, 0).to_string()).unwrap();
    }
    let first = wait(&clinic, begin(&clinic, dir.path()));
    assert_eq!(
        (first.imported, first.updated),
        (5, 1),
        "the third says what the first said"
    );
    let second = wait(&clinic, begin(&clinic, dir.path()));
    assert_eq!((second.imported, second.updated, second.unchanged), (0, 0, 15));
    // Said on another day it is news again.
    laptop.clock.advance_ms(1000);
    assert_eq!(import(&clinic, &bundle("Roe", 0)).updated, 1);
    assert_eq!(import(&clinic, &bundle("Feil", 0)).updated, 1);
}

#[test]
fn an_import_lifts_no_restriction_and_a_label_in_a_file_is_one() {
    let laptop = Laptop::new();
    let (clinic, founder) = laptop.founded();
    let said = |meta: Value| {
        let mut bundle = bundle("Feil", 0);
        bundle["entry"][0]["resource"]["meta"] = meta;
        laptop.clock.advance_ms(1000);
        import(&clinic, &bundle).updated
    };
    import(&clinic, &bundle("Feil", 0));
    let found = json(&clinic, "patient_search", value!({"query": "feil", "limit": 5})).unwrap();
    let id = &found["rows"][0]["id"];
    let open = || json(&clinic, "patient_open", value!({"id": id, "via": "link"})).unwrap();
    assert_eq!(open()["restriction"], Value::Null);
    json(
        &clinic,
        "patient_restrict",
        value!({"patient": id, "users": [founder.user.id]}),
    )
    .unwrap();
    // Another version of the file has another meta, and no label in it.
    assert_eq!(said(value!({"versionId": "2"})), 1);
    assert_eq!(open()["restriction"]["people"][0]["name"], "Ada Founder");
    json(&clinic, "patient_unrestrict", value!({"patient": id})).unwrap();
    assert_eq!(open()["restriction"], Value::Null);
    let label = value!({"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"});
    assert_eq!(said(value!({"versionId": "3", "security": [label]})), 1);
    assert_eq!(open()["restriction"]["people"], value!([]));
    let chart = value!({"patient": id});
    assert_eq!(refused(&clinic, "note_list", chart), ErrorCode::ChartRestricted);
}

#[test]
fn what_came_in_goes_out() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let content = bundle("Feil", 3);
    import(&clinic, &content);
    let rows = json(&clinic, "patient_search", value!({"query": "feil", "limit": 5})).unwrap();
    let id = rows["rows"][0]["id"].clone();
    json(&clinic, "note_finish", value!({"patient": id, "text": "Seen today."})).unwrap();
    let mut out = Vec::new();
    let count = clinic
        .export_patient_to(id.as_str().unwrap().parse().unwrap(), None, &mut out)
        .unwrap();
    let exported: Value = serde_json::from_slice(&out).unwrap();
    let entries = exported["entry"].as_array().unwrap();
    assert_eq!((count, entries.len()), (9, 9), "eight that came in and the note");
    for given in content["entry"].as_array().unwrap().iter().take(8) {
        let back = entries
            .iter()
            .find(|entry| entry["fullUrl"] == given["fullUrl"])
            .unwrap();
        assert_eq!(back["resource"], given["resource"]);
    }
    assert!(String::from_utf8(out).unwrap().contains("80.5"));
    let sealed = json(&clinic, "export_patient", value!({"id": id})).unwrap();
    assert_eq!(sealed["resources"], 9);
    assert_eq!(actions(&clinic, Some(&id))[..2], ["export", "export"]);
    // Into another clinic, and the same again.
    let other = Laptop::new();
    let (elsewhere, _) = other.founded();
    let again = import(&elsewhere, &exported);
    assert_eq!((again.imported, again.rejected), (9, 0));
}

#[test]
fn a_lock_ends_an_import_between_two_batches() {
    let laptop = Laptop::new();
    let (clinic, founder) = laptop.founded();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.json");
    std::fs::write(&path, bundle("Feil", 12_000).to_string()).unwrap();
    let job = begin(&clinic, &path);
    let second = clinic.call(start::Input {
        paths: vec![path.to_string_lossy().into_owned()],
        source: String::new(),
    });
    assert_eq!(second.unwrap_err().code, ErrorCode::ImportRunning);
    while clinic.call(progress::Input { job }).unwrap().imported == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    // Nobody waits for the import: a search and an edit go through while it runs.
    json(&clinic, "patient_search", value!({"query": "feil", "limit": 5})).unwrap();
    register(&clinic, "Lovelace", "Ada", "1990-12-10");
    lock(&clinic);
    assert_eq!(
        refused(&clinic, "import_progress", value!({"job": job})),
        ErrorCode::Locked
    );
    unlock(&clinic, founder.user.id, PASSWORD).unwrap();
    let end = clinic.call(progress::Input { job }).unwrap();
    assert_eq!(end.state, ImportState::Cancelled);
    assert!(end.imported > 0 && end.imported < 12_005);
    assert_eq!(
        json(&clinic, "audit_verify", value!({})).unwrap()["compartments"][1]["ok"],
        true
    );
    let rest = wait(&clinic, begin(&clinic, &path));
    assert_eq!(
        (rest.unchanged, rest.imported + rest.unchanged),
        (end.imported, 12_005),
        "goes on from there"
    );
}

#[test]
fn a_cancel_stops_it() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.json");
    std::fs::write(&path, bundle("Feil", 12_000).to_string()).unwrap();
    let job = begin(&clinic, &path);
    clinic.call(cancel::Input { job }).unwrap();
    assert_eq!(wait(&clinic, job).state, ImportState::Cancelled);
    assert_eq!(
        refused(&clinic, "import_cancel", value!({"job": 99})),
        ErrorCode::NotFound
    );
}

#[test]
fn a_preview_counts_and_imports_nothing() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.json"), bundle("Feil", 3).to_string()).unwrap();
    std::fs::write(
        dir.path().join("b.ndjson"),
        "{\"resourceType\":\"Patient\",\"id\":\"1\"}\n",
    )
    .unwrap();
    std::fs::write(dir.path().join("c.json"), "no json").unwrap();
    let paths = value!({"paths": [dir.path()]});
    let preview = json(&clinic, "import_preview", paths).unwrap();
    let forms: Vec<_> = preview["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["form"].as_str().unwrap())
        .collect();
    assert_eq!(forms, ["bundle", "ndjson", "unreadable"]);
    assert_eq!(
        (preview["patients"].as_u64(), preview["needs_source"].as_bool()),
        (Some(2), Some(true))
    );
    assert!(preview["files"][2]["problem"].is_string());
    assert_eq!(clinic.call(session::current::Input {}).unwrap().patient_count, 0);
    assert_eq!(
        refused(&clinic, "import_preview", value!({"paths": ["/nonesuch"]})),
        ErrorCode::FileUnreadable
    );
}

#[test]
fn a_large_import_leaves_everybody_found_and_the_index_settled() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("many.ndjson");
    let line = |n: u32| {
        value!({
            "resourceType": "Patient", "id": format!("p{n}"), "birthDate": "1956-03-04",
            "name": [{"family": format!("Many{}", "abcdefghij".chars().nth((n % 10) as usize).unwrap()), "given": ["Ada"]}],
            "telecom": [{"system": "phone", "value": format!("+1617555{n:04}")}]
        })
        .to_string()
    };
    std::fs::write(&path, (0..2_500).map(line).collect::<Vec<_>>().join("\n")).unwrap();
    let done = wait(&clinic, begin(&clinic, &path));
    assert_eq!((done.state, done.imported), (ImportState::Done, 2_500));
    for n in [0_u32, 1_999, 2_000, 2_499] {
        let query = format!("617555{n:04}");
        let found = json(&clinic, "patient_search", value!({"query": query, "limit": 5})).unwrap();
        assert_eq!(found["rows"].as_array().map(Vec::len), Some(1), "{query}");
    }
    let unsettled = clinic.with_session(|session| session.with_store(|store| store.is_search_unsettled()));
    assert_eq!(unsettled.ok(), Some(false));
}
