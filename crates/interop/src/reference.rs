//! References between resources: what they point at, and which patient a resource belongs to.

use crate::source::{Source, record_id};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeSet;
use wardkeep_record::field::{self, Kind};
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::json;

/// What the text of a reference points at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Target<'a> {
    /// The server, for an absolute reference: all before the type.
    pub(crate) base: Option<&'a str>,
    /// The type; `None` for `urn:uuid:`.
    pub(crate) resource_type: Option<&'static str>,
    /// The id, or the UUID.
    pub(crate) id: &'a str,
}

impl<'a> Target<'a> {
    /// Reads `Type/id`, `http://server/Type/id`, both with or without `/_history/n`, and `urn:uuid:`. `None` for all
    /// else: contained resources, searches, other addresses.
    pub(crate) fn of(reference: &'a str) -> Option<Self> {
        if let Some(uuid) = reference.strip_prefix("urn:uuid:") {
            return Some(Self {
                base: None,
                resource_type: None,
                id: uuid,
            });
        }
        if reference.contains(['?', '#']) {
            return None;
        }
        let plain = reference.split_once("/_history/").map_or(reference, |(plain, _)| plain);
        let (rest, id) = plain.rsplit_once('/')?;
        let (base, name) = match rest.rsplit_once('/') {
            Some((base, name)) => (Some(base), name),
            None => (None, rest),
        };
        let resource_type = Kind::of_type(name)?.resource_type();
        crate::grammar::is_id(id).then_some(Self {
            base,
            resource_type: Some(resource_type),
            id,
        })
    }
}

/// The server part of an entry's address, where it is one on a server.
pub(crate) fn base_of(full_url: &str) -> Option<&str> {
    Target::of(full_url)?.base
}

/// The elements through which a resource names its patient, as paths.
pub(crate) fn patient_elements(resource_type: &str) -> &'static [&'static str] {
    match resource_type {
        "Patient" | "Group" | "Bundle" | "Parameters" | "AuditEvent" => &[],
        "Coverage" => &["beneficiary"],
        "Task" => &["for"],
        "ResearchSubject" => &["individual"],
        "EnrollmentRequest" => &["candidate"],
        "Person" => &["link.target"],
        "Appointment" => &["participant.actor"],
        "AppointmentResponse" | "Schedule" => &["actor"],
        "Provenance" => &["target"],
        _ => &["subject", "patient"],
    }
}

/// The texts of the references at a path below a member's value: `link.target` given the value of `link`.
pub(crate) fn references_at<'a>(value: &'a str, path: Option<&str>, out: &mut Vec<Cow<'a, str>>) {
    if value.starts_with('[') {
        for item in json::array(value).unwrap_or_default() {
            references_at(RawValue::get(item), path, out);
        }
        return;
    }
    let (step, rest) = match path {
        Some(path) => path
            .split_once('.')
            .map_or((path, None), |(step, rest)| (step, Some(rest))),
        None => ("reference", None),
    };
    let Some(inner) = json::member(value, step).map(RawValue::get) else {
        return;
    };
    if path.is_some() {
        return references_at(inner, rest, out);
    }
    let plain = inner
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .filter(|text| !text.contains('\\'));
    out.extend(plain.map(Cow::Borrowed).or_else(|| json::string(inner).map(Cow::Owned)));
}

/// A record that another one refers to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Referenced {
    /// Its FHIR type.
    pub resource_type: &'static str,
    /// Its id where it came from.
    pub id: String,
    /// Its record, if it is one here.
    pub record: RecordId,
}

/// Types that belong to nobody's chart and that a patient's export takes along. A `urn:uuid:` reference does not say
/// its type, so it is looked for under each of these.
const SHARED: &[&str] = &[
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Location",
    "HealthcareService",
    "Endpoint",
    "Medication",
    "Substance",
];

/// The shared records (organizations, practitioners, locations and the like) that a record may refer to, so that the
/// caller can look them up and export them too. Not all need exist: see [`Referenced::record`].
pub fn references(fields: &Fields) -> Vec<Referenced> {
    let source = Source::of(fields);
    let label = source.as_ref().map_or("", |source| source.label.as_str());
    let mut found = BTreeSet::new();
    for (_, value) in fields
        .iter()
        .filter(|(key, _)| !matches!(key.field, field::SOURCE | field::SEALED))
    {
        for reference in texts(value) {
            let Some(target) = Target::of(&reference) else { continue };
            let types = SHARED
                .iter()
                .filter(|name| target.resource_type.is_none_or(|known| known == **name));
            for resource_type in types {
                let record = record_id(label, resource_type, target.id);
                found.insert(Referenced {
                    resource_type,
                    id: target.id.to_owned(),
                    record,
                });
            }
        }
    }
    found.into_iter().collect()
}

/// The texts of all `reference` members in a JSON text, at any depth.
fn texts(value: &str) -> impl Iterator<Item = Cow<'_, str>> {
    const MEMBER: &str = "\"reference\":\"";
    value.match_indices(MEMBER).filter_map(|(at, _)| {
        let string = &value[at + MEMBER.len() - 1..];
        crate::json::Cursor::new(string).string().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let target = |text| Target::of(text).map(|target| (target.base, target.resource_type, target.id));
        assert_eq!(target("Patient/1"), Some((None, Some("Patient"), "1")));
        assert_eq!(target("Patient/1/_history/3"), Some((None, Some("Patient"), "1")));
        assert_eq!(
            target("https://a.b/c/Patient/1"),
            Some((Some("https://a.b/c"), Some("Patient"), "1"))
        );
        assert_eq!(target("urn:uuid:x"), Some((None, None, "x")));
        for none in [
            "",
            "#p",
            "Patient",
            "Patient/",
            "/1",
            "Nobody/1",
            "Patient?identifier=a|b",
            "Patient/a b",
            "urn:oid:1.2",
        ] {
            assert_eq!(target(none), None, "{none}");
        }
        assert_eq!(base_of("http://x/fhir/Patient/1"), Some("http://x/fhir"));
        assert_eq!(base_of("urn:uuid:1"), None);
    }

    #[test]
    fn references_at_paths() {
        let at = |value, path| {
            let mut out = Vec::new();
            references_at(value, path, &mut out);
            out.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(at(r#"{"reference":"Patient/1","display":"x"}"#, None), ["Patient/1"]);
        assert_eq!(
            at(r#"[{"reference":"Patient\/1"},{"display":"x"}]"#, None),
            ["Patient/1"]
        );
        assert_eq!(
            at(
                r#"[{"target":{"reference":"Patient/1"}},{"target":{"reference":"Patient/2"}}]"#,
                Some("target")
            ),
            ["Patient/1", "Patient/2"]
        );
        assert!(at("7", None).is_empty());
    }
}
