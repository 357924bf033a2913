//! What is computed from a record when it changes: its place in the chart's order, and the search index of patients.

mod patient;

use super::error::StoreError;
use rusqlite::Connection;
use wardkeep_record::field::{self, FieldId, Kind};
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;

/// The `sort_date` of a record without a date: before every date there is.
const UNDATED: i64 = -(1 << 40);

/// What a projection needs to see of a record.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) id: RecordId,
    pub(super) kind: Kind,
    pub(super) fields: &'a Fields,
    pub(super) removed: bool,
}

/// Keeps the search index in step with a record that changed from `old` (nothing, when it is new) to `new`, in the same
/// transaction. `n` is the record's row.
pub(super) fn project(conn: &Connection, n: i64, old: Option<Shown<'_>>, new: Shown<'_>) -> Result<(), StoreError> {
    if new.kind != Kind::PATIENT {
        return Ok(());
    }
    let old = old.filter(|old| old.kind == Kind::PATIENT).map(patient::entry);
    patient::index(conn, n, old.as_ref(), &patient::entry(new))
}

/// When a record's matter took place, in seconds from 1970-01-01 UTC, for the order of the chart; a date without a time
/// counts as its midnight. The first element of the kind's list that names a date decides.
pub(super) fn sort_date(kind: Kind, fields: &Fields) -> i64 {
    let dated = dated_fields(kind)
        .iter()
        .find_map(|field| fields.one(*field).and_then(date_in));
    dated.unwrap_or(UNDATED)
}

/// The elements of a kind that say when, the most telling first.
fn dated_fields(kind: Kind) -> &'static [FieldId] {
    match kind {
        Kind::ALLERGY => &[field::allergy::ONSET, field::allergy::RECORDED_DATE],
        Kind::CONDITION => &[field::condition::ONSET, field::condition::RECORDED_DATE],
        Kind::MEDICATION_REQUEST => &[field::medication_request::AUTHORED_ON],
        Kind::MEDICATION_STATEMENT => &[
            field::medication_statement::EFFECTIVE,
            field::medication_statement::DATE_ASSERTED,
        ],
        Kind::IMMUNIZATION => &[field::immunization::OCCURRENCE, field::immunization::RECORDED],
        Kind::OBSERVATION => &[field::observation::EFFECTIVE, field::observation::ISSUED],
        Kind::ENCOUNTER => &[field::encounter::PERIOD],
        Kind::PROCEDURE => &[field::procedure::PERFORMED],
        Kind::REPORT => &[field::report::EFFECTIVE, field::report::ISSUED],
        Kind::NOTE => &[field::note::DATE],
        _ => &[],
    }
}

/// The date in an element's JSON text: a date by itself, the date member of a choice, or the start of a period.
fn date_in(json: &str) -> Option<i64> {
    let from = json.find("\"start\":").map_or(0, |at| at + "\"start\":".len());
    let text = &json[from..];
    // A FHIR date is a string that begins with a four-digit year; no member name of a dated element does.
    text.match_indices('"')
        .find_map(|(at, _)| seconds(text[at + 1..].split('"').next()?))
}

/// Seconds from 1970 of a FHIR date or dateTime: `yyyy`, `yyyy-mm`, `yyyy-mm-dd` or `yyyy-mm-ddThh:mm:ss[.f](Z|+hh:mm)`.
fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text
        .split_once('T')
        .map_or((text, None), |(date, time)| (date, Some(time)));
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |month| digits(month, 2))?;
    let day = parts.next().map_or(Some(1), |day| digits(day, 2))?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let midnight = days(year, month, day) * 86_400;
    Some(midnight + time.and_then(time_of_day).unwrap_or(0))
}

/// Exactly `count` ASCII digits as a number.
fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Seconds since midnight UTC of `hh:mm:ss[.f]` with its zone.
fn time_of_day(text: &str) -> Option<i64> {
    let two = |from: usize| text.get(from..from + 2).and_then(|part| digits(part, 2));
    let clock = two(0)? * 3_600 + two(3)? * 60 + two(6).unwrap_or(0);
    let zone = text.rfind(['+', '-']).and_then(|at| {
        let (sign, hours, minutes) = (&text[at..=at], text.get(at + 1..at + 3)?, text.get(at + 4..at + 6)?);
        let offset = digits(hours, 2)? * 3_600 + digits(minutes, 2)? * 60;
        Some(if sign == "-" { -offset } else { offset })
    });
    Some(clock - zone.unwrap_or(0))
}

/// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use super::*;
    use proptest::prelude::*;
    use wardkeep_record::op::FieldKey;

    #[test]
    fn dates_are_found_in_every_shape() {
        let cases = [
            (r#""1970-01-02""#, 86_400),
            (r#""1970""#, 0),
            (r#"{"effectiveDateTime":"1970-01-01T01:00:00+01:00"}"#, 0),
            (r#"{"effectiveDateTime":"1970-01-01T00:00:10.25Z"}"#, 10),
            (r#"{"onsetPeriod":{"end":"1999-01-01","start":"1970-01-01"}}"#, 0),
            (r#"{"effectiveInstant":"1969-12-31T23:00:00-01:00"}"#, 0),
        ];
        for (json, expected) in cases {
            assert_eq!(date_in(json), Some(expected), "{json}");
        }
    }

    #[test]
    fn what_is_no_date_is_undated() {
        for json in [
            r#"{"onsetAge":{"value":40,"unit":"years"}}"#,
            r#""19700101""#,
            r#""1970-13-01""#,
            "null",
            "",
            r#"""#,
        ] {
            assert_eq!(date_in(json), None, "{json}");
        }
        let fields = Fields::from_vec(vec![(
            FieldKey {
                field: field::observation::ISSUED,
                item: None,
            },
            r#""2020-02-29T12:00:00Z""#.into(),
        )]);
        assert_eq!(sort_date(Kind::OBSERVATION, &fields), 1_582_977_600);
        assert_eq!(sort_date(Kind::OBSERVATION, &Fields::new()), UNDATED);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_crash(text in ".{0,60}") {
            let _ = date_in(&text);
            let _ = date_in(&format!("{{\"a\":\"1999-01-01T{text}\"}}"));
        }
    }
}
