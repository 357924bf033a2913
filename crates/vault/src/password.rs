//! What may be a password, after NIST SP 800-63B-4 section 3.1.1: long, not common, of any characters; nothing else is asked.
//!
//! - At least 15 characters by default, which the standard asks of a password that stands alone. Towards a thief of the laptop it does
//!   not stand alone (the device secret in the keychain is a second factor, and 8 would do), but towards a colleague at an open
//!   operating-system session it does. An administrator may lower it to 12, never further.
//! - At most 256 characters, so that nothing hashes a book. All of them count; nothing is cut off.
//! - Normalised to NFKC before anything else, so that the same keys on another keyboard give the same password. Each code point
//!   counts as one character.
//! - Compared as a whole, not by parts, with common passwords and what people make of them ([`blocklist`]). No rules about kinds of
//!   characters, no expiry, no hints; paste is welcome.

mod blocklist;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Characters asked for by default.
pub const DEFAULT_MIN_CHARS: usize = 15;
/// The fewest that a policy may ask for.
pub const LOWEST_MIN_CHARS: usize = 12;
/// The most that are taken.
pub const MOST_CHARS: usize = 256;
/// The most bytes that are looked at before normalisation.
const MOST_BYTES: usize = 4 * MOST_CHARS;

/// A password as it is hashed: normalised, wiped when dropped, never printed.
pub struct Password(Zeroizing<String>);

/// What is wrong with a password.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer characters than the policy asks for.
    #[error("the password has fewer than {min} characters")]
    TooShort {
        /// How many it asks for.
        min: usize,
    },
    /// More than are taken.
    #[error("the password has more than {max} characters")]
    TooLong {
        /// How many are taken.
        max: usize,
    },
    /// One of the first that anybody would try.
    #[error("the password is common")]
    Common,
}

/// What a clinic asks of new passwords.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PasswordPolicy {
    min_chars: usize,
}

impl PasswordPolicy {
    /// Asks for this many characters, brought within [`LOWEST_MIN_CHARS`] and 64 (the standard's least upper bound).
    pub fn new(min_chars: usize) -> Self {
        Self {
            min_chars: min_chars.clamp(LOWEST_MIN_CHARS, 64),
        }
    }

    /// How many characters it asks for.
    pub fn min_chars(&self) -> usize {
        self.min_chars
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self::new(DEFAULT_MIN_CHARS)
    }
}

impl Password {
    /// Normalises what was typed. Says nothing about whether it is good: that is asked of new passwords only ([`check`]).
    pub fn new(typed: Zeroizing<String>) -> Result<Self, PasswordProblem> {
        const TOO_LONG: PasswordProblem = PasswordProblem::TooLong { max: MOST_CHARS };
        if typed.len() > MOST_BYTES {
            return Err(TOO_LONG);
        }
        let normal = if typed.is_ascii() { typed } else { normalised(&typed) };
        if normal.chars().count() > MOST_CHARS {
            Err(TOO_LONG)
        } else {
            Ok(Self(normal))
        }
    }

    /// The bytes that are hashed.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Whether a new password is acceptable. `context` are words that an attacker would try first for this person: the user's and the
/// clinic's name.
pub fn check(password: &Password, policy: &PasswordPolicy, context: &[&str]) -> Result<(), PasswordProblem> {
    if password.0.chars().count() < policy.min_chars {
        return Err(PasswordProblem::TooShort { min: policy.min_chars });
    }
    if blocklist::is_common(&password.0, context) {
        Err(PasswordProblem::Common)
    } else {
        Ok(())
    }
}

/// NFKC in a buffer of the right size: one that grows would leave copies behind.
fn normalised(typed: &str) -> Zeroizing<String> {
    let length = typed.nfkc().map(char::len_utf8).sum();
    let mut normal = Zeroizing::new(String::with_capacity(length));
    normal.extend(typed.nfkc());
    normal
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;

    fn password(text: &str) -> Password {
        Password::new(Zeroizing::new(text.to_owned())).ok().unwrap()
    }

    fn checked(text: &str) -> Result<(), PasswordProblem> {
        check(
            &password(text),
            &PasswordPolicy::default(),
            &["Zoë O'Neill", "Lakeside Clinic"],
        )
    }

    #[test]
    fn the_same_keys_give_the_same_password() {
        assert_eq!(password("Zoe\u{308}").expose(), password("Zo\u{eb}").expose());
        assert_eq!(password("ｗｉｄｅ１２").expose(), b"wide12");
    }

    #[test]
    fn length_is_counted_in_characters_and_nothing_is_cut_off() {
        assert_eq!(checked("kvantespring7!"), Err(PasswordProblem::TooShort { min: 15 }));
        assert_eq!(checked("пылкийбегемот"), Err(PasswordProblem::TooShort { min: 15 }));
        assert_eq!(checked("пылкийбегемотик"), Ok(()));
        let long = "x1y2z3".repeat(50);
        assert!(Password::new(Zeroizing::new(long[..256].to_owned())).is_ok());
        assert!(Password::new(Zeroizing::new(long[..257].to_owned())).is_err());
        assert!(
            Password::new(Zeroizing::new("ﷺ".repeat(200))).is_err(),
            "18 characters each once normalised"
        );
        assert_ne!(password(&long[..256]).expose(), password(&long[..255]).expose());
    }

    #[test]
    fn any_characters_are_taken_and_none_are_asked_for() {
        for good in [
            "mauve kettle drifts",
            "aaaab trombone quilt",
            "🦒🦒 ünder the gläss",
            "jdoqmxlpwuvtkzr",
            "   left margin   ",
        ] {
            assert_eq!(checked(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_policy_stays_within_its_bounds() {
        assert_eq!(PasswordPolicy::new(1).min_chars(), LOWEST_MIN_CHARS);
        assert_eq!(PasswordPolicy::new(10_000).min_chars(), 64);
        assert!(check(&password("mauve kettle"), &PasswordPolicy::new(12), &[]).is_ok());
    }

    #[test]
    fn common_passwords_and_their_disguises_are_refused() {
        for bad in [
            "passwordpassword",
            "Password20242025",
            "P@ssw0rd!P@ssw0rd!",
            "Welcome to Wardkeep 2026",
            "qwertyuiopasdfghjkl",
            "qwertyuiop[]asdf",
            "123456789012345",
            "abcdefghijklmnopqrstuvwxyz",
            "aaaaaaaaaaaaaaaaaa",
            "kvx7kvx7kvx7kvx7",
            "correct horse battery staple",
            "summer-winter-2024",
            "zoeoneill-lakeside",
            "Lakeside Clinic 1!",
            "ZoëONeill1234567",
            "zyxwvutsrqponmlk",
        ] {
            assert_eq!(checked(bad), Err(PasswordProblem::Common), "{bad}");
        }
    }
}
