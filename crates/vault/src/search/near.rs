//! What a misspelt word is still near to: one typing error, or the same sound.
//!
//! One error is found by symmetric deletion (as in Wolf Garbe's SymSpell): a word is stored under itself and under itself
//! less any one character, a query is looked up under the same keys, and what meets is measured. Only the first
//! [`PREFIX`] characters count for keys, which bounds a word's rows and finds long names before they are typed to the end.
//! Sound is double metaphone (Lawrence Philips, 2000), for words in Latin letters only. Keys are 31-bit hashes in one
//! table for both: a collision costs a comparison, never a wrong result.

use rphonetic::DoubleMetaphone;

/// How many characters of a word make keys.
const PREFIX: usize = 6;

/// The shortest word that is taken for misspelt: nearly all two-letter words are near to each other.
pub(super) const SHORTEST: usize = 3;

/// How near a word of the index is to a word of the query; the smaller, the nearer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Nearness {
    /// One inserted, left out, wrong or swapped letter.
    OneError,
    /// Sounds the same.
    Sound,
    /// One error in what is typed so far.
    Beginning,
}

/// The keys under which a word is stored: sorted, each once.
pub(super) fn keys(word: &str) -> Vec<i64> {
    let chars: Vec<char> = word.chars().take(PREFIX).collect();
    let mut keys = deletions(&chars);
    keys.extend(sounds(word));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A typed word, made ready for comparing with many.
pub(super) struct Typed<'a> {
    text: &'a str,
    chars: Vec<char>,
    sounds: Vec<i64>,
}

impl<'a> Typed<'a> {
    /// Takes a folded word.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            chars: text.chars().collect(),
            sounds: sounds(text),
        }
    }

    /// As it was typed.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The keys under which near words are looked for: those for errors, those for sound.
    pub(super) fn keys(&self) -> (Vec<i64>, &[i64]) {
        if self.chars.len() < SHORTEST {
            return (Vec::new(), &[]);
        }
        let mut errors = deletions(&self.chars[..self.chars.len().min(PREFIX)]);
        errors.sort_unstable();
        errors.dedup();
        (errors, &self.sounds)
    }

    /// How near a stored word is, if it is near at all; `by_sound` when it was found under a key for sound.
    pub(super) fn nearness(&self, word: &str, by_sound: bool) -> Option<Nearness> {
        if is_one_error(self.text, word) {
            return Some(Nearness::OneError);
        }
        if by_sound {
            return Some(Nearness::Sound);
        }
        let long = self.chars.len() + 1 >= PREFIX && word.len() > self.text.len();
        (long && one_error_in_beginning(&self.chars, &word.chars().collect::<Vec<_>>())).then_some(Nearness::Beginning)
    }

    /// Whether a name that is at hand is near, by spelling or by sound.
    pub(super) fn is_near(&self, word: &str) -> bool {
        is_one_error(self.text, word)
            || (!self.sounds.is_empty() && sounds(word).iter().any(|s| self.sounds.contains(s)))
    }
}

/// Whether two words of two letters or more are one typing error apart.
pub(super) fn is_one_error(a: &str, b: &str) -> bool {
    // Lengths in bytes settle most comparisons: one character is at most four.
    if a.len().abs_diff(b.len()) > 4 || a.len() < 2 || b.is_empty() {
        return false;
    }
    if a.is_ascii() && b.is_ascii() {
        return one_error(a.as_bytes(), b.as_bytes());
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    a.len() > 1 && one_error(&a, &b)
}

/// The hashes of the characters and of the characters less any one of them.
fn deletions(chars: &[char]) -> Vec<i64> {
    let whole = hash(b'=', chars.iter().copied());
    let less = (0..chars.len()).map(|gone| {
        hash(
            b'=',
            chars.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, c)| *c),
        )
    });
    std::iter::once(whole).chain(less).collect()
}

/// The hashes of a word's sounds: one or two, or none for other scripts and for words of one sound.
fn sounds(word: &str) -> Vec<i64> {
    if word.len() < SHORTEST || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return Vec::new();
    }
    let encoder = DoubleMetaphone::default();
    let both = encoder.double_metaphone(word);
    let (first, second) = (both.primary(), both.alternate());
    let mut keys: Vec<i64> = [first, second]
        .iter()
        .filter(|sound| sound.len() >= 2)
        .map(|sound| hash(b'~', sound.chars()))
        .collect();
    keys.dedup();
    keys
}

/// FNV-1a, folded to 31 bits: SQLite keeps such a number in four bytes.
fn hash(domain: u8, chars: impl Iterator<Item = char>) -> i64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let mut state = (OFFSET ^ u64::from(domain)).wrapping_mul(PRIME);
    for c in chars {
        state = (state ^ u64::from(u32::from(c))).wrapping_mul(PRIME);
    }
    i64::from(((state >> 32) ^ state) as u32 >> 1)
}

/// Whether one inserted, left-out, wrong or swapped character makes one of the other.
fn one_error<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    match long.len() - short.len() {
        0 => {
            short.get(same + 1..) == long.get(same + 1..)
                || (same + 1 < short.len()
                    && short[same] == long[same + 1]
                    && short[same + 1] == long[same]
                    && short[same + 2..] == long[same + 2..])
        }
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}

/// Whether one error makes the query a beginning of the word.
fn one_error_in_beginning(query: &[char], word: &[char]) -> bool {
    let n = query.len();
    (n.saturating_sub(1)..=n + 1).any(|len| word.get(..len).is_some_and(|begin| one_error(query, begin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn one_error_is_one_edit_or_swap() {
        for (a, b, near) in [
            ("smith", "smith", true),
            ("smith", "smoth", true),
            ("smith", "smtih", true),
            ("smith", "mith", true),
            ("smith", "smithe", true),
            ("smith", "smthi", false),
            ("smith", "sm", false),
            ("ab", "ba", true),
            ("", "a", true),
            ("", "", true),
            ("abc", "cba", false),
        ] {
            assert_eq!(one_error(&chars(a), &chars(b)), near, "{a} {b}");
            assert_eq!(one_error(&chars(b), &chars(a)), near, "{b} {a}");
        }
    }

    #[test]
    fn words_one_error_apart_share_a_key() {
        for (typed, meant) in [
            ("jonhston", "johnston"),
            ("fernadnez", "fernandez"),
            ("ackson", "jackson"),
            ("jjackson", "jackson"),
            ("جمحد", "محمد"),
        ] {
            assert!(
                Typed::new(typed).keys().0.iter().any(|key| keys(meant).contains(key)),
                "{typed} {meant}"
            );
        }
        assert!(Typed::new("catherine").is_near("katharine"));
        assert!(!Typed::new("catherine").is_near("robert"));
    }
}
