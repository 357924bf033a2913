//! What a chart shows of records as they come from elsewhere.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::field::Kind;
use crate::fields::Fields;
use crate::id::RecordId;
use crate::patient::Reason;
use proptest::prelude::*;
use serde_json::{Value, json};

fn id(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}

fn fields(kind: Kind, mut resource: Value) -> Fields {
    resource["resourceType"] = kind.resource_type().into();
    Fields::from_json(kind, &resource.to_string()).unwrap()
}

/// A line as text: what | status | active | start | end | detail | who.
fn line(kind: Kind, resource: Value) -> String {
    let known = |reference: &str| {
        (reference == "Medication/1").then(|| Coded {
            text: "Aspirin".into(),
            ..Coded::default()
        })
    };
    let item = chart_item(id(1), kind, &fields(kind, resource), &known).unwrap();
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let rest = [&item.start, &item.end, &item.detail, &item.who]
        .map(or_dash)
        .join(" | ");
    format!(
        "{} | {} | {} | {rest}",
        item.what.text,
        or_dash(&item.status),
        item.active
    )
}

#[test]
fn problems() {
    let status = |code: &str| json!({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": code}]});
    let sprain = json!({"clinicalStatus": status("resolved"), "verificationStatus": status("confirmed"), "code": {"text": "Sprain"},
        "onsetDateTime": "2016-01-07T22:28:27+00:00", "abatementDateTime": "2016-01-28", "severity": {"text": "Mild"},
        "bodySite": [{"text": "Wrist"}], "recorder": {"display": "Dr. A"}});
    assert_eq!(
        line(Kind::CONDITION, sprain),
        "Sprain | resolved | false | 2016-01-07T22:28:27+00:00 | 2016-01-28 | Mild, Wrist | Dr. A"
    );
    let asthma = json!({"code": {"coding": [{"code": "195967001", "display": "Asthma"}]}, "onsetAge": {"value": 12, "unit": "years"}});
    assert_eq!(
        line(Kind::CONDITION, asthma.clone()),
        "Asthma | - | true | - | - | 12 years | -"
    );
    let mut gone = asthma.clone();
    gone["abatementString"] = "last year".into();
    assert!(line(Kind::CONDITION, gone).contains("| false |"));
    let mut wrong = asthma;
    wrong["clinicalStatus"] = status("active");
    wrong["verificationStatus"] = status("entered-in-error");
    assert_eq!(
        line(Kind::CONDITION, wrong),
        "Asthma | entered-in-error | false | - | - | 12 years | -"
    );
}

#[test]
fn medicines() {
    let request = json!({"status": "active", "intent": "order", "medicationCodeableConcept": {"text": "Lisinopril 10 MG"},
        "authoredOn": "2020-01-02", "requester": {"display": "Dr. B"}, "dosageInstruction": [{
            "timing": {"repeat": {"frequency": 2, "period": 1.0, "periodUnit": "d"}}, "asNeededBoolean": true,
            "doseAndRate": [{"doseQuantity": {"value": 0.5, "unit": "tablet"}}], "route": {"text": "oral"}}]});
    assert_eq!(
        line(Kind::MEDICATION_REQUEST, request.clone()),
        "Lisinopril 10 MG | active | true | 2020-01-02 | - | 0.5 tablet, oral, 2 times every day, as needed | Dr. B"
    );
    let mut never = request;
    never["doNotPerform"] = true.into();
    assert!(line(Kind::MEDICATION_REQUEST, never).contains("| false | 2020-01-02 | - | do not give, "));
    let inside = json!({"contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Morphine"}}], "status": "stopped",
        "medicationReference": {"reference": "#m"}});
    assert_eq!(
        line(Kind::MEDICATION_REQUEST, inside),
        "Morphine | stopped | false | - | - | - | -"
    );
    let outside = json!({"status": "active", "effectivePeriod": {"start": "2019", "end": "2020"},
        "medicationReference": {"reference": "Medication/1", "display": "?"}, "dosage": [{"text": "one a day"}]});
    assert_eq!(
        line(Kind::MEDICATION_STATEMENT, outside),
        "Aspirin | active | true | 2019 | 2020 | one a day | -"
    );
    let named = json!({"medicationReference": {"reference": "Medication/2", "display": "Paracetamol"}});
    assert_eq!(
        line(Kind::MEDICATION_STATEMENT, named),
        "Paracetamol | - | false | - | - | - | -"
    );
}

#[test]
fn vaccinations_visits_procedures_reports() {
    let vaccine = json!({"status": "completed", "vaccineCode": {"text": "Influenza"}, "occurrenceDateTime": "2014-08-19", "lotNumber": "AAJN11K",
        "doseQuantity": {"value": 5, "unit": "mg"}, "performer": [{"actor": {"display": "Nurse C"}}]});
    assert_eq!(
        line(Kind::IMMUNIZATION, vaccine),
        "Influenza | completed | true | 2014-08-19 | - | 5 mg, lot AAJN11K | Nurse C"
    );
    let visit = json!({"status": "finished", "class": {"code": "AMB", "display": "ambulatory"}, "period": {"start": "2011-12-13", "end": "2011-12-14"},
        "reasonReference": [{"display": "Hypertension"}], "participant": [{}, {"individual": {"display": "Dr. D"}}]});
    assert_eq!(
        line(Kind::ENCOUNTER, visit),
        "ambulatory | finished | false | 2011-12-13 | 2011-12-14 | Hypertension | Dr. D"
    );
    let procedure = json!({"status": "completed", "code": {"text": "Suture"}, "performedPeriod": {"start": "2011"}, "outcome": {"text": "good"}});
    assert_eq!(
        line(Kind::PROCEDURE, procedure),
        "Suture | completed | false | 2011 | - | good | -"
    );
    let report = json!({"status": "final", "code": {"text": "CBC"}, "issued": "2016-12-27T22:28:27Z", "conclusion": "Normal", "performer": [{"display": "Lab"}]});
    assert_eq!(
        line(Kind::REPORT, report),
        "CBC | final | true | 2016-12-27T22:28:27Z | - | Normal | Lab"
    );
    assert!(chart_item(id(1), Kind::PATIENT, &Fields::new(), &|_| None).is_none());
}

#[test]
fn the_subject_of_every_kind() {
    for kind in [
        Kind::ALLERGY,
        Kind::CONDITION,
        Kind::MEDICATION_REQUEST,
        Kind::MEDICATION_STATEMENT,
        Kind::IMMUNIZATION,
    ] {
        let member = if matches!(kind, Kind::ALLERGY | Kind::IMMUNIZATION) {
            "patient"
        } else {
            "subject"
        };
        let record = fields(kind, json!({member: {"reference": "Patient/1"}}));
        assert_eq!(subject_reference(kind, &record).as_deref(), Some("Patient/1"));
    }
    for kind in [
        Kind::OBSERVATION,
        Kind::ENCOUNTER,
        Kind::PROCEDURE,
        Kind::REPORT,
        Kind::NOTE,
    ] {
        let record = fields(kind, json!({"subject": {"reference": "Patient/1"}}));
        assert_eq!(subject_reference(kind, &record).as_deref(), Some("Patient/1"));
    }
    assert_eq!(subject_reference(Kind::PATIENT, &Fields::new()), None);
}

fn observation(resource: Value) -> Fields {
    fields(Kind::OBSERVATION, resource)
}

#[test]
fn series_of_measurements() {
    let pressure = |at: &str, high: u32, low: u32| {
        let part = |code: &str, text: &str, value: u32| json!({"code": {"coding": [{"code": code}], "text": text}, "valueQuantity": {"value": value, "unit": "mm[Hg]"}});
        observation(
            json!({"status": "final", "code": {"coding": [{"code": "85354-9"}], "text": "Blood pressure"}, "effectiveDateTime": at,
            "component": [part("8480-6", "Systolic", high), part("8462-4", "Diastolic", low)]}),
        )
    };
    let weight = |at: &str, value: f64, unit: &str| {
        observation(
            json!({"code": {"coding": [{"code": "29463-7"}], "text": "Body weight"}, "effectiveDateTime": at,
            "valueQuantity": {"value": value, "unit": unit}, "interpretation": [{"coding": [{"code": "H"}]}],
            "referenceRange": [{"text": "?"}, {"low": {"value": 50}, "high": {"value": 90.5}}]}),
        )
    };
    let wrong =
        observation(json!({"status": "entered-in-error", "code": {"text": "Body weight"}, "valueInteger": 900}));
    let panel = observation(json!({"code": {"text": "Panel"}, "hasMember": [{"reference": "x"}]}));
    let all = [
        weight("2020-01-01", 72.0, "kg"),
        pressure("2020-01-01", 120, 80),
        weight("2021-01-01T00:00:00+02:00", 172.694_527_09, "kg"),
        weight("2019-06", 160.0, "[lb_av]"),
        pressure("2021-01-01", 130, 85),
        wrong,
        panel,
    ];
    let series = observation_series((1..).map(id).zip(&all));
    insta::assert_snapshot!(serde_json::to_string_pretty(&series).unwrap());
}

#[test]
fn values_of_every_type() {
    let text = |value: Value| {
        let mut resource = value;
        resource["code"] = json!({"text": "x"});
        let record = observation(resource);
        observation_series([(id(1), &record)])
            .first()
            .map(|series| (series.points[0].text.clone(), series.points[0].value))
    };
    let words = |text: &str| Some((text.to_owned(), None));
    assert_eq!(text(json!({"valueString": "clear"})), words("clear"));
    assert_eq!(
        text(json!({"valueCodeableConcept": {"text": "Never smoked"}})),
        words("Never smoked")
    );
    assert_eq!(text(json!({"valueBoolean": false})), words("No"));
    assert_eq!(text(json!({"valueInteger": 7})), Some(("7".into(), Some(7.0))));
    assert_eq!(
        text(json!({"valueQuantity": {"value": 5, "comparator": "<", "unit": "mg"}})),
        words("<5 mg")
    );
    assert_eq!(
        text(json!({"valueRange": {"low": {"value": 1}, "high": {"value": 2}}})),
        words("1\u{2013}2")
    );
    assert_eq!(
        text(json!({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}})),
        words("1 : 128")
    );
    assert_eq!(text(json!({"valueTime": "12:00:00"})), words("12:00:00"));
    assert_eq!(text(json!({"valuePeriod": {"start": "2020"}})), words("2020 \u{2013} "));
    assert_eq!(text(json!({"valueSampledData": {"period": 1}})), words("Curve"));
    assert_eq!(text(json!({"dataAbsentReason": {"text": "Unknown"}})), words("Unknown"));
    assert_eq!(text(json!({"valueQuantity": {"value": "5"}})), None);
}

#[test]
fn the_block_of_an_observation() {
    let of = |category: &str| {
        observation_group(&observation(
            json!({"category": [{"coding": [{"code": category}]}], "code": {"coding": [{"code": "8302-2"}]}}),
        ))
    };
    assert_eq!(of("vital-signs"), ObservationGroup::VitalSigns);
    assert_eq!(of("laboratory"), ObservationGroup::Laboratory);
    assert_eq!(of("survey"), ObservationGroup::Other);
    let bare = observation(json!({"code": {"coding": [{"code": "8302-2"}]}}));
    assert_eq!(observation_group(&bare), ObservationGroup::VitalSigns);
    assert_eq!(observation_group(&Fields::new()), ObservationGroup::Other);
}

fn draft(substance: &str) -> AllergyDraft {
    AllergyDraft {
        substance: substance.into(),
        code: Some("1191".into()),
        system: Some("http://www.nlm.nih.gov/research/umls/rxnorm".into()),
        category: Some(AllergyCategory::Medication),
        criticality: Some(AllergyCriticality::High),
        reaction: Some("Hives".into()),
        severity: Some(AllergySeverity::Severe),
    }
}

#[test]
fn an_allergy_is_written_and_shows() {
    let written = allergy_fields(&draft(" Aspirin "), "Patient/1", "2026-06-15T10:00:00Z", "Dr. A").unwrap();
    insta::assert_snapshot!("allergy_resource", written.to_json(Kind::ALLERGY));
    insta::assert_snapshot!(
        "allergy_wire",
        serde_json::to_string_pretty(&allergy(id(1), &written, true)).unwrap()
    );
    let faults = allergy_fields(
        &AllergyDraft {
            reaction: Some("x".repeat(300)),
            ..draft(" ")
        },
        "Patient/1",
        "2026",
        "A",
    )
    .unwrap_err();
    let list: Vec<_> = faults
        .iter()
        .map(|fault| (fault.element.as_str(), fault.reason))
        .collect();
    assert_eq!(list, [("reaction", Reason::TooLong), ("substance", Reason::Required)]);
    insta::assert_snapshot!(
        "allergy_draft_wire",
        serde_json::to_string_pretty(&draft("Aspirin")).unwrap()
    );
}

#[test]
fn the_states_of_allergies() {
    let status = |list: &str, code: &str| json!({list: {"coding": [{"code": code}]}, "code": {"text": "Nuts"}});
    let read = |n: u8, resource: Value| allergy(id(n), &fields(Kind::ALLERGY, resource), false);
    let none = || allergy(id(9), &no_known_allergy_fields("Patient/1", "2026", "A"), false);
    let nuts = || read(1, json!({"code": {"text": "Nuts"}, "criticality": "low"}));
    let bees = || read(2, json!({"code": {"text": "Bees"}, "criticality": "high"}));
    let drugs = || {
        read(
            3,
            json!({"code": {"coding": [{"system": "http://snomed.info/sct", "code": "409137002"}]}}),
        )
    };
    let counts = |list: Vec<Allergy>| {
        let block = allergy_block(list);
        (block.state, block.active.len(), block.inactive.len())
    };
    assert_eq!(counts(vec![]), (AllergyState::NotRecorded, 0, 0));
    assert_eq!(counts(vec![none()]), (AllergyState::NoKnown, 1, 0));
    assert_eq!(counts(vec![drugs()]), (AllergyState::NoKnown, 1, 0));
    assert_eq!(counts(vec![none(), nuts()]), (AllergyState::Known, 1, 1));
    assert_eq!(
        counts(vec![read(1, status("clinicalStatus", "resolved"))]),
        (AllergyState::NotRecorded, 0, 1)
    );
    assert_eq!(
        counts(vec![read(1, status("verificationStatus", "refuted")), none()]),
        (AllergyState::NoKnown, 1, 1)
    );
    assert_eq!(
        counts(vec![read(1, status("clinicalStatus", "unheard-of"))]),
        (AllergyState::Known, 1, 0)
    );
    let block = allergy_block(vec![nuts(), bees()]);
    assert_eq!(block.active[0].substance.text, "Bees");
    assert_eq!(serde_json::to_string(&block.state).unwrap(), "\"known\"");
}

#[test]
fn lines_have_a_frozen_wire_form() {
    let item = chart_item(
        id(1),
        Kind::CONDITION,
        &fields(Kind::CONDITION, json!({"code": {"text": "Asthma"}})),
        &|_| None,
    )
    .unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&item).unwrap());
    assert_eq!(format!("{item:?}"), "ChartItem(..)");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::from("2020-13")),
        any::<String>().prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "coding",
        "code",
        "text",
        "display",
        "value",
        "unit",
        "start",
        "low",
        "high",
        "repeat",
        "timing",
        "attachment",
        "data",
        "actor",
        "valueQuantity",
        "valueCodeableConcept",
        "onsetAge",
        "effectivePeriod",
        "manifestation",
        "reference",
        "period",
        "severity",
    ]);
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_record_panics(kind in 2..=11_u16, values in prop::collection::vec((16..56_u16, any_json()), 0..12)) {
        let kind = Kind(kind);
        let list = values.into_iter().map(|(field, value)| (crate::op::FieldKey { field, item: None }, value.to_string().into()));
        let record = Fields::from_vec(list.collect());
        let _ = (sort_date(kind, &record), subject_reference(kind, &record), chart_item(id(1), kind, &record, &|_| None));
        let _ = (note(&record), observation_group(&record), observation_series([(id(1), &record)]));
        let _ = allergy_block(vec![allergy(id(1), &record, false)]);
    }
}
