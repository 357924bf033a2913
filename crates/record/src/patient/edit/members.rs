//! The members of each kind of item that an edit changes.

use super::super::draft::{Address, ContactPoint, HumanName, Identifier};
use super::super::patch::{list, text};
use super::super::read;
use super::is_dialled;
use crate::phone;
use serde::Serialize;

/// Members of an object with their new texts.
pub(super) type Members = Vec<(&'static str, Option<String>)>;

/// The code of a FHIR enumeration, which is its wire name.
fn code<T: Serialize>(value: Option<T>) -> Option<String> {
    value.and_then(|value| serde_json::to_string(&value).ok())
}

/// Adds a member when the form shows another value than it did.
fn differing(members: &mut Members, name: &'static str, old: Option<&str>, new: &str, json: Option<String>) {
    if old.unwrap_or("").trim() != new.trim() {
        members.push((name, json));
    }
}

/// What differs between a name as it was shown and as it was edited.
pub(super) fn name_members(old: Option<&HumanName>, new: &HumanName) -> Members {
    let words = |text: &str| list(text.split_whitespace());
    let mut members = Vec::new();
    if old.map(|old| old.use_) != Some(new.use_) && (old.is_some() || new.use_.is_some()) {
        members.push(("use", code(new.use_)));
    }
    differing(
        &mut members,
        "family",
        old.map(|old| old.family.as_str()),
        &new.family,
        text(&new.family),
    );
    differing(
        &mut members,
        "given",
        old.map(|old| old.given.as_str()),
        &new.given,
        words(&new.given),
    );
    differing(
        &mut members,
        "prefix",
        old.map(|old| old.prefix.as_str()),
        &new.prefix,
        words(&new.prefix),
    );
    differing(
        &mut members,
        "suffix",
        old.map(|old| old.suffix.as_str()),
        &new.suffix,
        words(&new.suffix),
    );
    let parts_changed = members.iter().any(|(name, _)| *name != "use");
    differing(
        &mut members,
        "text",
        old.map(|old| old.text.as_str()),
        &new.text,
        text(&new.text),
    );
    // A whole name that nobody touched would contradict the parts that somebody did.
    let stale = parts_changed && old.is_some_and(|old| !old.text.is_empty() && old.text == new.text.trim());
    if stale && !(new.family.trim().is_empty() && new.given.trim().is_empty()) {
        members.push(("text", None));
    }
    members
}

/// The same of a contact point.
pub(super) fn telecom_members(old: Option<&ContactPoint>, new: &ContactPoint, region: &str) -> Members {
    let mut members = Vec::new();
    if old.map(|old| old.system) != Some(new.system) {
        members.push(("system", code(Some(new.system))));
    }
    if old.map(|old| old.use_) != Some(new.use_) && (old.is_some() || new.use_.is_some()) {
        members.push(("use", code(new.use_)));
    }
    let stored = if is_dialled(new.system) {
        phone::stored(&new.value, region)
    } else {
        new.value.trim().to_owned()
    };
    differing(
        &mut members,
        "value",
        old.map(|old| old.value.as_str()),
        &new.value,
        text(&stored),
    );
    members
}

/// The same of an address.
pub(super) fn address_members(old: Option<&Address>, new: &Address) -> Members {
    let mut members = Vec::new();
    if old.map(|old| old.use_) != Some(new.use_) && (old.is_some() || new.use_.is_some()) {
        members.push(("use", code(new.use_)));
    }
    differing(
        &mut members,
        "line",
        old.map(|old| old.line.as_str()),
        &new.line,
        list(new.line.lines()),
    );
    differing(
        &mut members,
        "city",
        old.map(|old| old.city.as_str()),
        &new.city,
        text(&new.city),
    );
    differing(
        &mut members,
        "district",
        old.map(|old| old.district.as_str()),
        &new.district,
        text(&new.district),
    );
    differing(
        &mut members,
        "state",
        old.map(|old| old.state.as_str()),
        &new.state,
        text(&new.state),
    );
    let postal_code = old.map(|old| old.postal_code.as_str());
    differing(
        &mut members,
        "postalCode",
        postal_code,
        &new.postal_code,
        text(&new.postal_code),
    );
    differing(
        &mut members,
        "country",
        old.map(|old| old.country.as_str()),
        &new.country,
        text(&new.country),
    );
    let parts_changed = members.iter().any(|(name, _)| *name != "use");
    differing(
        &mut members,
        "text",
        old.map(|old| old.text.as_str()),
        &new.text,
        text(&new.text),
    );
    if parts_changed && old.is_some_and(|old| !old.text.is_empty() && old.text == new.text.trim()) {
        members.push(("text", None));
    }
    members
}

/// The same of an identifier.
pub(super) fn identifier_members(old: Option<&Identifier>, new: &Identifier) -> Members {
    let mut members = Vec::new();
    differing(
        &mut members,
        "system",
        old.map(|old| old.system.as_str()),
        &new.system,
        text(&new.system),
    );
    differing(
        &mut members,
        "value",
        old.map(|old| old.value.as_str()),
        &new.value,
        text(&new.value),
    );
    let label = text(&new.label).map(|words| format!("{{\"text\":{words}}}"));
    differing(
        &mut members,
        "type",
        old.map(|old| old.label.as_str()),
        &new.label,
        label,
    );
    members
}

/// A code of HL7, with its words, or words alone.
pub(super) fn marital_status(value: &str) -> Option<String> {
    const CODES: [(&str, &str); 11] = [
        ("A", "Annulled"),
        ("D", "Divorced"),
        ("I", "Interlocutory"),
        ("L", "Legally Separated"),
        ("M", "Married"),
        ("C", "Common Law"),
        ("P", "Polygamous"),
        ("T", "Domestic partner"),
        ("U", "unmarried"),
        ("S", "Never Married"),
        ("W", "Widowed"),
    ];
    let words = text(value)?;
    let known = CODES.iter().find(|(code, _)| *code == value.trim());
    Some(known.map_or(format!("{{\"text\":{words}}}"), |(code, display)| {
        let system = read::MARITAL_SYSTEM;
        format!("{{\"coding\":[{{\"system\":\"{system}\",\"code\":\"{code}\",\"display\":\"{display}\"}}]}}")
    }))
}
