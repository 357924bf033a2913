//! AuditEvents against FHIR and the profiles, and the CSV of the same entries.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::parse::Importer;
use crate::read::Resources;
use proptest::prelude::*;

const ACTS: [Act; 15] = [
    Act::Read,
    Act::Query,
    Act::Create,
    Act::Update,
    Act::Delete,
    Act::Disclose,
    Act::Import,
    Act::Login,
    Act::Logout,
    Act::Roles,
    Act::Security,
    Act::OverrideStarted,
    Act::OverrideStopped,
    Act::TrailUsed,
    Act::Application,
];

fn entry(act: Act) -> Entry<'static> {
    let patient = RecordId::from_bytes([0x11; 16]);
    Entry {
        device: Party {
            id: "0190a5f0-1c2d-7e3f-8a4b-5c6d7e8f9012",
            name: "Front office",
        },
        user: Some(Party {
            id: "0190a5f0-1c2d-7e3f-8a4b-5c6d7e8f9000",
            name: "Dee \"Desk\", the second",
        }),
        site: "Riverside",
        chain: "office",
        n: 7,
        recorded: "2026-01-02T15:04:05.123Z",
        action: "view",
        act,
        failed: false,
        patient: Some(patient),
        record: Some(patient),
        detail: Some("{\"via\":\"link\"}"),
        withheld: false,
        query: Some("QXVkaXRFdmVudD9wYXRpZW50PTE="),
        values: &[],
        disclosed: Disclosed::default(),
        emergency: false,
    }
}

fn disclosure() -> Entry<'static> {
    Entry {
        action: "export",
        disclosed: Disclosed {
            recipient: Some("St Mary Hospital, 1 Hill Road"),
            reason: Some("TREAT"),
            purpose: Some("treatment"),
        },
        ..entry(Act::Disclose)
    }
}

/// Whether our own check of FHIR R4 takes it.
fn is_valid(event: &Value) -> bool {
    let line = format!("{event}\n");
    let mut importer = Importer::new("trail", "x.ndjson");
    let resources: Vec<_> = Resources::new(line.as_bytes(), "x.ndjson").collect();
    resources.len() == 1 && resources.into_iter().all(|raw| importer.take(&raw.unwrap()).is_ok())
}

/// The same with its names in order, however the map keeps them.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let map: std::collections::BTreeMap<_, _> =
                map.into_iter().map(|(name, part)| (name, sorted(part))).collect();
            Value::Object(map.into_iter().collect())
        }
        Value::Array(all) => Value::Array(all.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[test]
fn a_read_and_a_disclosure_look_as_the_profiles_ask() {
    let text = |entry: &Entry<'_>| serde_json::to_string_pretty(&sorted(audit_event(entry))).unwrap();
    insta::assert_snapshot!(text(&entry(Act::Read)));
    insta::assert_snapshot!(text(&disclosure()));
}

#[test]
fn every_act_is_a_valid_resource_and_keeps_the_rules_of_its_profile() {
    for act in ACTS {
        for (failed, user, patient) in [(false, true, true), (true, true, false), (false, false, true)] {
            let whole = entry(act);
            let tried = Entry {
                failed,
                user: whole.user.filter(|_| user),
                patient: whole.patient.filter(|_| patient),
                ..whole
            };
            let event = audit_event(&tried);
            assert!(is_valid(&event), "{event:#}");
            if let Some(profile) = event["meta"]["profile"][0].as_str() {
                profiled(&event, profile.strip_prefix(BALP).unwrap());
            } else {
                let plain = !matches!(act, Act::Read | Act::Query | Act::Create | Act::Update | Act::Delete);
                assert!(
                    plain && act != Act::Disclose || failed || !patient,
                    "{act:?} has a profile"
                );
            }
        }
    }
}

/// What the profiles of BALP ask beyond FHIR.
fn profiled(event: &Value, profile: &str) {
    let list = |name: &str| event[name].as_array().unwrap().clone();
    let code = |value: &Value| value["code"].as_str().unwrap_or_default().to_owned();
    let agents: Vec<(String, Value)> = list("agent")
        .into_iter()
        .map(|agent| (code(&agent["type"]["coding"][0]), agent))
        .collect();
    let count = |wanted: &str| agents.iter().filter(|(role, _)| role == wanted).count();
    let (kind, subtype, action, roles): (_, _, _, &[&str]) = match profile {
        "PatientRead" => ("rest", "read", "R", &["110152", "110153"]),
        "PatientQuery" => ("rest", "search", "E", &["110152", "110153"]),
        "PatientCreate" => ("rest", "create", "C", &["110152", "110153"]),
        "PatientUpdate" => ("rest", "update", "U", &["110152", "110153"]),
        "PatientDelete" => ("rest", "delete", "D", &["110150", "custodian"]),
        "PrivacyDisclosure.Source" => ("110106", "disclose", "R", &["110152", "110153"]),
        other => panic!("{other}"),
    };
    assert_eq!(
        (code(&event["type"]).as_str(), event["action"].as_str()),
        (kind, Some(action))
    );
    assert_eq!(list("subtype").iter().filter(|one| code(one) == subtype).count(), 1);
    assert_eq!(event["outcome"], "0");
    for role in roles {
        assert_eq!(count(role), 1, "{profile} {role}");
    }
    for (role, agent) in agents.iter().filter(|(role, _)| roles.contains(&role.as_str())) {
        assert!(
            agent["who"].is_object() && agent["network"].is_object(),
            "{profile} {role}"
        );
    }
    let entities = list("entity");
    let typed = |wanted: &str| {
        entities
            .iter()
            .filter(|one| one["type"]["code"] == wanted)
            .collect::<Vec<_>>()
    };
    let (people, objects) = (typed("1"), typed("2"));
    assert_eq!((people.len(), objects.len()), (1, 1), "{profile}");
    assert_eq!(people[0]["role"]["code"], "1");
    assert!(people[0]["what"]["reference"].as_str().unwrap().starts_with("Patient/"));
    match profile {
        "PatientQuery" => {
            assert_eq!(objects[0]["role"]["code"], "24");
            assert!(objects[0]["query"].is_string() && objects[0]["what"].is_null() && objects[0]["detail"].is_null());
        }
        _ => assert!(objects[0]["what"].is_object() && objects[0]["role"]["code"] == "4"),
    }
    if profile == "PrivacyDisclosure.Source" {
        let source = agents.iter().find(|(role, _)| role == "110153").unwrap();
        assert_eq!(source.1["who"], event["source"]["observer"], "val-audit-source");
    }
}

#[test]
fn lines_of_csv_are_quoted_and_no_formula() {
    let mut all = CSV_HEAD.to_owned();
    all.push_str(&csv_line(&entry(Act::Read)));
    all.push_str(&csv_line(&disclosure()));
    let hostile = Entry {
        device: Party {
            name: "=cmd|' /C calc'!A0",
            ..entry(Act::Read).device
        },
        detail: None,
        withheld: true,
        user: None,
        failed: true,
        ..entry(Act::Read)
    };
    all.push_str(&csv_line(&hostile));
    insta::assert_snapshot!(all);
}

proptest! {
    #[test]
    fn any_text_keeps_the_number_of_cells(name in any::<String>(), detail in any::<String>()) {
        let line = csv_line(&Entry {
            device: Party { name: &name, ..entry(Act::Read).device },
            detail: Some(&detail),
            ..entry(Act::Read)
        });
        let (mut quoted, mut cells) = (false, 1);
        for letter in line.trim_end_matches("\r\n").chars() {
            match letter {
                '"' => quoted = !quoted,
                ',' if !quoted => cells += 1,
                _ => {}
            }
        }
        prop_assert!(!quoted);
        prop_assert_eq!(cells, 15);
    }
}

#[test]
fn values_before_and_after_stand_in_the_details_and_in_a_cell() {
    let values = [
        Values {
            field: "birthDate",
            before: vec!["\"1980-02-03\""],
            missing: false,
            after: Some("\"1980-02-04\""),
        },
        Values {
            field: "language",
            before: Vec::new(),
            missing: true,
            after: None,
        },
    ];
    let entry = Entry {
        action: "edit",
        values: &values,
        ..entry(Act::Update)
    };
    let event = audit_event(&entry);
    assert!(is_valid(&event), "{event}");
    let details = event["entity"][1]["detail"].as_array().unwrap();
    let said: Vec<(&str, &str)> = details
        .iter()
        .map(|one| (one["type"].as_str().unwrap(), one["valueString"].as_str().unwrap()))
        .collect();
    assert_eq!(
        said[1..],
        [
            ("before birthDate", "\"1980-02-03\""),
            ("after birthDate", "\"1980-02-04\""),
            ("before language", "(not known)"),
        ]
    );
    let line = csv_line(&entry);
    assert!(line.contains("1980-02-03") && line.contains("before_known"), "{line}");
}

#[test]
fn what_is_done_under_broken_glass_says_so_and_keeps_its_profile() {
    let event = audit_event(&Entry {
        emergency: true,
        ..entry(Act::Read)
    });
    assert_eq!(event["purposeOfEvent"][0]["coding"][0]["code"], "BTG");
    assert!(event["meta"]["profile"][0].as_str().unwrap().ends_with("PatientRead"));
    let begun = audit_event(&entry(Act::OverrideStarted));
    assert_eq!(
        (&begun["type"]["code"], &begun["subtype"][0]["code"]),
        (&json!("110113"), &json!("110127"))
    );
    assert!(begun.get("purposeOfEvent").is_none());
}
