//! Resources into records and out again: corner cases of FHIR, identities, patients, and importing a second time.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "meaning/json.rs"]
mod meaning;

use meaning::meaning;
use wardkeep_interop::export::{Exported, export_bundle};
use wardkeep_interop::parse::{Imported, Importer};
use wardkeep_interop::preview::preview;
use wardkeep_interop::read::{Form, Raw, Resources};
use wardkeep_interop::reference::references;
use wardkeep_interop::reimport::{Outcome, compare};
use wardkeep_interop::reject::{Reason, Rejected};
use wardkeep_interop::source::{Source, record_id};
use wardkeep_record::field::{self, Kind, allergy, patient};
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::FieldKey;

const UUID: &str = "c757873d-ec9a-4326-a141-556f43239520";
const OWN: &str = "0190a5f0-1c2d-7e3f-8a4b-5c6d7e8f9012";
const OWN_PATIENT: &str = "0190a5f0-1c2d-7e3f-8a4b-5c6d7e8f9000";

fn items(text: &str) -> Vec<Result<(Raw, Imported), Rejected>> {
    let mut importer = Importer::new("lab", "x.ndjson");
    Resources::new(text.as_bytes(), "x.ndjson")
        .map(|item| item.and_then(|raw| importer.take(&raw).map(|imported| (raw, imported))))
        .collect()
}

fn all(text: &str) -> Vec<Imported> {
    items(text).into_iter().map(|item| item.unwrap().1).collect()
}

fn one(text: &str) -> Imported {
    all(text).remove(0)
}

fn exported(records: &[Imported]) -> String {
    let records = records.iter().map(|imported| Exported {
        kind: imported.kind,
        record: imported.record,
        patient: imported.patient,
        fields: &imported.fields,
    });
    let mut out = Vec::new();
    export_bundle(records, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Resources that are good and odd. Each must come out as it went in.
const ODD: &[&str] = &[
    r#"{"resourceType":"Patient"}"#,
    r#"{"resourceType":"Patient","id":"1","name":[{"text":"Sukarno"}],"birthDate":"1970-02"}"#,
    r#"{"resourceType":"Patient","id":"2","_birthDate":{"extension":[{"url":"http://x","valueCode":"unknown"}]},"name":[{"family":"O\u2019Neill 🙂","given":["A",null,"C"],"_given":[null,{"id":"b"},null]}]}"#,
    r##"{"resourceType":"Patient","id":"3","contained":[{"resourceType":"Organization","id":"o","name":"\"x\"\\"}],"managingOrganization":{"reference":"#o"},"deceasedBoolean":false}"##,
    r#"{"resourceType":"Patient","id":"4","deceasedDateTime":"2000-01-01","_deceasedDateTime":{"id":"d"},"multipleBirthInteger":2,"link":[{"other":{"reference":"Patient/1"},"type":"seealso"}]}"#,
    r#"{"resourceType":"Observation","id":"5","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50,"unit":"mg"}}"#,
    r#"{"resourceType":"Observation","id":"6","status":"final","code":{"text":"x"},"valueQuantity":{"value":1e3},"component":[{"code":{"text":"y"},"valueQuantity":{"value":-0.000000000000000000000001}}]}"#,
    r#"{"resourceType":"Observation","id":"7","status":"final","code":{"text":"x"},"valueQuantity":{"value":123456789012345678901234567890.10}}"#,
    r#"{"resourceType":"Observation","id":"8","_status":{"extension":[{"url":"http://x","valueCode":"masked"}]},"code":{"text":"x"},"valueString":"a\tb"}"#,
    r#"{"resourceType":"Basic","id":"9","code":{"text":"x"},"z":1.0,"a":[[],{},null,"\u00e9"]}"#,
    r#"{"resourceType":"DocumentReference","id":"10","status":"current","content":[{"attachment":{"data":"QQ=="}}]}"#,
    r#"{"id":"11","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"},{"url":"http://x","valueDecimal":0.10}],"resourceType":"Patient","gender":"female"}"#,
];

#[test]
fn what_came_in_goes_out_and_comes_in_again() {
    let text = ODD.join("\n");
    let first = all(&text);
    let bundle = exported(&first);
    let back: Vec<Raw> = Resources::new(bundle.as_bytes(), "b.json")
        .map(Result::unwrap)
        .collect();
    assert_eq!(back.len(), ODD.len());
    let mut importer = Importer::new("lab", "b.json");
    for ((raw, sent), before) in back.iter().zip(ODD).zip(&first) {
        assert_eq!(meaning(&raw.json), meaning(sent));
        let again = importer.take(raw).unwrap();
        // A resource without any id goes out under an address, which is its identity from then on.
        if sent.contains("\"id\":") {
            assert_eq!(again.record, before.record, "{sent}");
            assert_eq!(
                compare(Some((before.kind, &before.fields)), &one(sent)),
                Ok(Outcome::Unchanged)
            );
        }
    }
}

#[test]
fn an_empty_bundle_is_a_bundle() {
    assert_eq!(exported(&[]), "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}\n");
}

#[test]
fn identities() {
    let record = |text: &str| one(text).record;
    let plain = record(r#"{"resourceType":"Patient","id":"1"}"#);
    assert_eq!(plain, record_id("lab", "Patient", "1"));
    assert_ne!(plain, record_id("other", "Patient", "1"));
    assert_eq!(
        record(&format!(r#"{{"resourceType":"Patient","id":"{UUID}"}}"#)),
        record_id("other", "Patient", UUID)
    );
    assert_eq!(
        record(&format!(r#"{{"resourceType":"Patient","id":"{OWN}"}}"#)).to_string(),
        OWN
    );
    // Without id the content is the identity; the same content twice is one record.
    let [a, b, c] = [
        r#"{"resourceType":"Basic","x":1}"#,
        r#"{"resourceType":"Basic","x":1}"#,
        r#"{"resourceType":"Basic","x":2}"#,
    ]
    .map(record);
    assert_eq!(a, b);
    assert_ne!(a, c);
    let in_bundle = |entry: &str| record(&format!(r#"{{"resourceType":"Bundle","entry":[{entry}]}}"#));
    let by_urn = record_id("", "Patient", UUID);
    assert_eq!(
        in_bundle(&format!(
            r#"{{"fullUrl":"urn:uuid:{UUID}","resource":{{"resourceType":"Patient"}}}}"#
        )),
        by_urn
    );
    assert_eq!(
        in_bundle(&format!(
            r#"{{"fullUrl":"urn:uuid:{UUID}","resource":{{"resourceType":"Patient","id":"1"}}}}"#
        )),
        by_urn
    );
    let put = format!(
        r#"{{"fullUrl":"urn:uuid:{UUID}","resource":{{"resourceType":"Patient","id":"1"}},"request":{{"method":"PUT","url":"Patient/1"}}}}"#
    );
    assert_eq!(in_bundle(&put), plain);
}

/// The patient of the second entry of a bundle; the first is a Patient.
fn patient_of(patient_entry: &str, subject: &str) -> (RecordId, Option<RecordId>, bool) {
    let text = format!(
        r#"{{"resourceType":"Bundle","entry":[{patient_entry},{{"fullUrl":"http://a/fhir/Condition/c","resource":{{"resourceType":"Condition","id":"c","subject":{subject}}}}}]}}"#
    );
    let mut found = all(&text);
    let condition = found.pop().unwrap();
    (
        found.pop().unwrap().record,
        condition.patient,
        condition.patient_unresolved,
    )
}

#[test]
fn patients_are_found_by_every_kind_of_reference() {
    let by_urn = format!(r#"{{"fullUrl":"urn:uuid:{UUID}","resource":{{"resourceType":"Patient","id":"1"}}}}"#);
    let by_url = r#"{"fullUrl":"http://a/fhir/Patient/1","resource":{"resourceType":"Patient","id":"1"}}"#;
    let put = format!(
        r#"{{"fullUrl":"urn:uuid:{UUID}","resource":{{"resourceType":"Patient","id":"1"}},"request":{{"method":"PUT","url":"Patient/1"}}}}"#
    );
    let urn = format!(r#"{{"reference":"urn:uuid:{UUID}"}}"#);
    for (entry, subject) in [
        (by_url, r#"{"reference":"Patient/1"}"#),
        (by_url, r#"{"reference":"Patient/1/_history/2"}"#),
        (by_url, r#"{"reference":"http://a/fhir/Patient/1"}"#),
        (&by_urn, &urn),
        (&by_urn, r#"{"reference":"Patient/1"}"#),
        (&put, &urn),
        (&put, r#"{"reference":"Patient/1"}"#),
    ] {
        let (patient, found, unresolved) = patient_of(entry, subject);
        assert_eq!((found, unresolved), (Some(patient), false), "{entry} {subject}");
    }
    // What leads to no record is kept, and counted.
    for subject in [
        r##"{"reference":"#p"}"##,
        r#"{"reference":"http://b/fhir/Patient/1"}"#,
        r#"{"reference":"Patient?identifier=x|1"}"#,
        r#"{"reference":"urn:oid:1.2.3"}"#,
        r#"{"identifier":{"value":"7"}}"#,
        r#"{"display":"Somebody"}"#,
    ] {
        let (_, found, unresolved) = patient_of(by_url, subject);
        assert_eq!((found, unresolved), (None, true), "{subject}");
    }
    let (_, found, unresolved) = patient_of(by_url, r#"{"reference":"Group/1"}"#);
    assert_eq!((found, unresolved), (None, false));
}

#[test]
fn other_elements_name_the_patient_too() {
    let id = record_id("lab", "Patient", "1");
    for (text, expected) in [
        (
            r#"{"resourceType":"Coverage","id":"a","beneficiary":{"reference":"Patient/1"}}"#,
            Some(id),
        ),
        (
            r#"{"resourceType":"Task","id":"a","for":{"reference":"Patient/1"}}"#,
            Some(id),
        ),
        (
            r#"{"resourceType":"Appointment","id":"a","participant":[{"actor":{"reference":"Practitioner/2"}},{"actor":{"reference":"Patient/1"}}]}"#,
            Some(id),
        ),
        (
            r#"{"resourceType":"Appointment","id":"a","participant":[{"actor":{"reference":"Patient/2"}},{"actor":{"reference":"Patient/1"}}]}"#,
            None,
        ),
        (r#"{"resourceType":"Patient","id":"1"}"#, None),
        (r#"{"resourceType":"Organization","id":"1"}"#, None),
    ] {
        assert_eq!(one(text).patient, expected, "{text}");
    }
}

#[test]
fn refusals_name_everything_but_content() {
    let text = "{\"resourceType\":\"Patient\",\"id\":\"1\",\"name\":[{\"family\":\"Secret\",\"use\":\"Hidden\"}]}\n";
    let rejected = items(text).remove(0).unwrap_err();
    let expected =
        "x.ndjson, line 1, byte 0: Patient.name[0].use: not one of: usual official temp nickname anonymous old maiden";
    assert_eq!(rejected.to_string(), expected);
    assert_eq!(
        (
            rejected.place.number(),
            rejected.resource_type,
            rejected.element.as_deref()
        ),
        (1, Some("Patient"), Some("name[0].use"))
    );
}

fn stored(text: &str) -> Imported {
    one(text)
}

fn changed(outcome: Result<Outcome, Reason>) -> Vec<u16> {
    match outcome {
        Ok(Outcome::Update(writes)) => writes.iter().map(|(key, _)| key.field).collect(),
        other => {
            assert_eq!(other, Ok(Outcome::Unchanged));
            Vec::new()
        }
    }
}

const FIRST: &str = r#"{"resourceType":"Patient","id":"1","name":[{"family":"Rossi","given":["Anna"]}],"telecom":[{"value":"1"}],"birthDate":"1970-01-01","gender":"female"}"#;

#[test]
fn a_second_import_writes_only_what_the_source_changed() {
    let before = stored(FIRST);
    assert_eq!(compare(None, &before), Ok(Outcome::New));
    assert!(changed(compare(Some((before.kind, &before.fields)), &one(FIRST))).is_empty());
    let newer = one(&FIRST
        .replace("\"value\":\"1\"", "\"value\":\"2\"")
        .replace(",\"gender\":\"female\"", ""));
    let outcome = compare(Some((before.kind, &before.fields)), &newer);
    assert_eq!(
        changed(outcome.clone()),
        [patient::TELECOM, patient::GENDER, field::SOURCE]
    );
    let Ok(Outcome::Update(writes)) = outcome else { return };
    assert_eq!(writes[1].1, None);
    // After the update the same file changes nothing more.
    let mut after = before.fields.clone();
    for (key, value) in writes {
        after.set(key, value);
    }
    assert_eq!(after, newer.fields);
    assert!(changed(compare(Some((before.kind, &after)), &newer)).is_empty());
}

#[test]
fn an_edit_made_here_survives_a_second_import() {
    let before = stored(FIRST);
    let mut edited = before.fields.clone();
    let telecom = FieldKey {
        field: patient::TELECOM,
        item: Some(1),
    };
    edited.set(telecom, Some(r#"{"value":"edited"}"#.into()));
    edited.set(
        FieldKey {
            field: patient::TELECOM,
            item: Some(9),
        },
        Some(r#"{"value":"added"}"#.into()),
    );
    assert!(changed(compare(Some((before.kind, &edited)), &before)).is_empty());
    let newer = one(&FIRST.replace("\"gender\":\"female\"", "\"gender\":\"other\""));
    assert_eq!(
        changed(compare(Some((before.kind, &edited)), &newer)),
        [patient::GENDER, field::SOURCE]
    );
}

#[test]
fn our_own_export_changes_nothing_and_undoes_no_edit_later() {
    let before = stored(FIRST);
    let mut edited = before.clone();
    let gender = FieldKey {
        field: patient::GENDER,
        item: None,
    };
    edited.fields.set(gender, Some("\"other\"".into()));
    let back = one(&exported(std::slice::from_ref(&edited)));
    assert_ne!(back.content_hash, before.content_hash);
    assert!(changed(compare(Some((edited.kind, &edited.fields)), &back)).is_empty());
    assert!(changed(compare(Some((edited.kind, &edited.fields)), &before)).is_empty());
}

#[test]
fn every_entry_has_an_address_of_its_own() {
    let entry =
        |name: &str| format!(r#"{{"fullUrl":"http://x/1","resource":{{"resourceType":"Basic","id":"{name}"}}}}"#);
    let records = all(&format!(
        r#"{{"resourceType":"Bundle","entry":[{},{}]}}"#,
        entry("a"),
        entry("b")
    ));
    let bundle = exported(&records);
    let urls: Vec<_> = Resources::new(bundle.as_bytes(), "b.json")
        .map(|raw| raw.unwrap().full_url)
        .collect();
    assert_eq!(urls[0].as_deref(), Some("http://x/1"));
    assert_ne!(urls[0], urls[1]);
}

#[test]
fn an_id_given_to_somebody_else_is_refused() {
    let before = stored(FIRST);
    let against = |text: &str| compare(Some((before.kind, &before.fields)), &one(text));
    let married = FIRST.replace("Rossi", "Bianchi");
    assert_eq!(changed(against(&married)), [patient::NAME, field::SOURCE]);
    let corrected = FIRST.replace("1970-01-01", "1971-01-01");
    assert_eq!(changed(against(&corrected)), [patient::BIRTH_DATE, field::SOURCE]);
    assert_eq!(
        against(&married.replace("1970-01-01", "1971-01-01")),
        Err(Reason::IdentityMismatch)
    );
    let other = one(r#"{"resourceType":"Basic","id":"1"}"#);
    assert_eq!(
        compare(Some((before.kind, &before.fields)), &other),
        Err(Reason::OtherType)
    );
}

#[test]
fn an_older_version_changes_nothing() {
    let version = |time: &str, text: &str| {
        one(&format!(
            r#"{{"resourceType":"Basic","id":"1","meta":{{"lastUpdated":"{time}"}},"code":{{"text":"{text}"}}}}"#
        ))
    };
    let before = version("2024-05-01T12:00:00+02:00", "new");
    let stored = Some((before.kind, &before.fields));
    assert!(changed(compare(stored, &version("2024-05-01T09:59:59Z", "old"))).is_empty());
    assert_eq!(
        changed(compare(stored, &version("2024-05-01T10:00:01Z", "newer"))),
        [field::BODY, field::SOURCE]
    );
}

/// Records made here: a patient without SOURCE and an allergy, both by their record ids.
fn own_records() -> (Fields, Fields, RecordId, RecordId) {
    let patient = r#"{"resourceType":"Patient","name":[{"family":"Own"}],"identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":"urn:x","value":"W-1"}]}"#;
    let allergy = r#"{"resourceType":"AllergyIntolerance","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"code":{"text":"Penicillin"},"patient":{"reference":"Patient/x"}}"#;
    let fields = |kind, text| Fields::from_json(kind, text).unwrap();
    (
        fields(Kind::PATIENT, patient),
        fields(Kind::ALLERGY, allergy),
        OWN_PATIENT.parse().unwrap(),
        OWN.parse().unwrap(),
    )
}

#[test]
fn records_made_here_go_out_whole_and_are_known_again() {
    let (patient, allergy, patient_id, allergy_id) = own_records();
    let note = r#"{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"contentType":"text/plain","data":"QQ=="}}]}"#;
    let note = Fields::from_json(Kind::NOTE, note).unwrap();
    let note_id: RecordId = OWN.replace("9012", "9013").parse().unwrap();
    let mut out = Vec::new();
    let record = |kind, record, patient, fields| Exported {
        kind,
        record,
        patient,
        fields,
    };
    let records = [
        record(Kind::PATIENT, patient_id, None, &patient),
        record(Kind::ALLERGY, allergy_id, Some(patient_id), &allergy),
        record(Kind::NOTE, note_id, Some(patient_id), &note),
    ];
    assert_eq!(export_bundle(records, &mut out).unwrap(), 3);
    let back = all(std::str::from_utf8(&out).unwrap());
    let ids: Vec<_> = back
        .iter()
        .map(|imported| (imported.kind, imported.record, imported.patient))
        .collect();
    assert_eq!(ids, records.map(|record| (record.kind, record.record, record.patient)));
    let reference = format!(r#"{{"reference":"urn:uuid:{OWN_PATIENT}"}}"#);
    assert_eq!(back[1].fields.one(allergy::PATIENT), Some(reference.as_str()));
    assert_eq!(
        back[0].fields.one(field::ID),
        Some(format!("\"{OWN_PATIENT}\"").as_str())
    );
    // What was made here is not changed by a file.
    assert_eq!(
        compare(Some((Kind::ALLERGY, &allergy)), &back[1]),
        Ok(Outcome::Unchanged)
    );
}

#[test]
fn records_made_here_refer_to_an_imported_patient_by_its_own_name() {
    let (_, allergy, _, allergy_id) = own_records();
    let imported = one(FIRST);
    let mut out = Vec::new();
    let records = [
        Exported {
            kind: Kind::PATIENT,
            record: imported.record,
            patient: None,
            fields: &imported.fields,
        },
        Exported {
            kind: Kind::ALLERGY,
            record: allergy_id,
            patient: Some(imported.record),
            fields: &allergy,
        },
    ];
    export_bundle(records, &mut out).unwrap();
    let back = all(std::str::from_utf8(&out).unwrap());
    assert_eq!(
        back[1].fields.one(allergy::PATIENT),
        Some(r#"{"reference":"Patient/1"}"#)
    );
    assert_eq!(back[1].patient, Some(back[0].record));
    assert_eq!(back[0].record, imported.record);
}

#[test]
fn shared_records_are_found() {
    let text = format!(
        r#"{{"resourceType":"Encounter","id":"e","status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"Patient/1"}},"serviceProvider":{{"reference":"urn:uuid:{UUID}"}},"participant":[{{"individual":{{"reference":"Practitioner/7"}}}}]}}"#
    );
    let found = references(&one(&text).fields);
    let has = |name: &str, id: &str| {
        found
            .iter()
            .any(|one| (one.resource_type, one.id.as_str(), one.record) == (name, id, record_id("lab", name, id)))
    };
    assert!(has("Practitioner", "7") && has("Organization", UUID) && has("Location", UUID));
    assert!(found.iter().all(|one| one.resource_type != "Patient" && one.id != "1"));
}

#[test]
fn what_is_remembered_is_no_part_of_the_resource() {
    let imported = one(FIRST);
    let source = Source::of(&imported.fields).unwrap();
    assert_eq!((source.label.as_str(), source.key.as_str()), ("lab", "1"));
    assert!(!imported.fields.to_json(imported.kind).contains("lab"));
    assert_eq!(
        Source::of(&one(&format!(r#"{{"resourceType":"Basic","id":"{UUID}"}}"#)).fields)
            .unwrap()
            .label,
        ""
    );
}

#[test]
fn a_preview_counts() {
    let text = format!("{}\nnonsense\n{{\"resourceType\":\"Nothing\"}}\n", ODD.join("\n"));
    let found = preview(text.as_bytes(), "x.ndjson", u64::MAX);
    assert_eq!(found.counts[&Kind::PATIENT], 6);
    assert_eq!(found.counts[&Kind::OBSERVATION], 4);
    assert_eq!((found.unreadable, found.needs_source, found.sampled), (2, true, false));
    assert_eq!(found.form, Some(Form::Ndjson));
    assert!(preview(text.as_bytes(), "x.ndjson", 10).sampled);
    let unique = preview(
        format!(r#"{{"resourceType":"Basic","id":"{UUID}"}}"#).as_bytes(),
        "x.json",
        u64::MAX,
    );
    assert!(!unique.needs_source);
}
