//! Keys and signatures: Ed25519 (RFC 8032) with strict verification, always over a BLAKE3 hash with a context of its own, so that what
//! was signed as one thing can never be taken for another.

mod possession;

pub use possession::{DeviceKey, EnrollmentKeys, RenewedKey, Scope};

use std::fmt;
use zeroize::Zeroizing;

/// Bytes of an X-Wing public key: ML-KEM-768 and X25519.
pub const KEM_KEY_BYTES: usize = 1_216;

/// The BLAKE3 hash of the parts, one after another, under a context that no other use has.
/// Parts are not delimited: the caller's format must be unambiguous.
pub fn digest(context: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// A private Ed25519 key. No `Debug`, no `Clone`; the bytes are overwritten when it is dropped.
pub struct SigningKey(Box<ed25519_dalek::SigningKey>);

impl SigningKey {
    /// From 32 bytes, which must be random and secret.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Box::new(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// The 32 bytes it was made from, to be sealed.
    pub fn to_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Its public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs the hash of the parts under the context (see [`digest`]).
    pub fn sign(&self, context: &str, parts: &[&[u8]]) -> Signature {
        self.sign_digest(&digest(context, parts))
    }

    /// Signs a hash that [`digest`] has made.
    pub fn sign_digest(&self, digest: &[u8; 32]) -> Signature {
        use ed25519_dalek::Signer;
        Signature(self.0.sign(digest).to_bytes())
    }
}

/// 32 bytes that are no usable Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an Ed25519 public key")]
pub struct BadKey;

/// A public Ed25519 key: a point of large order in its one canonical encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// From the encoding of RFC 8032 section 5.1.5. Refuses what is no point, a second encoding of one, and points of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BadKey> {
        if !is_reduced(bytes) {
            return Err(BadKey);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| BadKey)?;
        if key.is_weak() { Err(BadKey) } else { Ok(Self(key)) }
    }

    /// The encoding.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether the signature is this key's over the hash of the parts under the context.
    pub fn verify(&self, context: &str, parts: &[&[u8]], signature: &Signature) -> bool {
        self.verify_digest(&digest(context, parts), signature)
    }

    /// Whether the signature is this key's over a hash that [`digest`] has made.
    pub fn verify_digest(&self, digest: &[u8; 32], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(digest, &signature).is_ok()
    }
}

/// Whether the y coordinate is below 2^255 - 19, as its one canonical encoding is.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let top = bytes[31] & 0x7f == 0x7f && bytes[1..31].iter().all(|byte| *byte == 0xff);
    !(top && bytes[0] >= 0xed)
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.as_bytes();
        write!(f, "VerifyingKey({a:02x}{b:02x}{c:02x}{d:02x})")
    }
}

/// An Ed25519 signature: R and s (RFC 8032 section 5.1.6).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "Signature({a:02x}{b:02x}{c:02x}{d:02x})")
    }
}

/// An X-Wing public key, to which compartment keys are delivered. Only its length is checked here.
#[derive(Clone, PartialEq, Eq)]
pub struct KemKey(Box<[u8]>);

impl KemKey {
    /// From its encoding, which has [`KEM_KEY_BYTES`] bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == KEM_KEY_BYTES).then(|| Self(bytes.into()))
    }

    /// The encoding.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for KemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = self.0.first_chunk::<4>().copied().unwrap_or_default();
        write!(f, "KemKey({:08x})", u32::from_be_bytes(prefix))
    }
}
