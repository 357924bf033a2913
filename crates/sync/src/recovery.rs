//! The recovery key: 256 random bits on paper, as 24 words or as three shares of which two are enough. It is an enrollment without device
//! and person, [`Enrollment::RECOVERY`]; its keys are derived from the bits, so the paper is all that has to be kept.
//!
//! Whatever is typed is held to the clinic's chain before it is used: a wrong word or a bad share ends in an error that names it, never in
//! another key. The chain lists the paper's public keys with their proof of possession for this clinic, so no server can put a clinic of its
//! own in the place of the one that the paper was made for.

mod share;
mod words;

pub use share::{SHARES, Share, SharesError, combine, split};
pub use words::{WORDS, WordsError, from_words, to_words};

use crate::hybrid::HybridError;
use crate::parcel::Parcel;
use crate::secret::{EpochKey, KemSecret, PurposeKey, RecoverySecret};
use data_encoding::{Encoding, Specification};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;
use wardkeep_roster::entry::Body;
use wardkeep_roster::key::digest;
use wardkeep_roster::{
    ClinicId, Compartment, DeviceId, Enrollment, EnrollmentKeys, Roster, Scope, SigningKey, VerifyingKey,
};
use zeroize::Zeroizing;

const SIGN_LABEL: &str = "wardkeep recovery signing key v1";
const KEM_LABEL: &str = "wardkeep recovery delivery key v1";
const PAPER_CONTEXT: &str = "wardkeep 2026 recovery paper v1";

/// Crockford's Base32: no letter that is taken for a digit, and those that are typed instead count as the digit.
static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.translate.from.push_str("abcdefghjkmnpqrstvwxyzIiLlOo");
    specification.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ111100");
    specification.encoding().expect("32 symbols, and none translated twice")
});

/// Bytes of a paper's name.
const PAPER_BYTES: usize = 5;

/// Tells one paper from another: part of a hash of its public key. It stands on every sheet, and the roster gives it as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaperId([u8; PAPER_BYTES]);

impl PaperId {
    /// Of the paper whose public signing key this is.
    pub fn of(key: &VerifyingKey) -> Self {
        let hash = digest(PAPER_CONTEXT, &[key.as_bytes()]);
        Self(*hash.first_chunk().expect("a hash has 32 bytes"))
    }
}

/// Two groups of four characters.
impl fmt::Display for PaperId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = CROCKFORD.encode(&self.0);
        let (one, two) = text.split_at(text.len() / 2);
        write!(f, "{one}-{two}")
    }
}

impl fmt::Debug for PaperId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaperId({self})")
    }
}

/// The text names no paper.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the name of a recovery key")]
pub struct NotAPaper;

impl FromStr for PaperId {
    type Err = NotAPaper;

    fn from_str(text: &str) -> Result<Self, NotAPaper> {
        if text.len() > 64 {
            return Err(NotAPaper);
        }
        let plain: String = text.chars().filter(|c| *c != '-' && !c.is_whitespace()).collect();
        let bytes = CROCKFORD.decode(plain.as_bytes()).map_err(|_| NotAPaper)?;
        bytes.try_into().map(Self).map_err(|_| NotAPaper)
    }
}

/// Why a paper that reads well is of no use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PaperError {
    /// The clinic has no recovery key.
    #[error("the clinic has no recovery key")]
    None,
    /// The clinic had this one, and has another since this entry.
    #[error("replaced by another recovery key in entry {by}")]
    Replaced {
        /// The entry that replaced it.
        by: u32,
    },
    /// It never was this clinic's.
    #[error("not the recovery key of this clinic")]
    Other,
}

impl RecoverySecret {
    /// Signs roster entries and parcels, and proves to the server who connects.
    pub fn sign_key(&self) -> SigningKey {
        SigningKey::from_seed(self.sign_seed().expose())
    }

    /// What the signing key is made of, for its certificate.
    pub fn sign_seed(&self) -> PurposeKey {
        PurposeKey::derive(self.expose(), &[], SIGN_LABEL, &[])
    }

    /// Opens what was delivered to the paper.
    pub fn kem(&self) -> KemSecret {
        KemSecret::derive(self.expose(), &[], KEM_LABEL, &[])
    }

    /// The public keys, as the clinic's roster lists them.
    pub fn keys(&self, clinic: ClinicId) -> Result<EnrollmentKeys, HybridError> {
        let scope = Scope::Clinic(clinic);
        let public = self.kem().public()?;
        Ok(EnrollmentKeys::prove(scope, &DeviceId::ZERO, &self.sign_key(), public))
    }

    /// Which paper it is.
    pub fn paper(&self) -> PaperId {
        PaperId::of(&self.sign_key().verifying_key())
    }

    /// Whether this is the recovery key of the clinic now.
    pub fn check(&self, roster: &Roster) -> Result<(), PaperError> {
        let listed = roster.enrollment(&Enrollment::RECOVERY).ok_or(PaperError::None)?;
        let mine = self.sign_key().verifying_key();
        if listed.keys.sign == mine {
            let same = self.kem().public().is_ok_and(|kem| kem == listed.keys.kem);
            return if same { Ok(()) } else { Err(PaperError::Other) };
        }
        match replaced_at(roster, &mine) {
            Some(by) => Err(PaperError::Replaced { by }),
            None => Err(PaperError::Other),
        }
    }

    /// The newest key of each compartment that was delivered to the paper, each held to what the roster commits to. Whatever else is among
    /// the parcels counts for nothing.
    pub fn newest_keys<'a>(
        &self,
        roster: &Roster,
        parcels: impl IntoIterator<Item = &'a [u8]>,
    ) -> Vec<(Compartment, u32, EpochKey)> {
        let kem = self.kem();
        let mut newest: Vec<(Compartment, u32, EpochKey)> = Vec::new();
        for bytes in parcels {
            let Ok(parcel) = Parcel::verify(roster, bytes) else {
                continue;
            };
            let label = *parcel.label();
            let known = newest.iter().position(|(part, ..)| *part == label.compartment);
            if known.is_some_and(|at| newest[at].1 >= label.epoch) {
                continue;
            }
            let Ok(key) = parcel.open(roster, &Enrollment::RECOVERY, &kem) else {
                continue;
            };
            match known {
                Some(at) => newest[at] = (label.compartment, label.epoch, key),
                None => newest.push((label.compartment, label.epoch, key)),
            }
        }
        newest
    }
}

/// The paper that the roster lists.
pub fn listed(roster: &Roster) -> Option<PaperId> {
    let listed = roster.enrollment(&Enrollment::RECOVERY)?;
    Some(PaperId::of(&listed.keys.sign))
}

/// The entry that put another paper in the place of the one with this key.
fn replaced_at(roster: &Roster, key: &VerifyingKey) -> Option<u32> {
    let mut mine = false;
    for number in 1..=roster.head().0 {
        let keys = match roster.entry(number)?.body {
            Body::Genesis(genesis) => genesis.recovery,
            Body::Recovery(body) => Some(body.keys),
            _ => None,
        };
        let Some(keys) = keys else {
            continue;
        };
        if mine {
            return Some(number);
        }
        mine = keys.sign == *key;
    }
    None
}

/// What a person typed without what only helps the eye, in memory that is wiped.
fn bare(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(text.chars().filter(|c| *c != '-' && !c.is_whitespace()));
    plain
}

#[cfg(test)]
mod tests;
