//! A box for one enrollment on the device that makes it: a new vault key waits in it until its user unlocks. FROZEN.
//!
//! It never travels, so nobody signs it; who can write the device's files can throw it away and no more.

use crate::hybrid::{self, HybridError};
use crate::secret::{KemSecret, Random};
use wardkeep_roster::KemKey;
use zeroize::Zeroizing;

/// What it is for. It never changes once released.
const INFO: &[u8] = b"wardkeep handover on one device v1";

/// A sealed box.
#[derive(Clone, PartialEq, Eq)]
pub struct Handover {
    /// The encapsulated key.
    pub encapsulated: Vec<u8>,
    /// The sealed content.
    pub sealed: Vec<u8>,
}

impl Handover {
    /// Seals `plain` to an enrollment's public key; `about` is authenticated with it.
    pub fn seal(to: &KemKey, about: &[u8], plain: &[u8], random: Random<'_>) -> Result<Self, HybridError> {
        let (encapsulated, sealed) = hybrid::seal(to, INFO, about, plain, random)?;
        Ok(Self {
            encapsulated: encapsulated.to_vec(),
            sealed,
        })
    }

    /// Opens it with the private half.
    pub fn open(&self, secret: &KemSecret, about: &[u8]) -> Result<Zeroizing<Vec<u8>>, HybridError> {
        hybrid::open(secret, INFO, about, &self.encapsulated, &self.sealed)
    }
}

impl std::fmt::Debug for Handover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Handover({} bytes)", self.sealed.len())
    }
}
