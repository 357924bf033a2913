//! Who a resource is, across files and imports: the rule from source label, type and id to our record id, and what is
//! remembered of an import.
//!
//! - An id that is a UUID is unique in the world and needs no label. All other ids ("123") are unique within the system
//!   that gave them only, so the person who imports names that system, and the label becomes part of the identity.
//! - In a bundle, a `fullUrl` of `urn:uuid:` is the identity, as FHIR has it for resources that have no home yet; but a
//!   resource that its request PUTs somewhere goes by its own id.
//! - A resource with neither goes by its content.
//! - A UUIDv7 is taken as the record id itself: that is how records made here leave, so they are known again.

use std::fmt::Write as _;
use uuid::Uuid;
use wardkeep_record::field::{self, Kind};
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::json;
use wardkeep_record::op::FieldKey;

/// The namespace of record ids that are made of names (UUIDv5, RFC 9562 section 5.5). Never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x8d3e_3c1a_6a2f_5f0b_9c58_41d7_0f6e_27b4);

/// What a key begins with that was made of a resource's content.
const BY_CONTENT: &str = "content:";

/// Whether an id is unique only within its source, so that the source needs a label.
pub fn needs_source(key: &str) -> bool {
    Uuid::try_parse(key).is_err() && !key.starts_with(BY_CONTENT)
}

/// The record of a resource: the same source, type and id always lead to the same record.
pub fn record_id(label: &str, resource_type: &str, key: &str) -> RecordId {
    match Uuid::try_parse(key) {
        Ok(uuid) if uuid.get_version_num() == 7 => RecordId(uuid),
        Ok(uuid) => named(&format!("{resource_type}/{uuid}")),
        Err(_) if key.starts_with(BY_CONTENT) => named(&format!("{resource_type}/{key}")),
        Err(_) => named(&format!("{label}\n{resource_type}/{key}")),
    }
}

fn named(name: &str) -> RecordId {
    RecordId(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// The key of a resource that has no id at all.
pub(crate) fn key_of_content(hash: &[u8; 32]) -> String {
    format!("{BY_CONTENT}{}", hex(&hash[..16]))
}

/// How a bundle named an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FullUrl {
    /// Not at all.
    None,
    /// `urn:uuid:` and the key.
    Urn,
    /// By another address.
    Url(String),
}

/// How many versions of one import are remembered beside the last.
pub const MOST_ALSO: usize = 16;

/// What is remembered of an import, in the record's SOURCE field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// The label that the person gave; empty where none was needed.
    pub label: String,
    /// The resource's identity there: its id, most often.
    pub key: String,
    /// How the bundle named it.
    pub full_url: FullUrl,
    /// The first half of the BLAKE3 hash of the content that was last taken in, as JSON text without white space.
    pub hash: [u8; 16],
    /// The same of what else the source said of it in that import: a set of files may hold two versions of one organization,
    /// and taking the set in again must not go from one to the other and back. At most [`MOST_ALSO`].
    pub also: Vec<[u8; 16]>,
    /// Each element that was last taken in: its field and the beginning of its value's hash, so that what was edited
    /// here since is told from what changed there.
    pub elements: Vec<(FieldKey, u32)>,
}

impl Source {
    /// What is to be remembered of these fields.
    pub(crate) fn new(label: &str, key: &str, full_url: Option<&str>, hash: &[u8; 32], fields: &Fields) -> Self {
        let full_url = match full_url {
            None => FullUrl::None,
            Some(url) if url.strip_prefix("urn:uuid:") == Some(key) => FullUrl::Urn,
            Some(url) => FullUrl::Url(url.to_owned()),
        };
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        let label = if needs_source(key) { label } else { "" };
        let elements = fields.iter().map(|(key, value)| (key, element_hash(value))).collect();
        Self {
            label: label.to_owned(),
            key: key.to_owned(),
            full_url,
            hash: half,
            also: Vec::new(),
            elements,
        }
    }

    /// Whether the source has said exactly this, last or beside it.
    pub(crate) fn has_said(&self, content_hash: &[u8; 32]) -> bool {
        std::iter::once(&self.hash)
            .chain(&self.also)
            .any(|known| known[..] == content_hash[..16])
    }

    /// The same, with what a former version of the same import said. The oldest goes when there are too many.
    pub(crate) fn beside(mut self, former: &Self) -> Self {
        self.also = former.also.iter().chain([&former.hash]).copied().collect();
        let surplus = self.also.len().saturating_sub(MOST_ALSO);
        self.also.drain(..surplus);
        self
    }

    /// What a record's SOURCE field says; `None` for a record that was made here.
    pub fn of(fields: &Fields) -> Option<Self> {
        Self::read(fields.one(field::SOURCE)?)
    }

    /// The JSON text for the SOURCE field.
    pub fn to_json(&self) -> Box<str> {
        let mut out = String::with_capacity(160 + 12 * self.elements.len());
        let mut member = |name: &str, value: &str| {
            out.push_str(if out.is_empty() { "{\"" } else { ",\"" });
            out.push_str(name);
            out.push_str("\":");
            out.push_str(value);
        };
        if !self.label.is_empty() {
            member("label", &json::quote(&self.label));
        }
        member("key", &json::quote(&self.key));
        match &self.full_url {
            FullUrl::None => {}
            FullUrl::Urn => member("urn", "true"),
            FullUrl::Url(url) => member("fullUrl", &json::quote(url)),
        }
        member("hash", &json::quote(&hex(&self.hash)));
        if !self.also.is_empty() {
            let list: Vec<String> = self.also.iter().map(|hash| hex(hash)).collect();
            member("also", &json::quote(&list.join(" ")));
        }
        member("elements", &json::quote(&elements_text(&self.elements)));
        out.push('}');
        out.into_boxed_str()
    }

    fn read(text: &str) -> Option<Self> {
        let string = |name| json::member(text, name).and_then(|value| json::string(value.get()));
        let full_url = match string("fullUrl") {
            Some(url) => FullUrl::Url(url),
            None if json::member(text, "urn").is_some() => FullUrl::Urn,
            None => FullUrl::None,
        };
        Some(Self {
            label: string("label").unwrap_or_default(),
            key: string("key")?,
            full_url,
            hash: hash_of(&string("hash")?)?,
            also: string("also")
                .unwrap_or_default()
                .split_ascii_whitespace()
                .map(hash_of)
                .collect::<Option<_>>()?,
            elements: elements_of(&string("elements")?)?,
        })
    }

    /// The address of the entry when the record leaves again.
    pub(crate) fn address(&self, kind: Kind) -> String {
        match &self.full_url {
            FullUrl::Url(url) => url.clone(),
            FullUrl::Urn => format!("urn:uuid:{}", self.key),
            FullUrl::None if Uuid::try_parse(&self.key).is_err() && !needs_source(&self.key) => {
                format!("urn:uuid:{}", record_id("", kind.resource_type(), &self.key))
            }
            FullUrl::None => format!("{}{}/{}", crate::export::BASE, kind.resource_type(), self.key),
        }
    }
}

/// Half a hash from its hexadecimal digits.
fn hash_of(text: &str) -> Option<[u8; 16]> {
    Some(u128::from_str_radix(text, 16).ok()?.to_be_bytes())
}

/// The beginning of a value's hash.
pub(crate) fn element_hash(value: &str) -> u32 {
    let hash = blake3::hash(value.as_bytes());
    let bytes = hash.as_bytes();
    u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]])
}

/// Field, item where there is one, and hash of each element: `16.1:a1b2c3`, with a blank between.
fn elements_text(elements: &[(FieldKey, u32)]) -> String {
    let mut out = String::with_capacity(12 * elements.len());
    for (key, hash) in elements {
        if !out.is_empty() {
            out.push(' ');
        }
        let written = match key.item {
            Some(item) => write!(out, "{}.{item}:{hash:x}", key.field),
            None => write!(out, "{}:{hash:x}", key.field),
        };
        written.expect("writing to a String cannot fail");
    }
    out
}

fn elements_of(text: &str) -> Option<Vec<(FieldKey, u32)>> {
    let one = |word: &str| {
        let (key, hash) = word.split_once(':')?;
        let (field, item) = match key.split_once('.') {
            Some((field, item)) => (field, Some(item.parse().ok()?)),
            None => (key, None),
        };
        Some((
            FieldKey {
                field: field.parse().ok()?,
                item,
            },
            u32::from_str_radix(hash, 16).ok()?,
        ))
    };
    text.split_ascii_whitespace().map(one).collect()
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(out, "{byte:02x}").expect("writing to a String cannot fail");
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn ids_are_frozen() {
        let uuid = "c757873d-ec9a-4326-a141-556f43239520";
        assert_eq!(
            record_id("a", "Patient", uuid).to_string(),
            record_id("b", "Patient", &uuid.to_uppercase()).to_string()
        );
        assert_ne!(record_id("", "Patient", uuid), record_id("", "Person", uuid));
        assert_ne!(record_id("a", "Patient", "1"), record_id("b", "Patient", "1"));
        let v7 = "0190a5f0-1c2d-7e3f-8a4b-5c6d7e8f9012";
        assert_eq!(record_id("a", "Patient", v7).to_string(), v7);
        insta::assert_snapshot!(record_id("a", "Patient", uuid), @"2dadcf44-de72-5562-803f-b933c108ca15");
        insta::assert_snapshot!(record_id("lab", "Patient", "1"), @"df7e1c63-6868-5c93-803f-a6e21b37a2dd");
    }

    #[test]
    fn what_is_remembered_comes_back() {
        let fields = Fields::from_json(
            Kind::PATIENT,
            r#"{"resourceType":"Patient","id":"1","name":[{"family":"A"},{"family":"B"}]}"#,
        )
        .unwrap();
        for url in [None, Some("urn:uuid:1"), Some("http://x/Patient/1")] {
            let source = Source::new("l\"ab", "1", url, &[7; 32], &fields);
            assert_eq!(Source::read(&source.to_json()), Some(source.clone()));
            let later = Source::new("l\"ab", "1", url, &[8; 32], &fields).beside(&source);
            assert_eq!(Source::read(&later.to_json()), Some(later.clone()));
            assert!(later.has_said(&[7; 32]) && later.has_said(&[8; 32]) && !later.has_said(&[9; 32]));
        }
        assert_eq!(Source::read("{}"), None);
        assert_eq!(Source::of(&fields), None);
    }
}
