//! Six words that two people compare, on two screens or by phone: 66 bits of a hash, in the English list of BIP-39.

use crate::frontier::Frontier;
use crate::id::RosterHead;
use crate::invitation::Invitation;
use std::fmt;
use wardkeep_roster::ClinicId;
use wardkeep_roster::key::digest;

/// How many words.
pub const WORDS: usize = 6;

const BITS: usize = 11;
const CLINIC_CONTEXT: &str = "wardkeep 2026 clinic code v1";

/// Six words of one transcript. The same transcript gives the same words everywhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Words([&'static str; WORDS]);

impl Words {
    /// The words of a hash: its first 66 bits, 11 for each word.
    pub fn of(hash: &[u8; 32]) -> Self {
        let list = bip39::Language::English.word_list();
        let bit = |at: usize| usize::from(hash[at / 8] >> (7 - at % 8) & 1);
        let word = |number: usize| (0..BITS).fold(0, |index, at| index << 1 | bit(number * BITS + at));
        Self(std::array::from_fn(|number| list[word(number)]))
    }

    /// The words that the joining device shows and that the admin compares before approving: over the invitation, its secret
    /// included, and every byte of the request, so that they are the same on both screens only if no key was swapped on the way.
    pub fn of_join(invitation: &Invitation, request: &[u8]) -> Self {
        Self::of(&invitation.transcript(request))
    }

    /// The clinic code: that two devices have the same roster and have seen the same segments.
    pub fn of_clinic(clinic: &ClinicId, roster: &RosterHead, vector: &Frontier) -> Self {
        let number = roster.number.to_be_bytes();
        let parts: [&[u8]; 4] = [&clinic.0, &number, &roster.hash.0, &vector.hash()];
        Self::of(&digest(CLINIC_CONTEXT, &parts))
    }

    /// The words in order.
    pub fn as_slice(&self) -> &[&'static str; WORDS] {
        &self.0
    }
}

/// With spaces between them.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_the_first_66_bits() {
        assert_eq!(
            Words::of(&[0; 32]).to_string(),
            "abandon abandon abandon abandon abandon abandon"
        );
        assert_eq!(Words::of(&[0xff; 32]).to_string(), "zoo zoo zoo zoo zoo zoo");
        let mut hash = [0; 32];
        hash[1] = 0b0010_0000; // the last bit of the first word
        assert_eq!(Words::of(&hash).as_slice()[0], "ability");
        let mut beyond = [0; 32];
        beyond[8] = 0b0011_1111; // bits 66 and later do not count
        assert_eq!(Words::of(&beyond), Words::of(&[0; 32]));
    }

    #[test]
    fn every_part_of_the_clinic_code_counts() {
        let clinic = ClinicId([1; 32]);
        let code = |clinic, number, vector: &Frontier| {
            Words::of_clinic(
                clinic,
                &RosterHead {
                    number,
                    ..RosterHead::NONE
                },
                vector,
            )
            .to_string()
        };
        insta::assert_snapshot!(code(&clinic, 1, &Frontier::new()));
        assert_ne!(code(&clinic, 1, &Frontier::new()), code(&clinic, 2, &Frontier::new()));
        assert_ne!(
            code(&clinic, 1, &Frontier::new()),
            code(&ClinicId([2; 32]), 1, &Frontier::new())
        );
    }
}
