//! Documents: what a sealed file is, as a FHIR DocumentReference. The file's key and hashes stand in [`crate::field::SEALED`].

use super::coded::{display, list_of, string, text_of};
use crate::date::PartialDate;
use crate::field::{FieldId, note as at};
use crate::fields::Fields;
use crate::json::quote;
use crate::op::FieldKey;
use crate::patient::{Invalid, Reason};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The longest title and file name, in characters.
pub const MAX_TITLE_CHARS: usize = 200;

/// The code system of [`DocumentKind`].
const SYSTEM: &str = "urn:wardkeep:document-kind";

/// What sort of document it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// From or to another clinic, an insurer, the patient.
    Letter,
    /// A discharge letter, an operation report, an expert's opinion.
    Report,
    /// From a laboratory or a device.
    Result,
    /// A picture: of a wound, a scan, a film.
    Image,
    /// What the patient has signed.
    Consent,
    /// A passport, an identity card.
    Identity,
    /// An insurance card, a cost approval.
    Insurance,
    /// Anything else.
    Other,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Letter,
        Self::Report,
        Self::Result,
        Self::Image,
        Self::Consent,
        Self::Identity,
        Self::Insurance,
        Self::Other,
    ];

    /// The code, as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Report => "report",
            Self::Result => "result",
            Self::Image => "image",
            Self::Consent => "consent",
            Self::Identity => "identity",
            Self::Insurance => "insurance",
            Self::Other => "other",
        }
    }

    fn of_code(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|kind| kind.code() == code)
            .unwrap_or(Self::Other)
    }
}

/// What a person says of a new document.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentDraft {
    /// What it is called.
    pub title: String,
    /// What sort it is.
    pub kind: DocumentKind,
    /// The day on the document, as a FHIR date, where one is known.
    pub date: Option<String>,
    /// The file's name, without its folder.
    pub file_name: String,
    /// What the file is, such as `application/pdf`.
    pub media_type: String,
    /// The file's length, in bytes.
    pub size: u64,
}

impl std::fmt::Debug for DocumentDraft {
    /// Content never prints.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentDraft(..)")
    }
}

/// A document as it shows.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentView {
    /// What a person said of it.
    pub draft: DocumentDraft,
    /// Who added it, by name.
    pub author: String,
    /// When it was added, as a FHIR instant.
    pub added: String,
}

impl std::fmt::Debug for DocumentView {
    /// Content never prints.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentView(..)")
    }
}

/// A document as it shows; `None` when it names no file.
pub fn document(fields: &Fields) -> Option<DocumentView> {
    let content = list_of(fields, at::CONTENT);
    let attachment = content.iter().find_map(|content| content.get("attachment"))?;
    let kind: Option<Value> = fields.one(at::TYPE).and_then(|text| serde_json::from_str(text).ok());
    let code = kind
        .as_ref()
        .and_then(|kind| string(kind.get("coding")?.as_array()?.first()?, "code"));
    let file_name = string(attachment, "title").unwrap_or_default();
    Some(DocumentView {
        draft: DocumentDraft {
            title: text_of(fields, at::DESCRIPTION).unwrap_or_else(|| file_name.clone()),
            kind: code.map_or(DocumentKind::Other, |code| DocumentKind::of_code(&code)),
            date: string(attachment, "creation"),
            file_name,
            media_type: string(attachment, "contentType").unwrap_or_else(|| "application/octet-stream".to_owned()),
            size: attachment.get("size").and_then(Value::as_u64).unwrap_or(0),
        },
        author: list_of(fields, at::AUTHOR).iter().find_map(display).unwrap_or_default(),
        added: text_of(fields, at::DATE).unwrap_or_default(),
    })
}

/// A new document, or its fault. `patient` is the reference to the patient, `added` a FHIR instant, `author` a name, `url` names the
/// sealed file.
pub fn document_fields(
    draft: &DocumentDraft,
    patient: &str,
    added: &str,
    author: &str,
    url: &str,
) -> Result<Fields, Invalid> {
    check_text("title", &draft.title)?;
    check_text("file_name", &draft.file_name)?;
    if draft
        .date
        .as_ref()
        .is_some_and(|date| date.parse::<PartialDate>().is_err())
    {
        return Err(fault("date", Reason::NoDate));
    }
    let kind = json!({"coding": [{"code": draft.kind.code(), "system": SYSTEM}]});
    let mut attachment = json!({
        "contentType": draft.media_type, "title": draft.file_name, "size": draft.size, "url": url
    });
    if let Some(date) = &draft.date {
        attachment["creation"] = Value::String(date.clone());
    }
    Ok(Fields::from_vec(vec![
        (key(at::STATUS), quote("current")),
        entry(at::TYPE, &kind),
        entry(at::SUBJECT, &json!({"reference": patient})),
        (key(at::DATE), quote(added)),
        entry(at::AUTHOR, &json!([{"display": author}])),
        (key(at::DESCRIPTION), quote(draft.title.trim())),
        entry(at::CONTENT, &json!([{"attachment": attachment}])),
    ]))
}

fn check_text(element: &str, text: &str) -> Result<(), Invalid> {
    if text.trim().is_empty() {
        return Err(fault(element, Reason::Required));
    }
    if text.chars().count() > MAX_TITLE_CHARS {
        return Err(fault(element, Reason::TooLong));
    }
    if text.chars().any(char::is_control) {
        return Err(fault(element, Reason::Characters));
    }
    Ok(())
}

fn fault(element: &str, reason: Reason) -> Invalid {
    Invalid {
        element: element.to_owned(),
        reason,
    }
}

fn key(field: FieldId) -> FieldKey {
    FieldKey { field, item: None }
}

fn entry(field: FieldId, value: &Value) -> (FieldKey, Box<str>) {
    (key(field), value.to_string().into_boxed_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use super::*;
    use crate::kind::Kind;

    fn draft() -> DocumentDraft {
        DocumentDraft {
            title: "Discharge letter".to_owned(),
            kind: DocumentKind::Letter,
            date: Some("2026-01-02".to_owned()),
            file_name: "letter.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            size: 1_234_567,
        }
    }

    #[test]
    fn a_document_says_what_was_said_of_it() {
        let fields = document_fields(&draft(), "urn:uuid:p", "2026-01-03T10:00:00Z", "Ada", "urn:uuid:b").unwrap();
        // Compared as JSON: the order of members is another one where serde_json keeps the order of writing.
        let told: Value = serde_json::from_str(&fields.to_json(Kind::DOCUMENT)).unwrap();
        let expected = serde_json::json!({
            "resourceType": "DocumentReference",
            "status": "current",
            "type": {"coding": [{"system": "urn:wardkeep:document-kind", "code": "letter"}]},
            "subject": {"reference": "urn:uuid:p"},
            "date": "2026-01-03T10:00:00Z",
            "author": [{"display": "Ada"}],
            "description": "Discharge letter",
            "content": [{"attachment": {
                "contentType": "application/pdf",
                "creation": "2026-01-02",
                "size": 1_234_567,
                "title": "letter.pdf",
                "url": "urn:uuid:b",
            }}],
        });
        assert_eq!(told, expected);
        let shown = document(&fields).unwrap();
        assert_eq!(shown.draft, draft());
        assert_eq!(
            (shown.author.as_str(), shown.added.as_str()),
            ("Ada", "2026-01-03T10:00:00Z")
        );
        assert!(!format!("{shown:?}").contains("letter"));
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let refused = |change: fn(&mut DocumentDraft)| {
            let mut draft = draft();
            change(&mut draft);
            let fault = document_fields(&draft, "p", "t", "a", "u").unwrap_err();
            (fault.element, fault.reason)
        };
        assert_eq!(
            refused(|draft| draft.title = "  ".into()),
            ("title".into(), Reason::Required)
        );
        assert_eq!(
            refused(|draft| draft.title = "x".repeat(201)),
            ("title".into(), Reason::TooLong)
        );
        assert_eq!(
            refused(|draft| draft.file_name = "a\nb".into()),
            ("file_name".into(), Reason::Characters)
        );
        assert_eq!(
            refused(|draft| draft.date = Some("2026-13".into())),
            ("date".into(), Reason::NoDate)
        );
    }

    #[test]
    fn a_strange_record_shows_what_it_can() {
        assert!(document(&Fields::new()).is_none());
        let strange = r#"{"resourceType":"DocumentReference","content":[{"attachment":{"title":"scan.png"}}]}"#;
        let shown = document(&Fields::from_json(Kind::DOCUMENT, strange).unwrap()).unwrap();
        assert_eq!(
            (shown.draft.title.as_str(), shown.draft.kind),
            ("scan.png", DocumentKind::Other)
        );
    }

    #[test]
    fn kinds_have_one_code() {
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::of_code(kind.code()), kind);
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
    }
}
