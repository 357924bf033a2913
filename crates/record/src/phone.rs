//! Telephone numbers: stored in E.164 where they are valid numbers, kept as typed where they are not, found by any run of
//! their digits from the start.

use crate::name::fold_digits;
use phonenumber::{Mode, PhoneNumber, country};

/// Longer texts are no telephone numbers.
const MAX_CHARS: usize = 64;

/// Loads the numbering plans of all countries, which takes the first caller some tens of milliseconds. Call it beside
/// other work before a person waits for a number.
pub fn warm_up() {
    let _ = parse("+12024561111", "");
}

/// The number in E.164 (`+442079460000`), when it is a valid one in the region (ISO 3166 alpha-2) or with its country code.
/// `None` keeps it as typed: too short, an extension, a number that no plan has.
pub fn e164(text: &str, region: &str) -> Option<String> {
    let number = parse(text, region)?;
    if number.extension().is_some() {
        None
    } else {
        Some(number.format().mode(Mode::E164).to_string())
    }
}

/// What to store for what was typed: E.164 where possible, else the text without outer white space.
pub fn stored(text: &str, region: &str) -> String {
    e164(text, region).unwrap_or_else(|| text.trim().to_owned())
}

/// What to show for what is stored: a number in E.164 in its international form (`+44 20 7946 0000`), else the text itself.
pub fn shown(stored: &str) -> String {
    let is_e164 = stored
        .strip_prefix('+')
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let number = if is_e164 { parse(stored, "") } else { None };
    number.map_or_else(
        || stored.to_owned(),
        |number| number.format().mode(Mode::International).to_string(),
    )
}

/// The digit strings under which a number is found, distinct: with its country code, and as it is dialled inside the country.
pub fn search_digits(text: &str, region: &str) -> Vec<String> {
    let typed = digits(text);
    let mut list = Vec::new();
    if let Some(number) = parse(text, region) {
        list.push(digits(&number.format().mode(Mode::E164).to_string()));
        list.push(digits(&number.format().mode(Mode::National).to_string()));
    }
    if typed.len() >= 3 && !list.contains(&typed) {
        list.push(typed);
    }
    list
}

/// The digits of what a person typed to find a number, when it can be one: at least three, and nothing but what belongs to numbers.
pub fn query_digits(text: &str) -> Option<String> {
    let folded = fold_digits(text);
    let belongs = |letter: char| letter.is_ascii_digit() || letter.is_whitespace() || "+-().\u{2011}/".contains(letter);
    let digits = digits(&folded);
    (folded.chars().count() <= MAX_CHARS && folded.chars().all(belongs) && digits.len() >= 3).then_some(digits)
}

/// A valid number.
fn parse(text: &str, region: &str) -> Option<PhoneNumber> {
    let folded = fold_digits(text.trim());
    if folded.chars().count() > MAX_CHARS || digits(&folded).len() < 5 {
        return None;
    }
    let region: Option<country::Id> = region.to_ascii_uppercase().parse().ok();
    phonenumber::parse(region, folded).ok().filter(PhoneNumber::is_valid)
}

fn digits(text: &str) -> String {
    fold_digits(text)
        .chars()
        .filter(char::is_ascii_digit)
        .take(MAX_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn valid_numbers_are_stored_in_e164_and_others_as_typed() {
        assert_eq!(stored("020 7946 0018", "GB"), "+442079460018");
        assert_eq!(stored("+44 20 7946 0018", "US"), "+442079460018");
        assert_eq!(stored("(202) 456-1111", "US"), "+12024561111");
        assert_eq!(stored("٠٢٠ ٧٩٤٦ ٠٠١٨", "GB"), "+442079460018");
        assert_eq!(stored(" 555-0199 ", "US"), "555-0199");
        assert_eq!(stored("(202) 456-1111 ext. 5", "US"), "(202) 456-1111 ext. 5");
        assert_eq!(stored("ask the neighbour", "US"), "ask the neighbour");
        assert_eq!(stored("020 7946 0018", ""), "020 7946 0018");
        assert_eq!(stored("020 7946 0018", "nowhere"), "020 7946 0018");
    }

    #[test]
    fn what_is_stored_shows_for_people() {
        assert_eq!(shown("+442079460018"), "+44 20 7946 0018");
        assert_eq!(shown("555-0199"), "555-0199");
        assert_eq!(shown("+1"), "+1");
    }

    #[test]
    fn a_number_is_found_with_and_without_its_country() {
        assert_eq!(search_digits("020 7946 0018", "GB"), ["442079460018", "02079460018"]);
        assert_eq!(search_digits("+1 202 456 1111", "GB"), ["12024561111", "2024561111"]);
        assert_eq!(search_digits("555-677-3119", "US"), ["5556773119"]);
        assert_eq!(query_digits("(0)20 79"), Some("02079".into()));
        assert_eq!(query_digits("12a"), None);
        assert_eq!(query_digits("12"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

        #[test]
        fn no_text_panics(text in "\\PC*", region in "[A-Za-z]{0,3}") {
            let kept = stored(&text, &region);
            let _ = (shown(&kept), search_digits(&text, &region), query_digits(&text));
            prop_assert!(kept == text.trim() || kept.starts_with('+'));
        }

        #[test]
        fn digits_never_panic(text in "[+0-9 ()x;:=-]{0,30}") {
            let kept = stored(&text, "US");
            prop_assert_eq!(stored(&shown(&kept), "US"), kept);
        }
    }
}
