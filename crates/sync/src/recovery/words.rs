//! The 24 words of BIP-39's English list, and the paper's name behind them as check characters.

use super::PaperId;
use crate::secret::RecoverySecret;
use bip39::{Language, Mnemonic};
use zeroize::{Zeroize, Zeroizing};

/// How many words.
pub const WORDS: usize = 24;

/// The longest text that is looked at.
const MAX_TEXT: usize = 4_096;
/// Letters that tell each word of the list from every other.
const TELLING: usize = 4;

/// Why a text is no recovery key. Words are named by their place, from 1, and never repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WordsError {
    /// There are more or fewer than 24.
    #[error("{0} words instead of 24")]
    Count(usize),
    /// A word is not in the list.
    #[error("word {0} is not in the list")]
    Unknown(usize),
    /// The check characters cannot be read.
    #[error("the check characters cannot be read")]
    Check,
    /// This word is another than the one on the paper that the check characters name.
    #[error("word {0} is wrong")]
    Wrong(usize),
    /// These two have changed places.
    #[error("words {0} and {1} have changed places")]
    Swapped(usize, usize),
    /// All are in the list, and do not belong together: one is wrong, or two have changed places.
    #[error("the words do not belong together")]
    Mixed,
    /// The words are a key, and the check characters are another's.
    #[error("the check characters are of another recovery key")]
    OtherPaper,
}

/// The words, with spaces between them.
pub fn to_words(secret: &RecoverySecret) -> Zeroizing<String> {
    let mut mnemonic = Mnemonic::from_entropy_in(Language::English, secret.expose()).expect("32 bytes are 24 words");
    // The longest word has eight letters.
    let mut text = Zeroizing::new(String::with_capacity(WORDS * 9));
    for word in mnemonic.words() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    mnemonic.zeroize();
    text
}

/// Reads the words, in any case and with any spaces, numbers before them or not, each whole or its first four letters; behind them the check
/// characters, if they were typed too.
pub fn from_words(text: &str) -> Result<RecoverySecret, WordsError> {
    if text.len() > MAX_TEXT {
        return Err(WordsError::Count(text.split_whitespace().take(MAX_TEXT).count()));
    }
    let mut typed: Vec<&str> = text.split_whitespace().filter(|token| !is_number(token)).collect();
    let check = match typed.pop_if(|last| last.contains('-')) {
        None => None,
        Some(check) => Some(check.parse::<PaperId>().map_err(|_| WordsError::Check)?),
    };
    if typed.len() != WORDS {
        return Err(WordsError::Count(typed.len()));
    }
    let mut places = Zeroizing::new([0_u16; WORDS]);
    for (at, word) in typed.iter().enumerate() {
        places[at] = place_of(word).ok_or(WordsError::Unknown(at + 1))?;
    }
    let read = secret_of(&places);
    let Some(check) = check else {
        return read.ok_or(WordsError::Mixed);
    };
    match read {
        Some(secret) if secret.paper() == check => Ok(secret),
        other => Err(slip(&mut places, check).unwrap_or(match other {
            Some(_) => WordsError::OtherPaper,
            None => WordsError::Mixed,
        })),
    }
}

/// `7`, `7.` or `7)` before a word.
fn is_number(token: &str) -> bool {
    let digits = token.trim_end_matches(['.', ')']);
    (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The word's place in the list.
fn place_of(word: &str) -> Option<u16> {
    let word = Zeroizing::new(word.to_lowercase());
    let list = Language::English.word_list();
    let exact = list.binary_search(&word.as_str()).ok();
    let short = || {
        let mut starting = list
            .iter()
            .enumerate()
            .filter(|(_, known)| known.starts_with(word.as_str()));
        let first = starting.next().map(|(at, _)| at);
        first.filter(|_| starting.next().is_none() && word.len() >= TELLING)
    };
    exact.or_else(short).and_then(|at| u16::try_from(at).ok())
}

/// The secret of these words, if their check bits fit.
fn secret_of(places: &[u16; WORDS]) -> Option<RecoverySecret> {
    let list = Language::English.word_list();
    let mut text = Zeroizing::new(String::with_capacity(WORDS * 9));
    for place in places {
        text.push_str(list[usize::from(*place)]);
        text.push(' ');
    }
    let mut mnemonic = Mnemonic::parse_in_normalized(Language::English, &text).ok()?;
    let (entropy, length) = mnemonic.to_entropy_array();
    mnemonic.zeroize();
    let entropy = Zeroizing::new(entropy);
    RecoverySecret::from_slice(entropy.get(..length)?)
}

/// The one slip of a hand that explains what was typed, if the check characters are right: two words that changed places, or one that is
/// another. It is told where, never what.
fn slip(places: &mut [u16; WORDS], check: PaperId) -> Option<WordsError> {
    let fits = |places: &[u16; WORDS]| secret_of(places).is_some_and(|secret| secret.paper() == check);
    for first in 0..WORDS {
        for second in first + 1..WORDS {
            places.swap(first, second);
            let found = fits(places);
            places.swap(first, second);
            if found {
                return Some(WordsError::Swapped(first + 1, second + 1));
            }
        }
    }
    let count = Language::English.word_list().len();
    for at in 0..WORDS {
        let typed = places[at];
        let found = (0..count).any(|other| {
            places[at] = u16::try_from(other).unwrap_or(typed);
            fits(places)
        });
        places[at] = typed;
        if found {
            return Some(WordsError::Wrong(at + 1));
        }
    }
    None
}
