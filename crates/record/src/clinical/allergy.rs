//! Allergies: how they show, what state they add up to, and how a new one is written.

use super::coded::{concept, concept_of, concepts, list_of, status_of, string, text_of};
use super::{Allergy, AllergyBlock, AllergyCriticality, AllergyDraft, AllergyState, Coded};
use crate::field::{FieldId, allergy as at};
use crate::fields::Fields;
use crate::id::RecordId;
use crate::json::quote;
use crate::op::FieldKey;
use crate::patient::{Invalid, Reason};
use serde::Serialize;
use serde_json::{Value, json};

/// SNOMED CT, as FHIR names it.
const SNOMED: &str = "http://snomed.info/sct";
/// 'No known allergy' in SNOMED CT.
const NO_KNOWN: &str = "716186003";
/// Statements that there is no allergy of some sort: to anything, to drugs, of the environment, to food, to latex.
const NONE_OF_A_SORT: [&str; 5] = [NO_KNOWN, "409137002", "428607008", "429625007", "1003774007"];
/// The longest text of a draft, in characters.
const MAX_TEXT: usize = 256;

/// An allergy as it shows. `flagged` says that a removal met an edit.
pub fn allergy(id: RecordId, fields: &Fields, flagged: bool) -> Allergy {
    let reactions = list_of(fields, at::REACTION);
    let manifestation = |reaction: &Value| {
        let list = reaction.get("manifestation").and_then(Value::as_array);
        list.and_then(|list| concepts(list))
            .or_else(|| string(reaction, "description"))
    };
    let worst = ["severe", "moderate", "mild"].into_iter().find(|severity| {
        reactions
            .iter()
            .any(|reaction| string(reaction, "severity").as_deref() == Some(severity))
    });
    // A reaction may name the substance where the record itself has no code.
    let in_reaction = || {
        reactions
            .iter()
            .find_map(|reaction| reaction.get("substance").and_then(concept))
    };
    let categories: Vec<String> = list_of(fields, at::CATEGORY)
        .iter()
        .filter_map(|category| category.as_str().map(str::to_owned))
        .collect();
    Allergy {
        id,
        substance: concept_of(fields, at::CODE).or_else(in_reaction).unwrap_or_default(),
        category: (!categories.is_empty()).then(|| categories.join(", ")),
        criticality: match text_of(fields, at::CRITICALITY).as_deref() {
            Some("low") => Some(AllergyCriticality::Low),
            Some("high") => Some(AllergyCriticality::High),
            Some("unable-to-assess") => Some(AllergyCriticality::UnableToAssess),
            _ => None,
        },
        reactions: reactions.iter().filter_map(manifestation).collect(),
        severity: worst.map(str::to_owned),
        verification: status_of(fields, at::VERIFICATION_STATUS),
        clinical_status: status_of(fields, at::CLINICAL_STATUS),
        recorded: text_of(fields, at::RECORDED_DATE),
        flagged,
    }
}

/// What the allergies of a patient add up to. A statement that there is none holds only while there is none: beside an
/// allergy it goes to the inactive ones. A statement about one sort only (drugs, food) stays listed, so that it can be read.
pub fn allergy_block(allergies: Vec<Allergy>) -> AllergyBlock {
    let (holding, mut inactive): (Vec<_>, Vec<_>) = allergies.into_iter().partition(holds);
    let (none, known): (Vec<_>, Vec<_>) = holding.into_iter().partition(is_none_of_a_sort);
    let (state, mut active) = match (known.is_empty(), none.is_empty()) {
        (false, _) => {
            inactive.extend(none);
            (AllergyState::Known, known)
        }
        (true, false) => (AllergyState::NoKnown, none),
        (true, true) => (AllergyState::NotRecorded, Vec::new()),
    };
    let rank = |allergy: &Allergy| match allergy.criticality {
        Some(AllergyCriticality::High) => 0,
        Some(AllergyCriticality::UnableToAssess) | None => 1,
        Some(AllergyCriticality::Low) => 2,
    };
    active.sort_by_cached_key(|allergy| (rank(allergy), crate::name::fold(&allergy.substance.text), allergy.id));
    AllergyBlock {
        state,
        active,
        inactive,
    }
}

/// Whether it holds now. One without clinical status holds: silence never hides an allergy.
fn holds(allergy: &Allergy) -> bool {
    let refuted = matches!(allergy.verification.as_deref(), Some("refuted" | "entered-in-error"));
    !refuted && !matches!(allergy.clinical_status.as_deref(), Some("inactive" | "resolved"))
}

fn is_none_of_a_sort(allergy: &Allergy) -> bool {
    let Coded {
        code: Some(code),
        system,
        ..
    } = &allergy.substance
    else {
        return false;
    };
    system.as_deref().is_none_or(|system| system == SNOMED) && NONE_OF_A_SORT.contains(&code.as_str())
}

/// A new allergy, or the faults of its draft. `patient` is the reference to the patient, `recorded` a FHIR dateTime,
/// `recorder` the name of who writes it.
pub fn allergy_fields(
    draft: &AllergyDraft,
    patient: &str,
    recorded: &str,
    recorder: &str,
) -> Result<Fields, Vec<Invalid>> {
    validate(draft)?;
    let text = draft.substance.trim();
    let substance = match (present(&draft.code), present(&draft.system)) {
        (Some(code), Some(system)) => {
            json!({"coding": [{"code": code, "display": text, "system": system}], "text": text})
        }
        (Some(code), None) => json!({"coding": [{"code": code, "display": text}], "text": text}),
        (None, _) => json!({"text": text}),
    };
    let mut list = first_fields(&substance, "unconfirmed", patient, recorded, recorder);
    if let Some(category) = draft.category {
        list.push(entry(at::CATEGORY, &json!([category])));
    }
    if let Some(criticality) = draft.criticality {
        list.push(entry(at::CRITICALITY, &criticality));
    }
    if present(&draft.reaction).is_some() || draft.severity.is_some() {
        // FHIR wants a manifestation in every reaction.
        let words = present(&draft.reaction).unwrap_or("Reaction not described");
        let mut reaction = json!({"manifestation": [{"text": words}]});
        if let Some(severity) = draft.severity {
            reaction["severity"] = json!(severity);
        }
        list.push(entry(at::REACTION, &json!([reaction])));
    }
    Ok(Fields::from_vec(list))
}

/// The statement that the patient was asked and knows of no allergy.
pub fn no_known_allergy_fields(patient: &str, recorded: &str, recorder: &str) -> Fields {
    let coding = json!({"code": NO_KNOWN, "display": "No known allergy", "system": SNOMED});
    let substance = json!({"coding": [coding], "text": "No known allergy"});
    Fields::from_vec(first_fields(&substance, "confirmed", patient, recorded, recorder))
}

fn validate(draft: &AllergyDraft) -> Result<(), Vec<Invalid>> {
    let mut faults = Vec::new();
    let mut check = |element: &str, text: &str| {
        let reason = if text.chars().count() > MAX_TEXT {
            Reason::TooLong
        } else if text.chars().any(char::is_control) {
            Reason::Characters
        } else {
            return;
        };
        faults.push(Invalid {
            element: element.to_owned(),
            reason,
        });
    };
    check("substance", &draft.substance);
    check("code", draft.code.as_deref().unwrap_or(""));
    check("system", draft.system.as_deref().unwrap_or(""));
    check("reaction", draft.reaction.as_deref().unwrap_or(""));
    if draft.substance.trim().is_empty() {
        faults.push(Invalid {
            element: "substance".to_owned(),
            reason: Reason::Required,
        });
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn present(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn first_fields(
    substance: &Value,
    verification: &str,
    patient: &str,
    recorded: &str,
    recorder: &str,
) -> Vec<(FieldKey, Box<str>)> {
    let status = |list: &str, code: &str| {
        let system = format!("http://terminology.hl7.org/CodeSystem/allergyintolerance-{list}");
        json!({"coding": [{"code": code, "system": system}]})
    };
    vec![
        entry(at::CLINICAL_STATUS, &status("clinical", "active")),
        entry(at::VERIFICATION_STATUS, &status("verification", verification)),
        entry(at::CODE, substance),
        entry(at::PATIENT, &json!({"reference": patient})),
        (
            FieldKey {
                field: at::RECORDED_DATE,
                item: None,
            },
            quote(recorded),
        ),
        entry(at::RECORDER, &json!({"display": recorder})),
    ]
}

fn entry(field: FieldId, value: &impl Serialize) -> (FieldKey, Box<str>) {
    let json = serde_json::to_string(value).expect("values made here are always JSON");
    (FieldKey { field, item: None }, json.into_boxed_str())
}
