//! One entry of a bundle, and one line of NDJSON, taken apart.

use crate::reject::Reason;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use wardkeep_record::json;

/// A bundle's entry: what of it concerns us.
#[derive(Deserialize)]
pub(super) struct Entry<'a> {
    #[serde(borrow, rename = "fullUrl")]
    pub(super) full_url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) resource: Option<&'a RawValue>,
    #[serde(borrow)]
    request: Option<Request<'a>>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow)]
    url: Option<Cow<'a, str>>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(text: &'a str) -> Result<Self, Reason> {
        serde_json::from_str(text).map_err(|error| broken(&error))
    }

    /// The method of the entry's request.
    pub(super) fn method(&self) -> Option<&str> {
        self.request.as_ref()?.method.as_deref()
    }

    /// A short name of `Type/id`, that of the resource or, for a deletion, that of the request.
    pub(super) fn identity(&self) -> Option<[u8; 16]> {
        let name = match self.resource {
            Some(resource) => {
                let text = |member| json::member(resource.get(), member).and_then(|value| json::string(value.get()));
                format!("{}/{}", text("resourceType")?, text("id")?)
            }
            None => self.request.as_ref()?.url.as_deref()?.to_owned(),
        };
        let mut short = [0; 16];
        short.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
        Some(short)
    }
}

/// Whether the first item of an `entry` array is a bundle's, when the type of the whole is not known yet.
pub(super) fn looks_like_entry(text: &[u8]) -> bool {
    let Some(members) = std::str::from_utf8(text).ok().and_then(json::members) else {
        return true;
    };
    let of_bundle = ["resource", "fullUrl", "request", "response", "search", "link"];
    members.is_empty() || members.iter().any(|(name, _)| of_bundle.contains(&name.as_ref()))
}

/// What a line of NDJSON holds.
pub(super) enum Line {
    /// A resource without insignificant white space.
    Resource(String),
    /// A bundle's entries, each without insignificant white space.
    Bundle { history: bool, entries: Vec<String> },
}

/// Takes one line of NDJSON apart.
pub(super) fn line(text: &str) -> Result<Line, Reason> {
    #[derive(Deserialize)]
    struct Bundle<'a> {
        #[serde(borrow, rename = "type")]
        kind: Option<Cow<'a, str>>,
        #[serde(borrow, default)]
        entry: Vec<&'a RawValue>,
    }
    let value: &RawValue = serde_json::from_str(text).map_err(|error| broken(&error))?;
    if !value.get().starts_with('{') {
        return Err(Reason::NotAnObject);
    }
    let mut json = String::new();
    json::minify_into(value, &mut json).ok_or(Reason::TooDeep)?;
    let is_bundle = json.contains("\"Bundle\"")
        && json::member(&json, "resourceType").is_some_and(|value| value.get() == "\"Bundle\"");
    if !is_bundle {
        return Ok(Line::Resource(json));
    }
    let bundle: Bundle<'_> = serde_json::from_str(&json).map_err(|error| broken(&error))?;
    let entries = bundle.entry.iter().map(|entry| entry.get().to_owned()).collect();
    Ok(Line::Bundle {
        history: bundle.kind.as_deref() == Some("history"),
        entries,
    })
}

/// The parser's complaint in words that hold no content.
pub(super) fn broken(error: &serde_json::Error) -> Reason {
    Reason::Broken(match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "an element of another JSON type, or given twice",
        _ => "a syntax error",
    })
}
