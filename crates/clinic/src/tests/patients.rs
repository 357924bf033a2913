//! Registering, finding, editing, removing; the log of all that.

use super::*;
use serde_json::json as value;

fn search(clinic: &Clinic, query: &str) -> Vec<Value> {
    let found = json(clinic, "patient_search", value!({"query": query, "limit": 20})).unwrap();
    found["rows"].as_array().unwrap().clone()
}

#[test]
fn a_patient_is_registered_found_edited_and_everything_is_logged() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let made = register(&clinic, "O'Neill", "Ada Grace", "1990-12-10");
    let id = &made["row"]["id"];
    let mrn = made["row"]["mrn"].as_str().unwrap();
    assert_eq!(mrn.len(), "K7Q-4F2M-9XC".len());
    assert_eq!(made["row"]["age"], "35 years");
    for query in [
        "oneill",
        "grace o'n",
        "1990-12-10",
        mrn,
        &mrn.to_lowercase().replace('-', ""),
        "o'neil 1990",
    ] {
        let rows = search(&clinic, query);
        assert_eq!(rows.len(), 1, "{query}");
        assert_eq!(&rows[0]["id"], id);
    }
    laptop.clock.advance_ms(1000);
    let opened = json(&clinic, "patient_open", value!({"id": id, "via": "search"})).unwrap();
    assert_eq!(opened["updated_by"], "Ada Founder");
    let mut draft = opened["draft"].clone();
    draft["telecom"] =
        value!([{"item": null, "system": "phone", "use_": "mobile", "value": "617 555 0123", "e164": null}]);
    draft["emergency_note"] = "Needs an interpreter".into();
    let edited = json(&clinic, "patient_edit", value!({"id": id, "draft": draft})).unwrap();
    assert_eq!(edited["draft"]["telecom"][0]["e164"], "+16175550123");
    assert_eq!(edited["row"]["mrn"], mrn, "the number stays");
    assert_eq!(search(&clinic, "6175550123").len(), 1);
    let same = json(&clinic, "patient_edit", value!({"id": id, "draft": edited["draft"]})).unwrap();
    assert_eq!(same["updated_at_ms"], edited["updated_at_ms"], "nothing differed");
    assert_eq!(actions(&clinic, Some(id)), ["edit", "search_open", "register"]);
    let log = json(&clinic, "patient_history", value!({"id": id, "limit": 1})).unwrap();
    assert_eq!(log[0]["detail"], r#"{"fields":["telecom","extension:frontDeskNote"]}"#);
    assert_eq!(log[0]["patient_name"], "O'NEILL, Ada Grace");
    let verdict = json(&clinic, "audit_verify", value!({})).unwrap();
    assert!(
        verdict["compartments"]
            .as_array()
            .unwrap()
            .iter()
            .all(|chain| chain["ok"] == true)
    );
}

#[test]
fn the_clinics_own_number_cannot_be_edited_away() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let made = register(&clinic, "Hopper", "Grace", "1906-12-09");
    let mut draft = made["draft"].clone();
    draft["identifiers"] = value!([]);
    let edited = json(
        &clinic,
        "patient_edit",
        value!({"id": made["row"]["id"], "draft": draft}),
    )
    .unwrap();
    assert_eq!(edited["row"]["mrn"], made["row"]["mrn"]);
    // A copied form does not bring the other's number along.
    let copy = json(&clinic, "patient_register", value!({"draft": made["draft"]})).unwrap();
    assert_ne!(copy["row"]["mrn"], made["row"]["mrn"]);
}

#[test]
fn faults_of_a_form_name_their_element() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let fault = |change: fn(&mut Value)| {
        let mut draft = form("Lovelace", "Ada", "1990-12-10");
        change(&mut draft);
        let error = json(&clinic, "patient_register", value!({"draft": draft})).unwrap_err();
        (error.code, error.field.unwrap())
    };
    assert_eq!(
        fault(|draft| draft["names"] = value!([])),
        (ErrorCode::Invalid, "draft.names".into())
    );
    assert_eq!(
        fault(|draft| draft["birth_date"] = "2999-01-01".into()),
        (ErrorCode::Invalid, "draft.birth_date".into())
    );
    assert_eq!(
        fault(|draft| draft["names"][0]["family"] = "x".repeat(5000).into()),
        (ErrorCode::TooLarge, "draft.names[0].family".into())
    );
    assert_eq!(clinic.call(session::current::Input {}).unwrap().patient_count, 0);
}

#[test]
fn a_removed_patient_comes_back() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let id = register(&clinic, "Lovelace", "Ada", "1990-12-10")["row"]["id"].clone();
    assert_eq!(
        refused(&clinic, "patient_remove", value!({"id": id, "reason": "  "})),
        ErrorCode::Invalid
    );
    json(&clinic, "patient_remove", value!({"id": id, "reason": "entered twice"})).unwrap();
    assert!(search(&clinic, "lovelace").is_empty());
    assert!(
        json(&clinic, "patient_recent", value!({"limit": 5}))
            .unwrap()
            .as_array()
            .unwrap()
            .is_empty()
    );
    let back = json(&clinic, "patient_restore", value!({"id": id})).unwrap();
    assert_eq!(back["row"]["removed"], false);
    assert_eq!(search(&clinic, "lovelace").len(), 1);
    assert_eq!(actions(&clinic, Some(&id)), ["restore", "remove", "register"]);
    let unknown = value!({"id": "01890000-0000-7000-8000-000000000000", "via": "link"});
    assert_eq!(refused(&clinic, "patient_open", unknown), ErrorCode::NotFound);
}

#[test]
fn recent_patients_are_those_of_this_user_in_order() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let ids: Vec<_> = ["Aa", "Bb", "Cc"]
        .iter()
        .map(|family| register(&clinic, family, "X", "2000")["row"]["id"].clone())
        .collect();
    json(&clinic, "patient_open", value!({"id": ids[0], "via": "recent"})).unwrap();
    let recent = json(&clinic, "patient_recent", value!({"limit": 2})).unwrap();
    let found: Vec<_> = recent.as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    assert_eq!(found, [ids[0].clone(), ids[2].clone()]);
}

#[test]
fn likely_duplicates_are_shown_and_others_are_not() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let jane = register(&clinic, "Marchetti", "Jane Ann", "1956-03-12")["row"]["id"].clone();
    register(&clinic, "Marchetti", "Rosa", "1990-01-01");
    register(&clinic, "Okafor", "Jane", "1956-03-12");
    let likely = |family: &str, given: &str, birth: &str| -> Vec<Value> {
        let draft = form(family, given, birth);
        let rows = json(&clinic, "patient_duplicates", value!({"draft": draft})).unwrap();
        rows.as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
    };
    assert_eq!(likely("Marchetti", "Jane", "1956-03-12")[0], jane);
    assert_eq!(
        likely("MARCHETTI", "ann", "1956")[0],
        jane,
        "less is known of the birth date"
    );
    assert!(
        likely("Marchetti", "Wolfgang", "1971-05-05").is_empty(),
        "a family name alone"
    );
    assert!(likely("Nguyen", "Thi", "1988-08-08").is_empty());
    assert!(
        actions(&clinic, Some(&jane)).iter().all(|action| action == "register"),
        "a warning opens nothing"
    );
}

#[test]
fn rows_of_one_name_are_marked() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    register(&clinic, "Smith", "John", "1950-01-01");
    register(&clinic, "SMITH", "John", "1985-06-01");
    register(&clinic, "Smith", "Joan", "1985-06-01");
    let marks: Vec<bool> = search(&clinic, "smith")
        .iter()
        .map(|row| row["same_name"].as_bool().unwrap())
        .collect();
    assert_eq!(marks.iter().filter(|mark| **mark).count(), 2);
}

#[test]
fn a_photo_is_sealed_replaced_and_removed() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let id = register(&clinic, "Lovelace", "Ada", "1990-12-10")["row"]["id"].clone();
    assert_eq!(json(&clinic, "patient_photo", value!({"id": id})).unwrap(), Value::Null);
    let picture = |fill: u8| {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.resize(3_000_000, fill);
        crate::base64::encode(&bytes)
    };
    let set = |base64: &str, media_type: &str| {
        json(
            &clinic,
            "patient_photo_set",
            value!({"id": id, "media_type": media_type, "base64": base64}),
        )
    };
    assert_eq!(
        set(&picture(7), "image/jpeg").unwrap_err().code,
        ErrorCode::Invalid,
        "not what it says it is"
    );
    assert_eq!(set("!!!!", "image/png").unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(set(&picture(7), "image/svg+xml").unwrap_err().code, ErrorCode::Invalid);
    let first = picture(7);
    assert_eq!(set(&first, "image/png").unwrap()["has_photo"], true);
    let shown = json(&clinic, "patient_photo", value!({"id": id})).unwrap();
    assert_eq!(
        (shown["media_type"].as_str(), shown["base64"].as_str()),
        (Some("image/png"), Some(first.as_str()))
    );
    set(&picture(8), "image/png").unwrap();
    assert_eq!(
        blob_files(&clinic),
        2,
        "the former picture's file stays, for whoever undoes this"
    );
    let shown = json(&clinic, "patient_photo", value!({"id": id})).unwrap();
    assert_eq!(shown["base64"].as_str(), Some(picture(8).as_str()));
    let without = json(&clinic, "patient_photo_remove", value!({"id": id})).unwrap();
    assert_eq!((without["has_photo"].as_bool(), blob_files(&clinic)), (Some(false), 2));
    assert_eq!(actions(&clinic, Some(&id)), ["edit", "attach", "attach", "register"]);
}

fn blob_files(clinic: &Clinic) -> usize {
    let folders = std::fs::read_dir(clinic.home().blobs_dir()).unwrap();
    folders
        .map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count())
        .sum()
}

#[test]
fn the_log_is_paged_without_gaps() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let id = register(&clinic, "Lovelace", "Ada", "1990-12-10")["row"]["id"].clone();
    for turn in 0..20 {
        // Several entries in one millisecond, in both chains, and once a clock that is turned back.
        if turn == 10 {
            laptop.clock.set_wall_ms(START_MS - 5000);
        }
        json(&clinic, "patient_open", value!({"id": id, "via": "link"})).unwrap();
        json(&clinic, "note_finish", value!({"patient": id, "text": "n"})).unwrap();
    }
    let all = json(
        &clinic,
        "audit_list",
        value!({"patient": null, "before": null, "limit": 1000}),
    )
    .unwrap();
    let all = all.as_array().unwrap();
    let mut paged = Vec::new();
    let mut before = Value::Null;
    loop {
        let page = json(
            &clinic,
            "audit_list",
            value!({"patient": null, "before": before, "limit": 7}),
        )
        .unwrap();
        let page = page.as_array().unwrap().clone();
        let Some(last) = page.last() else { break };
        before = last["cursor"].clone();
        paged.extend(page);
    }
    let key = |row: &Value| (row["compartment"].to_string(), row["n"].as_u64().unwrap());
    assert_eq!(all.len(), 2 + 1 + 40);
    assert_eq!(
        paged.iter().map(key).collect::<Vec<_>>(),
        all.iter().map(key).collect::<Vec<_>>()
    );
}
