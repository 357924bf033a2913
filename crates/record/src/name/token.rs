//! Search tokens of names: one spelling for what people type in many ways, whatever the script.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Only so much of a text is searched.
const MAX_CHARS: usize = 512;
/// Only so many tokens of a text are.
const MAX_TOKENS: usize = 32;
/// Only so much of a token is.
const MAX_TOKEN_CHARS: usize = 64;
/// A short word that belongs to the next one: `O Brien`, `de la Cruz`, `Mc Donald`.
const PARTICLE_CHARS: usize = 3;

/// The text in the one spelling that search compares: compatibility-decomposed, accents and vowel points off, lower case,
/// special letters of Latin and of Arabic in their plain form. Marks that make another letter of a script (Indic vowels,
/// Japanese voicing, Thai tones) stay.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().take(MAX_CHARS).nfkd().filter(|letter| !is_accent(*letter)) {
        for lower in letter.to_lowercase() {
            match plain(lower) {
                Some(plain) => out.push_str(plain),
                None if is_accent(lower) => {}
                None => out.push(digit(lower)),
            }
        }
    }
    // Decomposing made long what composing makes short again: Hangul, and what kept its marks.
    if out.is_ascii() { out } else { out.nfc().collect() }
}

/// The text with the decimal digits of other scripts as ASCII digits; nothing else changed.
pub fn fold_digits(text: &str) -> String {
    text.chars().map(digit).collect()
}

/// What of a name is indexed: every word; of a word with apostrophes or hyphens the whole and its parts; of a short word that
/// belongs to the next also both together. Distinct, in order of occurrence.
pub fn tokens(text: &str) -> Vec<String> {
    let mut list = Tokens::default();
    let mut particle = String::new();
    for word in text.split(is_space) {
        let parts: Vec<String> = word
            .split(is_hyphen)
            .map(|part| fold(&part.replace(is_apostrophe, "")))
            .collect();
        let whole = parts.concat();
        if whole.is_empty() {
            continue;
        }
        if !particle.is_empty() {
            list.push(format!("{particle}{whole}"));
        }
        for part in parts {
            list.push(part);
        }
        for part in word
            .split(|letter| is_hyphen(letter) || is_apostrophe(letter))
            .map(fold)
        {
            if part.chars().count() > 1 {
                list.push(part);
            }
        }
        if whole.chars().count() <= PARTICLE_CHARS {
            particle.push_str(&whole)
        } else {
            particle.clear()
        }
        list.push(whole);
    }
    list.0
}

/// What of a query must be found, each word as the start of a token: hyphens part words, apostrophes do not.
pub fn query_words(text: &str) -> Vec<String> {
    let mut list = Tokens::default();
    for word in text.split(|letter| is_space(letter) || is_hyphen(letter)) {
        list.push(fold(&word.replace(is_apostrophe, "")));
    }
    list.0
}

/// Distinct tokens within the limits.
#[derive(Default)]
struct Tokens(Vec<String>);

impl Tokens {
    fn push(&mut self, token: String) {
        let token: String = token
            .chars()
            .filter(|letter| letter.is_alphanumeric() || is_mark(*letter))
            .take(MAX_TOKEN_CHARS)
            .collect();
        if !token.is_empty() && self.0.len() < MAX_TOKENS && !self.0.contains(&token) {
            self.0.push(token);
        }
    }
}

/// Whether a letter is one that search ignores: the accents of Latin, Greek and Cyrillic, the points of Hebrew, Arabic and
/// Syriac, and overlays, by canonical combining class (UAX 44, table 15).
fn is_accent(letter: char) -> bool {
    letter == '\u{640}' || matches!(canonical_combining_class(letter), 1 | 10..=36 | 200..=240)
}

/// Whether a letter is a mark that stays.
fn is_mark(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

/// Word ends. What is neither letter, digit, mark, apostrophe nor hyphen parts words too.
fn is_space(letter: char) -> bool {
    !(letter.is_alphanumeric() || is_mark(letter) || is_apostrophe(letter) || is_hyphen(letter))
}

fn is_apostrophe(letter: char) -> bool {
    matches!(
        letter,
        '\'' | '`' | '´' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | 'ʾ' | 'ʿ' | '‘' | '’' | '‛' | '′' | '׳' | '＇'
    )
}

fn is_hyphen(letter: char) -> bool {
    matches!(letter, '-' | '‐' | '‑' | '‒' | '–' | '—' | '־' | '・' | '·' | '－')
}

/// The plain form of a letter that does not decompose.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ŋ' => "n",
        'ŧ' => "t",
        'ə' => "e",
        'ς' => "σ",
        'ٱ' => "ا",
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ة' => "ه",
        _ => return None,
    })
}

/// A decimal digit of Arabic, Persian, Devanagari, Bengali, Thai or full width as the ASCII one.
fn digit(letter: char) -> char {
    let zeros = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}', '\u{ff10}'];
    let value = zeros.iter().find_map(|zero| {
        u32::from(letter)
            .checked_sub(u32::from(*zero))
            .filter(|value| *value < 10)
    });
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_spelling_for_many() {
        for (text, folded) in [
            ("Núñez", "nunez"),
            ("STRAẞE", "strasse"),
            ("Æsir", "aesir"),
            ("Łukasz", "lukasz"),
            ("Đặng", "dang"),
            ("İstanbul Işık", "istanbul isik"),
            ("ﬁ Ａ", "fi a"),
            ("مُحَمَّد", "محمد"),
            ("أحمد", "احمد"),
            ("فاطمة", "فاطمه"),
            ("שָׁלוֹם", "שלום"),
            ("Σίσυφος", "σισυφοσ"),
            ("Йосиф", "иосиф"),
            ("が", "が"),
            ("हिन्दी", "हिन्दी"),
            ("한글", "한글"),
            ("٢٠", "20"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn apostrophes_and_hyphens_both_ways() {
        assert_eq!(tokens("O'Brien-Smith"), ["obrien", "smith", "brien", "obriensmith"]);
        assert_eq!(
            tokens("Anne‑Marie d’Arc"),
            ["anne", "marie", "annemarie", "darc", "arc"]
        );
        assert_eq!(tokens("O Brien"), ["o", "obrien", "brien"]);
        assert_eq!(tokens("de la Cruz"), ["de", "dela", "la", "delacruz", "cruz"]);
        assert_eq!(tokens("J.R. Hartley"), ["j", "jr", "r", "jrhartley", "hartley"]);
        assert_eq!(tokens(" ,; "), Vec::<String>::new());
        assert_eq!(tokens("בן־גוריון"), ["בן", "גוריון", "בןגוריון"]);
    }

    #[test]
    fn what_is_typed_is_found_in_what_is_indexed() {
        let found = |query: &str, name: &str| {
            let index = tokens(name);
            query_words(query)
                .iter()
                .all(|word| index.iter().any(|token| token.starts_with(word.as_str())))
        };
        for name in ["O'Brien-Smith", "O’BRIEN SMITH", "O Brien Smith"] {
            for query in ["obrien", "o'bri", "o brien", "O'Brien-S", "smith obrien", "brien"] {
                assert!(found(query, name), "{query} in {name}");
            }
        }
        assert!(found("nunez", "Núñez") && found("núñ", "NUNEZ") && !found("nuner", "Núñez"));
        assert!(found("maryann", "Mary-Ann") && found("mary ann", "Mary-Ann"));
    }

    #[test]
    fn limits() {
        assert!(tokens(&"ab ".repeat(10_000)).len() <= MAX_TOKENS);
        assert!(
            tokens(&"x".repeat(10_000))
                .iter()
                .all(|token| token.chars().count() <= MAX_TOKEN_CHARS)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_name_finds_itself(text in "\\PC{0,40}") {
            let index = tokens(&text);
            if index.len() < MAX_TOKENS {
                for word in query_words(&text) {
                    prop_assert!(index.iter().any(|token| token.starts_with(&word)), "{} in {:?}", word, index);
                }
            }
        }
    }
}
