//! What a form must hold before it is written. What was imported and not touched is never held against a person.

use super::draft::{Address, ContactPoint, ContactSystem, Deceased, HumanName, Identifier, NextOfKin, PatientDraft};
use crate::date::{Date, PartialDate};
use crate::op::ItemId;
use serde::{Deserialize, Serialize};

/// The longest one-line text, in characters.
const MAX_TEXT: usize = 256;
/// The longest text of several lines.
const MAX_NOTE: usize = 4_000;
/// The most entries of one list.
const MAX_ENTRIES: usize = 64;
/// Nobody alive was born before.
const FIRST_YEAR: i16 = 1850;

/// A fault of a form.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{element}: {reason:?}")]
pub struct Invalid {
    /// Where: `names[0].family`, `birth_date`. A path, never content.
    pub element: String,
    /// What is wrong.
    pub reason: Reason,
}

/// What can be wrong with a part of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It must not be empty.
    Required,
    /// It is longer than any real one.
    TooLong,
    /// There are more than any patient has.
    TooMany,
    /// It has characters that no text has: control characters.
    Characters,
    /// It is no date of the form `yyyy`, `yyyy-mm` or `yyyy-mm-dd`.
    NoDate,
    /// It lies in the future.
    Future,
    /// It lies before anybody alive was born, or death before birth.
    TooEarly,
    /// It is no code of its list.
    NoCode,
    /// It is no mail address.
    NoEmail,
}

/// Checks what differs between the form as it was shown and as it was edited. Every fault, in the order of the form.
pub fn validate(shown: &PatientDraft, edited: &PatientDraft, today: Date) -> Result<(), Vec<Invalid>> {
    let mut check = Check(Vec::new());
    check.list(
        "names",
        &edited.names,
        |check, at, name| check.name(at, name),
        |name| unchanged(&shown.names, name, name.item),
    );
    if edited.names.is_empty() && !(shown.names.is_empty() && *shown != PatientDraft::empty()) {
        check.fault("names", Reason::Required);
    }
    let telecom = |point: &ContactPoint| unchanged(&shown.telecom, point, point.item);
    check.list(
        "telecom",
        &edited.telecom,
        |check, at, point| check.telecom(at, point),
        telecom,
    );
    let addresses = |address: &Address| unchanged(&shown.addresses, address, address.item);
    check.list(
        "addresses",
        &edited.addresses,
        |check, at, address| check.address(at, address),
        addresses,
    );
    let identifiers = |known: &Identifier| unchanged(&shown.identifiers, known, known.item);
    check.list(
        "identifiers",
        &edited.identifiers,
        |check, at, known| check.identifier(at, known),
        identifiers,
    );
    let next_of_kin = |person: &NextOfKin| unchanged(&shown.next_of_kin, person, person.item);
    check.list(
        "next_of_kin",
        &edited.next_of_kin,
        |check, at, person| check.next_of_kin(at, person),
        next_of_kin,
    );
    check.dates(shown, edited, today);
    check.words(shown, edited);
    if check.0.is_empty() { Ok(()) } else { Err(check.0) }
}

/// Whether a part is as it was shown.
fn unchanged<T: PartialEq>(shown: &[T], part: &T, item: Option<ItemId>) -> bool {
    item.is_some() && shown.contains(part)
}

/// Faults being collected.
struct Check(Vec<Invalid>);

impl Check {
    fn fault(&mut self, element: impl Into<String>, reason: Reason) {
        self.0.push(Invalid {
            element: element.into(),
            reason,
        });
    }

    fn list<T>(
        &mut self,
        name: &str,
        parts: &[T],
        each: impl Fn(&mut Self, String, &T),
        is_unchanged: impl Fn(&T) -> bool,
    ) {
        let changed = parts.iter().enumerate().filter(|(_, part)| !is_unchanged(part));
        let mut any = false;
        for (at, part) in changed.take(MAX_ENTRIES) {
            any = true;
            each(self, format!("{name}[{at}]"), part);
        }
        if any && parts.len() > MAX_ENTRIES {
            self.fault(name, Reason::TooMany);
        }
    }

    /// One line of text.
    fn line(&mut self, element: String, value: &str) {
        self.text(element, value, MAX_TEXT, |letter| letter.is_control());
    }

    /// Several lines of text.
    fn lines(&mut self, element: String, value: &str) {
        self.text(element, value, MAX_NOTE, |letter| {
            letter.is_control() && letter != '\n' && letter != '\r' && letter != '\t'
        });
    }

    fn text(&mut self, element: String, value: &str, limit: usize, forbidden: impl Fn(char) -> bool) {
        if value.chars().count() > limit {
            self.fault(element, Reason::TooLong);
        } else if value.chars().any(forbidden) {
            self.fault(element, Reason::Characters);
        }
    }

    fn required(&mut self, element: String, parts: &[&str]) {
        if parts.iter().all(|part| part.trim().is_empty()) {
            self.fault(element, Reason::Required);
        }
    }

    fn name(&mut self, at: String, name: &HumanName) {
        self.required(format!("{at}.family"), &[&name.family, &name.given, &name.text]);
        for (part, value) in [
            ("prefix", &name.prefix),
            ("given", &name.given),
            ("family", &name.family),
            ("suffix", &name.suffix),
            ("text", &name.text),
        ] {
            self.line(format!("{at}.{part}"), value);
        }
    }

    fn telecom(&mut self, at: String, point: &ContactPoint) {
        let value = point.value.trim();
        self.required(format!("{at}.value"), &[value]);
        self.line(format!("{at}.value"), value);
        let parts = value
            .split_once('@')
            .filter(|(local, host)| !local.is_empty() && !host.is_empty());
        let is_email = parts.is_some() && !value.contains(char::is_whitespace);
        if point.system == ContactSystem::Email && !value.is_empty() && !is_email {
            self.fault(format!("{at}.value"), Reason::NoEmail);
        }
    }

    fn address(&mut self, at: String, address: &Address) {
        let parts = [
            ("city", &address.city),
            ("district", &address.district),
            ("state", &address.state),
            ("postal_code", &address.postal_code),
            ("country", &address.country),
        ];
        let all: Vec<&str> = parts
            .iter()
            .map(|(_, value)| value.as_str())
            .chain([&*address.line, &*address.text])
            .collect();
        self.required(format!("{at}.line"), &all);
        for (part, value) in parts {
            self.line(format!("{at}.{part}"), value);
        }
        self.lines(format!("{at}.line"), &address.line);
        self.lines(format!("{at}.text"), &address.text);
    }

    fn identifier(&mut self, at: String, known: &Identifier) {
        self.required(format!("{at}.value"), &[&known.value]);
        for (part, value) in [
            ("system", &known.system),
            ("value", &known.value),
            ("label", &known.label),
        ] {
            self.line(format!("{at}.{part}"), value);
        }
        if known.system.contains(char::is_whitespace) {
            self.fault(format!("{at}.system"), Reason::Characters);
        }
    }

    fn next_of_kin(&mut self, at: String, person: &NextOfKin) {
        self.required(format!("{at}.name"), &[&person.name, &person.phone]);
        for (part, value) in [
            ("name", &person.name),
            ("relationship", &person.relationship),
            ("phone", &person.phone),
        ] {
            self.line(format!("{at}.{part}"), value);
        }
    }

    fn dates(&mut self, shown: &PatientDraft, edited: &PatientDraft, today: Date) {
        // Somewhere it is already tomorrow.
        let latest = today.tomorrow().unwrap_or(today);
        let birth: Option<PartialDate> = edited.birth_date.as_deref().and_then(|text| text.parse().ok());
        if edited.birth_date != shown.birth_date {
            self.date("birth_date", edited.birth_date.as_deref(), latest);
        }
        if let Deceased::On { date } = &edited.deceased
            && edited.deceased != shown.deceased
        {
            self.date("deceased", Some(date), latest);
            let death = date.parse::<PartialDate>().ok();
            if birth
                .zip(death)
                .is_some_and(|(birth, death)| death.range().1 < birth.range().0)
            {
                self.fault("deceased", Reason::TooEarly);
            }
        }
    }

    fn date(&mut self, element: &str, text: Option<&str>, latest: Date) {
        let Some(text) = text else { return };
        match text.parse::<PartialDate>() {
            Err(_) => self.fault(element, Reason::NoDate),
            Ok(date) if date.range().0 > latest => self.fault(element, Reason::Future),
            Ok(date) if date.year() < FIRST_YEAR => self.fault(element, Reason::TooEarly),
            Ok(_) => {}
        }
    }

    fn words(&mut self, shown: &PatientDraft, edited: &PatientDraft) {
        let lines = [
            ("pronouns", &shown.pronouns, &edited.pronouns),
            ("marital_status", &shown.marital_status, &edited.marital_status),
            ("language", &shown.language, &edited.language),
        ];
        for (element, _, new) in lines.into_iter().filter(|(_, old, new)| old != new) {
            self.line(element.to_owned(), new.as_deref().unwrap_or(""));
        }
        if edited.emergency_note != shown.emergency_note {
            self.lines(
                "emergency_note".to_owned(),
                edited.emergency_note.as_deref().unwrap_or(""),
            );
        }
        let known = |code: &str| ["", "F", "M", "OTH", "UNK"].contains(&code.trim());
        if edited.sex_at_birth != shown.sex_at_birth && !edited.sex_at_birth.as_deref().is_none_or(known) {
            self.fault("sex_at_birth", Reason::NoCode);
        }
    }
}
