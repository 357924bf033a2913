//! JSON text kept as text: values keep the digits of their numbers and the spelling of their strings, and lose only
//! white space that means nothing.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The deepest nesting of arrays and objects that is taken in. Below serde_json's own 128, so that a value inside a
/// resource inside a bundle can still be read.
pub const MAX_DEPTH: usize = 100;

/// The most members that an object taken apart by [`members`] may have.
pub const MAX_MEMBERS: usize = 1_024;

/// The value without insignificant white space. `None` when it nests deeper than [`MAX_DEPTH`].
pub fn minify(value: &RawValue) -> Option<Box<str>> {
    let mut out = String::new();
    minify_into(value, &mut out)?;
    Some(out.into_boxed_str())
}

/// Appends the value without insignificant white space. `None` when it nests deeper than [`MAX_DEPTH`].
pub fn minify_into(value: &RawValue, out: &mut String) -> Option<()> {
    let text = value.get();
    out.reserve(text.len());
    let mut start = 0;
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = after_string(bytes, at),
            b' ' | b'\n' | b'\r' | b'\t' => {
                out.push_str(&text[start..at]);
                at += 1;
                while at < bytes.len() && matches!(bytes[at], b' ' | b'\n' | b'\r' | b'\t') {
                    at += 1;
                }
                start = at;
            }
            b'{' | b'[' => {
                depth += 1;
                at += 1;
                if depth > MAX_DEPTH {
                    return None;
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            _ => at += 1,
        }
    }
    out.push_str(&text[start..]);
    Some(())
}

/// The position after the string that begins at `at`.
fn after_string(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Whether the text is one JSON value without insignificant white space, at most [`MAX_DEPTH`] deep.
pub fn is_minified(text: &str) -> bool {
    let Ok(value) = serde_json::from_str::<&RawValue>(text) else {
        return false;
    };
    let mut out = String::new();
    minify_into(value, &mut out).is_some() && out == text
}

/// The members of a JSON object, in order. `None` when it is no object, names a member twice, or has too many.
pub fn members(text: &str) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    let members = serde_json::from_str::<Members<'_>>(text).ok()?.0;
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        None
    } else {
        Some(members)
    }
}

/// The values of a JSON array, in order; `None` when it is none.
pub fn array(text: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(text).ok()
}

/// The value of one member of a JSON object.
pub fn member<'a>(text: &'a str, name: &str) -> Option<&'a RawValue> {
    struct Find<'n>(&'n str);
    impl<'de> Visitor<'de> for Find<'_> {
        type Value = Option<&'de RawValue>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(name) = map.next_key::<Name<'_>>()? {
                if name.0 == self.0 && found.is_none() {
                    found = Some(map.next_value()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }
    let mut from = serde_json::Deserializer::from_str(text);
    from.deserialize_map(Find(name)).ok().flatten()
}

/// The text of a JSON string; `None` when the value is no string.
pub fn string(text: &str) -> Option<String> {
    serde_json::from_str(text).ok()
}

/// A text as a JSON string.
pub fn quote(text: &str) -> Box<str> {
    serde_json::to_string(text)
        .expect("a string is always JSON")
        .into_boxed_str()
}

/// A member name, borrowed where it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// An object's members as they stand.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(24);
                while let Some(name) = map.next_key::<Name<'_>>()? {
                    if members.len() == MAX_MEMBERS {
                        return Err(serde::de::Error::custom("too many members"));
                    }
                    members.push((name.0, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn minified(text: &str) -> String {
        minify(serde_json::from_str::<&RawValue>(text).unwrap())
            .unwrap()
            .into_string()
    }

    #[test]
    fn white_space_goes_and_digits_stay() {
        assert_eq!(
            minified("{ \"a b\" :\n [ 1.50 , -0e10,\t\"x \\\" y\" ] }"),
            r#"{"a b":[1.50,-0e10,"x \" y"]}"#
        );
        assert_eq!(minified("\"\\\\\""), "\"\\\\\"");
    }

    #[test]
    fn only_one_minified_value_is_minified() {
        assert!(is_minified(r#"{"a":[1,"b c"]}"#));
        for bad in [
            "",
            " 1",
            "1 ",
            "{\"a\": 1}",
            "{\"a\":1",
            "1 2",
            "{\"a\":1}x",
            "nul",
            "\"\u{1}\"",
        ] {
            assert!(!is_minified(bad), "{bad:?}");
        }
        assert!(is_minified(&format!(
            "{}{}",
            "[".repeat(MAX_DEPTH),
            "]".repeat(MAX_DEPTH)
        )));
        assert!(!is_minified(&format!(
            "{}{}",
            "[".repeat(MAX_DEPTH + 1),
            "]".repeat(MAX_DEPTH + 1)
        )));
        assert!(!is_minified(&"[".repeat(1_000_000)));
    }

    #[test]
    fn members_keep_order_and_never_repeat() {
        let names = |text| members(text).map(|list| list.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>());
        assert_eq!(
            names(r#"{"b":1,"a":{"c":2}}"#),
            Some(vec!["b".to_owned(), "a".to_owned()])
        );
        assert_eq!(names(r#"{"a":1,"\u0061":2}"#), None);
        assert_eq!(names("[]"), None);
        assert_eq!(member(r#"{"a":1,"b":[2]}"#, "b").map(RawValue::get), Some("[2]"));
        assert_eq!(member(r#"{"a":1}"#, "b").map(RawValue::get), None);
        assert_eq!(member("7", "b").map(RawValue::get), None);
    }
}
