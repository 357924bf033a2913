//! Unsigned LEB128, shortest form only: one number has one spelling, so that one content has one ciphertext length.

/// Bytes that `value` takes.
pub(crate) fn length(value: u64) -> usize {
    (value.max(1).ilog2() as usize) / 7 + 1
}

/// Appends `value`.
pub(crate) fn write(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The value at the start and what follows it; `None` if it is cut short, not the shortest form, or above 64 bits.
pub(crate) fn read(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (at, &byte) in bytes.iter().enumerate().take(10) {
        let low = u64::from(byte & 0x7f);
        if at == 9 && low > 1 {
            return None;
        }
        value |= low << (7 * at);
        if byte < 0x80 {
            return (byte != 0 || at == 0).then_some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_number_has_one_spelling() {
        assert_eq!(read(&[0x80, 0]), None);
        assert_eq!(read(&[0xff; 11]), None);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0, 9]), Some((0, &[9][..])));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]), None);
    }

    proptest! {
        #[test]
        fn comes_back(value: u64, shift in 0u32..64) {
            let value = value >> shift;
            let mut bytes = Vec::new();
            write(&mut bytes, value);
            prop_assert_eq!(bytes.len(), length(value));
            prop_assert_eq!(read(&bytes), Some((value, &[][..])));
        }
    }
}
