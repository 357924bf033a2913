//! A birth date as people type it, from the first digits on.

#![allow(
    clippy::inconsistent_digit_grouping,
    reason = "a number that is a date is grouped as one"
)]

/// The days that a typed date may mean: two numbers yyyymmdd, both inclusive, `99` for 'to the end of'.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::search) struct BirthRange {
    /// The first day.
    pub(in crate::search) first: u32,
    /// The last day.
    pub(in crate::search) last: u32,
}

impl BirthRange {
    /// Every date, known or not.
    pub(in crate::search) const ANY: Self = Self {
        first: 0,
        last: 9999_99_99,
    };

    /// Whether the range is within one month.
    pub(in crate::search) fn is_within_month(self) -> bool {
        self.first / 100 == self.last / 100
    }

    /// The one day of the range, if it is one.
    pub(in crate::search) fn day(self) -> Option<u32> {
        (self.first == self.last).then_some(self.first)
    }

    fn days(year: u32, month: u32, first: u32, last: u32) -> Self {
        let month = year * 10_000 + month * 100;
        Self {
            first: month + first,
            last: month + last,
        }
    }

    fn months(year: u32, first: u32, last: u32) -> Self {
        Self {
            first: year * 10_000 + first * 100,
            last: year * 10_000 + last * 100 + 99,
        }
    }

    fn years(first: u32, last: u32) -> Self {
        Self {
            first: first * 10_000,
            last: last * 10_000 + 99_99,
        }
    }
}

/// The earliest year of birth that is taken for one.
const FIRST_YEAR: u32 = 1850;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// One part of a typed date.
#[derive(Clone, Copy)]
enum Part {
    /// A number and how many digits it was typed with.
    Number(u32, usize),
    /// The name of a month.
    Month(u32),
}

/// What dates a text may mean; none when it is no date. `03/04/56` has four meanings: the order of day and month and the
/// century are nobody's guess but the index's. `this_year` bounds what can be a year of birth.
pub(in crate::search) fn ranges(text: &str, this_year: u32) -> Vec<BirthRange> {
    let Some(parts) = parts(text) else { return Vec::new() };
    let mut out = Vec::new();
    match *parts {
        [Part::Number(number, digits)] => run_of_digits(number, digits, this_year, &mut out),
        [Part::Number(year, 4), Part::Number(month, digits)] => year_month(year, month, digits, this_year, &mut out),
        [Part::Number(year, 4), Part::Month(month)] | [Part::Month(month), Part::Number(year, 4)] => {
            add(year, this_year, |year| BirthRange::months(year, month, month), &mut out);
        }
        [Part::Number(month @ 1..=12, 1 | 2), Part::Number(year, 4)] => {
            add(year, this_year, |year| BirthRange::months(year, month, month), &mut out);
        }
        [
            Part::Number(year, 4),
            Part::Number(month, 1 | 2),
            Part::Number(day, digits),
        ]
        | [Part::Number(year, 4), Part::Month(month), Part::Number(day, digits)] => {
            year_month_day(year, month, (day, digits), this_year, &mut out);
        }
        [Part::Number(day, 1 | 2), Part::Month(month), Part::Number(year, digits)]
        | [Part::Month(month), Part::Number(day, 1 | 2), Part::Number(year, digits)] => {
            day_month(day, month, (year, digits), this_year, &mut out);
        }
        [
            Part::Number(one, 1 | 2),
            Part::Number(two, 1 | 2),
            Part::Number(year, digits),
        ] => {
            day_month(one, two, (year, digits), this_year, &mut out);
            if one != two {
                day_month(two, one, (year, digits), this_year, &mut out);
            }
        }
        _ => {}
    }
    out
}

fn parts(text: &str) -> Option<Vec<Part>> {
    let lower = text.to_lowercase();
    let pieces = lower
        .split(['-', '/', '.', ' ', '\u{2010}', '\u{2011}', '\u{2013}'])
        .filter(|piece| !piece.is_empty());
    let parts: Option<Vec<Part>> = pieces.take(4).map(part).collect();
    parts.filter(|parts| parts.len() <= 3 && parts.iter().any(|part| matches!(part, Part::Number(..))))
}

fn part(piece: &str) -> Option<Part> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| piece.strip_suffix(ending))
        .unwrap_or(piece);
    if digits.len() <= 8 && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Part::Number(digits.parse().ok()?, digits.len()));
    }
    if piece.len() < 3 {
        return None;
    }
    MONTHS
        .iter()
        .position(|month| month.starts_with(piece) || (piece == "sept" && *month == "september"))
        .map(|at| Part::Month(u32::try_from(at).map_or(0, |at| at + 1)))
}

fn run_of_digits(number: u32, digits: usize, this_year: u32, out: &mut Vec<BirthRange>) {
    match digits {
        4 => add(number, this_year, |year| BirthRange::years(year, year), out),
        8 => {
            year_month_day(number / 10_000, number / 100 % 100, (number % 100, 2), this_year, out);
            let (one, two, year) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
            day_month(one, two, (year, 4), this_year, out);
            if one != two {
                day_month(two, one, (year, 4), this_year, out);
            }
        }
        _ => {}
    }
}

fn year_month(year: u32, month: u32, digits: usize, this_year: u32, out: &mut Vec<BirthRange>) {
    match (month, digits) {
        (0, 1) => add(year, this_year, |year| BirthRange::months(year, 1, 9), out),
        (1, 1) => {
            add(year, this_year, |year| BirthRange::months(year, 1, 1), out);
            add(year, this_year, |year| BirthRange::months(year, 10, 12), out);
        }
        (1..=12, 1 | 2) => add(year, this_year, |year| BirthRange::months(year, month, month), out),
        _ => {}
    }
}

fn year_month_day(year: u32, month: u32, (day, digits): (u32, usize), this_year: u32, out: &mut Vec<BirthRange>) {
    if !(1..=12).contains(&month) {
        return;
    }
    match (day, digits) {
        (0, 1) => add(year, this_year, |year| BirthRange::days(year, month, 1, 9), out),
        (1..=3, 1) => {
            add(year, this_year, |year| BirthRange::days(year, month, day, day), out);
            add(
                year,
                this_year,
                |year| BirthRange::days(year, month, day * 10, (day * 10 + 9).min(31)),
                out,
            );
        }
        (1..=31, 1 | 2) => add(year, this_year, |year| BirthRange::days(year, month, day, day), out),
        _ => {}
    }
}

fn day_month(day: u32, month: u32, (year, digits): (u32, usize), this_year: u32, out: &mut Vec<BirthRange>) {
    if !(1..=31).contains(&day) || !(1..=12).contains(&month) {
        return;
    }
    match digits {
        2 => {
            for century in [1900, 2000] {
                add(
                    century + year,
                    this_year,
                    |year| BirthRange::days(year, month, day, day),
                    out,
                );
            }
        }
        3 => {
            for year in year * 10..year * 10 + 10 {
                add(year, this_year, |year| BirthRange::days(year, month, day, day), out);
            }
        }
        4 => add(year, this_year, |year| BirthRange::days(year, month, day, day), out),
        _ => {}
    }
}

fn add(year: u32, this_year: u32, range: impl Fn(u32) -> BirthRange, out: &mut Vec<BirthRange>) {
    if (FIRST_YEAR..=this_year).contains(&year) {
        out.push(range(year));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(u32, u32)> {
        ranges(text, 2026)
            .into_iter()
            .map(|range| (range.first, range.last))
            .collect()
    }

    #[test]
    fn every_usual_writing_is_read() {
        for text in [
            "12-Mar-1956",
            "1956-03-12",
            "12 march 1956",
            "March 12, 1956".replace(',', "").as_str(),
            "19560312",
        ] {
            assert!(of(text).contains(&(1956_03_12, 1956_03_12)), "{text}");
        }
        assert_eq!(of("13/04/1956"), [(1956_04_13, 1956_04_13)]);
        assert_eq!(of("03/04/1956").len(), 2);
        assert_eq!(of("3.4.56").len(), 2);
        assert_eq!(of("3.4.21").len(), 4);
        assert_eq!(of("1956"), [(1956_00_00, 1956_99_99)]);
        assert_eq!(of("mar 1956"), [(1956_03_00, 1956_03_99)]);
        assert_eq!(of("1956-03"), [(1956_03_00, 1956_03_99)]);
        assert_eq!(of("1956-03-1"), [(1956_03_01, 1956_03_01), (1956_03_10, 1956_03_19)]);
        assert_eq!(of("12/03/195").len(), 20);
    }

    #[test]
    fn what_is_no_date_has_no_meaning() {
        for text in [
            "",
            "smith",
            "mar",
            "1849",
            "2027",
            "99/99/1956",
            "1956-13-01",
            "6175550123",
            "1/2/3/4",
            "12/03",
            "-",
            "٣",
        ] {
            assert_eq!(of(text), [], "{text}");
        }
    }
}
