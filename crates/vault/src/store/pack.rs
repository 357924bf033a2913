//! Compression of what is stored by the million: record bodies and op bytes.
//!
//! The first byte says how: 0 as it is, 1 zstd (RFC 8878) of the rest with the plain length in four bytes before it.
//! Level 1 is the one that keeps an import above ten thousand records a second; the contexts are kept, because making
//! one costs more than compressing a small body.

use std::cell::RefCell;

/// How a packed value begins.
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
const HEADER: usize = 5;
const LEVEL: i32 = 1;

thread_local! {
    static PACKER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Packs `plain`; compresses when it is longer than `threshold` bytes and that makes it shorter.
pub(super) fn pack(plain: &[u8], threshold: usize) -> Vec<u8> {
    if plain.len() > threshold
        && let Some(packed) = compress(plain)
        && packed.len() < plain.len()
    {
        return packed;
    }
    let mut out = Vec::with_capacity(plain.len() + 1);
    out.push(PLAIN);
    out.extend_from_slice(plain);
    out
}

/// Compresses with this thread's context; `None` when that fails, so that the caller stores it as it is.
fn compress(plain: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(plain.len()).ok()?;
    PACKER.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = zstd::bulk::Compressor::new(LEVEL).ok();
        }
        let packer = slot.as_mut()?;
        let mut out = vec![0; HEADER + zstd::zstd_safe::compress_bound(plain.len())];
        out[0] = ZSTD;
        out[1..HEADER].copy_from_slice(&length.to_be_bytes());
        let written = packer.compress_to_buffer(plain, &mut out[HEADER..]).ok()?;
        out.truncate(HEADER + written);
        Some(out)
    })
}

/// Unpacks what [`pack`] made; `None` when it is damaged or says that it is longer than `max` bytes.
pub(super) fn unpack(packed: &[u8], max: usize) -> Option<Vec<u8>> {
    let (&how, rest) = packed.split_first()?;
    match how {
        PLAIN if rest.len() <= max => Some(rest.to_vec()),
        ZSTD => {
            let (length, frame) = rest.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            if length > max {
                return None;
            }
            let plain = UNPACKER.with_borrow_mut(|slot| {
                if slot.is_none() {
                    *slot = zstd::bulk::Decompressor::new().ok();
                }
                slot.as_mut()?.decompress(frame, length).ok()
            })?;
            (plain.len() == length).then_some(plain)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_value_becomes_shorter_and_comes_back() {
        let plain = vec![b'a'; 10_000];
        let packed = pack(&plain, 200);
        assert!(packed.len() < 100);
        assert_eq!(unpack(&packed, 10_000).unwrap(), plain);
    }

    #[test]
    fn a_claimed_length_beyond_the_limit_is_refused() {
        let packed = pack(&vec![b'a'; 10_000], 200);
        assert_eq!(unpack(&packed, 9_999), None);
    }

    proptest! {
        #[test]
        fn any_value_comes_back(plain in proptest::collection::vec(any::<u8>(), 0..2_000), threshold in 0usize..400) {
            prop_assert_eq!(unpack(&pack(&plain, threshold), 2_000).unwrap(), plain);
        }

        #[test]
        fn any_bytes_are_refused_or_read_without_a_crash(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(plain) = unpack(&bytes, 1_000) {
                prop_assert!(plain.len() <= 1_000);
            }
        }
    }
}
