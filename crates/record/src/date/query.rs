//! Birth dates as people type them into a search box: every reading that the calendar allows, the likeliest first.

use super::{Date, PartialDate};
use crate::name;

/// The earliest year of birth that a query can mean.
const FIRST_YEAR: i16 = 1850;
/// Longer queries are no dates.
const MAX_CHARS: usize = 40;

/// Month names in English, German, French, Spanish, Portuguese and Italian, as [`name::fold`] spells them.
const MONTH_NAMES: [&str; 12] = [
    "january januar janvier enero janeiro gennaio",
    "february februar fevrier febrero fevereiro febbraio",
    "march marz maerz mars marzo marco",
    "april avril abril aprile",
    "may mai mayo maio maggio",
    "june juni juin junio junho giugno",
    "july juli juillet julio julho luglio",
    "august aout agosto",
    "september septembre septiembre setiembre setembro settembre",
    "october oktober octobre octubre outubro ottobre",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dezembro dicembre",
];

/// Every date that the whole text can mean, as it is being typed, the likeliest first and none after `latest`:
/// `1984-03-12`, `12.3.1984`, `12/03/1984` (day first, then month first), `12 Mar 1984`, `March 1984`, `03/1984`, `1984`, `120384`,
/// `19840312`, `12/3/84`. Empty when it is no date.
///
/// A date that lacks its day or month stands for all of it: as text it is a prefix of the dates that match.
pub fn parse_birth_date_query(text: &str, latest: Date) -> Vec<PartialDate> {
    if text.chars().count() > MAX_CHARS {
        return Vec::new();
    }
    let folded = name::fold_digits(text);
    let mut readings = match parts(&folded).as_deref() {
        Some([one]) => single(one),
        Some([one, two]) => pair(one, two),
        Some([one, two, three]) => triple(one, two, three),
        _ => Vec::new(),
    };
    let plausible = |date: &PartialDate| date.year() >= FIRST_YEAR && date.range().0 <= latest;
    readings.retain(plausible);
    let mut distinct = Vec::with_capacity(readings.len());
    for date in readings {
        if !distinct.contains(&date) {
            distinct.push(date);
        }
    }
    distinct
}

/// The part of a search text that is a birth date (of one to three words with a digit in them, the longest that can be
/// one), its readings, and the text without it.
pub fn find_birth_date(text: &str, latest: Date) -> Option<(Vec<PartialDate>, String)> {
    let words: Vec<&str> = text.split_whitespace().take(24).collect();
    for length in (1..=3.min(words.len())).rev() {
        for start in 0..=words.len() - length {
            let candidate = &words[start..start + length];
            let joined = candidate.join(" ");
            if !joined.chars().any(char::is_numeric) {
                continue;
            }
            let dates = parse_birth_date_query(&joined, latest);
            if !dates.is_empty() {
                return Some((dates, [&words[..start], &words[start + length..]].concat().join(" ")));
            }
        }
    }
    None
}

/// One piece of a query.
#[derive(Clone, Debug)]
enum Part {
    /// Digits: the number and how many there are.
    Number(u32, usize),
    /// The name of a month.
    Month(i8),
}

/// The pieces; `None` when something is neither a number nor a month. A hyphen or dot at the end is one being typed.
fn parts(text: &str) -> Option<Vec<Part>> {
    let separator = |letter: char| letter.is_whitespace() || "-./,\u{2010}\u{2011}\u{2013}".contains(letter);
    let mut list = Vec::new();
    for word in text.split(separator).filter(|word| !word.is_empty()) {
        for piece in alternate(word) {
            list.push(part(piece)?);
        }
    }
    Some(list)
}

/// `12mar1984` as its runs of digits and letters.
fn alternate(word: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let same = |letter: char| letter.is_ascii_digit() != first.is_ascii_digit();
        let end = rest.find(same).unwrap_or(rest.len());
        list.push(&rest[..end]);
        rest = &rest[end..];
    }
    list
}

fn part(piece: &str) -> Option<Part> {
    if piece.bytes().all(|byte| byte.is_ascii_digit()) {
        return if piece.len() <= 8 {
            Some(Part::Number(piece.parse().ok()?, piece.len()))
        } else {
            None
        };
    }
    let folded = name::fold(piece);
    if folded.chars().count() < 3 {
        return None;
    }
    let named = |names: &str| names.split(' ').any(|name| name.starts_with(&folded));
    let at = MONTH_NAMES.iter().position(|names| named(names))?;
    i8::try_from(at + 1).ok().map(Part::Month)
}

/// One piece: `1984`, or six or eight digits in any order.
fn single(part: &Part) -> Vec<PartialDate> {
    let Part::Number(number, digits) = *part else {
        return Vec::new();
    };
    match digits {
        4 => year(number).into_iter().collect(),
        6 => {
            let (a, b, c) = (number / 10_000, number / 100 % 100, number % 100);
            let month_of_year = ymd(number / 100, Some(number % 100), None);
            let short = short_years(c).into_iter().flat_map(|year| day_first(year, a, b));
            let reversed = short_years(a)
                .into_iter()
                .filter_map(|year| ymd(year, Some(b), Some(c)));
            short.chain(month_of_year).chain(reversed).collect()
        }
        8 => {
            let year_last = day_first(number % 10_000, number / 1_000_000, number / 10_000 % 100);
            ymd(number / 10_000, Some(number / 100 % 100), Some(number % 100))
                .into_iter()
                .chain(year_last)
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Two pieces: a month and a year, or a date whose last part is not typed yet.
fn pair(one: &Part, two: &Part) -> Vec<PartialDate> {
    match (one, two) {
        (Part::Month(month), Part::Number(year, 4)) | (Part::Number(year, 4), Part::Month(month)) => {
            ymd(*year, Some(month.unsigned_abs().into()), None)
                .into_iter()
                .collect()
        }
        (Part::Number(year, 4), Part::Number(number, digits @ 1..=2)) => months(*year, *number, *digits),
        (Part::Number(month, 1..=2), Part::Number(year, 4)) => ymd(*year, Some(*month), None).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Three pieces.
fn triple(one: &Part, two: &Part, three: &Part) -> Vec<PartialDate> {
    use Part::{Month, Number};
    match (one, two, three) {
        (Number(year, 4), Number(month, 1..=2), Number(number, digits @ 1..=2)) => {
            days(*year, *month, *number, *digits)
        }
        (Number(year, 4), Month(month), Number(day, 1..=2)) => {
            ymd(*year, Some(month.unsigned_abs().into()), Some(*day))
                .into_iter()
                .collect()
        }
        (Number(day, 1..=2), Month(month), Number(year, digits))
        | (Month(month), Number(day, 1..=2), Number(year, digits)) => {
            let month = Some(month.unsigned_abs().into());
            years(*year, *digits)
                .into_iter()
                .filter_map(|year| ymd(year, month, Some(*day)))
                .collect()
        }
        (Number(one, 1..=2), Number(two, 1..=2), Number(year, digits)) => years(*year, *digits)
            .into_iter()
            .flat_map(|year| day_first(year, *one, *two))
            .collect(),
        _ => Vec::new(),
    }
}

/// A year of four digits, or both centuries of one of two.
fn years(year: u32, digits: usize) -> Vec<u32> {
    match digits {
        4 => vec![year],
        2 => short_years(year),
        _ => Vec::new(),
    }
}

/// This century and the last for a year of two digits; the caller drops the future.
fn short_years(year: u32) -> Vec<u32> {
    vec![1900 + year, 2000 + year]
}

/// Day before month, then month before day.
fn day_first(year: u32, one: u32, two: u32) -> Vec<PartialDate> {
    [ymd(year, Some(two), Some(one)), ymd(year, Some(one), Some(two))]
        .into_iter()
        .flatten()
        .collect()
}

/// The months that the digits may become.
fn months(year: u32, number: u32, digits: usize) -> Vec<PartialDate> {
    match (number, digits) {
        (0, 1) => self::year(year).into_iter().collect(),
        (1, 1) => [1, 10, 11, 12]
            .into_iter()
            .filter_map(|month| ymd(year, Some(month), None))
            .collect(),
        _ => ymd(year, Some(number), None).into_iter().collect(),
    }
}

/// The days that the digits may become.
fn days(year: u32, month: u32, number: u32, digits: usize) -> Vec<PartialDate> {
    match (number, digits) {
        (0, 1) => ymd(year, Some(month), None).into_iter().collect(),
        (1..=3, 1) => {
            let typed = number * 10..=number * 10 + 9;
            std::iter::once(number)
                .chain(typed)
                .filter_map(|day| ymd(year, Some(month), Some(day)))
                .collect()
        }
        _ => ymd(year, Some(month), Some(number)).into_iter().collect(),
    }
}

fn year(year: u32) -> Option<PartialDate> {
    ymd(year, None, None)
}

fn ymd(year: u32, month: Option<u32>, day: Option<u32>) -> Option<PartialDate> {
    let small = |number: Option<u32>| number.map(|number| i8::try_from(number).unwrap_or(i8::MAX));
    PartialDate::new(i16::try_from(year).ok()?, small(month), small(day))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use proptest::prelude::*;

    fn today() -> Date {
        "2026-06-15".parse().unwrap()
    }

    fn read(text: &str) -> String {
        parse_birth_date_query(text, today())
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn usual_writings() {
        for text in [
            "1984-03-22",
            "22.3.1984",
            "22/03/1984",
            "22 Mar 1984",
            "22-Mar-1984",
            "March 22, 1984",
            "22mar1984",
        ] {
            assert_eq!(read(text), "1984-03-22", "{text}");
        }
        for text in [
            "22 mars 1984",
            "22. März 1984",
            "22 marzo 1984",
            "22/3/84",
            "220384",
            "19840322",
            "22031984",
            "032284",
        ] {
            assert_eq!(read(text), "1984-03-22", "{text}");
        }
        assert_eq!(read("٢٢/٠٣/١٩٨٤"), "1984-03-22");
        assert_eq!(read("12/03/1984"), "1984-03-12 1984-12-03");
        assert_eq!(read("120384"), "1984-03-12 1984-12-03");
        assert_eq!(read("12/03/19"), "1919-03-12 1919-12-03 2019-03-12 2019-12-03");
        assert_eq!(read("1984"), "1984");
        assert_eq!(read("Mar 1984"), "1984-03");
        assert_eq!(read("03/1984"), "1984-03");
        assert_eq!(read("198403"), "1984-03");
        assert_eq!(read("15 juin 1990"), "1990-06-15");
        assert_eq!(read("15 juillet 1990"), "1990-07-15");
    }

    #[test]
    fn what_is_still_being_typed() {
        assert_eq!(read("1984-"), "1984");
        assert_eq!(read("1984-0"), "1984");
        assert_eq!(read("1984-1"), "1984-01 1984-10 1984-11 1984-12");
        assert_eq!(read("1984-03-"), "1984-03");
        assert_eq!(read("1984-03-0"), "1984-03");
        assert_eq!(read("1984-03-3"), "1984-03-03 1984-03-30 1984-03-31");
    }

    #[test]
    fn no_dates() {
        for text in [
            "",
            "smith",
            "mar",
            "may",
            "12",
            "123",
            "12345",
            "1984-13",
            "31/02/1984",
            "2031",
            "1799",
            "12 mx 1984",
        ] {
            assert_eq!(read(text), "", "{text}");
        }
        assert_eq!(read(&"1984 ".repeat(20)), "");
        assert_eq!(read("+44 20 7946"), "");
    }

    #[test]
    fn a_date_inside_a_query() {
        let find = |text| find_birth_date(text, today()).map(|(dates, rest)| (dates[0].to_string(), rest));
        assert_eq!(
            find("smith 12 Mar 1984 john"),
            Some(("1984-03-12".into(), "smith john".into()))
        );
        assert_eq!(find("may 1984"), Some(("1984-05".into(), String::new())));
        assert_eq!(find("s 1899"), Some(("1899".into(), "s".into())));
        assert_eq!(find("may smith"), None);
        assert_eq!(find("mary 1984"), Some(("1984".into(), "mary".into())));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn no_text_panics(text in "\\PC{0,50}") {
            let _ = find_birth_date(&text, today());
            for date in parse_birth_date_query(&text, today()) {
                prop_assert!(date.range().0 <= today());
            }
        }

        #[test]
        fn every_day_is_found_as_it_is_written(year in 1900..2026_i16, month in 1..=12_i8, day in 1..=28_i8) {
            let date = PartialDate::new(year, Some(month), Some(day)).unwrap();
            for text in [date.to_string(), date.display(), format!("{day}.{month}.{year}"), format!("{month}/{day}/{year}")] {
                prop_assert!(parse_birth_date_query(&text, today()).contains(&date), "{}", text);
            }
        }
    }
}
