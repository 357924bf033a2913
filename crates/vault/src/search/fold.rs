//! One spelling for what people write in many: the words that stand in the index and that a query is cut into.
//!
//! Both sides go through the same function, so its choices need not be anybody's orthography; they only must never send
//! one name to two words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most characters of a word that count; what follows is cut off on both sides.
const WORD_CHARS: usize = 40;

/// The most words that are taken from one text.
const WORDS: usize = 24;

/// Cuts a text into folded words: lower case, without marks, split at everything that is neither letter nor digit.
/// Apostrophes join (`O'Brien` is one word), hyphens split (`Smith-Jones` is two).
pub fn words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return ascii_words(text);
    }
    let mut out = Vec::new();
    let mut word = Word::default();
    for c in text.nfkd() {
        if is_combining_mark(c) || is_joiner(c) {
            continue;
        }
        if c.is_alphanumeric() {
            word.push(c);
        } else if let Some(done) = word.take() {
            out.push(done);
            if out.len() == WORDS {
                return out;
            }
        }
    }
    out.extend(word.take());
    out
}

/// The same for plain letters, of which most texts consist.
fn ascii_words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    for byte in text.bytes().chain([b' ']) {
        if matches!(byte, b'\'' | b'`') {
            continue;
        }
        if byte.is_ascii_alphanumeric() {
            if word.len() < WORD_CHARS {
                word.push(char::from(byte.to_ascii_lowercase()));
            }
        } else if !word.is_empty() {
            out.push(std::mem::take(&mut word));
            if out.len() == WORDS {
                break;
            }
        }
    }
    out
}

/// Whether a character vanishes inside a word: apostrophes of all kinds, the Arabic tatweel, joiners, soft hyphens.
fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '\u{b4}' | '\u{2b9}'..='\u{2bf}' | '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{ff07}'
            | '\u{5f3}' | '\u{5f4}' | '\u{640}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
    )
}

/// A word in the making.
#[derive(Default)]
struct Word {
    text: String,
    chars: usize,
}

impl Word {
    fn push(&mut self, c: char) {
        for lower in c.to_lowercase() {
            if self.chars == WORD_CHARS {
                return;
            }
            if let Some(plain) = plain(lower) {
                self.text.push_str(plain);
            } else if !is_combining_mark(lower) {
                self.text.push(lower);
            }
            self.chars += 1;
        }
    }

    fn take(&mut self) -> Option<String> {
        self.chars = 0;
        (!self.text.is_empty()).then(|| std::mem::take(&mut self.text))
    }
}

/// Letters that Unicode does not take apart, as people without that key type them.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'ŋ' => "n",
        'þ' => "th",
        'ŧ' => "t",
        // Arabic and Persian letters that are written one for the other.
        'ة' => "ه",
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ٱ' => "ا",
        // Hebrew final forms, because a name goes on after what is final in another.
        'ך' => "כ",
        'ם' => "מ",
        'ן' => "נ",
        'ף' => "פ",
        'ץ' => "צ",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn one_name_has_one_spelling() {
        assert_eq!(words("Ó Súilleabháin"), ["o", "suilleabhain"]);
        assert_eq!(words("O’Brien-Smith, Zoë"), ["obrien", "smith", "zoe"]);
        assert_eq!(words("Groß"), ["gross"]);
        assert_eq!(words("ŁUKASZ Đorđević"), ["lukasz", "dordevic"]);
        assert_eq!(words("İbrahim"), ["ibrahim"]);
        assert_eq!(words("أحمد"), words("احمد"));
        assert_eq!(words("ｱｷｵ"), words("アキオ"));
        assert_eq!(words("  "), Vec::<String>::new());
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(words(&"a ".repeat(500)).len(), super::WORDS);
        assert_eq!(words(&"x".repeat(500)), ["x".repeat(super::WORD_CHARS)]);
    }
}
