//! HPKE (RFC 9180) in base mode with X-Wing (X25519 and ML-KEM-768 together), HKDF-SHA256 and ChaCha20-Poly1305: how anything is
//! sealed to an enrollment. Who sealed it is said by a signature outside.

use crate::secret::{KemSecret, Random};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use std::convert::Infallible;
use wardkeep_roster::KemKey;
use zeroize::Zeroizing;

/// Bytes of the encapsulated key.
pub(crate) const ENCAPSULATED_BYTES: usize = 1_120;
/// Bytes that the ciphertext is longer than the plaintext.
pub(crate) const TAG_BYTES: usize = 16;

/// Why nothing was sealed or opened. It says nothing more on purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("key delivery failed")]
pub struct HybridError;

impl KemSecret {
    /// The public half, as the roster lists it.
    pub fn public(&self) -> Result<KemKey, HybridError> {
        let public = XWing::sk_to_pk(&self.private()?).to_bytes();
        KemKey::from_bytes(&public).ok_or(HybridError)
    }

    fn private(&self) -> Result<<XWing as Kem>::PrivateKey, HybridError> {
        <XWing as Kem>::PrivateKey::from_bytes(self.expose()).map_err(|_| HybridError)
    }
}

/// Seals to a public key. `info` says what for, `associated` is authenticated with it.
pub(crate) fn seal(
    to: &KemKey,
    info: &[u8],
    associated: &[u8],
    plain: &[u8],
    random: Random<'_>,
) -> Result<([u8; ENCAPSULATED_BYTES], Vec<u8>), HybridError> {
    let to = <XWing as Kem>::PublicKey::from_bytes(to.as_bytes()).map_err(|_| HybridError)?;
    let mut random = Source(random);
    let (encapsulated, sealed) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &to,
        info,
        plain,
        associated,
        &mut random,
    )
    .map_err(|_| HybridError)?;
    let encapsulated = encapsulated.to_bytes().as_slice().try_into().map_err(|_| HybridError)?;
    Ok((encapsulated, sealed))
}

/// Opens with the private half.
pub(crate) fn open(
    secret: &KemSecret,
    info: &[u8],
    associated: &[u8],
    encapsulated: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, HybridError> {
    let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| HybridError)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeR::Base,
        &secret.private()?,
        &encapsulated,
        info,
        sealed,
        associated,
    )
    .map(Zeroizing::new)
    .map_err(|_| HybridError)
}

/// The caller's random bytes in the shape that libraries take them in. Whether they are fit for keys is the caller's promise.
pub(crate) struct Source<'a>(pub(crate) Random<'a>);

impl TryRng for Source<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        (self.0)(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Source<'_> {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use crate::tests::Seeded;

    #[test]
    fn opens_only_what_was_sealed_so() {
        let mut random = Seeded::new(1);
        let mine = KemSecret::make(&mut random.source());
        let other = KemSecret::make(&mut random.source());
        let (enc, sealed) = seal(&mine.public().unwrap(), b"what", b"who", b"key", &mut random.source()).unwrap();
        assert_eq!(sealed.len(), 3 + TAG_BYTES);
        assert_eq!(open(&mine, b"what", b"who", &enc, &sealed).unwrap()[..], b"key"[..]);
        assert!(open(&other, b"what", b"who", &enc, &sealed).is_err());
        assert!(open(&mine, b"whaT", b"who", &enc, &sealed).is_err());
        assert!(open(&mine, b"what", b"whO", &enc, &sealed).is_err());
        let (again, _) = seal(&mine.public().unwrap(), b"what", b"who", b"key", &mut random.source()).unwrap();
        assert_ne!(enc, again);
    }

    #[test]
    fn odd_lengths_are_refused() {
        let mut random = Seeded::new(2);
        let mine = KemSecret::make(&mut random.source());
        assert!(open(&mine, b"", b"", &[0; 3], &[0; 16]).is_err());
        assert!(open(&mine, b"", b"", &[0; ENCAPSULATED_BYTES], &[]).is_err());
        assert!(
            seal(
                &KemKey::from_bytes(&[0xff; 1_216]).unwrap(),
                b"",
                b"",
                b"x",
                &mut random.source()
            )
            .is_err()
        );
    }
}
