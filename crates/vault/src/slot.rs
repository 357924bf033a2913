//! One user's key slot: the file that turns an unlock key into vault keys. FROZEN: released versions are read for ever.
//!
//! ```text
//! "WKSLOT"  version (1 byte)  CBOR array [header, name box, payload box]  BLAKE3 of all before it (first 16 bytes)
//! ```
//!
//! - The header is in clear: ids, Argon2 parameters, salt, commitments. It is the associated data of both boxes, byte for byte as read.
//! - The name box is sealed under a key from the device secret, so the unlock screen can show names when the keychain answers,
//!   and a changed header is noticed before any password is tried.
//! - The payload box is sealed under a key from the unlock key. The header's commitment to the unlock key tells a wrong
//!   password from a damaged payload, and makes the AEAD committing: no file opens under two passwords.
//! - Both are padded, so the file's length tells neither the name's length nor whether the clinical key is inside.
//! - Every version ends in the same checksum, so a damaged file is never taken for one of a newer version.
//!
//! The formats are described in docs/adr/0002-key-slots.md.

mod codec;
mod enrollment;
mod payload;

pub use codec::decode;
pub use enrollment::EnrollmentKeys;
pub use payload::Payload;

use crate::kdf::KdfParams;
use crate::key::{DeviceSecret, LeaseShare, PasswordHash, PurposeKey, UnlockKey, derive_into};
use crate::random::Random;
use crate::seal;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use wardkeep_record::id::UserId;
use zeroize::Zeroizing;

/// The version that this program writes, and the newest that it reads.
pub const VERSION: u8 = 1;
/// Larger than any slot: a limit on what is read from disk.
pub(crate) const MOST_BYTES: usize = 64 * 1024;
/// Names are padded to multiples of this.
const NAME_STEP: usize = 128;
/// Longest name, in bytes.
pub(crate) const MOST_NAME_BYTES: usize = 800;

/// Whose slot it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotKind {
    /// A person's, opened by password.
    User,
    /// The clinic's recovery key's. Nothing here writes one yet; the number is taken.
    Recovery,
}

/// What stands in clear in a slot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Whose slot it is.
    pub kind: SlotKind,
    /// The vault: names its keychain entries.
    pub vault: Uuid,
    /// The user.
    pub user: UserId,
    /// [`crate::keychain::KeychainKind::code`] of the keychain that holds the device secret.
    pub keychain: u8,
    /// How the password is hashed.
    pub kdf: KdfParams,
    /// Random, new with every password.
    pub salt: [u8; 32],
    /// Whether the lease share is part of the unlock key.
    pub has_lease: bool,
    /// Commits to the unlock key.
    pub unlock_commitment: [u8; 32],
    /// Commits to the device secret.
    pub device_commitment: [u8; 32],
}

/// A slot as it lies on disk, still sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    header: Header,
    /// The header as it was read: signed bytes are never encoded again.
    header_bytes: Vec<u8>,
    name_box: Vec<u8>,
    payload_box: Vec<u8>,
}

/// Why a slot cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SlotError {
    /// Changed since it was written.
    #[error("the key slot is damaged")]
    Damaged,
    /// Written by a newer Wardkeep.
    #[error("the key slot has version {0}")]
    Newer(u8),
}

/// What a new slot is made from.
pub(crate) struct Sealing<'a> {
    pub vault: Uuid,
    pub user: UserId,
    pub keychain: u8,
    pub kdf: KdfParams,
    pub salt: [u8; 32],
    pub has_lease: bool,
    pub name: &'a str,
    pub payload: &'a Payload,
    pub device: &'a DeviceSecret,
    pub unlock: &'a UnlockKey,
}

impl Slot {
    /// Seals a user's slot.
    pub(crate) fn seal(sealing: &Sealing, random: &dyn Random) -> Self {
        let header = Header {
            kind: SlotKind::User,
            vault: sealing.vault,
            user: sealing.user,
            keychain: sealing.keychain,
            kdf: sealing.kdf,
            salt: sealing.salt,
            has_lease: sealing.has_lease,
            unlock_commitment: commitment(sealing.unlock.expose(), &sealing.vault, "wardkeep slot commitment v1"),
            device_commitment: commitment(sealing.device.expose(), &sealing.vault, "wardkeep device commitment v1"),
        };
        let header_bytes = codec::encode_header(&header);
        let associated = codec::associated(&header_bytes);
        let plain = seal::pad(payload::encode(sealing.payload), payload::STEP);
        let payload_box = seal::seal(&payload_key(sealing.unlock, &header), &associated, &plain, random);
        let mut slot = Self {
            header,
            header_bytes,
            name_box: Vec::new(),
            payload_box,
        };
        slot.rename(sealing.name, sealing.device, random);
        slot
    }

    /// What stands in clear.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Seals another name in.
    pub(crate) fn rename(&mut self, name: &str, device: &DeviceSecret, random: &dyn Random) {
        let plain = seal::pad(Zeroizing::new(name.as_bytes().to_vec()), NAME_STEP);
        let associated = codec::associated(&self.header_bytes);
        self.name_box = seal::seal(&name_key(device, &self.header), &associated, &plain, random);
    }

    /// Whether this is the device secret that the slot was sealed with.
    pub(crate) fn knows_device(&self, device: &DeviceSecret) -> bool {
        let known = commitment(device.expose(), &self.header.vault, "wardkeep device commitment v1");
        known.ct_eq(&self.header.device_commitment).into()
    }

    /// The user's name; proves that the header is as it was written.
    pub(crate) fn open_name(&self, device: &DeviceSecret) -> Result<String, SlotError> {
        let key = name_key(device, &self.header);
        let padded = seal::open(&key, &codec::associated(&self.header_bytes), &self.name_box);
        let padded = padded.ok_or(SlotError::Damaged)?;
        let name = seal::unpad(&padded).ok_or(SlotError::Damaged)?;
        String::from_utf8(name.to_vec()).map_err(|_| SlotError::Damaged)
    }

    /// Whether this is the unlock key that the slot was sealed with: otherwise the password is wrong.
    pub(crate) fn knows_unlock(&self, unlock: &UnlockKey) -> bool {
        let known = commitment(unlock.expose(), &self.header.vault, "wardkeep slot commitment v1");
        known.ct_eq(&self.header.unlock_commitment).into()
    }

    /// The same slot with another payload under the same unlock key: header and name stay, byte for byte.
    pub(crate) fn with_payload(&self, payload: &Payload, unlock: &UnlockKey, random: &dyn Random) -> Self {
        let plain = seal::pad(payload::encode(payload), payload::STEP);
        let associated = codec::associated(&self.header_bytes);
        Self {
            payload_box: seal::seal(&payload_key(unlock, &self.header), &associated, &plain, random),
            ..self.clone()
        }
    }

    /// The vault keys. Call it with the right key only ([`Self::knows_unlock`]): what then fails is damage.
    pub(crate) fn open(&self, unlock: &UnlockKey) -> Result<Payload, SlotError> {
        let key = payload_key(unlock, &self.header);
        let padded = seal::open(&key, &codec::associated(&self.header_bytes), &self.payload_box);
        let padded = padded.ok_or(SlotError::Damaged)?;
        payload::decode(seal::unpad(&padded).ok_or(SlotError::Damaged)?)
    }
}

/// The key that opens a slot's payload: nothing less than all of its parts gives it.
pub(crate) fn unlock_key(
    header: &Header,
    password: &PasswordHash,
    device: &DeviceSecret,
    lease: Option<&LeaseShare>,
) -> UnlockKey {
    let context = [&header.vault.as_bytes()[..], header.user.as_bytes()].concat();
    match lease {
        None => {
            let parts = [password.expose(), device.expose()];
            UnlockKey::derive(&parts, &header.salt, "wardkeep unlock key v1", &context)
        }
        Some(lease) => {
            let parts = [password.expose(), device.expose(), lease.expose()];
            UnlockKey::derive(&parts, &header.salt, "wardkeep unlock key with lease v1", &context)
        }
    }
}

fn commitment(secret: &[u8; 32], vault: &Uuid, label: &'static str) -> [u8; 32] {
    let mut out = [0; 32];
    derive_into(&[secret], vault.as_bytes(), label, &[], &mut out);
    out
}

fn payload_key(unlock: &UnlockKey, header: &Header) -> PurposeKey {
    PurposeKey::derive(
        &[unlock.expose()],
        &header.salt,
        "wardkeep slot payload v1",
        header.user.as_bytes(),
    )
}

fn name_key(device: &DeviceSecret, header: &Header) -> PurposeKey {
    let salt = header.vault.as_bytes();
    PurposeKey::derive(
        &[device.expose()],
        salt,
        "wardkeep slot name v1",
        header.user.as_bytes(),
    )
}

#[cfg(test)]
mod tests;
