//! Epoch keys: their commitments in the roster, the former key wrapped under the new one, and the way back to the first.

use crate::secret::{EpochKey, PurposeKey};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use subtle::ConstantTimeEq;
use wardkeep_roster::key::digest;
use wardkeep_roster::{ClinicId, Compartment, Roster};
use zeroize::Zeroizing;

/// Bytes of a wrapped key: the key and the cipher's tag.
pub const WRAPPED_BYTES: usize = EpochKey::LENGTH + 16;

const COMMITMENT_CONTEXT: &str = "wardkeep 2026 epoch key commitment v1";
const WRAP_LABEL: &str = "wardkeep epoch wrap v1";

/// Which key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EpochId {
    /// Of which clinic.
    pub clinic: ClinicId,
    /// Of which compartment.
    pub compartment: Compartment,
    /// Which epoch, from 1.
    pub number: u32,
}

/// Why a key is not the one that the roster commits to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EpochError {
    /// The roster has no such epoch.
    #[error("epoch {0} is not in the roster")]
    Unknown(u32),
    /// The key does not fit the commitment.
    #[error("not the key that the roster commits to in epoch {0}")]
    Commitment(u32),
    /// The wrapped key of this epoch does not open: whoever began it wrapped something else.
    #[error("the former key in epoch {0} does not open")]
    Wrapped(u32),
}

impl EpochId {
    fn to_bytes(self) -> [u8; 37] {
        let mut bytes = [0; 37];
        bytes[..32].copy_from_slice(&self.clinic.0);
        bytes[32] = self.compartment.number();
        bytes[33..].copy_from_slice(&self.number.to_be_bytes());
        bytes
    }
}

impl EpochKey {
    /// What the roster says of the key: enough to know it by, nothing to guess it from.
    pub fn commitment(&self, epoch: &EpochId) -> [u8; 32] {
        digest(COMMITMENT_CONTEXT, &[&epoch.to_bytes(), self.expose()])
    }

    /// Whether this is the key that the roster commits to.
    pub fn check(&self, roster: &Roster, compartment: Compartment, number: u32) -> Result<(), EpochError> {
        let id = EpochId {
            clinic: roster.clinic(),
            compartment,
            number,
        };
        let known = roster
            .epoch_by_number(compartment, number)
            .ok_or(EpochError::Unknown(number))?;
        let same = self.commitment(&id).ct_eq(&known.epoch.key_commitment);
        if bool::from(same) {
            Ok(())
        } else {
            Err(EpochError::Commitment(number))
        }
    }

    /// The former key, sealed under this one, which is that of `epoch`. The wrapping key is derived from this key and from the
    /// commitment of the former, so that it seals one content only and the fixed nonce is never used twice.
    pub fn wrap(&self, epoch: &EpochId, former: &EpochKey) -> Vec<u8> {
        let commitment = former.commitment(&before(epoch));
        let mut wrapped = former.expose().to_vec();
        let sealed = wrapping_cipher(self, epoch, &commitment).and_then(|cipher| {
            let nonce = Nonce::assume_unique_for_key([0; 12]);
            cipher
                .seal_in_place_append_tag(nonce, Aad::from(epoch.to_bytes()), &mut wrapped)
                .ok()
        });
        sealed.expect("the cipher seals 32 bytes under a key of 32");
        wrapped
    }

    /// The former key; `commitment` is what the roster says of it.
    pub fn unwrap(&self, epoch: &EpochId, wrapped: &[u8], commitment: &[u8; 32]) -> Result<EpochKey, EpochError> {
        let damaged = EpochError::Wrapped(epoch.number);
        if wrapped.len() != WRAPPED_BYTES {
            return Err(damaged);
        }
        let mut buffer = Zeroizing::new(wrapped.to_vec());
        let cipher = wrapping_cipher(self, epoch, commitment).ok_or(damaged)?;
        let plain = cipher
            .open_in_place(
                Nonce::assume_unique_for_key([0; 12]),
                Aad::from(epoch.to_bytes()),
                &mut buffer,
            )
            .map_err(|_| damaged)?;
        let former = EpochKey::from_slice(plain).ok_or(damaged)?;
        let before = before(epoch);
        if bool::from(former.commitment(&before).ct_eq(commitment)) {
            Ok(former)
        } else {
            Err(EpochError::Commitment(before.number))
        }
    }
}

/// The epoch before.
fn before(epoch: &EpochId) -> EpochId {
    EpochId {
        number: epoch.number.saturating_sub(1),
        ..*epoch
    }
}

fn wrapping_cipher(key: &EpochKey, epoch: &EpochId, former_commitment: &[u8; 32]) -> Option<LessSafeKey> {
    let context = [&epoch.to_bytes()[..], former_commitment].concat();
    let wrapping = PurposeKey::derive(key.expose(), &[], WRAP_LABEL, &context);
    UnboundKey::new(&AES_256_GCM, wrapping.expose())
        .ok()
        .map(LessSafeKey::new)
}

/// All former keys of a compartment, from the one before `number` down to `down_to` (at least 1), each checked against its commitment.
pub fn former_keys(
    roster: &Roster,
    compartment: Compartment,
    number: u32,
    key: &EpochKey,
    down_to: u32,
) -> Result<Vec<(u32, EpochKey)>, EpochError> {
    key.check(roster, compartment, number)?;
    let mut keys: Vec<(u32, EpochKey)> = Vec::new();
    for number in (down_to.max(1) + 1..=number).rev() {
        let epoch = EpochId {
            clinic: roster.clinic(),
            compartment,
            number,
        };
        let commitment_of = |number| {
            let known = roster
                .epoch_by_number(compartment, number)
                .ok_or(EpochError::Unknown(number))?;
            Ok(&known.epoch)
        };
        let newer = keys.last().map_or(key, |(_, key)| key);
        let former = commitment_of(number - 1)?.key_commitment;
        let former = newer.unwrap(&epoch, &commitment_of(number)?.wrapped_previous, &former)?;
        keys.push((number - 1, former));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests;
