//! When a record happened, as one number to sort a chart by.

use crate::date::PartialDate;
use crate::field::{self, FieldId, Kind};
use crate::fields::Fields;
use crate::json;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The sort date of what says nothing about when: before everything.
pub const NO_DATE: i64 = i64::MIN;

/// When a record happened, in Unix milliseconds; a date without time counts from its first midnight in UTC. [`NO_DATE`] when it does
/// not say, or its kind is kept verbatim. Only for sorting: what shows is what the author wrote.
pub fn sort_date(kind: Kind, fields: &Fields) -> i64 {
    let read = |field: &FieldId| fields.one(*field).and_then(first_instant);
    of_kind(kind).iter().find_map(read).unwrap_or(NO_DATE)
}

/// The elements that say when, the best first.
fn of_kind(kind: Kind) -> &'static [FieldId] {
    use field::{allergy, condition, encounter, immunization, medication_request, medication_statement};
    use field::{note, observation, procedure, report};
    match kind {
        Kind::ALLERGY => &[allergy::RECORDED_DATE, allergy::ONSET],
        Kind::CONDITION => &[condition::ONSET, condition::RECORDED_DATE],
        Kind::MEDICATION_REQUEST => &[medication_request::AUTHORED_ON],
        Kind::MEDICATION_STATEMENT => &[medication_statement::EFFECTIVE, medication_statement::DATE_ASSERTED],
        Kind::IMMUNIZATION => &[immunization::OCCURRENCE, immunization::RECORDED],
        Kind::OBSERVATION => &[observation::EFFECTIVE, observation::ISSUED],
        Kind::ENCOUNTER => &[encounter::PERIOD],
        Kind::PROCEDURE => &[procedure::PERFORMED],
        Kind::REPORT => &[report::EFFECTIVE, report::ISSUED],
        Kind::NOTE | Kind::DOCUMENT | Kind::OFFICE_DOCUMENT => &[note::DATE],
        _ => &[],
    }
}

/// The instant of a date, dateTime or instant, of a choice of those, or of the start, else the end, of a Period. Works on the text,
/// because every record of an import comes by.
fn first_instant(value: &str) -> Option<i64> {
    if value.starts_with('"') {
        return instant(value.trim_matches('"'));
    }
    for (_, member) in json::members(value)? {
        let text = member.get();
        if text.starts_with('"') {
            if let Some(found) = instant(text.trim_matches('"')) {
                return Some(found);
            }
        } else if text.starts_with('{') {
            let end = |name: &str| json::member(text, name).and_then(|end| instant(end.get().trim_matches('"')));
            if let Some(found) = end("start").or_else(|| end("end")) {
                return Some(found);
            }
        }
    }
    None
}

/// A FHIR date, dateTime or instant in Unix milliseconds.
pub(super) fn instant(text: &str) -> Option<i64> {
    if text.contains('T') {
        return text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond);
    }
    let first = text.parse::<PartialDate>().ok()?.range().0;
    first
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn of(kind: Kind, resource: &str) -> i64 {
        sort_date(kind, &Fields::from_json(kind, resource).unwrap())
    }

    #[test]
    fn the_best_element_that_says_when() {
        let observation =
            r#"{"resourceType":"Observation","issued":"2020-01-01T00:00:00Z","effectiveDateTime":"1970-01-02"}"#;
        assert_eq!(of(Kind::OBSERVATION, observation), 86_400_000);
        let encounter = r#"{"resourceType":"Encounter","period":{"start":"1970-01-01T02:00:00.5+02:00","end":"2020"}}"#;
        assert_eq!(of(Kind::ENCOUNTER, encounter), 500);
        let procedure = r#"{"resourceType":"Procedure","performedPeriod":{"end":"1970-01"}}"#;
        assert_eq!(of(Kind::PROCEDURE, procedure), 0);
        let condition = r#"{"resourceType":"Condition","onsetString":"long ago","recordedDate":"1969-12-31"}"#;
        assert_eq!(of(Kind::CONDITION, condition), -86_400_000);
        assert_eq!(
            of(Kind::CONDITION, r#"{"resourceType":"Condition","recordedDate":7}"#),
            NO_DATE
        );
        assert_eq!(
            of(Kind::PATIENT, r#"{"resourceType":"Patient","birthDate":"1984"}"#),
            NO_DATE
        );
    }
}
