//! Invented patients, and what is charted of them, as FHIR R4 resources.

use crate::random::Random;
use serde_json::{Value, json};
use wardkeep_vault::search::PatientIndexEntry;

/// What of a patient's chart is made for each patient, besides the patient.
pub const CHARTED: usize = 24;

/// The patient.
pub fn patient(entry: &PatientIndexEntry, key: &str) -> Value {
    let names: Vec<Value> = entry
        .names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let mut resource = json!({"use": if at == 0 { "official" } else { "maiden" }});
            let given: Vec<&str> = name.given.split_whitespace().collect();
            // Some people have one name only, and FHIR has neither empty strings nor empty lists.
            if !name.family.is_empty() {
                resource["family"] = json!(name.family);
            }
            if !given.is_empty() {
                resource["given"] = json!(given);
            }
            resource
        })
        .collect();
    let phones: Vec<Value> = entry
        .phones
        .iter()
        .map(|phone| json!({"system": "phone", "use": "home", "value": phone}))
        .collect();
    let addresses: Vec<Value> = entry
        .addresses
        .iter()
        .map(|at| json!({"line": [at.line], "city": at.city, "postalCode": at.postal_code}))
        .collect();
    let mut patient = json!({
        "resourceType": "Patient",
        "id": key,
        "identifier": [{
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
            "system": "urn:bench:mrn",
            "value": entry.mrn,
        }],
        "name": names,
        "gender": if entry.gender == 1 { "male" } else { "female" },
        "telecom": phones,
        "address": addresses,
        "deceasedBoolean": entry.deceased,
    });
    if let (Some(date), Some(fields)) = (entry.birth.to_fhir(), patient.as_object_mut()) {
        fields.insert("birthDate".to_owned(), date.into());
    }
    patient
}

/// An encounter and what was found in it: [`CHARTED`] resources.
pub fn chart(patient: &str, random: &mut Random) -> Vec<Value> {
    let subject = json!({"reference": format!("Patient/{patient}")});
    let day = format!(
        "20{:02}-{:02}-{:02}",
        random.between(10, 25),
        random.between(1, 12),
        random.between(1, 28)
    );
    let at = format!(
        "{day}T{:02}:{:02}:00+01:00",
        random.between(8, 17),
        random.between(0, 59)
    );
    let encounter = format!("{patient}-e");
    let mut all = vec![json!({
        "resourceType": "Encounter", "id": encounter, "status": "finished", "subject": subject,
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "period": {"start": at, "end": at},
    })];
    all.push(json!({
        "resourceType": "Condition", "id": format!("{patient}-c"), "subject": subject, "recordedDate": at,
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "code": {"coding": [{"system": "urn:bench:problem", "code": random.digits(6)}], "text": "Problem of the bench"},
        "encounter": {"reference": format!("Encounter/{encounter}")},
    }));
    all.push(json!({
        "resourceType": "MedicationRequest", "id": format!("{patient}-m"), "subject": subject, "authoredOn": at,
        "status": "active", "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": "urn:bench:drug", "code": random.digits(6)}], "text": "Drug 20 MG"},
        "dosageInstruction": [{"sequence": 1, "text": "one tablet daily", "asNeededBoolean": false}],
    }));
    while all.len() < CHARTED {
        all.push(json!({
            "resourceType": "Observation", "id": format!("{patient}-o{}", all.len()), "status": "final", "subject": subject,
            "category": [{"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"
            }]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": random.digits(5)}], "text": "Analyte"},
            "effectiveDateTime": at, "issued": at,
            "valueQuantity": {
                "value": f64::from(random.between(1, 4_000)) / 10.0, "unit": "mg/dL",
                "system": "http://unitsofmeasure.org", "code": "mg/dL",
            },
            "encounter": {"reference": format!("Encounter/{encounter}")},
        }));
    }
    all
}
