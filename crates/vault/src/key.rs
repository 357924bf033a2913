//! The secrets of a vault: one type for each, so that one is never taken for another.
//!
//! Each lives in a box that is wiped when it is dropped: moving the value moves the pointer and leaves no copy of the bytes
//! on the stack. None has `Debug`, `Display`, `Clone`, `PartialEq` or a serialised form; copies are made on purpose by
//! `duplicate`, comparison is constant-time by `same`.

use crate::random::Random;
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of every secret here.
pub const LENGTH: usize = 32;

/// Declares one kind of secret.
macro_rules! secret_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(Box<Zeroizing<[u8; LENGTH]>>);

        impl $name {
            /// A new one.
            pub fn generate(random: &dyn Random) -> Self {
                let mut key = Self::blank();
                random.fill(&mut key.0[..]);
                key
            }

            /// Takes a copy of the bytes; `None` unless there are exactly [`LENGTH`]. The caller wipes its own.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                if bytes.len() != LENGTH {
                    return None;
                }
                let mut key = Self::blank();
                key.0.copy_from_slice(bytes);
                Some(key)
            }

            /// The bytes. Do not copy them to where nobody wipes.
            pub fn expose(&self) -> &[u8; LENGTH] {
                &self.0
            }

            /// A second holder of the same secret.
            #[must_use]
            pub fn duplicate(&self) -> Self {
                let mut key = Self::blank();
                key.0.copy_from_slice(&self.0[..]);
                key
            }

            /// Whether both are the same secret, in constant time.
            pub fn same(&self, other: &Self) -> bool {
                self.0[..].ct_eq(&other.0[..]).into()
            }

            /// Zeros, to be filled at once.
            fn blank() -> Self {
                Self(Box::new(Zeroizing::new([0; LENGTH])))
            }

            /// Derived by HKDF-SHA256 (RFC 5869): the concatenated `parts` are the input keying material, `salt` the salt,
            /// and `label` with `context` the info, kept apart by a zero byte, which no label contains.
            #[allow(dead_code)] // not every kind is derived
            pub(crate) fn derive(parts: &[&[u8; LENGTH]], salt: &[u8], label: &'static str, context: &[u8]) -> Self {
                let mut key = Self::blank();
                derive_into(parts, salt, label, context, &mut key.0[..]);
                key
            }
        }
    };
}

secret_type!(
    /// Opens one user's slot: from the password, the device secret and, in a clinic with a server, the lease share.
    UnlockKey
);
secret_type!(
    /// The raw key of one compartment's SQLCipher file.
    VaultKey
);
secret_type!(
    /// Random, in the OS keychain, never on disk: without it there is nothing to guess a password against.
    DeviceSecret
);
secret_type!(
    /// The key of one sealed file; kept in the compartment's database.
    BlobKey
);
secret_type!(
    /// Handed out by the server for the time of the lease; its place in the derivation exists from the first slot on.
    LeaseShare
);
secret_type!(
    /// What Argon2id makes of a password and a salt: an input of [`UnlockKey`], of no use without the device secret.
    PasswordHash
);
secret_type!(
    /// The seed of an Ed25519 signing key (RFC 8032, the 32-byte secret key): this device's, or one enrollment's.
    SigningSeed
);
secret_type!(
    /// The seed of an enrollment's X-Wing decapsulation key (draft-connolly-cfrg-xwing-kem): what is sealed to the enrollment opens with it.
    KemSeed
);
secret_type!(
    /// A key for one purpose of this crate, derived from another: sealing names, authenticating the attempts file.
    PurposeKey
);

/// The vault keys that one user's roles allow.
pub struct VaultKeys {
    /// Demographics, schedule, office documents: every user has it.
    pub office: VaultKey,
    /// The chart: only with the clinician role.
    pub clinical: Option<VaultKey>,
}

impl VaultKeys {
    /// A second holder of the same keys.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            office: self.office.duplicate(),
            clinical: self.clinical.as_ref().map(VaultKey::duplicate),
        }
    }
}

/// HKDF-SHA256 into a buffer of at most 8,160 bytes. The label separates the domains and never changes once released.
pub(crate) fn derive_into(parts: &[&[u8; LENGTH]], salt: &[u8], label: &'static str, context: &[u8], out: &mut [u8]) {
    let mut material = Zeroizing::new(Vec::with_capacity(parts.len() * LENGTH));
    for part in parts {
        material.extend_from_slice(&part[..]);
    }
    Hkdf::<Sha256>::new(Some(salt), &material)
        .expand_multi_info(&[label.as_bytes(), &[0], context], out)
        .expect("every output asked for is far below HKDF's limit of 255 blocks");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn labels_contexts_and_parts_are_told_apart() {
        let random = SeededRandom::new(1);
        let (a, b) = (DeviceSecret::generate(&random), DeviceSecret::generate(&random));
        let base = PurposeKey::derive(&[a.expose()], b"salt", "one", b"context");
        assert!(base.same(&PurposeKey::derive(&[a.expose()], b"salt", "one", b"context")));
        let others = [
            PurposeKey::derive(&[b.expose()], b"salt", "one", b"context"),
            PurposeKey::derive(&[a.expose(), b.expose()], b"salt", "one", b"context"),
            PurposeKey::derive(&[a.expose()], b"other", "one", b"context"),
            PurposeKey::derive(&[a.expose()], b"salt", "two", b"context"),
            PurposeKey::derive(&[a.expose()], b"salt", "one", b"contexT"),
            PurposeKey::derive(&[a.expose()], b"salt", "onecontext", b""),
        ];
        assert!(others.iter().all(|other| !base.same(other)));
    }

    #[test]
    fn derivation_is_rfc_5869() {
        // RFC 5869 test case 3: 22 bytes of 0x0b cannot be had from 32-byte parts, so the reference is HMAC written out.
        use hmac::{Hmac, KeyInit, Mac};
        let key = DeviceSecret::from_slice(&[7; 32]).unwrap();
        let prk = Hmac::<Sha256>::new_from_slice(b"salt")
            .unwrap()
            .chain_update([7; 32])
            .finalize()
            .into_bytes();
        let okm = Hmac::<Sha256>::new_from_slice(&prk)
            .unwrap()
            .chain_update(b"label\0context\x01")
            .finalize()
            .into_bytes();
        let derived = PurposeKey::derive(&[key.expose()], b"salt", "label", b"context");
        assert_eq!(&derived.expose()[..], &okm[..]);
    }

    #[test]
    fn only_the_exact_length_is_a_key() {
        for length in [0, 31, 33] {
            assert!(VaultKey::from_slice(&vec![0; length]).is_none());
        }
        assert!(VaultKey::from_slice(&[0; 32]).is_some());
    }
}
