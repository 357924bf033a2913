//! The private keys of one user on this device: what makes them a member of the clinic. FROZEN: released versions are read for ever.
//!
//! A CBOR array `[1, signing seed (32 bytes), X-Wing seed (32 bytes)]` inside the slot's payload. They leave the device never;
//! their public halves stand in the roster.

use super::SlotError;
use crate::cbor::{array_of, at_end, into_vec};
use crate::key::{KemSeed, SigningSeed};
use crate::random::Random;
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use zeroize::Zeroizing;

/// The form that this version writes.
const VERSION: u8 = 1;
/// Bytes of the form: array and version, two byte strings of 32 with two bytes before each.
const LENGTH: usize = 2 + 2 * 34;

/// An enrollment's private keys. Wiped when dropped; cannot be printed.
pub struct EnrollmentKeys {
    /// Signs what this user does on this device: roster entries, deliveries of keys.
    pub signing: SigningSeed,
    /// Opens what is sealed to this user on this device.
    pub kem: KemSeed,
}

impl EnrollmentKeys {
    /// New ones.
    pub fn generate(random: &dyn Random) -> Self {
        Self {
            signing: SigningSeed::generate(random),
            kem: KemSeed::generate(random),
        }
    }

    /// A second holder of the same keys.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            signing: self.signing.duplicate(),
            kem: self.kem.duplicate(),
        }
    }

    /// Whether both are the same keys, in constant time.
    pub fn same(&self, other: &Self) -> bool {
        self.signing.same(&other.signing) & self.kem.same(&other.kem)
    }
}

/// The bytes, in a buffer that never grows.
pub(super) fn encode(keys: &EnrollmentKeys) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH));
    into_vec(Encoder::new(&mut *bytes).array(3).and_then(|encoder| {
        encoder
            .u8(VERSION)?
            .bytes(keys.signing.expose())?
            .bytes(keys.kem.expose())?
            .ok()
    }));
    bytes
}

/// Reads them back. A later form is told as such: these keys exist once in the world and are never taken for damage.
pub(super) fn decode(bytes: &[u8]) -> Result<EnrollmentKeys, SlotError> {
    let mut decoder = Decoder::new(bytes);
    let version = decoder
        .array()
        .and_then(|_| decoder.u8())
        .map_err(|_| SlotError::Damaged)?;
    if version > VERSION {
        return Err(SlotError::Newer(version));
    }
    decode_body(bytes).map_err(|_| SlotError::Damaged)
}

fn decode_body(bytes: &[u8]) -> Result<EnrollmentKeys, Error> {
    let mut decoder = Decoder::new(bytes);
    array_of(&mut decoder, 3)?;
    if decoder.u8()? != VERSION {
        return Err(Error::message("version"));
    }
    let signing = SigningSeed::from_slice(decoder.bytes()?).ok_or_else(|| Error::message("signing seed"))?;
    let kem = KemSeed::from_slice(decoder.bytes()?).ok_or_else(|| Error::message("kem seed"))?;
    at_end(&decoder, bytes)?;
    Ok(EnrollmentKeys { signing, kem })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::random::SeededRandom;
    use proptest::prelude::*;

    fn keys() -> EnrollmentKeys {
        EnrollmentKeys {
            signing: SigningSeed::from_slice(&[0x11; 32]).unwrap(),
            kem: KemSeed::from_slice(&[0x22; 32]).unwrap(),
        }
    }

    #[test]
    fn the_bytes_are_frozen() {
        let hex: String = encode(&keys()).iter().map(|byte| format!("{byte:02x}")).collect();
        let expected = format!("83015820{}5820{}", "11".repeat(32), "22".repeat(32));
        assert_eq!(hex, expected);
        assert_eq!(encode(&keys()).capacity(), LENGTH, "the buffer never grew");
    }

    #[test]
    fn what_was_written_is_read_and_a_later_form_is_named() {
        let keys = EnrollmentKeys::generate(&SeededRandom::new(3));
        assert!(decode(&encode(&keys)).ok().unwrap().same(&keys));
        assert!(!keys.same(&self::keys()) && keys.same(&keys.duplicate()));
        let mut newer = encode(&keys).to_vec();
        newer[1] = 2;
        assert_eq!(decode(&newer).err(), Some(SlotError::Newer(2)));
        newer[1] = 0;
        assert_eq!(decode(&newer).err(), Some(SlotError::Damaged));
        for end in 0..LENGTH {
            assert_eq!(decode(&encode(&keys)[..end]).err(), Some(SlotError::Damaged), "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read_without_a_crash(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            if let Ok(keys) = decode(&bytes) {
                prop_assert_eq!(&encode(&keys)[..], &bytes[..]);
            }
        }
    }
}
