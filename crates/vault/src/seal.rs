//! Small sealed boxes: XChaCha20-Poly1305 with a random 24-byte nonce in front. Contents are padded to whole steps where
//! their length would say something.

use crate::key::PurposeKey;
use crate::random::{self, Random};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// Nonce and ciphertext with its tag.
pub(crate) fn seal(key: &PurposeKey, associated: &[u8], plain: &[u8], random: &dyn Random) -> Vec<u8> {
    let nonce: [u8; NONCE] = random::array(random);
    let sealed = XChaCha20Poly1305::new(key.expose().into())
        .encrypt(
            &XNonce::from(nonce),
            Payload {
                msg: plain,
                aad: associated,
            },
        )
        .expect("the cipher seals everything below 256 GiB");
    [&nonce[..], &sealed].concat()
}

/// `None` for whatever was not sealed under this key with this associated data.
pub(crate) fn open(key: &PurposeKey, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    XChaCha20Poly1305::new(key.expose().into())
        .decrypt(
            &XNonce::from(*nonce),
            Payload {
                msg: sealed,
                aad: associated,
            },
        )
        .ok()
        .map(Zeroizing::new)
}

/// Fills up to a multiple of `step` with 0x80 and zeros (ISO/IEC 7816-4).
pub(crate) fn pad(mut plain: Zeroizing<Vec<u8>>, step: usize) -> Zeroizing<Vec<u8>> {
    let length = (plain.len() / step + 1) * step;
    if plain.capacity() < length {
        // Moved by hand: growing in place would leave the old copy unwiped.
        let mut larger = Zeroizing::new(Vec::with_capacity(length));
        larger.extend_from_slice(&plain);
        plain = larger;
    }
    plain.push(0x80);
    plain.resize(length, 0);
    plain
}

/// What was there before [`pad`]; `None` where no padding is.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|&byte| byte != 0)?;
    (padded[end] == 0x80).then(|| &padded[..end])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn opens_only_what_was_sealed_so() {
        let random = SeededRandom::new(1);
        let (key, other) = (PurposeKey::generate(&random), PurposeKey::generate(&random));
        let sealed = seal(&key, b"who", b"plain", &random);
        assert_eq!(open(&key, b"who", &sealed).unwrap()[..], b"plain"[..]);
        assert!(open(&other, b"who", &sealed).is_none());
        assert!(open(&key, b"wha", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(open(&key, b"who", &bad).is_none(), "byte {at}");
            assert!(open(&key, b"who", &sealed[..at]).is_none(), "length {at}");
        }
        assert_ne!(
            seal(&key, b"who", b"plain", &random),
            sealed,
            "a nonce is never used twice"
        );
    }

    #[test]
    fn padding_comes_off_and_hides_the_length() {
        for length in 0..200 {
            let plain = vec![0x80; length];
            let padded = pad(Zeroizing::new(plain.clone()), 64);
            assert_eq!((padded.len() % 64, unpad(&padded)), (0, Some(&plain[..])));
        }
        assert_eq!(
            pad(Zeroizing::new(vec![1; 3]), 64).len(),
            pad(Zeroizing::new(vec![1; 40]), 64).len()
        );
        assert_eq!((unpad(&[]), unpad(&[0; 9]), unpad(&[0x80, 1])), (None, None, None));
    }
}
