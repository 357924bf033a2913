//! From an edited form to the fields that it writes: only what differs from what the form showed, and inside an item only
//! the members that differ, so that periods, extensions and codes which no form shows survive.

mod members;

use super::draft::{ContactSystem, Deceased, NextOfKin, PatientDraft};
use super::patch::{patch, text};
use super::read::{self, Numbers};
use super::validate::{Invalid, validate};
use crate::date::Date;
use crate::field::{self, FieldId, Shape, patient};
use crate::fields::{Fields, NewValues};
use crate::json;
use crate::op::{FieldKey, ItemId};
use crate::phone;
use members::{Members, address_members, identifier_members, marital_status, name_members, telecom_members};
use serde_json::Value;

/// The fields that the edited form writes, given the record as it is now (no fields for a new patient), or every fault of the
/// form. `region` is where numbers without country code are dialled; `random` gives the spacing of new items.
pub fn edits(
    old: &Fields,
    edited: &PatientDraft,
    region: &str,
    today: Date,
    random: &mut dyn FnMut() -> u16,
) -> Result<NewValues, Vec<Invalid>> {
    let shown = read::draft(old, region);
    validate(&shown, edited, today)?;
    let mut out = Edits {
        old,
        region,
        random,
        values: Vec::new(),
    };
    out.items(patient::NAME, &edited.names, |name| name.item, read::name, name_members);
    out.items(
        patient::TELECOM,
        &edited.telecom,
        |point| point.item,
        |item, value| read::telecom(item, value, Numbers::Shown(region)),
        |old, new| telecom_members(old, new, region),
    );
    out.items(
        patient::ADDRESS,
        &edited.addresses,
        |address| address.item,
        read::address,
        address_members,
    );
    out.items(
        patient::IDENTIFIER,
        &edited.identifiers,
        |known| known.item,
        read::identifier,
        identifier_members,
    );
    out.next_of_kin(&edited.next_of_kin);
    out.plain(&shown, edited);
    out.language(shown.language.as_deref(), edited.language.as_deref());
    Ok(out.values)
}

/// Whether a contact point holds a telephone number.
pub(super) fn is_dialled(system: ContactSystem) -> bool {
    matches!(
        system,
        ContactSystem::Phone | ContactSystem::Sms | ContactSystem::Fax | ContactSystem::Pager
    )
}

/// Values being collected.
struct Edits<'a> {
    old: &'a Fields,
    region: &'a str,
    random: &'a mut dyn FnMut() -> u16,
    values: NewValues,
}

impl Edits<'_> {
    /// The items of one field: changed, new, and gone.
    fn items<T>(
        &mut self,
        field: FieldId,
        edited: &[T],
        item_of: impl Fn(&T) -> Option<ItemId>,
        read: impl Fn(ItemId, &Value) -> T,
        members: impl Fn(Option<&T>, &T) -> Members,
    ) {
        let mut next = self.old.next_item(field, (self.random)());
        for part in edited {
            let item = item_of(part);
            let old = item.and_then(|item| {
                self.old.get(FieldKey {
                    field,
                    item: Some(item),
                })
            });
            let shown = old.and_then(|old| Some(read(item?, &serde_json::from_str(old).ok()?)));
            let changes = members(shown.as_ref(), part);
            if changes.is_empty() {
                continue;
            }
            let key = FieldKey {
                field,
                item: Some(item.unwrap_or(next)),
            };
            if item.is_none() {
                next = next.saturating_add(1);
            }
            self.values.push((key, patch(old.unwrap_or("{}"), &changes)));
        }
        self.gone(field, |item| edited.iter().any(|part| item_of(part) == Some(item)));
    }

    /// Clears the items that the form no longer has. What the form could not show, it could not take away.
    fn gone(&mut self, field: FieldId, kept: impl Fn(ItemId) -> bool) {
        for (item, value) in self.old.items(field) {
            if !kept(item) && serde_json::from_str::<Value>(value).is_ok() {
                self.values.push((
                    FieldKey {
                        field,
                        item: Some(item),
                    },
                    None,
                ));
            }
        }
    }

    fn next_of_kin(&mut self, edited: &[NextOfKin]) {
        let field = patient::CONTACT;
        let mut next = self.old.next_item(field, (self.random)());
        for person in edited {
            let old = person.item.and_then(|item| {
                self.old.get(FieldKey {
                    field,
                    item: Some(item),
                })
            });
            let value: Option<Value> = old.and_then(|old| serde_json::from_str(old).ok());
            let shown = value
                .as_ref()
                .map(|value| read::next_of_kin(0, value, Numbers::Shown(self.region)))
                .unwrap_or_default();
            let mut changes: Members = Vec::new();
            if person.name.trim() != shown.name {
                let replaced = [
                    ("text", text(&person.name)),
                    ("family", None),
                    ("given", None),
                    ("prefix", None),
                    ("suffix", None),
                ];
                let name = old
                    .and_then(|old| json::member(old, "name"))
                    .map_or("{}", |name| name.get());
                changes.push(("name", patch(name, &replaced).map(String::from)));
            }
            if person.relationship.trim() != shown.relationship {
                let concept = text(&person.relationship).map(|words| format!("[{{\"text\":{words}}}]"));
                changes.push(("relationship", concept));
            }
            if person.phone.trim() != shown.phone {
                changes.push(("telecom", self.first_phone(old, &person.phone)));
            }
            if changes.is_empty() {
                continue;
            }
            let item = person.item.unwrap_or(next);
            if person.item.is_none() {
                next = next.saturating_add(1);
            }
            self.values.push((
                FieldKey {
                    field,
                    item: Some(item),
                },
                patch(old.unwrap_or("{}"), &changes),
            ));
        }
        self.gone(field, |item| edited.iter().any(|person| person.item == Some(item)));
    }

    /// The contact points of a contact person with another first telephone number, the others as they stand.
    fn first_phone(&self, person: Option<&str>, number: &str) -> Option<String> {
        let new = text(&phone::stored(number, self.region));
        let old = person
            .and_then(|person| json::member(person, "telecom"))
            .and_then(|list| json::array(list.get()));
        let mut points: Vec<String> = old
            .unwrap_or_default()
            .iter()
            .map(|point| point.get().to_owned())
            .collect();
        let is_phone = |point: &String| serde_json::from_str(point).is_ok_and(|value| read::is_phone(&value));
        match (points.iter().position(is_phone), new) {
            (Some(at), Some(number)) => {
                points[at] = patch(&points[at], &[("value", Some(number))])
                    .map(String::from)
                    .unwrap_or_default();
            }
            (Some(at), None) => {
                points.remove(at);
            }
            (None, Some(number)) => points.push(format!("{{\"system\":\"phone\",\"value\":{number}}}")),
            (None, None) => {}
        }
        (!points.is_empty()).then(|| format!("[{}]", points.join(",")))
    }

    /// The elements that are no lists.
    fn plain(&mut self, shown: &PatientDraft, edited: &PatientDraft) {
        if edited.birth_date != shown.birth_date {
            self.primitive(
                patient::BIRTH_DATE,
                "birthDate",
                edited.birth_date.as_deref().and_then(text),
            );
        }
        if edited.gender != shown.gender {
            self.primitive(
                patient::GENDER,
                "gender",
                edited.gender.and_then(|gender| text(gender.code())),
            );
        }
        if edited.deceased != shown.deceased {
            let value = match &edited.deceased {
                Deceased::AliveOrUnknown => None,
                Deceased::Yes => Some("{\"deceasedBoolean\":true}".to_owned()),
                Deceased::On { date } => text(date).map(|date| format!("{{\"deceasedDateTime\":{date}}}")),
            };
            self.set(patient::DECEASED, value);
        }
        if blank(&edited.sex_at_birth) != blank(&shown.sex_at_birth) {
            self.extension(patient::BIRTH_SEX, edited.sex_at_birth.as_deref(), |code| {
                format!("\"valueCode\":{code}")
            });
        }
        if blank(&edited.pronouns) != blank(&shown.pronouns) {
            let nested = |words: String| {
                format!("\"extension\":[{{\"url\":\"value\",\"valueCodeableConcept\":{{\"text\":{words}}}}}]")
            };
            self.extension(patient::PRONOUNS, edited.pronouns.as_deref(), nested);
        }
        if blank(&edited.emergency_note) != blank(&shown.emergency_note) {
            let note = |words: String| format!("\"valueString\":{words}");
            self.extension(patient::FRONT_DESK_NOTE, edited.emergency_note.as_deref(), note);
        }
        if blank(&edited.marital_status) != blank(&shown.marital_status) {
            self.set(
                patient::MARITAL_STATUS,
                edited.marital_status.as_deref().and_then(marital_status),
            );
        }
    }

    fn language(&mut self, shown: Option<&str>, edited: Option<&str>) {
        let edited = edited.map(str::trim).filter(|language| !language.is_empty());
        if edited == shown {
            return;
        }
        let field = patient::COMMUNICATION;
        let item = read::language(self.old).map(|(item, _)| item);
        let key = FieldKey {
            field,
            item: Some(item.unwrap_or_else(|| self.old.next_item(field, (self.random)()))),
        };
        let Some(language) = edited else {
            self.values.extend(item.map(|_| (key, None)));
            return;
        };
        let is_tag = language.len() <= 35
            && language
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let words = json::quote(language);
        let concept = if is_tag {
            format!("{{\"coding\":[{{\"system\":\"urn:ietf:bcp:47\",\"code\":{words}}}]}}")
        } else {
            format!("{{\"text\":{words}}}")
        };
        let mut changes = vec![("language", Some(concept))];
        if item.is_none() {
            changes.push(("preferred", Some("true".to_owned())));
        }
        self.values
            .push((key, patch(self.old.get(key).unwrap_or("{}"), &changes)));
    }

    /// A primitive element. What its `_name` sibling adds was said of the old value, so that goes too.
    fn primitive(&mut self, field: FieldId, name: &str, value: Option<String>) {
        self.set(field, value);
        let key = FieldKey {
            field: field::OTHER,
            item: None,
        };
        let sibling = format!("_{name}");
        // An earlier element of this form may have taken its sibling out already.
        let written = self.values.iter().position(|(known, _)| *known == key);
        let other = match written {
            Some(at) => self.values[at].1.as_deref(),
            None => self.old.get(key),
        };
        let Some(other) = other.filter(|other| json::member(other, &sibling).is_some()) else {
            return;
        };
        let rest = patch(other, &[(&sibling, None)]);
        match written {
            Some(at) => self.values[at].1 = rest,
            None => self.values.push((key, rest)),
        }
    }

    /// An extension with a field of its own.
    fn extension(&mut self, field: FieldId, value: Option<&str>, body: impl Fn(String) -> String) {
        let shape = field::element_by_number(field::Kind::PATIENT, field).map(|element| element.shape);
        let Some(Shape::Extension(url)) = shape else { return };
        let value = value
            .and_then(text)
            .map(|value| format!("{{\"url\":\"{url}\",{}}}", body(value)));
        self.set(field, value);
    }

    fn set(&mut self, field: FieldId, value: Option<String>) {
        self.values
            .push((FieldKey { field, item: None }, value.map(String::into_boxed_str)));
    }
}

/// A blank text is none.
fn blank(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|value| !value.is_empty())
}
