//! Telephone numbers: stored in E.164 where they are valid numbers, kept as typed where they are not.

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
    let number = if is_e164(stored) { parse(stored, "") } else { None };
    number.map_or_else(|| stored.to_owned(), |number| international(&number))
}

/// The number in E.164 as far as it can be told without the numbering plans, for what must read a million of them: what is
/// written as E.164 is taken at its word, and only the rest is read.
pub fn e164_at_its_word(stored: &str) -> Option<String> {
    if is_e164(stored) {
        Some(stored.to_owned())
    } else {
        e164(stored, "")
    }
}

/// Whether it is written as E.164 is; whether there is such a number, only [`parse`] knows.
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn international(number: &PhoneNumber) -> String {
    number.format().mode(Mode::International).to_string()
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
    fn a_number_is_taken_at_its_word() {
        assert_eq!(e164_at_its_word("+442079460018").as_deref(), Some("+442079460018"));
        assert_eq!(
            e164_at_its_word("+44 (0)20 7946 0018").as_deref(),
            Some("+442079460018")
        );
        // No plan has it, and it is found by its digits all the same.
        assert_eq!(e164_at_its_word("+1").as_deref(), Some("+1"));
        assert_eq!(e164_at_its_word("020 7946 0018"), None);
        assert_eq!(e164_at_its_word("+1 202 456 1111 ext. 5"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

        #[test]
        fn no_text_panics(text in "\\PC*", region in "[A-Za-z]{0,3}") {
            let kept = stored(&text, &region);
            let _ = shown(&kept);
            prop_assert!(kept == text.trim() || kept.starts_with('+'));
        }

        #[test]
        fn digits_never_panic(text in "[+0-9 ()x;:=-]{0,30}") {
            let kept = stored(&text, "US");
            if let Some(number) = e164(&kept, "") {
                // Stored as this program stores it, a number is its own word.
                prop_assert_eq!(e164_at_its_word(&number), Some(number));
            }
            prop_assert_eq!(stored(&shown(&kept), "US"), kept);
        }
    }
}
