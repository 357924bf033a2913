//! The clinic's own record numbers: short enough to say on the phone, unique without asking anybody, and safe to mistype.
//!
//! A number is ten symbols of Crockford's base 32 (digits and letters without I, L, O, U), shown as `K7Q-4F2M-9XC`:
//!
//! - four symbols (20 bits) that stand for the device. Two of d devices share them with a chance of about d²/2²¹: 1 in 20,000
//!   for ten devices.
//! - five random symbols (25 bits). A device asks its own index whether the number is free and draws again if not, so
//!   numbers of devices with different prefixes never meet, and those of two with the same prefix hardly ever. Should they,
//!   both patients are kept and the pair is flagged, as any identifier that two patients share. Random and not counted,
//!   because a restored backup would count from an old number, and because neighbours in the queue get numbers that look nothing alike.
//! - one check symbol, the sum of all symbols weighted with powers of a primitive element of GF(32) (a Reed-Solomon code with
//!   one check symbol, field polynomial x⁵+x²+1). It finds every single wrong symbol and every swap of two different symbols, which the
//!   ISO 7064 systems of one character do not.

use crate::id::DeviceId;

/// The system URI of identifiers that Wardkeep made.
pub const MRN_SYSTEM: &str = "https://wardkeep.example/fhir/sid/mrn";

/// Crockford's symbols, each standing for its place.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols in a number.
const LENGTH: usize = 10;

/// A record number with a right check symbol.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mrn([u8; LENGTH]);

impl Mrn {
    /// The number that this device gives for 25 random bits (higher bits are not used). Draw again while the index has it.
    pub fn new(device: DeviceId, random: u32) -> Self {
        let prefix = mix(u128::from_be_bytes(*device.as_bytes())) & 0xf_ffff;
        let bits = u64::from(prefix) << 25 | u64::from(random & 0x1ff_ffff);
        let mut values = [0; LENGTH];
        for (place, value) in values.iter_mut().take(LENGTH - 1).enumerate() {
            *value = (bits >> (5 * (LENGTH - 2 - place)) & 31) as u8;
        }
        values[LENGTH - 1] = check(&values);
        Self(values)
    }

    /// From what a person typed: any case, with or without hyphens and spaces, O for 0, I or L for 1. `None` when it has not
    /// ten symbols or its check symbol is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let normal = normal(text);
        let mut values = [0; LENGTH];
        if normal.len() != LENGTH {
            return None;
        }
        for (value, symbol) in values.iter_mut().zip(normal.bytes()) {
            *value = SYMBOLS.iter().position(|known| *known == symbol)? as u8;
        }
        (values[LENGTH - 1] == check(&values)).then_some(Self(values))
    }
}

impl std::fmt::Display for Mrn {
    /// `K7Q-4F2M-9XC`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, value) in self.0.iter().enumerate() {
            if place == 3 || place == 7 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(SYMBOLS[usize::from(*value)]))?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Mrn {
    /// A number identifies, so it does not print.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mrn(..)")
    }
}

/// Any identifier's value in the one spelling that search compares: upper case, letters and digits only, O as 0, I and L as 1.
pub fn normal(text: &str) -> String {
    let plain = text
        .chars()
        .take(128)
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_uppercase);
    let folded = plain.map(|letter| match letter {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    folded.collect()
}

/// Twenty well mixed bits of an id (the finalizer of SplitMix64 over both halves). Ids hold 74 random bits.
fn mix(id: u128) -> u32 {
    let finish = |mut bits: u64| {
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    };
    let low = finish(id as u64);
    (finish(low ^ (id >> 64) as u64) >> 44) as u32
}

/// The check symbol of the first nine: their sum, each times a different power of the primitive element 2.
fn check(values: &[u8; LENGTH]) -> u8 {
    // Horner: ((v0·2 + v1)·2 + ...)·2. The check symbol itself counts once, so a swap with it is found too.
    values[..LENGTH - 1].iter().fold(0, |sum, value| double(sum ^ value))
}

/// Times 2 in GF(32) with x⁵+x²+1.
fn double(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 {
        shifted
    } else {
        shifted ^ 0b10_0101
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn device(n: u128) -> DeviceId {
        DeviceId::from_bytes((n << 64 | 0x0192_0000_0000_7000_8000_0000_0000_0000).to_be_bytes())
    }

    #[test]
    fn the_form_is_frozen() {
        insta::assert_snapshot!(Mrn::new(device(7), 0x123_4567).to_string(), @"GXJ-JJ6H-B72");
    }

    #[test]
    fn typing_it_otherwise_is_the_same_number() {
        let mrn = Mrn::new(device(1), 0);
        let text = mrn.to_string();
        assert_eq!(text.len(), 12);
        for typed in [
            text.to_lowercase(),
            text.replace('-', ""),
            text.replace('-', " "),
            text.replace('0', "o"),
            text.replace('1', "l"),
        ] {
            assert_eq!(Mrn::parse(&typed), Some(mrn), "{typed}");
        }
        assert_eq!(Mrn::parse(""), None);
        assert_eq!(Mrn::parse("ÄÄÄ-ÄÄÄÄ-ÄÄÄ"), None);
        assert_eq!(normal("mrn: 00-1o l"), "MRN00101");
    }

    #[test]
    fn prefixes_of_devices_spread() {
        let prefixes: HashSet<String> = (0..1_000)
            .map(|n| Mrn::new(device(n), 0).to_string()[..5].to_owned())
            .collect();
        assert!(prefixes.len() >= 997, "{}", prefixes.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn every_wrong_symbol_and_every_swap_is_found(id in any::<u128>(), random in any::<u32>()) {
            let mrn = Mrn::new(DeviceId::from_bytes(id.to_be_bytes()), random);
            let right = normal(&mrn.to_string()).into_bytes();
            prop_assert_eq!(Mrn::parse(std::str::from_utf8(&right).unwrap()), Some(mrn));
            let parse = |bytes: &[u8]| Mrn::parse(std::str::from_utf8(bytes).unwrap());
            for place in 0..LENGTH {
                for symbol in SYMBOLS.iter().filter(|symbol| **symbol != right[place]) {
                    let mut wrong = right.clone();
                    wrong[place] = *symbol;
                    prop_assert_eq!(parse(&wrong), None);
                }
                for other in (0..place).filter(|other| right[*other] != right[place]) {
                    let mut wrong = right.clone();
                    wrong.swap(place, other);
                    prop_assert_eq!(parse(&wrong), None);
                }
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = Mrn::parse(&text);
        }
    }
}
