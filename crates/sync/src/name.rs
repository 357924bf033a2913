//! Names in the roster (of devices and users): sealed, so that the server sees ids only, and padded, so that it does not see how
//! long they are.
//!
//! Layout: epoch u32 (0: under an invitation) | salt 16 | commitment 32 | ciphertext of the padded name and tag. All have
//! the same length.

use crate::secret::{EpochKey, PurposeKey, Random, derive_into};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use subtle::ConstantTimeEq;
use wardkeep_roster::entry::SealedName;
use wardkeep_roster::{ClinicId, DeviceId, UserId};
use zeroize::Zeroizing;

/// Bytes of UTF-8 in a name at most.
pub const MAX_NAME_BYTES: usize = 159;

/// Padded: a length byte and the name.
const PADDED_BYTES: usize = MAX_NAME_BYTES + 1;
const HEAD_BYTES: usize = 4 + 16 + 32;
const SEALED_BYTES: usize = HEAD_BYTES + PADDED_BYTES + 16;
const EPOCH_LABEL: &str = "wardkeep name v1";

/// Whose name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Named {
    /// A device's.
    Device(DeviceId),
    /// A user's.
    User(UserId),
    /// No name: why the segments of this device stay out, as an admin has written it.
    Reason(DeviceId),
}

/// Why a name could not be sealed or read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NameError {
    /// Empty, too long, or with control characters.
    #[error("not a name")]
    NotAName,
    /// Sealed under another epoch than the key is of.
    #[error("sealed in epoch {0}")]
    OtherEpoch(u32),
    /// It does not open: another key, another owner, or damage.
    #[error("the name does not open")]
    Sealed,
}

/// Seals a name with the office key of an epoch.
pub fn seal_name(
    clinic: &ClinicId,
    epoch: u32,
    key: &EpochKey,
    whose: Named,
    name: &str,
    random: Random<'_>,
) -> Result<SealedName, NameError> {
    let bytes = seal_under(key.expose(), epoch, &context(&clinic.0, whose), name, random)?;
    SealedName::new(bytes).ok_or(NameError::NotAName)
}

/// Reads a name with the office key of its epoch (see [`epoch_of`]).
pub fn open_name(
    clinic: &ClinicId,
    epoch: u32,
    key: &EpochKey,
    whose: Named,
    sealed: &SealedName,
) -> Result<String, NameError> {
    match epoch_of(sealed) {
        Some(of) if of != epoch => Err(NameError::OtherEpoch(of)),
        _ => open_under(key.expose(), &context(&clinic.0, whose), sealed.as_bytes()),
    }
}

/// The office epoch whose key opens a name.
pub fn epoch_of(sealed: &SealedName) -> Option<u32> {
    sealed.as_bytes().first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn context(scope: &[u8; 32], whose: Named) -> Vec<u8> {
    let (tag, id) = match &whose {
        Named::Device(id) => (1, &id.0),
        Named::User(id) => (2, &id.0),
        Named::Reason(id) => (3, &id.0),
    };
    [&scope[..], &[tag], id].concat()
}

/// Seals under any secret; `context` says whose name it is.
pub(crate) fn seal_under(
    secret: &[u8],
    epoch: u32,
    context: &[u8],
    name: &str,
    random: Random<'_>,
) -> Result<Vec<u8>, NameError> {
    let mut padded = Zeroizing::new(vec![0; PADDED_BYTES]);
    let length = u8::try_from(name.len()).map_err(|_| NameError::NotAName)?;
    if !is_name(name) {
        return Err(NameError::NotAName);
    }
    padded[0] = length;
    padded[1..=name.len()].copy_from_slice(name.as_bytes());
    let mut head = [0; HEAD_BYTES];
    head[..4].copy_from_slice(&epoch.to_be_bytes());
    head[4..20].copy_from_slice(&salt(secret, context, &padded, random));
    let derived = Derived::of(secret, &head, context);
    head[20..].copy_from_slice(&derived.commitment);
    let mut sealed = head.to_vec();
    sealed.extend_from_slice(&padded);
    let cipher = derived.cipher().ok_or(NameError::Sealed)?;
    let tag = cipher
        .seal_in_place_separate_tag(derived.nonce(), Aad::from(head), &mut sealed[HEAD_BYTES..])
        .map_err(|_| NameError::Sealed)?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// Opens what [`seal_under`] has sealed.
pub(crate) fn open_under(secret: &[u8], context: &[u8], sealed: &[u8]) -> Result<String, NameError> {
    let (head, body) = sealed.split_first_chunk::<HEAD_BYTES>().ok_or(NameError::Sealed)?;
    let derived = Derived::of(secret, head, context);
    if sealed.len() != SEALED_BYTES || !bool::from(derived.commitment.ct_eq(&head[20..])) {
        return Err(NameError::Sealed);
    }
    let mut buffer = Zeroizing::new(body.to_vec());
    let cipher = derived.cipher().ok_or(NameError::Sealed)?;
    let padded = cipher
        .open_in_place(derived.nonce(), Aad::from(head), &mut buffer)
        .map_err(|_| NameError::Sealed)?;
    let (length, rest) = padded.split_first().ok_or(NameError::Sealed)?;
    let (name, zeros) = rest.split_at_checked(usize::from(*length)).ok_or(NameError::Sealed)?;
    let name = std::str::from_utf8(name).map_err(|_| NameError::Sealed)?;
    if zeros.iter().all(|&byte| byte == 0) && is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(NameError::Sealed)
    }
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && !name.chars().any(char::is_control)
}

/// Random, and a keyed hash of what is sealed, as in segments: no cloned machine ever seals two names under one key and nonce.
fn salt(secret: &[u8], context: &[u8], padded: &[u8], random: Random<'_>) -> [u8; 16] {
    let mut fresh = Zeroizing::new([0; 32]);
    random(&mut fresh[..]);
    let key = PurposeKey::derive(secret, &[], "wardkeep name salt v1", context);
    let mut hasher = blake3::Hasher::new_keyed(key.expose());
    hasher.update(&fresh[..]).update(padded);
    let mut salt = [0; 16];
    salt.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    salt
}

struct Derived {
    key_and_nonce: Zeroizing<[u8; 44]>,
    commitment: [u8; 32],
}

impl Derived {
    fn of(secret: &[u8], head: &[u8; HEAD_BYTES], context: &[u8]) -> Self {
        let mut out = Zeroizing::new([0; 76]);
        let context = [&head[..4], context].concat();
        derive_into(secret, &head[4..20], EPOCH_LABEL, &context, &mut out[..]);
        let mut derived = Self {
            key_and_nonce: Zeroizing::new([0; 44]),
            commitment: [0; 32],
        };
        derived.key_and_nonce.copy_from_slice(&out[..44]);
        derived.commitment.copy_from_slice(&out[44..]);
        derived
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, &self.key_and_nonce[..32])
            .ok()
            .map(LessSafeKey::new)
    }

    fn nonce(&self) -> Nonce {
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&self.key_and_nonce[32..]);
        Nonce::assume_unique_for_key(nonce)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use crate::tests::{Seeded, hex};

    const CLINIC: ClinicId = ClinicId([1; 32]);
    const WHOSE: Named = Named::User(UserId([2; 16]));

    fn key(byte: u8) -> EpochKey {
        EpochKey::from_slice(&[byte; 32]).unwrap()
    }

    fn sealed(name: &str) -> Result<SealedName, NameError> {
        seal_name(&CLINIC, 3, &key(7), WHOSE, name, &mut Seeded::new(1).source())
    }

    #[test]
    fn its_bytes_are_frozen() {
        insta::assert_snapshot!(hex(sealed("Dr Amélie Øst").unwrap().as_bytes()));
    }

    #[test]
    fn opens_with_its_key_for_its_owner_alone() {
        let name = sealed("Dr Amélie Øst").unwrap();
        assert_eq!(open_name(&CLINIC, 3, &key(7), WHOSE, &name).unwrap(), "Dr Amélie Øst");
        assert_eq!(epoch_of(&name), Some(3));
        assert_eq!(
            open_name(&CLINIC, 4, &key(7), WHOSE, &name),
            Err(NameError::OtherEpoch(3))
        );
        assert_eq!(open_name(&CLINIC, 3, &key(8), WHOSE, &name), Err(NameError::Sealed));
        let other = Named::Device(DeviceId([2; 16]));
        assert_eq!(open_name(&CLINIC, 3, &key(7), other, &name), Err(NameError::Sealed));
        assert_eq!(
            open_name(&ClinicId([9; 32]), 3, &key(7), WHOSE, &name),
            Err(NameError::Sealed)
        );
    }

    #[test]
    fn a_flipped_byte_opens_nothing() {
        let name = sealed("Ann").unwrap();
        for at in 0..SEALED_BYTES {
            let mut bytes = name.as_bytes().to_vec();
            bytes[at] ^= 1;
            let bad = SealedName::new(bytes).unwrap();
            assert!(open_name(&CLINIC, 3, &key(7), WHOSE, &bad).is_err(), "byte {at}");
            let short = SealedName::new(name.as_bytes()[..at.max(1)].to_vec()).unwrap();
            assert!(open_name(&CLINIC, 3, &key(7), WHOSE, &short).is_err(), "length {at}");
        }
    }

    #[test]
    fn all_names_look_alike() {
        let (short, long) = (sealed("A").unwrap(), sealed(&"x".repeat(MAX_NAME_BYTES)).unwrap());
        assert_eq!(short.as_bytes().len(), long.as_bytes().len());
        assert_eq!(short.as_bytes().len(), SEALED_BYTES);
        // The same random bytes and another name: another salt.
        assert_ne!(short.as_bytes()[4..20], long.as_bytes()[4..20]);
        for bad in ["", "a\nb", &"x".repeat(MAX_NAME_BYTES + 1), &"x".repeat(300)] {
            assert_eq!(sealed(bad).err(), Some(NameError::NotAName));
        }
    }
}
