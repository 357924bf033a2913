//! PADME padding ("Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, section 4): the length of
//! a ciphertext tells only O(log log n) bits about its content, for at most 12 % more bytes, and 3 % at a megabyte.

/// The padded length of something of `length` bytes.
pub fn padded_length(length: usize) -> usize {
    if length < 2 {
        return length;
    }
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1usize << exponent.saturating_sub(kept)) - 1;
    (length + mask) & !mask
}

#[cfg(test)]
mod tests {
    use super::padded_length;

    #[test]
    fn follows_the_paper() {
        for (length, padded) in [
            (0, 0),
            (1, 1),
            (2, 2),
            (8, 8),
            (9, 10),
            (17, 18),
            (33, 36),
            (60, 60),
            (129, 144),
            (1_000, 1_024),
            (1 << 20, 1 << 20),
            ((1 << 20) + 1, (1 << 20) + (1 << 15)),
        ] {
            assert_eq!(padded_length(length), padded, "{length}");
        }
    }

    #[test]
    fn costs_at_most_an_eighth_and_never_shrinks() {
        let mut last = 0;
        for length in 0..200_000 {
            let padded = padded_length(length);
            assert!(padded >= length && padded >= last && padded_length(padded) == padded);
            assert!((padded - length) * 100 <= length * 12, "{length}");
            last = padded;
        }
    }
}
