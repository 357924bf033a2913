//! What the check takes and what it refuses, with the path it names.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;

/// The outcome as `path: reason`, or `good`.
fn outcome(text: &str) -> String {
    match resource(text) {
        Ok(_) => "good".to_owned(),
        Err((_, fault)) => format!("{}: {}", fault.path().unwrap_or_default(), fault.reason),
    }
}

fn patient(members: &str) -> String {
    outcome(&format!(r#"{{"resourceType":"Patient",{members}}}"#))
}

fn observation(members: &str) -> String {
    outcome(&format!(
        r#"{{"resourceType":"Observation","code":{{"text":"x"}},{members}}}"#
    ))
}

fn allergy(members: &str) -> String {
    outcome(&format!(
        r#"{{"resourceType":"AllergyIntolerance","patient":{{"reference":"Patient/1"}},{members}}}"#
    ))
}

const ACTIVE: &str = r#""clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]}"#;

#[test]
fn good_corner_cases() {
    assert_eq!(outcome(r#"{"resourceType":"Patient"}"#), "good");
    assert_eq!(outcome(r#"{"id":"1","resourceType":"Patient"}"#), "good");
    assert_eq!(
        patient(r#""_birthDate":{"extension":[{"url":"http://x","valueCode":"masked"}]}"#),
        "good"
    );
    assert_eq!(patient(r#""birthDate":"1970","_birthDate":{"id":"a"}"#), "good");
    assert_eq!(
        patient(r#""name":[{"given":["A",null],"_given":[null,{"id":"b"}]}]"#),
        "good"
    );
    assert_eq!(patient(r#""deceasedBoolean":false,"multipleBirthInteger":2"#), "good");
    assert_eq!(
        patient(r#""contained":[{"resourceType":"Organization","id":"o","name":"x"}]"#),
        "good"
    );
    assert_eq!(
        patient(r#""extension":[{"url":"u","extension":[{"url":"v","valueDecimal":1.50}]}]"#),
        "good"
    );
    assert_eq!(
        observation(r#""status":"final","valueQuantity":{"value":1e3,"comparator":"<","unit":"mg"}"#),
        "good"
    );
    assert_eq!(
        observation(r#""_status":{"extension":[{"url":"http://x","valueCode":"unknown"}]}"#),
        "good"
    );
    assert_eq!(allergy(ACTIVE), "good");
    assert_eq!(
        outcome(r#"{"resourceType":"Basic","anything":{"at":[null,[]]}}"#),
        "good"
    );
}

/// Each resource with the fault that it must have.
fn expect(cases: impl IntoIterator<Item = (String, &'static str)>) {
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn faults_of_types_name_their_element() {
    expect([
        (
            patient(r#""gender":"M""#),
            "gender: not one of: male female other unknown",
        ),
        (patient(r#""birthDate":"1970-02-30""#), "birthDate: not a valid date"),
        (patient(r#""name":{"family":"X"}"#), "name: must be an array"),
        (patient(r#""name":[]"#), "name: must not be empty"),
        (
            patient(r#""name":[{"family":["X"]}]"#),
            "name[0].family: must not be an array",
        ),
        (
            patient(r#""name":[{"family":"X"},{"given":["A",7]}]"#),
            "name[1].given[1]: must be a string",
        ),
        (
            patient(r#""name":[{"given":["A",null]}]"#),
            "name[0].given: must be no null where there is no extension",
        ),
        (patient(r#""active":"true""#), "active: must be true or false"),
        (
            patient(r#""colour":"red""#),
            "colour: no element of this type in FHIR R4",
        ),
        (
            patient(r#""birthDate":"1970","birthDate":"1971""#),
            "birthDate: given twice",
        ),
    ]);
}

#[test]
fn faults_of_rules_name_their_element() {
    expect([
        (
            patient(r#""deceasedBoolean":true,"deceasedDateTime":"2000""#),
            "deceasedDateTime: given twice",
        ),
        (patient(r#""birthDate":null"#), "birthDate: must be a string"),
        (patient(r#""birthDate":"""#), "birthDate: must not be empty"),
        (
            patient(r#""extension":[{"url":"u"}]"#),
            "extension[0]: an extension has a value or extensions, and not both (rule ext-1)",
        ),
        (
            patient(r#""extension":[{"valueCode":"u"}]"#),
            "extension[0].url: required, and missing",
        ),
        (
            patient(r#""contained":[{"resourceType":"Condition","id":"c"}]"#),
            "contained[0].subject: required, and missing",
        ),
        (
            patient(r#""contact":[{"gender":"male"}]"#),
            "contact[0]: a contact has a name, telecom, address or organization (rule pat-1)",
        ),
        (patient(r#""id":"a b""#), "id: not a valid id"),
        (
            patient(r#""multipleBirthInteger":1.5"#),
            "multipleBirthInteger: not a valid integer",
        ),
        (
            patient(r#""Smith, John born 1970":1"#),
            "(unreadable name): no element of this type in FHIR R4",
        ),
    ]);
}

#[test]
fn faults_of_choices_codes_and_frames_name_their_element() {
    expect([
        (observation(r#""value":1"#), "value: no element of this type in FHIR R4"),
        (
            observation(r#""status":"done""#),
            "status: not one of: registered preliminary final amended corrected cancelled entered-in-error unknown",
        ),
        (observation(r#""issued":"2020-01-01""#), "issued: not a valid instant"),
        (
            observation(r#""valueQuantity":{"value":"5"}"#),
            "valueQuantity.value: must be a number",
        ),
        (observation(r#""valueString":"x""#), "status: required, and missing"),
        (
            observation(r#""status":"final","valueString":"x","dataAbsentReason":{"text":"y"}"#),
            "dataAbsentReason: must not stand beside a value (rule obs-6)",
        ),
        (
            allergy(r#""type":"allergy""#),
            "clinicalStatus: required unless verificationStatus is entered-in-error (rule ait-1)",
        ),
        (
            allergy(r#""clinicalStatus":{"text":"active"}"#),
            "clinicalStatus: not one of: active inactive resolved",
        ),
        (
            allergy(r#""category":["animal"]"#),
            "category[0]: not one of: food medication environment biologic",
        ),
        (
            observation(r#""status":"final","subject":{"reference":"Observation/1"}"#),
            "subject.reference: must refer to one of: Patient Group Device Location",
        ),
        (
            outcome(r#"{"resourceType":"AllergyIntolerance"}"#),
            "patient: required, and missing",
        ),
        (
            outcome(r#"{"resourceType":"Pacient"}"#),
            "resourceType: no resource type of FHIR R4",
        ),
        (outcome(r#"{"resourceType":7}"#), "resourceType: must be a string"),
        (outcome("{}"), ": resourceType is missing"),
        (outcome("[]"), ": not a JSON object"),
        (outcome(r#"{"resourceType":"Basic","a":1,"a":2}"#), "a: given twice"),
        (
            outcome(r#"{"resourceType":"Basic","a":{"b":tru}}"#),
            "a.b: broken JSON (a value is missing)",
        ),
        (outcome(r#"{"resourceType":"Basic","id":"a/b"}"#), "id: not a valid id"),
        (
            outcome(r#"{"resourceType":"Basic"}x"#),
            ": broken JSON (text after the end)",
        ),
    ]);
}
