//! A form shows what the record says, writes only what a person changed, and says what is wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::date::Date;
use crate::field::{Kind, OTHER, patient};
use crate::fields::{Fields, NewValues};
use crate::op::FieldKey;
use proptest::prelude::*;

const RICH: &str = r#"{
  "resourceType": "Patient", "id": "p1",
  "extension": [
    {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"},
    {"url": "http://hl7.org/fhir/StructureDefinition/individual-pronouns",
     "extension": [{"url": "value", "valueCodeableConcept": {"coding": [{"code": "LA29519-8"}], "text": "she/her"}}]}],
  "identifier": [
    {"system": "http://hospital", "value": "77", "type": {"coding": [{"code": "MR", "display": "Medical Record Number"}]}},
    {"system": "http://passport", "value": "X1", "period": {"end": "2030"}}],
  "name": [
    {"use": "official", "family": "O'Keefe", "_family": {"extension": [{"url": "u", "valueString": "O"}]}, "given": ["Mathilda", "Rose"],
     "prefix": ["Mrs."], "period": {"start": "2001-05-06"}},
    {"use": "nickname", "given": ["Tilly"]}],
  "telecom": [
    {"system": "phone", "use": "home", "value": "(202) 456-1111", "rank": 1},
    {"system": "phone", "use": "mobile", "value": "+12024561414"},
    {"system": "email", "value": "t@example.org"}],
  "gender": "female", "birthDate": "1984-03-12",
  "_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueDateTime": "1984-03-12T04:00:00Z"}]},
  "deceasedBoolean": false,
  "address": [{"extension": [{"url": "geo", "valueDecimal": 1.50}], "line": ["1 Main St", "Flat 2"], "city": "Boston", "postalCode": "02134"}],
  "maritalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}], "text": "Married"},
  "contact": [{"relationship": [{"text": "Mother"}], "name": {"family": "Keefe", "given": ["Ann"]},
    "telecom": [{"system": "email", "value": "a@example.org"}, {"system": "phone", "value": "555"}]}],
  "communication": [{"language": {"coding": [{"code": "de"}]}}, {"language": {"coding": [{"code": "es"}]}, "preferred": true}]
}"#;

fn rich() -> Fields {
    Fields::from_json(Kind::PATIENT, RICH).unwrap()
}

fn today() -> Date {
    "2026-06-15".parse().unwrap()
}

fn written(old: &Fields, form: &PatientDraft) -> Result<NewValues, Vec<Invalid>> {
    edits(old, form, "US", today(), &mut || 9)
}

/// What an edit of the rich patient writes, one line for each field.
fn after(change: impl Fn(&mut PatientDraft)) -> String {
    let mut form = draft(&rich(), "US");
    change(&mut form);
    let values = written(&rich(), &form).unwrap();
    let line = |(key, value): &(FieldKey, Option<Box<str>>)| {
        let item = key.item.map(|item| format!("[{item}]")).unwrap_or_default();
        format!(
            "{}{item} {}",
            crate::field::element_of(Kind::PATIENT, key.field).unwrap(),
            value.as_deref().unwrap_or("-")
        )
    };
    values.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_form_shows_what_the_record_says() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&draft(&rich(), "US")).unwrap());
}

#[test]
fn an_untouched_form_writes_nothing() {
    assert_eq!(after(|_| {}), "");
    assert!(draft(&Fields::new(), "US") == PatientDraft::empty());
}

#[test]
fn only_what_differs_is_written_and_the_rest_of_an_item_survives() {
    assert_eq!(
        after(|form| form.names[0].family = "Keefe-Ray".into()),
        r#"name[1] {"use":"official","family":"Keefe-Ray","given":["Mathilda","Rose"],"prefix":["Mrs."],"period":{"start":"2001-05-06"}}"#
    );
    assert_eq!(
        after(|form| form.telecom[0].value = "202 456 9999".into()),
        r#"telecom[1] {"system":"phone","use":"home","value":"+12024569999","rank":1}"#
    );
    assert_eq!(
        after(|form| form.addresses[0].city = "Salem".into()),
        r#"address[1] {"extension":[{"url":"geo","valueDecimal":1.50}],"line":["1 Main St","Flat 2"],"city":"Salem","postalCode":"02134"}"#
    );
    assert_eq!(
        after(|form| form.identifiers[1].value = "X2".into()),
        r#"identifier[2] {"system":"http://passport","value":"X2","period":{"end":"2030"}}"#
    );
}

#[test]
fn items_come_and_go_one_by_one() {
    assert_eq!(after(|form| drop(form.names.remove(1))), "name[2] -");
    let new = || HumanName {
        given: "Til".into(),
        use_: Some(NameUse::Nickname),
        ..HumanName::default()
    };
    assert_eq!(
        after(|form| form.names.extend([new(), new()])),
        "name[12] {\"use\":\"nickname\",\"given\":[\"Til\"]}\nname[13] {\"use\":\"nickname\",\"given\":[\"Til\"]}"
    );
}

#[test]
fn plain_elements() {
    assert_eq!(
        after(|form| form.birth_date = Some("1984".into())),
        "birthDate \"1984\"\n(other) -"
    );
    assert_eq!(
        after(|form| form.deceased = Deceased::Yes),
        r#"deceased[x] {"deceasedBoolean":true}"#
    );
    assert_eq!(
        after(|form| form.deceased = Deceased::On { date: "2026-01".into() }),
        r#"deceased[x] {"deceasedDateTime":"2026-01"}"#
    );
    assert_eq!(after(|form| form.gender = None), "gender -");
    assert_eq!(
        after(|form| form.sex_at_birth = Some(String::new())),
        "extension:birthsex -"
    );
    assert_eq!(
        after(|form| form.emergency_note = Some(" Deaf. ".into())),
        r#"extension:frontDeskNote {"url":"https://wardkeep.example/fhir/StructureDefinition/front-desk-note","valueString":"Deaf."}"#
    );
    assert_eq!(
        after(|form| form.marital_status = Some("W".into())),
        r#"maritalStatus {"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"W","display":"Widowed"}]}"#
    );
    assert_eq!(
        after(|form| form.marital_status = Some("it is complicated".into())),
        r#"maritalStatus {"text":"it is complicated"}"#
    );
    assert_eq!(
        after(|form| form.language = Some("pt-BR".into())),
        r#"communication[2] {"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"pt-BR"}]},"preferred":true}"#
    );
    assert_eq!(after(|form| form.language = None), "communication[2] -");
    assert_eq!(
        after(|form| form.pronouns = Some("they".into())),
        r#"extension:pronouns {"url":"http://hl7.org/fhir/StructureDefinition/individual-pronouns","extension":[{"url":"value","valueCodeableConcept":{"text":"they"}}]}"#
    );
}

#[test]
fn next_of_kin_keep_their_other_contact_points() {
    assert_eq!(
        after(|form| form.next_of_kin[0].phone = "(202) 456-1111".into()),
        r#"contact[1] {"relationship":[{"text":"Mother"}],"name":{"family":"Keefe","given":["Ann"]},"telecom":[{"system":"email","value":"a@example.org"},{"system":"phone","value":"+12024561111"}]}"#
    );
    assert_eq!(
        after(|form| form.next_of_kin[0].name = "Anna Keefe".into()),
        r#"contact[1] {"relationship":[{"text":"Mother"}],"name":{"text":"Anna Keefe"},"telecom":[{"system":"email","value":"a@example.org"},{"system":"phone","value":"555"}]}"#
    );
    assert_eq!(
        after(|form| form.next_of_kin[0].phone = String::new()),
        r#"contact[1] {"relationship":[{"text":"Mother"}],"name":{"family":"Keefe","given":["Ann"]},"telecom":[{"system":"email","value":"a@example.org"}]}"#
    );
}

#[test]
fn a_whole_name_that_contradicts_its_parts_goes() {
    let old = Fields::from_json(
        Kind::PATIENT,
        r#"{"resourceType":"Patient","name":[{"text":"Ann Lee","family":"Lee","given":["Ann"]}]}"#,
    )
    .unwrap();
    let mut form = draft(&old, "US");
    form.names[0].family = "Li".into();
    let values = written(&old, &form).unwrap();
    assert_eq!(values[0].1.as_deref(), Some(r#"{"family":"Li","given":["Ann"]}"#));
}

#[test]
fn a_new_patient_is_a_fhir_patient() {
    let form = PatientDraft {
        names: vec![HumanName {
            family: "de la Cruz".into(),
            given: "Ana María".into(),
            ..HumanName::default()
        }],
        birth_date: Some("1990-02".into()),
        telecom: vec![ContactPoint {
            item: None,
            system: ContactSystem::Phone,
            use_: Some(ContactUse::Mobile),
            value: "020 7946 0018".into(),
            e164: None,
        }],
        next_of_kin: vec![NextOfKin {
            name: "Eva".into(),
            phone: "07700".into(),
            ..NextOfKin::default()
        }],
        emergency_note: Some("Line 1\nLine 2".into()),
        language: Some("es".into()),
        ..PatientDraft::empty()
    };
    let values = edits(&Fields::new(), &form, "GB", today(), &mut || 0).unwrap();
    let fields = Fields::from_vec(
        values
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect(),
    );
    insta::assert_snapshot!(fields.to_json(Kind::PATIENT));
    let again = draft(&fields, "GB");
    assert_eq!(again.telecom[0].value, "+44 20 7946 0018");
    assert_eq!(again.telecom[0].e164.as_deref(), Some("+442079460018"));
    assert!(written(&fields, &again).unwrap().is_empty());
}

/// The faults of an edit of the rich patient.
fn faults(change: &dyn Fn(&mut PatientDraft)) -> String {
    let mut form = draft(&rich(), "US");
    change(&mut form);
    let faults = written(&rich(), &form).err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[test]
fn faults_name_the_part_and_the_reason() {
    assert_eq!(faults(&|form| form.names.clear()), "names: Required");
    assert_eq!(
        faults(&|form| form.names.push(HumanName::default())),
        "names[2].family: Required"
    );
    assert_eq!(
        faults(&|form| form.names[0].given = "x".repeat(300)),
        "names[0].given: TooLong"
    );
    assert_eq!(
        faults(&|form| form.names[0].given = "a\u{7}".into()),
        "names[0].given: Characters"
    );
    assert_eq!(
        faults(&|form| form.birth_date = Some("12.3.1984".into())),
        "birth_date: NoDate"
    );
    assert_eq!(
        faults(&|form| form.birth_date = Some("2026-06-17".into())),
        "birth_date: Future"
    );
    assert_eq!(faults(&|form| form.birth_date = Some("2026-06-16".into())), "");
    assert_eq!(
        faults(&|form| form.birth_date = Some("1799".into())),
        "birth_date: TooEarly"
    );
    assert_eq!(
        faults(&|form| form.deceased = Deceased::On { date: "1983".into() }),
        "deceased: TooEarly"
    );
    assert_eq!(
        faults(&|form| form.deceased = Deceased::On { date: "soon".into() }),
        "deceased: NoDate"
    );
    assert_eq!(
        faults(&|form| form.telecom[2].value = "t at example".into()),
        "telecom[2].value: NoEmail"
    );
}

#[test]
fn faults_of_codes_lists_and_long_texts() {
    assert_eq!(
        faults(&|form| form.sex_at_birth = Some("X".into())),
        "sex_at_birth: NoCode"
    );
    assert_eq!(
        faults(&|form| form.identifiers[0].value = " ".into()),
        "identifiers[0].value: Required"
    );
    assert_eq!(
        faults(&|form| form.identifiers[0].system = "a b".into()),
        "identifiers[0].system: Characters"
    );
    assert_eq!(
        faults(&|form| form.emergency_note = Some("x".repeat(5_000))),
        "emergency_note: TooLong"
    );
    assert_eq!(
        faults(&|form| form.next_of_kin.push(NextOfKin::default())),
        "next_of_kin[1].name: Required"
    );
    assert_eq!(
        faults(&|form| form.addresses.push(Address::default())),
        "addresses[1].line: Required"
    );
    let many = |form: &mut PatientDraft| {
        form.names.extend((0..70).map(|_| HumanName {
            text: "x".into(),
            ..HumanName::default()
        }))
    };
    assert_eq!(faults(&many), "names: TooMany");
    assert!(written(&Fields::new(), &PatientDraft::empty()).is_err());
}

#[test]
fn what_was_imported_and_not_touched_is_no_fault() {
    let odd = r#"{"resourceType":"Patient","name":[{}],"birthDate":"1984-13","telecom":[{"system":"email","value":"nonsense"}]}"#;
    let old = Fields::from_json(Kind::PATIENT, odd).unwrap();
    let mut form = draft(&old, "US");
    form.gender = Some(crate::gender::Gender::Other);
    let values = written(&old, &form).unwrap();
    assert_eq!(values.len(), 1);
    assert_eq!(values[0].0.field, patient::GENDER);
}

#[test]
fn the_row_of_a_patient() {
    let row = summary(&rich(), "US");
    assert_eq!(row.display, "O'KEEFE, Mathilda Rose (Mrs.)");
    assert_eq!(
        (row.mrn.as_str(), row.family.as_str(), row.given.as_str()),
        ("77", "O'Keefe", "Mathilda Rose")
    );
    assert_eq!(row.preferred.as_deref(), Some("Tilly"));
    assert_eq!(row.phone.as_deref(), Some("+1 202-456-1414"));
    assert_eq!(row.city.as_deref(), Some("Boston"));
    assert!(!row.deceased && row.died.is_none());
    let own = r#"{"resourceType":"Patient","identifier":[{"value":"1"},{"system":"https://wardkeep.example/fhir/sid/mrn","value":"K7Q"}],
        "name":[{"text":"山田太郎"}],"deceasedDateTime":"2020-01-02T00:00:00Z"}"#;
    let row = summary(&Fields::from_json(Kind::PATIENT, own).unwrap(), "JP");
    assert_eq!(
        (row.mrn.as_str(), row.family.as_str(), row.display.as_str()),
        ("K7Q", "山田太郎", "山田太郎")
    );
    assert_eq!(row.died.unwrap().to_string(), "2020-01-02");
    assert!(row.deceased);
    assert_eq!(summary(&Fields::new(), "").mrn, "");
}

#[test]
fn two_primitives_lose_their_siblings_together() {
    let old = r#"{"resourceType":"Patient","name":[{"text":"a"}],"birthDate":"1984","gender":"male","_birthDate":{"id":"b"},"_gender":{"id":"g"},"x":1}"#;
    let old = Fields::from_json(Kind::PATIENT, old).unwrap();
    let mut form = draft(&old, "US");
    form.birth_date = None;
    form.gender = None;
    let values = written(&old, &form).unwrap();
    let other: Vec<_> = values.iter().filter(|(key, _)| key.field == OTHER).collect();
    assert_eq!(other.len(), 1);
    assert_eq!(other[0].1.as_deref(), Some(r#"{"x":1}"#));
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ a-zA-Z'é山-]{1,12}", "\\PC{1,12}"]
}

prop_compose! {
    fn any_form()(names in prop::collection::vec((any_text(), any_text(), any_text()), 1..3),
        phones in prop::collection::vec("[+0-9 ()a-z]{1,16}", 0..3), line in any_text(), city in any_text(),
        kin in any_text(), note in any_text(), language in any_text()) -> PatientDraft {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.trim().is_empty());
        PatientDraft {
            names: names.into_iter()
                .map(|(family, given, text)| HumanName { family, given, text, ..HumanName::default() }).collect(),
            telecom: phones.into_iter()
                .map(|value| ContactPoint { item: None, system: ContactSystem::Phone, use_: None, value, e164: None }).collect(),
            addresses: vec![Address { line, city, ..Address::default() }],
            next_of_kin: vec![NextOfKin { name: kin, ..NextOfKin::default() }],
            emergency_note: some(&note),
            language: some(&language),
            ..PatientDraft::empty()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn what_was_written_shows_and_writes_nothing_again(form in any_form()) {
        if let Ok(values) = written(&Fields::new(), &form) {
            let fields = Fields::from_vec(values.into_iter().filter_map(|(key, value)| Some((key, value?))).collect());
            for (_, value) in fields.iter() {
                prop_assert!(crate::json::is_minified(value));
            }
            let shown = draft(&fields, "US");
            prop_assert_eq!(shown.names.len(), form.names.len());
            prop_assert!(written(&fields, &shown).unwrap().is_empty());
        }
    }

    #[test]
    fn no_form_panics_over_any_record(text in any::<String>(), form in any_form()) {
        let odd = crate::json::quote(&text);
        let old = Fields::from_vec(vec![
            (FieldKey { field: patient::NAME, item: Some(u32::MAX) }, odd.clone()),
            (FieldKey { field: patient::CONTACT, item: Some(1) }, odd.clone()),
            (FieldKey { field: patient::DECEASED, item: None }, odd.clone()),
            (FieldKey { field: OTHER, item: None }, odd),
        ]);
        let _ = written(&old, &form);
        let _ = summary(&old, "US");
    }
}
