//! The index rows of one patient: a pure function of the entry, so that taking away is the exact inverse of adding.

use super::entry::{IndexedAddress, PatientIndexEntry};
use super::fold;
use std::collections::BTreeSet;

/// The most words of a patient's names that are indexed one by one.
const NAME_WORDS: usize = 12;

/// The most words of a patient's names that are indexed two by two: 56 rows at most. Further words are found by themselves,
/// and with others as long as few patients have them.
pub(super) const PAIRED_WORDS: usize = 8;

/// The most telephone numbers, identifiers and addresses of a patient that are indexed.
const OF_EACH: usize = 8;

/// The fewest and most digits of a telephone number that is indexed.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 3..=15;

/// How many digits from its end a telephone number is found by.
pub(super) const PHONE_ENDING: usize = 7;

/// The kinds of place, as stored.
pub(super) const STREET: u8 = 1;
pub(super) const TOWN: u8 = 2;
pub(super) const POSTAL_CODE: u8 = 3;

/// All index rows of one patient but the row that is shown; each set is sorted, so that two can be compared.
#[derive(Default, PartialEq, Eq)]
pub(super) struct IndexRows {
    /// (word, other words).
    pub(super) names: BTreeSet<(String, String)>,
    /// (first two characters of the second word, first word, second word, other words).
    pub(super) pairs: BTreeSet<(String, String, String, String)>,
    /// All words of all names, each after a space, the family name first.
    pub(super) all_names: String,
    /// The birth date, 0 for none.
    pub(super) birth: u32,
    /// Digits of telephone numbers, and after an `r` their endings from behind.
    pub(super) phones: BTreeSet<String>,
    /// Identifiers without their punctuation.
    pub(super) identifiers: BTreeSet<String>,
    /// (kind, place, names): streets without names, towns and postal codes with the names of who lives there.
    pub(super) places: BTreeSet<(u8, String, String)>,
}

impl IndexRows {
    /// The rows of an entry; none for no entry.
    pub(super) fn of(entry: Option<&PatientIndexEntry>) -> Self {
        let Some(entry) = entry else { return Self::default() };
        let mut rows = Self {
            identifiers: identifiers(entry),
            ..Self::default()
        };
        if entry.removed {
            return rows;
        }
        let words = name_words(entry);
        rows.names = words
            .iter()
            .map(|word| (word.clone(), others(&words, &[word])))
            .collect();
        let paired = &words[..words.len().min(PAIRED_WORDS)];
        for first in paired {
            for second in paired.iter().filter(|second| *second != first) {
                rows.pairs.insert((
                    lead(second),
                    first.clone(),
                    second.clone(),
                    others(&words, &[first, second]),
                ));
            }
        }
        rows.all_names = others(&words, &[]);
        rows.birth = entry.birth.0;
        rows.phones = entry
            .phones
            .iter()
            .take(OF_EACH)
            .flat_map(|phone| phone_keys(phone))
            .collect();
        rows.places = entry
            .addresses
            .iter()
            .take(OF_EACH)
            .flat_map(|address| places(address, &rows.all_names))
            .collect();
        rows
    }
}

/// The first two characters of a word, which lead the index of pairs.
pub(super) fn lead(word: &str) -> String {
    word.chars().take(2).collect()
}

/// An identifier as it is compared: letters and digits only, in capitals. Digits of other scripts become European.
pub(super) fn identifier_key(text: &str) -> String {
    fold::words(text).concat().to_uppercase()
}

/// A street as it is compared: the house number goes last, because people type the street first as often as last.
pub(super) fn street_key(line: &str) -> String {
    let mut words = fold::words(line);
    if words.len() > 1 && words[0].starts_with(|c: char| c.is_ascii_digit()) {
        words.rotate_left(1);
    }
    words.join(" ")
}

/// Only the digits of a text.
pub(super) fn digits(text: &str) -> String {
    text.chars()
        .filter_map(|c| c.to_digit(10))
        .filter_map(|digit| char::from_digit(digit, 10))
        .collect()
}

/// The national part of an international number's digits: without the country code (ITU-T E.164, list of 2016).
pub(super) fn national(digits: &str) -> &str {
    const TWO: [&str; 43] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95",
    ];
    let code = match digits.as_bytes().first() {
        Some(b'1' | b'7') => 1,
        _ if digits.get(..2).is_some_and(|two| TWO.contains(&two) || two == "98") => 2,
        _ => 3,
    };
    digits.get(code..).unwrap_or_default()
}

/// The words of all names, family names of the first name first, each once. One-letter words and particles go last, so that
/// the limit on pairs never costs a word that tells people apart.
fn name_words(entry: &PatientIndexEntry) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let texts = entry
        .names
        .iter()
        .flat_map(|name| [&name.family, &name.given])
        .chain(entry.preferred.iter());
    for word in texts.flat_map(|text| fold::words(text)) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all.sort_by_key(|word| word.is_ascii() && word.len() <= 2);
    all.truncate(NAME_WORDS);
    all
}

/// The words that are not given, each after a space.
fn others(words: &[String], without: &[&String]) -> String {
    let mut text = String::new();
    for word in words.iter().filter(|word| !without.contains(word)) {
        text.push(' ');
        text.push_str(word);
    }
    text
}

fn identifiers(entry: &PatientIndexEntry) -> BTreeSet<String> {
    std::iter::once(&entry.mrn)
        .chain(entry.identifiers.iter().take(OF_EACH))
        .map(|value| identifier_key(value))
        .filter(|key| !key.is_empty())
        .collect()
}

fn phone_keys(phone: &str) -> Vec<String> {
    let all = digits(phone);
    let significant = if phone.starts_with('+') {
        national(&all)
    } else {
        all.trim_start_matches('0')
    };
    if !PHONE_DIGITS.contains(&significant.len()) {
        return Vec::new();
    }
    let ending = significant.chars().rev().take(PHONE_ENDING);
    vec![significant.to_owned(), std::iter::once('r').chain(ending).collect()]
}

fn places(address: &IndexedAddress, names: &str) -> Vec<(u8, String, String)> {
    let street = (STREET, street_key(&address.line), String::new());
    let town = (TOWN, fold::words(&address.city).join(" "), names.to_owned());
    let postal = (
        POSTAL_CODE,
        fold::words(&address.postal_code).concat(),
        names.to_owned(),
    );
    [street, town, postal]
        .into_iter()
        .filter(|(_, place, _)| !place.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::entry::IndexedName;

    #[test]
    fn every_ordered_pair_is_there() {
        let entry = PatientIndexEntry {
            names: vec![IndexedName {
                family: "García Márquez".into(),
                given: "Gabriel J.".into(),
            }],
            ..PatientIndexEntry::default()
        };
        let rows = IndexRows::of(Some(&entry));
        assert_eq!(rows.all_names, " garcia marquez gabriel j");
        assert_eq!(rows.names.len(), 4);
        assert_eq!(rows.pairs.len(), 12);
        assert!(
            rows.pairs
                .contains(&("ga".into(), "j".into(), "gabriel".into(), " garcia marquez".into()))
        );
    }

    #[test]
    fn phones_are_found_from_both_ends() {
        assert_eq!(phone_keys("+16175550123"), ["6175550123", "r3210555"]);
        assert_eq!(phone_keys("+4915112345678"), ["15112345678", "r8765432"]);
        assert_eq!(phone_keys("+97225551234"), ["25551234", "r4321555"]);
        assert_eq!(phone_keys("0151 1234"), ["1511234", "r4321151"]);
        assert!(phone_keys("n/a").is_empty());
    }

    #[test]
    fn house_numbers_go_last() {
        assert_eq!(street_key("123 Main St."), "main st 123");
        assert_eq!(street_key("Hauptstraße 7"), "hauptstrasse 7");
    }
}
