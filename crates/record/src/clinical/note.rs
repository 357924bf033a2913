//! Notes: free text, written once and never changed, as a FHIR DocumentReference whose content is the text itself.

use super::coded::{display, list_of, string, text_of};
use crate::field::{FieldId, note as at};
use crate::fields::Fields;
use crate::json::quote;
use crate::op::FieldKey;
use crate::patient::{Invalid, Reason};
use serde_json::{Value, json};

/// The longest note, in bytes of UTF-8.
pub const MAX_NOTE_BYTES: usize = 256 * 1024;

/// A note as it shows.
#[derive(Clone, PartialEq, Eq)]
pub struct NoteView {
    /// What it says.
    pub text: String,
    /// Who wrote it, by name.
    pub author: String,
    /// When, as a FHIR instant.
    pub date: String,
}

impl std::fmt::Debug for NoteView {
    /// Content never prints.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NoteView(..)")
    }
}

/// A note as it shows; `None` when it has no text.
pub fn note(fields: &Fields) -> Option<NoteView> {
    let content = list_of(fields, at::CONTENT);
    let data = content
        .iter()
        .find_map(|content| string(content.get("attachment")?, "data"))?;
    Some(NoteView {
        text: String::from_utf8(decode(&data)?).ok()?,
        author: list_of(fields, at::AUTHOR).iter().find_map(display).unwrap_or_default(),
        date: text_of(fields, at::DATE).unwrap_or_default(),
    })
}

/// A new note, or its fault. `patient` is the reference to the patient, `date` a FHIR instant, `author` a name.
pub fn note_fields(text: &str, patient: &str, date: &str, author: &str) -> Result<Fields, Invalid> {
    let fault = |reason| {
        Err(Invalid {
            element: "text".to_owned(),
            reason,
        })
    };
    if text.trim().is_empty() {
        return fault(Reason::Required);
    }
    if text.len() > MAX_NOTE_BYTES {
        return fault(Reason::TooLong);
    }
    if text
        .chars()
        .any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
    {
        return fault(Reason::Characters);
    }
    let kind = json!({"coding": [{"code": "34109-9", "display": "Note", "system": "http://loinc.org"}]});
    let attachment = json!({"contentType": "text/plain; charset=utf-8", "data": encode(text.as_bytes())});
    Ok(Fields::from_vec(vec![
        (key(at::STATUS), quote("current")),
        (key(at::DOC_STATUS), quote("final")),
        entry(at::TYPE, &kind),
        entry(at::SUBJECT, &json!({"reference": patient})),
        (key(at::DATE), quote(date)),
        entry(at::AUTHOR, &json!([{"display": author}])),
        entry(at::CONTENT, &json!([{"attachment": attachment}])),
    ]))
}

fn key(field: FieldId) -> FieldKey {
    FieldKey { field, item: None }
}

fn entry(field: FieldId, value: &Value) -> (FieldKey, Box<str>) {
    (key(field), value.to_string().into_boxed_str())
}

/// The symbols of base64 (RFC 4648 section 4).
const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in base64, padded.
fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let symbol = SYMBOLS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place > chunk.len() { '=' } else { char::from(symbol) });
        }
    }
    out
}

/// Bytes from base64; `None` when it is none.
fn decode(text: &str) -> Option<Vec<u8>> {
    let symbols = text.trim_end_matches('=').as_bytes();
    let mut out = Vec::with_capacity(symbols.len() / 4 * 3 + 3);
    for chunk in symbols.chunks(4) {
        let mut bits = 0_u32;
        for symbol in chunk {
            bits = bits << 6 | SYMBOLS.iter().position(|known| known == symbol)? as u32;
        }
        bits <<= 6 * (4 - chunk.len());
        let bytes = bits.to_be_bytes();
        out.extend_from_slice(&bytes[1..chunk.len().max(1)]);
    }
    (symbols.len() % 4 != 1).then_some(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::field::Kind;
    use proptest::prelude::*;

    #[test]
    fn a_note_says_what_was_written() {
        let text = "Seen today.\n\tKnee: better – «ça va»";
        let fields = note_fields(text, "Patient/1", "2026-06-15T10:00:00Z", "Dr. Ada").unwrap();
        insta::assert_snapshot!(fields.to_json(Kind::NOTE));
        let view = note(&fields).unwrap();
        assert_eq!(
            (view.text.as_str(), view.author.as_str(), view.date.as_str()),
            (text, "Dr. Ada", "2026-06-15T10:00:00Z")
        );
    }

    #[test]
    fn limits() {
        let reason = |text: &str| note_fields(text, "Patient/1", "2026", "A").unwrap_err().reason;
        assert_eq!(reason(" \n"), Reason::Required);
        assert_eq!(reason(&"x".repeat(MAX_NOTE_BYTES + 1)), Reason::TooLong);
        assert_eq!(reason("a\u{0}"), Reason::Characters);
        assert_eq!(note(&Fields::new()), None);
    }

    #[test]
    fn base64_of_rfc_4648() {
        for (text, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
        ] {
            assert_eq!(encode(text.as_bytes()), coded);
            assert_eq!(decode(coded).unwrap(), text.as_bytes());
        }
        assert_eq!(decode("Z"), None);
        assert_eq!(decode("Z!=="), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn bytes_survive_base64(bytes in prop::collection::vec(any::<u8>(), 0..100), text in "\\PC{0,40}") {
            prop_assert_eq!(decode(&encode(&bytes)).unwrap(), bytes);
            let _ = decode(&text);
        }
    }
}
