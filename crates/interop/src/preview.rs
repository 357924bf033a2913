//! What is in a file, before anything is imported: counts by type, quickly, without checking the resources.

use crate::read::{Form, Resources};
use crate::reject::Rejected;
use crate::source::needs_source;
use std::collections::BTreeMap;
use std::io::Read;
use wardkeep_record::field::Kind;
use wardkeep_record::json;

/// What is in a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Preview {
    /// What the file is; `None` when it is nothing that can be imported.
    pub form: Option<Form>,
    /// How many resources of each kind.
    pub counts: BTreeMap<Kind, u64>,
    /// How many have no known type, or cannot be read.
    pub unreadable: u64,
    /// The first fault met.
    pub problem: Option<Rejected>,
    /// Some ids are unique only within their source, so the source needs a label.
    pub needs_source: bool,
    /// Only the beginning was looked at.
    pub sampled: bool,
}

/// Looks at a file's first bytes, so many of them.
pub fn preview(from: impl Read, name: &str, most_bytes: u64) -> Preview {
    let mut resources = Resources::new(from, name);
    let mut preview = Preview::default();
    while let Some(item) = resources.next() {
        match item {
            Err(fault) => {
                preview.unreadable += 1;
                preview.problem.get_or_insert(fault);
            }
            Ok(raw) => {
                let text = |member| json::member(&raw.json, member).and_then(|value| json::string(value.get()));
                match text("resourceType").and_then(|name| Kind::of_type(&name)) {
                    Some(kind) => *preview.counts.entry(kind).or_default() += 1,
                    None => preview.unreadable += 1,
                }
                let by_urn = raw.full_url.as_deref().is_some_and(|url| url.starts_with("urn:uuid:"));
                preview.needs_source |= !by_urn && text("id").is_some_and(|id| needs_source(&id));
            }
        }
        if resources.bytes_read() >= most_bytes {
            preview.sampled = true;
            break;
        }
    }
    preview.form = resources.form();
    preview
}
