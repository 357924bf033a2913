//! The passwords that are tried first: common words, alone or in twos, with the decorations that everybody uses.
//!
//! The list (`first_guesses.txt`) is our own, of words and patterns that lead every published count. A password is refused when the WHOLE of
//! it, without spaces and signs, in any case and with 'leet' digits read as letters, is made of: at most two of those words, words of
//! the person's own context, runs along the alphabet, the digits or the keyboard, repeated characters, and groups of up to four digits.
//! A repeated unit is looked at once, and refused when it has fewer than eight characters.

use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Lower-case words, separated by white space.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("first_guesses.txt").split_whitespace().collect());

/// Rows along which a finger slides.
const ROWS: [&str; 9] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
];
/// The longest word that is looked up.
const LONGEST_WORD: usize = 40;
/// The most digits that count as decoration.
const DIGITS: usize = 4;
/// Words that a refused password may have at most.
const MOST_WORDS: u32 = 2;
/// A repeated unit shorter than this is refused whatever it is.
const SHORTEST_UNIT: usize = 8;

/// Whether the whole password is one of the first to be tried.
pub(super) fn is_common(password: &str, context: &[&str]) -> bool {
    let context: Vec<Vec<char>> = context.iter().flat_map(|text| context_words(text)).collect();
    let plain = letters(password, |c| c);
    if repeats(&plain).is_some_and(|unit| unit < SHORTEST_UNIT) {
        return true;
    }
    is_made_of_common(&plain, &context) || is_made_of_common(&letters(password, unleet), &context)
}

/// Letters and digits only, in lower case, without diacritics; each sign first goes through `read`.
fn letters(text: &str, read: fn(char) -> char) -> Zeroizing<Vec<char>> {
    let mut out = Zeroizing::new(Vec::with_capacity(4 * text.len()));
    out.extend(
        text.nfd()
            .map(read)
            .flat_map(char::to_lowercase)
            .filter(|c| c.is_alphanumeric()),
    );
    out
}

/// The letter that a sign or digit stands in for.
fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        other => other,
    }
}

/// The words of a name, and all of them together.
fn context_words(text: &str) -> Vec<Vec<char>> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    words
        .chain([text])
        .map(|word| letters(word, |c| c).to_vec())
        .filter(|word| word.len() >= 3)
        .collect()
}

/// The length of the shortest unit that the whole is a repetition of.
fn repeats(text: &[char]) -> Option<usize> {
    (1..=text.len() / 2)
        .find(|&unit| text.len().is_multiple_of(unit) && text.chunks(unit).all(|chunk| chunk == &text[..unit]))
}

/// Whether the text falls apart into known pieces with at most [`MOST_WORDS`] words among them.
fn is_made_of_common(text: &[char], context: &[Vec<char>]) -> bool {
    let text = repeats(text).map_or(text, |unit| &text[..unit]);
    if text.is_empty() {
        return true; // nothing but spaces and signs
    }
    // The fewest words that reach each position.
    let mut fewest: Vec<Option<u32>> = vec![None; text.len() + 1];
    fewest[0] = Some(0);
    for start in 0..text.len() {
        let Some(words) = fewest[start] else { continue };
        for end in start + 1..=text.len().min(start + LONGEST_WORD) {
            if let Some(cost) = piece(&text[start..end], context) {
                let total = words + cost;
                fewest[end] = Some(fewest[end].map_or(total, |known| known.min(total)));
            }
        }
    }
    fewest[text.len()].is_some_and(|words| words <= MOST_WORDS)
}

/// What a piece costs: one for a word, nothing for decoration, `None` for what is not known.
fn piece(piece: &[char], context: &[Vec<char>]) -> Option<u32> {
    let is_digits = piece.len() <= DIGITS && piece.iter().all(char::is_ascii_digit);
    let is_same = piece.len() >= 3 && piece.iter().all(|c| *c == piece[0]);
    if is_digits || is_same || is_run(piece) || context.iter().any(|word| word == piece) {
        return Some(0);
    }
    let word: Zeroizing<String> = Zeroizing::new(piece.iter().collect());
    COMMON.contains(word.as_str()).then_some(u32::from(piece.len() > 3))
}

/// At least three neighbours along a row, either way.
fn is_run(piece: &[char]) -> bool {
    if piece.len() < 3 {
        return false;
    }
    let forward: Zeroizing<String> = Zeroizing::new(piece.iter().collect());
    let backward: Zeroizing<String> = Zeroizing::new(piece.iter().rev().collect());
    ROWS.iter()
        .any(|row| row.contains(forward.as_str()) || row.contains(backward.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_list_can_be_matched() {
        for word in COMMON.iter() {
            let read = letters(word, |c| c);
            let unleeted = letters(word, unleet);
            let same = |letters: &[char]| letters.iter().collect::<String>() == **word;
            assert!(
                same(&read) || same(&unleeted) || word.contains(|c: char| !c.is_alphanumeric() || !c.is_ascii()),
                "{word} is written in a way that no password is read in"
            );
            assert!(word.chars().count() <= LONGEST_WORD, "{word}");
        }
        assert!(COMMON.len() > 600);
    }

    #[test]
    fn units_are_found() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(repeats(&chars("abcabc")), Some(3));
        assert_eq!(repeats(&chars("aaaa")), Some(1));
        assert_eq!((repeats(&chars("abcab")), repeats(&chars(""))), (None, None));
    }
}
