//! `wardkeep patient`: find, show, register, edit, remove, restore.

use crate::args::{Common, Form, GenderArgument, Patient};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, table};
use crate::session::unlock;
use std::io::Read;
use std::path::Path;
use wardkeep_clinic::patient::{
    Address, ContactPoint, ContactSystem, ContactUse, Gender, HumanName, NameUse, PatientDetail, PatientDraft,
    PatientRow, RecordId, edit, open, register, remove, restore, search,
};
use wardkeep_clinic::restriction::{Named, RestrictionView, lift, people, set};
use wardkeep_clinic::user::UserId;
use wardkeep_clinic::{Clinic, CommandError, ErrorCode};

/// Bytes of a form that is read from a file.
const FORM_LIMIT: u64 = 1 << 20;

/// Does it.
pub fn run(common: &Common, patient: &Patient, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let clinic = &session.clinic;
    match patient {
        Patient::Search(wanted) => {
            let found = clinic.call(search::Input {
                query: wanted.query.join(" "),
                limit: wanted.limit,
            })?;
            printer.answer(&found, |found| rows_text(&found.rows, found.more))?;
        }
        Patient::Show(which) => {
            let id = resolve(clinic, &which.patient)?;
            printer.answer(
                &clinic.call(open::Input {
                    id,
                    via: open::Via::Link,
                })?,
                detail_text,
            )?;
        }
        Patient::Add(form) => {
            let draft = filled(base(form, PatientDraft::empty)?, form);
            printer.answer(&clinic.call(register::Input { draft })?, detail_text)?;
        }
        Patient::Edit(wanted) => {
            let id = resolve(clinic, &wanted.patient)?;
            let present = clinic
                .call(open::Input {
                    id,
                    via: open::Via::Link,
                })?
                .draft;
            let draft = filled(base(&wanted.form, || present)?, &wanted.form);
            printer.answer(&clinic.call(edit::Input { id, draft })?, detail_text)?;
        }
        Patient::Remove(wanted) => {
            let id = resolve(clinic, &wanted.patient)?;
            let done = clinic.call(remove::Input {
                id,
                reason: wanted.reason.clone(),
            })?;
            printer.answer(&done, |_| {
                format!("Removed. `wardkeep patient restore {id}` undoes it.")
            })?;
        }
        Patient::Restore(which) => {
            let id = resolve(clinic, &which.patient)?;
            printer.answer(&clinic.call(restore::Input { id })?, detail_text)?;
        }
        Patient::Restrict(wanted) => {
            let patient = resolve(clinic, &wanted.patient)?;
            let people = clinic.call(people::Input {})?;
            let users: Result<_, _> = wanted.to.iter().map(|who| person(&people, who)).collect();
            let done = clinic.call(set::Input { patient, users: users? })?;
            printer.answer(&done, detail_text)?;
        }
        Patient::Unrestrict(which) => {
            let patient = resolve(clinic, &which.patient)?;
            printer.answer(&clinic.call(lift::Input { patient })?, detail_text)?;
        }
    }
    Ok(Exit::Done)
}

/// A patient by record id, or by a record number that exactly one patient has.
pub fn resolve(clinic: &Clinic, which: &str) -> Result<RecordId, Failure> {
    if let Ok(id) = which.trim().parse() {
        return Ok(id);
    }
    let plain = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
            .to_uppercase()
    };
    let found = clinic.call(search::Input {
        query: which.to_owned(),
        limit: 20,
    })?;
    let mut same = found.rows.iter().filter(|row| plain(&row.mrn) == plain(which));
    match (same.next(), same.next()) {
        (Some(row), None) => Ok(row.id),
        (Some(_), Some(_)) => Err(Failure::usage("Several patients have this record number: give the id.")),
        _ => Err(CommandError::new(ErrorCode::NotFound).at("patient").into()),
    }
}

/// Somebody who reads charts, by id or by name. Of two with one name neither is meant.
fn person(people: &[Named], wanted: &str) -> Result<UserId, Failure> {
    let lower = wanted.trim().to_lowercase();
    let mut found = people
        .iter()
        .filter(|one| one.id.to_string() == lower || one.name.to_lowercase() == lower);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.id),
        (Some(_), Some(_)) => Err(Failure::usage("Several people have this name: say the id.")),
        (None, _) => Err(CommandError::new(ErrorCode::NotFound).at("to").into()),
    }
}

/// The form to start from: that of `--from`, or the given one.
fn base(form: &Form, otherwise: impl FnOnce() -> PatientDraft) -> Result<PatientDraft, Failure> {
    let Some(path) = &form.from else { return Ok(otherwise()) };
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(FORM_LIMIT).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(FORM_LIMIT).read_to_string(&mut text))
    };
    read.map_err(|error| Failure::file(path, &error))?;
    // The position is safe to tell; the content is not.
    serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!(
            "The form is not valid at line {}, column {}.",
            error.line(),
            error.column()
        ))
    })
}

/// Fills in what has an option of its own.
fn filled(mut draft: PatientDraft, form: &Form) -> PatientDraft {
    fill_name(&mut draft, form);
    if let Some(date) = &form.birth_date {
        draft.birth_date = Some(date.clone()).filter(|date| !date.is_empty());
    }
    if let Some(gender) = form.gender {
        draft.gender = Some(gender.into());
    }
    if let Some(phone) = &form.phone {
        fill_contact(&mut draft, ContactSystem::Phone, Some(ContactUse::Mobile), phone);
    }
    if let Some(email) = &form.email {
        fill_contact(&mut draft, ContactSystem::Email, None, email);
    }
    if let Some(note) = &form.emergency_note {
        draft.emergency_note = Some(note.clone()).filter(|note| !note.is_empty());
    }
    fill_address(&mut draft, form);
    draft
}

fn fill_name(draft: &mut PatientDraft, form: &Form) {
    if form.family.is_some() || form.given.is_some() {
        let at = match draft.names.iter().position(|name| name.use_ != Some(NameUse::Nickname)) {
            Some(at) => at,
            None => {
                draft.names.insert(
                    0,
                    HumanName {
                        use_: Some(NameUse::Official),
                        ..HumanName::default()
                    },
                );
                0
            }
        };
        let name = &mut draft.names[at];
        if let Some(family) = &form.family {
            name.family.clone_from(family);
        }
        if let Some(given) = &form.given {
            name.given.clone_from(given);
        }
    }
    if let Some(preferred) = &form.preferred {
        draft.names.retain(|name| name.use_ != Some(NameUse::Nickname));
        if !preferred.is_empty() {
            let name = HumanName {
                use_: Some(NameUse::Nickname),
                given: preferred.clone(),
                ..HumanName::default()
            };
            draft.names.push(name);
        }
    }
}

/// Sets the first contact point of a system, adds one, or takes it away when the value is empty.
fn fill_contact(draft: &mut PatientDraft, system: ContactSystem, use_: Option<ContactUse>, value: &str) {
    let at = draft.telecom.iter().position(|point| point.system == system);
    match (at, value.is_empty()) {
        (Some(at), true) => {
            draft.telecom.remove(at);
        }
        (Some(at), false) => value.clone_into(&mut draft.telecom[at].value),
        (None, true) => {}
        (None, false) => {
            draft.telecom.push(ContactPoint {
                item: None,
                system,
                use_,
                value: value.to_owned(),
                e164: None,
            });
        }
    }
}

fn fill_address(draft: &mut PatientDraft, form: &Form) {
    if form.street.is_none() && form.city.is_none() && form.postal_code.is_none() {
        return;
    }
    if draft.addresses.is_empty() {
        draft.addresses.push(Address::default());
    }
    let address = &mut draft.addresses[0];
    let parts = [
        (&form.street, &mut address.line),
        (&form.city, &mut address.city),
        (&form.postal_code, &mut address.postal_code),
    ];
    for (given, place) in parts {
        if let Some(given) = given {
            place.clone_from(given);
        }
    }
}

impl From<GenderArgument> for Gender {
    fn from(gender: GenderArgument) -> Self {
        match gender {
            GenderArgument::Male => Self::Male,
            GenderArgument::Female => Self::Female,
            GenderArgument::Other => Self::Other,
            GenderArgument::Unknown => Self::Unknown,
        }
    }
}

fn rows_text(rows: &[PatientRow], more: bool) -> String {
    let cells = |row: &PatientRow| {
        vec![
            row.mrn.clone(),
            name(row),
            row.birth_date.clone().unwrap_or_else(|| "unknown".into()),
            row.age.clone().unwrap_or_default(),
            row.gender.map(Gender::code).unwrap_or_default().to_owned(),
            row.phone.clone().unwrap_or_default(),
            row.city.clone().unwrap_or_default(),
            row.id.to_string(),
        ]
    };
    let mut text = table(&rows.iter().map(cells).collect::<Vec<_>>());
    if rows.is_empty() {
        text.push_str("Nobody found.\n");
    }
    if more {
        text.push_str("and more\n");
    }
    text
}

pub fn name(row: &PatientRow) -> String {
    let mark = if row.deceased { " \u{2020}" } else { "" };
    let comma = if row.family.is_empty() || row.given.is_empty() {
        ""
    } else {
        ", "
    };
    let restricted = if row.restricted { " (restricted)" } else { "" };
    format!("{}{comma}{}{mark}{restricted}", row.family.to_uppercase(), row.given)
}

/// Who opens the chart of a restricted patient.
fn opens_to(restriction: &RestrictionView) -> Vec<String> {
    let named: Vec<_> = restriction.people.iter().map(|one| one.name.as_str()).collect();
    let who = if named.is_empty() {
        "nobody".to_owned()
    } else {
        named.join(", ")
    };
    let open = if restriction.open { "" } else { " (closed to you)" };
    vec!["chart opens to".to_owned(), format!("{who}{open}")]
}

fn detail_text(detail: &PatientDetail) -> String {
    let row = &detail.row;
    let mut rows = vec![
        vec!["name".to_owned(), name(row)],
        vec!["id".to_owned(), row.id.to_string()],
        vec!["record number".to_owned(), row.mrn.clone()],
        vec![
            "born".to_owned(),
            row.birth_date.clone().unwrap_or_else(|| "unknown".into()),
        ],
        vec![
            "gender".to_owned(),
            row.gender.map(Gender::code).unwrap_or("not recorded").to_owned(),
        ],
    ];
    let draft = &detail.draft;
    rows.extend(
        draft
            .telecom
            .iter()
            .map(|point| vec!["contact".to_owned(), point.value.clone()]),
    );
    let place = |address: &Address| {
        let parts = [
            &address.line,
            &address.postal_code,
            &address.city,
            &address.state,
            &address.country,
        ];
        parts
            .iter()
            .filter(|part| !part.is_empty())
            .map(|part| part.replace('\n', ", "))
            .collect::<Vec<_>>()
            .join(", ")
    };
    rows.extend(
        draft
            .addresses
            .iter()
            .map(|address| vec!["address".to_owned(), place(address)]),
    );
    rows.extend(
        draft
            .emergency_note
            .iter()
            .map(|note| vec!["emergency note".to_owned(), note.clone()]),
    );
    rows.extend(detail.restriction.as_ref().map(opens_to));
    if row.removed {
        rows.push(vec!["removed".to_owned(), "yes".to_owned()]);
    }
    if !detail.conflicts.is_empty() {
        rows.push(vec![
            "to be settled".to_owned(),
            detail
                .conflicts
                .iter()
                .map(|met| met.element.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        ]);
    }
    table(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_change_what_they_name_and_leave_the_rest() {
        let form = |family: Option<&str>, phone: Option<&str>| Form {
            family: family.map(str::to_owned),
            phone: phone.map(str::to_owned),
            preferred: Some("Ada".into()),
            ..Form::default()
        };
        let draft = filled(PatientDraft::empty(), &form(Some("Byron"), Some("+44 20 7946 0000")));
        assert_eq!(draft.names.len(), 2);
        assert_eq!(
            (draft.names[0].family.as_str(), draft.names[0].use_),
            ("Byron", Some(NameUse::Official))
        );
        let again = filled(draft, &form(Some("Lovelace"), Some("")));
        assert_eq!((again.names.len(), again.names[0].family.as_str()), (2, "Lovelace"));
        assert!(again.telecom.is_empty());
        let same = filled(again.clone(), &Form::default());
        assert!(same == again);
    }
}
