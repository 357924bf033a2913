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

/// The keys under which near words of a query's word are looked for, those for errors apart from those for sound.
pub(super) fn query_keys(word: &str) -> (Vec<i64>, Vec<i64>) {
    let chars: Vec<char> = word.chars().take(PREFIX).collect();
    if word.chars().count() < SHORTEST {
        return (Vec::new(), Vec::new());
    }
    let mut errors = deletions(&chars);
    errors.sort_unstable();
    errors.dedup();
    (errors, sounds(word))
}

/// How near a stored word is to a query's word, if it is near at all.
pub(super) fn nearness(query: &[char], word: &str, by_sound: bool) -> Option<Nearness> {
    let word: Vec<char> = word.chars().collect();
    if one_error(query, &word) {
        Some(Nearness::OneError)
    } else if by_sound {
        Some(Nearness::Sound)
    } else if query.len() + 1 >= PREFIX && one_error_in_beginning(query, &word) {
        Some(Nearness::Beginning)
    } else {
        None
    }
}

/// Whether two words are near: for comparing with a handful of names that are at hand.
pub(super) fn is_near(query: &str, word: &str) -> bool {
    let chars: Vec<char> = query.chars().collect();
    chars.len() >= SHORTEST
        && (one_error(&chars, &word.chars().collect::<Vec<_>>())
            || sounds(query).iter().any(|key| sounds(word).contains(key)))
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
fn one_error(a: &[char], b: &[char]) -> bool {
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
            let (errors, _) = query_keys(typed);
            assert!(errors.iter().any(|key| keys(meant).contains(key)), "{typed} {meant}");
        }
        assert!(is_near("catherine", "katharine"));
        assert!(!is_near("catherine", "robert"));
    }
}
