//! What a typed text may mean.
//!
//! Nothing is decided here that only the index can know: a number may be a year, a telephone, a record number or a house, and
//! every meaning that fits is kept.

mod birth;

use super::{fold, rows};
pub(super) use birth::BirthRange;
use birth::ranges;

/// The most characters of a text that are read.
const CHARS: usize = 160;

/// The most pieces of a text that are read.
const PIECES: usize = 12;

/// The most name words that are looked for.
const NAMES: usize = 6;

/// The fewest digits that are taken for a telephone number.
const PHONE_DIGITS: usize = 3;

/// The meanings of one text.
#[derive(Default, Debug)]
pub(super) struct Meaning {
    /// Words that may be names, folded, each once.
    pub(super) names: Vec<String>,
    /// What the birth date may be; empty when none was typed.
    pub(super) births: Vec<BirthRange>,
    /// The text that was taken for a birth date.
    pub(super) birth_text: Option<String>,
    /// Digits that may be a telephone number, and whether they were written with a plus sign.
    pub(super) phone: Option<(String, bool)>,
    /// Letters and digits that may be an identifier.
    pub(super) identifier: Option<String>,
    /// The text as a place is compared.
    pub(super) place: String,
    /// The text as a street is compared.
    pub(super) street: String,
    /// The text as a postal code is compared.
    pub(super) postal_code: String,
    /// What the text means when the name of a month in it is the name of a person.
    pub(super) without_month: Option<Box<Meaning>>,
    /// Pieces with digits that are no part of the date: house numbers, postal codes.
    pub(super) numbers: Vec<String>,
}

/// Reads a text.
pub(super) fn parse(text: &str, this_year: u32) -> Meaning {
    let text: String = text.chars().take(CHARS).collect();
    let mut meaning = read(&text, this_year, Months::Named);
    if meaning
        .birth_text
        .as_ref()
        .is_some_and(|date| date.contains(char::is_alphabetic))
    {
        let other = read(&text, this_year, Months::Numbered);
        meaning.without_month = (!other.names.is_empty()).then(|| Box::new(other));
    }
    meaning
}

/// Which dates are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Months {
    /// Those with the names of months too.
    Named,
    /// Those of numbers only.
    Numbered,
}

fn read(text: &str, this_year: u32, months: Months) -> Meaning {
    let pieces: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|piece| !piece.is_empty())
        .take(PIECES)
        .collect();
    let words = fold::words(text);
    let mut meaning = Meaning {
        street: rows::street_key(text),
        place: words.join(" "),
        postal_code: words.concat(),
        ..Meaning::default()
    };
    let dated = find_date(&pieces, this_year, months, &mut meaning);
    for (at, piece) in pieces.iter().enumerate() {
        if dated.contains(&at) {
            continue;
        }
        if has_digit(piece) {
            meaning.numbers.push((*piece).to_owned());
        } else {
            for word in fold::words(piece) {
                if !meaning.names.contains(&word) && meaning.names.len() < NAMES {
                    meaning.names.push(word);
                }
            }
        }
    }
    read_numbers(text, &mut meaning);
    meaning
}

/// Finds the longest run of pieces that is a date and says where it stands.
fn find_date(pieces: &[&str], this_year: u32, months: Months, meaning: &mut Meaning) -> std::ops::Range<usize> {
    for length in (1..=3).rev() {
        for (at, window) in pieces.windows(length).enumerate() {
            if !window.iter().any(|piece| has_digit(piece)) {
                continue;
            }
            let text = window.join(" ");
            if months == Months::Numbered && text.contains(char::is_alphabetic) {
                continue;
            }
            let births = ranges(&text, this_year);
            if !births.is_empty() {
                (meaning.births, meaning.birth_text) = (births, Some(text));
                return at..at + length;
            }
        }
    }
    0..0
}

/// What the numbers may be: the whole text where it is one number, else the pieces beside the names.
fn read_numbers(text: &str, meaning: &mut Meaning) {
    let only_numbers = meaning.names.is_empty();
    let beside = meaning.numbers.join(" ");
    let number = if only_numbers { text } else { &beside };
    let digits = rows::digits(number);
    if digits.len() >= PHONE_DIGITS && !number.chars().any(char::is_alphabetic) {
        meaning.phone = Some((digits, number.trim_start().starts_with('+')));
    }
    let whole = rows::identifier_key(text);
    let identifier = if only_numbers || text.split_whitespace().count() == 1 {
        whole
    } else {
        rows::identifier_key(number)
    };
    meaning.identifier = Some(identifier).filter(|key| key.len() >= 2 && has_digit(key));
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_text_keeps_every_meaning() {
        let meaning = parse("Smith, John 12 mar 1956", 2026);
        assert_eq!(meaning.names, ["smith", "john"]);
        assert_eq!(meaning.birth_text.as_deref(), Some("12 mar 1956"));
        let meaning = parse("1956", 2026);
        assert_eq!(meaning.births.len(), 1);
        assert_eq!(meaning.phone, Some(("1956".into(), false)));
        assert_eq!(meaning.identifier.as_deref(), Some("1956"));
        let meaning = parse("+1 (617) 555-0123", 2026);
        assert_eq!(meaning.phone, Some(("16175550123".into(), true)));
        assert!(meaning.births.is_empty() && meaning.names.is_empty());
        let meaning = parse("123 Main St", 2026);
        assert_eq!(
            (meaning.street.as_str(), meaning.place.as_str()),
            ("main st 123", "123 main st")
        );
        assert_eq!(meaning.numbers, ["123"]);
    }

    #[test]
    fn any_text_is_read_in_bounds() {
        for text in [
            "",
            " ",
            "\u{0}",
            "🙂🙂",
            "-/-/-",
            &"9".repeat(500),
            &"a b ".repeat(200),
            "'''",
            "%_*\"'--",
        ] {
            let meaning = parse(text, 2026);
            assert!(meaning.names.len() <= super::NAMES && meaning.numbers.len() <= super::PIECES);
        }
    }
}
