//! Calendar dates as people know them: a year, a month, or a day. A date is no instant and is never shifted by a time zone.

mod age;
mod query;

pub use jiff::civil::Date;
pub use query::{find_birth_date, parse_birth_date_query};

use std::fmt;
use std::str::FromStr;

/// A date that may lack its day, or its month and day: the FHIR `date` type, `yyyy`, `yyyy-mm` or `yyyy-mm-dd`
/// (<http://hl7.org/fhir/R4/datatypes.html#date>). Every part is one that the calendar has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    /// 0 when unknown, so that a vaguer date orders before the days it may be.
    month: i8,
    /// 0 when unknown.
    day: i8,
}

/// The text is no FHIR `date`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a date of the form yyyy, yyyy-mm or yyyy-mm-dd")]
pub struct NoDate;

/// Month names in three letters, which no language of the interface changes: a date in a chart is read in one way only.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl PartialDate {
    /// A whole date.
    pub fn of(date: Date) -> Self {
        Self {
            year: date.year(),
            month: date.month(),
            day: date.day(),
        }
    }

    /// A year from 1 to 9999, perhaps with month and day; `None` when the calendar has no such date, or a day has no month.
    pub fn new(year: i16, month: Option<i8>, day: Option<i8>) -> Option<Self> {
        let known = Self {
            year,
            month: month.unwrap_or(0),
            day: day.unwrap_or(0),
        };
        let exists = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).is_ok();
        let shape = (month.is_some() || day.is_none()) && month != Some(0) && day != Some(0);
        (year >= 1 && exists && shape).then_some(known)
    }

    /// The date part of a FHIR `dateTime` or `instant`, as its author wrote it.
    pub fn of_date_time(text: &str) -> Result<Self, NoDate> {
        text.split_once('T').map_or(text, |(date, _)| date).parse()
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> Option<i8> {
        (self.month > 0).then_some(self.month)
    }

    /// The day of the month.
    pub fn day(self) -> Option<i8> {
        (self.day > 0).then_some(self.day)
    }

    /// The first and the last day that it may be.
    pub fn range(self) -> (Date, Date) {
        let last_month = self.month().unwrap_or(12);
        let first = Date::new(self.year, self.month().unwrap_or(1), self.day().unwrap_or(1));
        let last = Date::new(self.year, last_month, 1).map(|date| match self.day() {
            Some(day) => Date::new(self.year, last_month, day).unwrap_or(date),
            None => date.last_of_month(),
        });
        let exists = "the calendar has every part of a PartialDate";
        (first.expect(exists), last.expect(exists))
    }

    /// As charts show it: `12-Mar-1984`, `Mar-1984`, `1984`.
    pub fn display(self) -> String {
        let month = self.month().map(|month| MONTHS[usize::from(month.unsigned_abs()) - 1]);
        match (month, self.day()) {
            (Some(month), Some(day)) => format!("{day:02}-{month}-{:04}", self.year),
            (Some(month), None) => format!("{month}-{:04}", self.year),
            (None, _) => format!("{:04}", self.year),
        }
    }
}

impl FromStr for PartialDate {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let number = |range: std::ops::Range<usize>| {
            let digits = text
                .get(range)
                .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|digits| digits.parse::<i16>().ok()).ok_or(NoDate)
        };
        let two = |at| number(at..at + 2).and_then(|number| i8::try_from(number).map_err(|_| NoDate));
        let dash = |at| {
            if text.as_bytes().get(at) == Some(&b'-') {
                Ok(())
            } else {
                Err(NoDate)
            }
        };
        let (month, day) = match text.len() {
            4 => (None, None),
            7 => (Some(dash(4).and_then(|()| two(5))?), None),
            10 => (
                Some(dash(4).and_then(|()| two(5))?),
                Some(dash(7).and_then(|()| two(8))?),
            ),
            _ => return Err(NoDate),
        };
        Self::new(number(0..4)?, month, day).ok_or(NoDate)
    }
}

impl fmt::Display for PartialDate {
    /// The FHIR form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        self.month().map_or(Ok(()), |month| write!(f, "-{month:02}"))?;
        self.day().map_or(Ok(()), |day| write!(f, "-{day:02}"))
    }
}

impl fmt::Debug for PartialDate {
    /// How exact it is; a birth date identifies, so it does not print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.month > 0, self.day > 0) {
            (_, true) => "PartialDate(day)",
            (true, false) => "PartialDate(month)",
            (false, false) => "PartialDate(year)",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_dates_of_the_calendar_in_the_form_of_fhir() {
        for good in ["1984", "1984-02", "1984-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(good.parse::<PartialDate>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "84",
            "1984-2",
            "1984-13",
            "1984-00",
            "1983-02-29",
            "1984-02-30",
            "0000",
            "1984-02-29T00:00:00Z",
        ] {
            assert!(bad.parse::<PartialDate>().is_err(), "{bad}");
        }
        for bad in ["1984/02/29", "+984", "19é4", "1984-02-2é", "-984-01-01", "1984-1-011"] {
            assert!(bad.parse::<PartialDate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_day_of_a_date_time_is_the_one_that_was_written() {
        let date = PartialDate::of_date_time("1984-03-12T23:59:00-11:00").unwrap();
        assert_eq!(date.to_string(), "1984-03-12");
        assert_eq!(PartialDate::of_date_time("1984-03").unwrap().to_string(), "1984-03");
    }

    #[test]
    fn display_and_range() {
        let show = |text: &str| {
            let date: PartialDate = text.parse().unwrap();
            let (first, last) = date.range();
            format!("{} {first} {last}", date.display())
        };
        assert_eq!(show("1984-03-05"), "05-Mar-1984 1984-03-05 1984-03-05");
        assert_eq!(show("1984-02"), "Feb-1984 1984-02-01 1984-02-29");
        assert_eq!(show("1984"), "1984 1984-01-01 1984-12-31");
    }

    #[test]
    fn a_birth_date_does_not_print() {
        assert_eq!(
            format!("{:?}", "1984-03".parse::<PartialDate>().unwrap()),
            "PartialDate(month)"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn any_text_is_a_date_or_none(text in "\\PC*") {
            if let Ok(date) = text.parse::<PartialDate>() {
                prop_assert_eq!(date.to_string(), text);
                prop_assert!(date.range().0 <= date.range().1);
            }
        }
    }
}
