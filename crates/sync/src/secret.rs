//! The secrets of sync: one type for each, so that one is never taken for another.
//!
//! Each lives in a box that is wiped when it is dropped: moving the value moves the pointer and leaves no copy of the bytes
//! on the stack. None has `Debug`, `Display`, `Clone`, `PartialEq` or a serialised form; copies are made on purpose by
//! `duplicate`, comparison is constant-time by `same`.

use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Where random bytes come from: fills the whole slice. This crate never asks the system by itself.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

/// Declares one kind of secret of a fixed length.
macro_rules! secret_type {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        pub struct $name(Box<Zeroizing<[u8; $length]>>);

        impl $name {
            /// Bytes of this secret.
            pub const LENGTH: usize = $length;

            /// A new one.
            pub fn make(random: Random<'_>) -> Self {
                let mut secret = Self::blank();
                random(&mut secret.0[..]);
                secret
            }

            /// Takes a copy of the bytes; `None` unless there are exactly [`Self::LENGTH`]. The caller wipes its own.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                let mut secret = Self::blank();
                (bytes.len() == $length).then(|| {
                    secret.0.copy_from_slice(bytes);
                    secret
                })
            }

            /// The bytes. Do not copy them to where nobody wipes.
            pub fn expose(&self) -> &[u8; $length] {
                &self.0
            }

            /// A second holder of the same secret.
            #[must_use]
            pub fn duplicate(&self) -> Self {
                let mut secret = Self::blank();
                secret.0.copy_from_slice(&self.0[..]);
                secret
            }

            /// Whether both are the same secret, in constant time.
            pub fn same(&self, other: &Self) -> bool {
                self.0[..].ct_eq(&other.0[..]).into()
            }

            /// Zeros, to be filled at once.
            fn blank() -> Self {
                Self(Box::new(Zeroizing::new([0; $length])))
            }

            /// Derived by [`derive_into`].
            #[allow(dead_code)] // not every kind is derived
            pub(crate) fn derive(material: &[u8], salt: &[u8], label: &'static str, context: &[u8]) -> Self {
                let mut secret = Self::blank();
                derive_into(material, salt, label, context, &mut secret.0[..]);
                secret
            }
        }
    };
}

secret_type!(
    /// The key of one compartment in one epoch. Every segment, name and wrapped key of that epoch is sealed under a key
    /// derived from it, never under itself.
    EpochKey,
    32
);
secret_type!(
    /// The key of the replica digests of one compartment; from its first epoch key, so that it never changes.
    DigestKey,
    32
);
secret_type!(
    /// The private half of an enrollment's X-Wing key: the seed that both halves are made from.
    KemSecret,
    32
);
secret_type!(
    /// What stands on the paper of a recovery key: everything that the paper can do is derived from it.
    RecoverySecret,
    32
);
secret_type!(
    /// What an invitation carries to the new device and never to the server.
    InvitationSecret,
    16
);
secret_type!(
    /// A key for one purpose of this crate, derived from another secret.
    PurposeKey,
    32
);

/// HKDF-SHA256 (RFC 5869) into a buffer of at most 8,160 bytes. The info is label, a zero byte (which no label contains) and
/// context; a label never changes once released.
pub(crate) fn derive_into(material: &[u8], salt: &[u8], label: &'static str, context: &[u8], out: &mut [u8]) {
    Hkdf::<Sha256>::new(Some(salt), material)
        .expand_multi_info(&[label.as_bytes(), &[0], context], out)
        .expect("every output asked for is far below HKDF's limit of 255 blocks");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;

    #[test]
    fn labels_contexts_and_salts_are_told_apart() {
        let base = PurposeKey::derive(b"key", b"salt", "one", b"context");
        assert!(base.same(&PurposeKey::derive(b"key", b"salt", "one", b"context")));
        for other in [
            PurposeKey::derive(b"kez", b"salt", "one", b"context"),
            PurposeKey::derive(b"key", b"salu", "one", b"context"),
            PurposeKey::derive(b"key", b"salt", "two", b"context"),
            PurposeKey::derive(b"key", b"salt", "one", b"contexT"),
            PurposeKey::derive(b"key", b"salt", "onecontext", b""),
        ] {
            assert!(!base.same(&other));
        }
    }

    #[test]
    fn derivation_is_rfc_5869() {
        // Test case 1 of its appendix A; the info there has no zero byte, so the expansion is checked through its parts.
        let mut okm = [0; 42];
        Hkdf::<Sha256>::new(Some(&(0..13).collect::<Vec<u8>>()), &[0x0b; 22])
            .expand(&(0xf0..0xfa).collect::<Vec<u8>>(), &mut okm)
            .unwrap();
        assert_eq!(okm[..6], [0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac]);
        let (mut ours, mut plain) = ([0; 42], [0; 42]);
        derive_into(&[0x0b; 22], b"salt", "label", b"context", &mut ours);
        Hkdf::<Sha256>::new(Some(b"salt"), &[0x0b; 22])
            .expand(b"label\0context", &mut plain)
            .unwrap();
        assert_eq!(ours, plain);
    }

    #[test]
    fn only_the_exact_length_is_a_secret() {
        for length in [0, 16, 31, 33] {
            assert!(EpochKey::from_slice(&vec![0; length]).is_none());
        }
        assert!(EpochKey::from_slice(&[0; 32]).is_some());
        assert!(InvitationSecret::from_slice(&[0; 16]).is_some());
    }
}
