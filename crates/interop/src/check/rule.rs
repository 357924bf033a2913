//! Rules between elements that the table cannot say, by their keys in the specification. Only those of severity error
//! that a wrong chart could follow from; what is merely odd comes in as it is.

use super::concept::codes_of;
use super::{Checked, Fault};
use crate::reject::Reason;
use crate::schema::Type;
use std::borrow::Cow;
use wardkeep_record::field::Kind;
use wardkeep_record::json;

const ALLERGY_VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
const CONDITION_VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CONDITION_CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";

/// Checks the rules of a kind.
pub(super) fn keep(kind: Kind, members: &[(Cow<'_, str>, &str)]) -> Checked {
    let member = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    match kind {
        Kind::PATIENT => member("contact").map_or(Ok(()), contacts),
        Kind::ALLERGY => {
            let in_error = has_code(
                member("verificationStatus"),
                ALLERGY_VERIFICATION,
                &["entered-in-error"],
            );
            match (
                in_error,
                member("clinicalStatus").or_else(|| member("_clinicalStatus")).is_some(),
            ) {
                (false, false) => rule(
                    "clinicalStatus",
                    "ait-1",
                    "required unless verificationStatus is entered-in-error",
                ),
                (true, true) => rule(
                    "clinicalStatus",
                    "ait-2",
                    "must not stand beside verificationStatus entered-in-error",
                ),
                _ => Ok(()),
            }
        }
        Kind::CONDITION => condition(&member, members),
        Kind::OBSERVATION => {
            let value = members.iter().any(|(name, _)| name.starts_with("value"));
            if value && member("dataAbsentReason").is_some() {
                return rule("dataAbsentReason", "obs-6", "must not stand beside a value");
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// An extension has a value or extensions of its own, and not both.
pub(super) fn extension(of: &Type, seen: u128) -> Checked {
    let has = |name: &str| {
        of.elements
            .iter()
            .position(|element| element.name == name)
            .is_some_and(|index| seen >> index & 1 == 1)
    };
    if has("value[x]") == has("extension") {
        let words = "an extension has a value or extensions, and not both";
        return Err(Reason::Rule { key: "ext-1", words }.into());
    }
    Ok(())
}

fn condition<'a>(member: &dyn Fn(&str) -> Option<&'a str>, members: &[(Cow<'_, str>, &str)]) -> Checked {
    let clinical = member("clinicalStatus");
    if clinical.is_some()
        && has_code(
            member("verificationStatus"),
            CONDITION_VERIFICATION,
            &["entered-in-error"],
        )
    {
        return rule(
            "clinicalStatus",
            "con-5",
            "must not stand beside verificationStatus entered-in-error",
        );
    }
    let abated = members.iter().any(|(name, _)| name.starts_with("abatement"));
    if abated && clinical.is_some() && !has_code(clinical, CONDITION_CLINICAL, &["resolved", "remission", "inactive"]) {
        return rule(
            "clinicalStatus",
            "con-4",
            "must be inactive, resolved or remission where there is an abatement",
        );
    }
    Ok(())
}

fn has_code(concept: Option<&str>, system: &str, codes: &[&str]) -> bool {
    concept.is_some_and(|text| codes_of(text, system).iter().any(|code| codes.contains(&code.as_str())))
}

/// A contact says who or where it is.
fn contacts(array: &str) -> Checked {
    for (index, contact) in json::array(array).unwrap_or_default().iter().enumerate() {
        let named = ["name", "telecom", "address", "organization"];
        if named.iter().all(|name| json::member(contact.get(), name).is_none()) {
            let words = "a contact has a name, telecom, address or organization";
            return Err(Fault::at(
                &format!("contact[{index}]"),
                Reason::Rule { key: "pat-1", words },
            ));
        }
    }
    Ok(())
}

fn rule(element: &str, key: &'static str, words: &'static str) -> Checked {
    Err(Fault::at(element, Reason::Rule { key, words }))
}
