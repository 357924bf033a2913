//! Fields survive bytes and FHIR JSON.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::field::{EXTENSION, Kind, OTHER, observation, patient};
use proptest::prelude::*;
use serde_json::Value;

const PATIENT: &str = r#"{
  "id": "p1", "resourceType": "Patient",
  "name": [ {"family": "Núñez", "given": ["Ana"]}, {"use": "nickname", "given": ["Anita"]} ],
  "birthDate": "1984-03-12", "_birthDate": {"extension": [{"url": "http://x/time", "valueDateTime": "1984-03-12T04:05:06Z"}]},
  "deceasedDateTime": "2020-01-02", "_deceasedDateTime": {"id": "d"},
  "extension": [ {"url": "http://race", "valueString": "?"},
    {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"},
    {"url": "http://daly", "valueDecimal": 7.500} ],
  "madeUp": {"deep": [1.0, 2e3, null]}, "telecom": [], "gender": null
}"#;

fn same_json(left: &str, right: &str) {
    let parse = |text| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(parse(left), parse(right));
}

#[test]
fn a_patient_comes_apart_and_together() {
    let fields = Fields::from_json(Kind::PATIENT, PATIENT).unwrap();
    let list: String = fields
        .iter()
        .map(|(key, value)| format!("{} {:?} {value}\n", key.field, key.item))
        .collect();
    insta::assert_snapshot!("patient_fields", list);
    insta::assert_snapshot!("patient_json", fields.to_json(Kind::PATIENT));
    let again = Fields::from_json(Kind::PATIENT, &fields.to_json(Kind::PATIENT)).unwrap();
    assert_eq!(again, fields);
    assert!(!format!("{fields:?}").contains("Ana"));
}

#[test]
fn fields_of_their_own_return_to_their_place_among_extensions_or_to_the_end() {
    let mut fields = Fields::from_json(Kind::PATIENT, PATIENT).unwrap();
    let urls = |fields: &Fields| -> Vec<String> {
        let json: Value = serde_json::from_str(&fields.to_json(Kind::PATIENT)).unwrap();
        let list = json["extension"].as_array().cloned().unwrap_or_default();
        list.iter()
            .map(|entry| entry["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(urls(&fields), ["race", "us-core-birthsex", "daly"]);
    let one = |field| FieldKey { field, item: None };
    fields.set(
        one(patient::FRONT_DESK_NOTE),
        Some(r#"{"url":"n","valueString":"deaf"}"#.into()),
    );
    fields.set(one(patient::BIRTH_SEX), None);
    assert_eq!(urls(&fields), ["race", "daly", "n"]);
    fields.set(one(EXTENSION), None);
    assert_eq!(urls(&fields), ["n"]);
}

#[test]
fn a_choice_is_one_field() {
    let resource = r#"{"resourceType":"Observation","valueQuantity":{"value":72.50,"unit":"kg"},"status":"final"}"#;
    let fields = Fields::from_json(Kind::OBSERVATION, resource).unwrap();
    assert_eq!(
        fields.one(observation::VALUE),
        Some(r#"{"valueQuantity":{"value":72.50,"unit":"kg"}}"#)
    );
    assert_eq!(
        fields.to_json(Kind::OBSERVATION),
        r#"{"resourceType":"Observation","status":"final","valueQuantity":{"value":72.50,"unit":"kg"}}"#
    );
}

#[test]
fn other_types_are_kept_whole() {
    let kind = Kind::of_type("CarePlan").unwrap();
    let fields = Fields::from_json(
        kind,
        r#"{"status":"active", "resourceType":"CarePlan","extension":[1]}"#,
    )
    .unwrap();
    assert_eq!(
        fields.to_json(kind),
        r#"{"resourceType":"CarePlan","status":"active","extension":[1]}"#
    );
    let empty = Fields::from_json(kind, r#"{"resourceType":"CarePlan"}"#).unwrap();
    assert_eq!(empty.to_json(kind), r#"{"resourceType":"CarePlan"}"#);
}

#[test]
fn faults_name_the_element() {
    let fault = |text: &str| Fields::from_json(Kind::PATIENT, text).unwrap_err().to_string();
    assert_eq!(fault("[]"), "resource: not a JSON object with distinct members");
    assert_eq!(
        fault(r#"{"id":"a","id":"b"}"#),
        "resource: not a JSON object with distinct members"
    );
    assert_eq!(fault(r#"{"id":"a"}"#), "resourceType: missing");
    assert_eq!(
        fault(r#"{"resourceType":"Observation"}"#),
        "resourceType: not the type expected"
    );
    assert_eq!(fault(r#"{"resourceType":"Patient","name":{}}"#), "name: not an array");
    assert_eq!(
        fault(r#"{"resourceType":"Patient","name":["Ada"]}"#),
        "name: an item that is no object"
    );
    assert_eq!(
        fault(r#"{"resourceType":"Patient","extension":[7]}"#),
        "extension: an item that is no object"
    );
    let deep = format!(
        r#"{{"resourceType":"Patient","x":{}{}}}"#,
        "[".repeat(120),
        "]".repeat(120)
    );
    assert_eq!(fault(&deep), "x: nested too deep");
    assert!(Fields::from_json(Kind::PATIENT, &"{\"a\":".repeat(100_000)).is_err());
}

#[test]
fn the_later_of_two_entries_stays() {
    let key = |item| FieldKey {
        field: 1,
        item: Some(item),
    };
    let fields = Fields::from_vec(vec![(key(2), "a".into()), (key(1), "b".into()), (key(2), "c".into())]);
    assert_eq!(fields.iter().collect::<Vec<_>>(), [(key(1), "b"), (key(2), "c")]);
    assert_eq!(fields.next_item(1, 4), 7);
    assert_eq!(fields.next_item(2, 0), 1);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_\"é]{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn any_patient() -> impl Strategy<Value = String> {
    let names = [
        "id",
        "active",
        "gender",
        "_gender",
        "birthDate",
        "deceasedBoolean",
        "deceasedDateTime",
        "link",
        "other",
        "x\"y",
    ];
    let plain = prop::collection::btree_map(prop::sample::select(names.to_vec()), any_json(), 0..8);
    let items = || prop::collection::vec(prop::collection::btree_map("[a-z]{1,4}", any_json(), 0..3), 1..4);
    (plain, prop::option::of(items()), prop::option::of(items())).prop_map(|(plain, name, extension)| {
        let mut all = serde_json::Map::new();
        all.insert("resourceType".into(), "Patient".into());
        all.extend(plain.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let list = |items: Vec<std::collections::BTreeMap<String, Value>>| serde_json::to_value(items).unwrap();
        all.extend(name.map(|items| ("name".to_owned(), list(items))));
        all.extend(extension.map(|items| ("extension".to_owned(), list(items))));
        serde_json::to_string_pretty(&all).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn every_patient_gives_back_what_came_in(text in any_patient()) {
        let fields = Fields::from_json(Kind::PATIENT, &text).unwrap();
        same_json(&fields.to_json(Kind::PATIENT), &text);
        prop_assert_eq!(&Fields::from_bytes(&fields.to_bytes()).unwrap(), &fields);
        for (_, value) in fields.iter() {
            prop_assert!(crate::json::is_minified(value));
        }
    }

    #[test]
    fn every_verbatim_resource_gives_back_what_came_in(text in any_patient()) {
        let kind = Kind::of_type("Basic").unwrap();
        let text = text.replacen("\"Patient\"", "\"Basic\"", 1);
        same_json(&Fields::from_json(kind, &text).unwrap().to_json(kind), &text);
    }

    #[test]
    fn garbage_is_no_fields(bytes in prop::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
        let _ = Fields::from_bytes(&bytes);
        prop_assert!(Fields::from_json(Kind::PATIENT, &text).is_err());
    }
}

#[test]
fn other_members_stay_in_other() {
    let fields = Fields::from_json(Kind::PATIENT, PATIENT).unwrap();
    assert!(fields.one(OTHER).unwrap().contains("madeUp"));
}
