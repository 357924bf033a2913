//! Fields from a FHIR resource's JSON text and back.
//!
//! Nothing of a resource vanishes but white space, `null` members and empty arrays, which FHIR forbids because they say
//! nothing. Members come out in the order of FHIR, those without number last.

use super::Fields;
use crate::field::{self, EXTENSION, Element, FieldId, Kind, Shape};
use crate::json;
use crate::op::{FieldKey, MAX_WRITES};
use serde_json::value::RawValue;

/// Why a text is no resource of the kind.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}: {reason}", element.as_deref().unwrap_or("resource"))]
pub struct FromJsonError {
    /// The element at fault, when it is one: a name, never content.
    pub element: Option<String>,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Fields {
    /// Takes a resource apart. The text is one JSON object with the kind's `resourceType`.
    pub fn from_json(kind: Kind, resource: &str) -> Result<Self, FromJsonError> {
        let members = json::members(resource).ok_or(FromJsonError {
            element: None,
            reason: "not a JSON object with distinct members",
        })?;
        let mut split = Split {
            kind,
            list: Vec::with_capacity(members.len() + 4),
            other: String::new(),
            typed: false,
        };
        for (name, value) in &members {
            split.member(name, value)?;
        }
        split.finish()
    }

    /// The resource as one JSON object without white space, `resourceType` first.
    pub fn to_json(&self, kind: Kind) -> String {
        let size = self.0.iter().map(|(_, value)| value.len() + 24).sum::<usize>();
        let mut out = String::with_capacity(size + 40);
        out.push_str("{\"resourceType\":\"");
        out.push_str(kind.resource_type());
        out.push('"');
        if kind.is_typed() {
            self.write_members(kind, &mut out);
        } else if let Some(body) = self.one(field::BODY) {
            push_members(body, &mut out);
        }
        out.push('}');
        out
    }

    fn write_members(&self, kind: Kind, out: &mut String) {
        let mut before = None;
        let mut extension_due = true;
        for (key, value) in &self.0 {
            if extension_due && key.field >= EXTENSION {
                extension_due = false;
                self.write_extension(kind, out);
            }
            let Some(element) = field::element_by_number(kind, key.field) else {
                if key.field == field::OTHER {
                    push_members(value, out);
                }
                continue;
            };
            match element.shape {
                Shape::Items if before == Some(key.field) => {
                    out.pop();
                    out.push(',');
                    out.push_str(value);
                    out.push(']');
                }
                Shape::Items => {
                    push_name(element.name, out);
                    out.push('[');
                    out.push_str(value);
                    out.push(']');
                }
                Shape::Choice(_) => push_members(value, out),
                Shape::One if key.field != EXTENSION => {
                    push_name(element.name, out);
                    out.push_str(value);
                }
                Shape::One | Shape::Extension(_) => {}
            }
            before = Some(key.field);
        }
    }

    /// `extension`: the entries of the field, with the fields of their own put back where they stood or at the end.
    fn write_extension(&self, kind: Kind, out: &mut String) {
        let own = |element: &&Element| matches!(element.shape, Shape::Extension(_));
        let mut unplaced: Vec<(FieldId, &str)> = field::elements(kind)
            .iter()
            .filter(own)
            .filter_map(|element| Some((element.number, self.one(element.number)?)))
            .collect();
        let kept = self.one(EXTENSION).and_then(json::array).unwrap_or_default();
        let mut entries = Vec::with_capacity(kept.len() + unplaced.len());
        for entry in kept {
            match entry.get().parse::<FieldId>() {
                Err(_) => entries.push(entry.get()),
                Ok(mark) => {
                    if let Some(at) = unplaced.iter().position(|(number, _)| *number == mark) {
                        entries.push(unplaced.remove(at).1);
                    }
                }
            }
        }
        entries.extend(unplaced.iter().map(|(_, value)| *value));
        if !entries.is_empty() {
            push_name("extension", out);
            out.push('[');
            out.push_str(&entries.join(","));
            out.push(']');
        }
    }
}

/// A resource being taken apart.
struct Split {
    kind: Kind,
    list: Vec<(FieldKey, Box<str>)>,
    /// The members without number, each as `"name":value` with a comma between.
    other: String,
    /// Whether `resourceType` was seen.
    typed: bool,
}

impl Split {
    fn member(&mut self, name: &str, value: &RawValue) -> Result<(), FromJsonError> {
        if name == "resourceType" {
            self.typed = true;
            let is_kind = json::string(value.get()).is_some_and(|text| text == self.kind.resource_type());
            return if is_kind {
                Ok(())
            } else {
                Err(fault(name, "not the type expected"))
            };
        }
        if matches!(value.get(), "null") {
            return Ok(());
        }
        let sibling = name
            .strip_prefix('_')
            .and_then(|name| field::element_by_name(self.kind, name));
        match (field::element_by_name(self.kind, name), sibling) {
            (Some(element), _) => self.numbered(element, name, value),
            (None, Some(element)) if matches!(element.shape, Shape::Choice(_)) => {
                self.choice(element.number, name, value)
            }
            _ => {
                separate(&mut self.other);
                write_member(name, value, &mut self.other)
            }
        }
    }

    fn numbered(&mut self, element: &Element, name: &str, value: &RawValue) -> Result<(), FromJsonError> {
        match element.shape {
            Shape::Items => self.items(element, value),
            Shape::Choice(_) => self.choice(element.number, name, value),
            Shape::One | Shape::Extension(_) => {
                let text = json::minify(value).ok_or_else(|| fault(name, "nested too deep"))?;
                match &*text {
                    "[]" => {}
                    _ if element.number == EXTENSION => return self.extension(&text),
                    _ => self.list.push((
                        FieldKey {
                            field: element.number,
                            item: None,
                        },
                        text,
                    )),
                }
                Ok(())
            }
        }
    }

    fn items(&mut self, element: &Element, value: &RawValue) -> Result<(), FromJsonError> {
        let items = json::array(value.get()).ok_or_else(|| fault(element.name, "not an array"))?;
        if items.len() > MAX_WRITES / 4 {
            return Err(fault(element.name, "too many items"));
        }
        for (item, text) in (1..).zip(items) {
            if !text.get().starts_with('{') {
                return Err(fault(element.name, "an item that is no object"));
            }
            let text = json::minify(text).ok_or_else(|| fault(element.name, "nested too deep"))?;
            self.list.push((
                FieldKey {
                    field: element.number,
                    item: Some(item),
                },
                text,
            ));
        }
        Ok(())
    }

    /// One member of a choice element: they share a field, as one object.
    fn choice(&mut self, number: FieldId, name: &str, value: &RawValue) -> Result<(), FromJsonError> {
        let key = FieldKey {
            field: number,
            item: None,
        };
        let mut object = String::from("{");
        if let Some((_, earlier)) = self.list.iter_mut().find(|(known, _)| *known == key) {
            object = std::mem::take(earlier).into_string();
            object.pop();
            object.push(',');
            write_member(name, value, &mut object)?;
            object.push('}');
            *earlier = object.into_boxed_str();
            return Ok(());
        }
        write_member(name, value, &mut object)?;
        object.push('}');
        self.list.push((key, object.into_boxed_str()));
        Ok(())
    }

    /// Takes the extensions that have fields of their own out of the array, leaving their field number as a mark.
    fn extension(&mut self, text: &str) -> Result<(), FromJsonError> {
        let entries = json::array(text).ok_or_else(|| fault("extension", "not an array"))?;
        let mut kept = String::from("[");
        let mut marks = 0;
        for entry in &entries {
            if !entry.get().starts_with('{') {
                return Err(fault("extension", "an item that is no object"));
            }
            if kept.len() > 1 {
                kept.push(',');
            }
            match self.own_extension(entry.get()) {
                Some(number) => {
                    marks += 1;
                    kept.push_str(&number.to_string());
                    self.list.push((
                        FieldKey {
                            field: number,
                            item: None,
                        },
                        entry.get().into(),
                    ));
                }
                None => kept.push_str(entry.get()),
            }
        }
        kept.push(']');
        if marks < entries.len() || marks > 1 {
            self.list.push((
                FieldKey {
                    field: EXTENSION,
                    item: None,
                },
                kept.into_boxed_str(),
            ));
        }
        Ok(())
    }

    /// The field of an extension that has one and whose field is still free.
    fn own_extension(&self, entry: &str) -> Option<FieldId> {
        let is_own = |element: &&Element| matches!(element.shape, Shape::Extension(_));
        let mut own = field::elements(self.kind).iter().filter(is_own).peekable();
        own.peek()?;
        let url = json::string(json::member(entry, "url")?.get())?;
        let number = own
            .find(|element| matches!(element.shape, Shape::Extension(known) if known == url))?
            .number;
        let taken = self.list.iter().any(|(key, _)| key.field == number);
        if taken { None } else { Some(number) }
    }

    fn finish(mut self) -> Result<Fields, FromJsonError> {
        if !self.typed {
            return Err(fault("resourceType", "missing"));
        }
        let field = if self.kind.is_typed() {
            field::OTHER
        } else {
            field::BODY
        };
        if !self.other.is_empty() || field == field::BODY {
            let object = format!("{{{}}}", self.other);
            self.list
                .push((FieldKey { field, item: None }, object.into_boxed_str()));
        }
        Ok(Fields::from_vec(self.list))
    }
}

fn fault(element: &str, reason: &'static str) -> FromJsonError {
    FromJsonError {
        element: Some(element.chars().take(64).collect()),
        reason,
    }
}

/// Appends `"name":value`.
fn write_member(name: &str, value: &RawValue, out: &mut String) -> Result<(), FromJsonError> {
    out.push_str(&json::quote(name));
    out.push(':');
    json::minify_into(value, out).ok_or_else(|| fault(name, "nested too deep"))
}

fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push(',');
    }
}

/// Appends `,"name":` for a name that needs no escapes.
fn push_name(name: &str, out: &mut String) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
}

/// Appends the members of an object to an object that has some already.
fn push_members(object: &str, out: &mut String) {
    let inner = object
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or("");
    if !inner.is_empty() {
        out.push(',');
        out.push_str(inner);
    }
}
