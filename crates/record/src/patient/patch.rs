//! Changing some members of a JSON object and leaving the rest as it stands, text for text.

use crate::json;

/// What becomes of one member: a new JSON text, or none.
pub(super) type Member<'m> = (&'m str, Option<String>);

/// The object with these members set or taken away. Others keep their place and text, but the `_name` sibling of a
/// changed member goes, because what it adds was said of the old value. From what is no object a new one is made.
/// `None` when nothing is left.
pub(super) fn patch(object: &str, changes: &[Member<'_>]) -> Option<Box<str>> {
    let old = json::members(object).unwrap_or_default();
    let change = |name: &str| changes.iter().find(|(changed, _)| *changed == name);
    let mut entries: Vec<(String, &str)> = Vec::with_capacity(old.len() + changes.len());
    for (name, value) in &old {
        let sibling = name.strip_prefix('_').is_some_and(|name| change(name).is_some());
        match change(name) {
            Some((_, Some(value))) => entries.push((name.to_string(), value)),
            Some((_, None)) => {}
            None if sibling => {}
            None => entries.push((name.to_string(), value.get())),
        }
    }
    for (name, value) in changes {
        if let Some(value) = value.as_ref().filter(|_| !old.iter().any(|(known, _)| known == name)) {
            entries.push(((*name).to_owned(), value));
        }
    }
    if entries.is_empty() {
        return None;
    }
    let members: Vec<String> = entries
        .iter()
        .map(|(name, value)| format!("{}:{value}", json::quote(name)))
        .collect();
    Some(format!("{{{}}}", members.join(",")).into_boxed_str())
}

/// A text as a JSON string, or nothing where it is blank.
pub(super) fn text(value: &str) -> Option<String> {
    let value = value.trim();
    (!value.is_empty()).then(|| json::quote(value).into_string())
}

/// Texts as a JSON array of strings, or nothing where there are none.
pub(super) fn list<'t>(values: impl Iterator<Item = &'t str>) -> Option<String> {
    let quoted: Vec<String> = values.filter_map(text).collect();
    (!quoted.is_empty()).then(|| format!("[{}]", quoted.join(",")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_rest_keeps_its_place_and_text() {
        let old = r#"{"use":"official","_family":{"id":"x"},"family":"Smith","period":{"start":"2001","n":1.50},"given":["A"]}"#;
        let new = patch(
            old,
            &[
                ("family", text(" Jones ")),
                ("given", None),
                ("suffix", list(["Jr"].into_iter())),
            ],
        );
        assert_eq!(
            new.unwrap().as_ref(),
            r#"{"use":"official","family":"Jones","period":{"start":"2001","n":1.50},"suffix":["Jr"]}"#
        );
        assert_eq!(patch(r#"{"a":1}"#, &[("a", None)]), None);
        assert_eq!(patch("", &[("a", text("b"))]).unwrap().as_ref(), r#"{"a":"b"}"#);
        assert_eq!(patch(old, &[]).unwrap().as_ref(), old);
    }
}
