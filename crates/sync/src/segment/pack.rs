//! What is inside a segment: content, compressed, then padded. Compression comes before the seal because a ciphertext does
//! not compress, and padding after it because otherwise the compressed length would tell what padding hides.
//!
//! Layout: method u8 (0 as it is, 1 zstd) | length of the body as varint | body | zeros up to the PADME length.

use super::padme::padded_length;
use crate::varint;
use zeroize::Zeroizing;

/// Bytes of content in one segment at most: one op of 1 MiB, or many smaller ones, with their lengths.
pub const MAX_CONTENT: usize = (1 << 20) + (1 << 16);

/// zstd's own default: what higher levels win on content of this size is less than what they cost.
const LEVEL: i32 = 3;
const AS_IT_IS: u8 = 0;
const ZSTD: u8 = 1;
/// Below this nothing is won: a zstd frame has a header of its own.
const WORTH_COMPRESSING: usize = 64;

/// Compresses where that wins anything, and pads.
pub(crate) fn pack(content: &[u8]) -> Zeroizing<Vec<u8>> {
    let compressed = compress(content);
    let (method, body) = match &compressed {
        Some(body) => (ZSTD, &body[..]),
        None => (AS_IT_IS, content),
    };
    let length = 1 + varint::length(body.len() as u64) + body.len();
    let mut packed = Zeroizing::new(Vec::with_capacity(padded_length(length)));
    packed.push(method);
    varint::write(&mut packed, body.len() as u64);
    packed.extend_from_slice(body);
    packed.resize(padded_length(length), 0);
    packed
}

/// The content; `None` for whatever [`pack`] did not write. Never allocates more than [`MAX_CONTENT`].
pub(crate) fn unpack(packed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (method, rest) = packed.split_first()?;
    let (length, rest) = varint::read(rest)?;
    let (body, padding) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    if padding.iter().any(|&byte| byte != 0) {
        return None;
    }
    match *method {
        AS_IT_IS if body.len() <= MAX_CONTENT => Some(Zeroizing::new(body.to_vec())),
        ZSTD => decompress(body),
        _ => None,
    }
}

fn compress(content: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if content.len() < WORTH_COMPRESSING {
        return None;
    }
    // A failure to compress is no reason to lose a segment: it goes as it is.
    let body = Zeroizing::new(zstd::bulk::compress(content, LEVEL).ok()?);
    (body.len() < content.len()).then_some(body)
}

/// The output buffer has its full size from the start, so that a frame which would become larger is refused by zstd itself,
/// whatever its header says.
fn decompress(body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let said = zstd::zstd_safe::get_frame_content_size(body).ok()??;
    let said = usize::try_from(said).ok().filter(|&said| said <= MAX_CONTENT)?;
    let content = Zeroizing::new(zstd::bulk::decompress(body, said).ok()?);
    // Frames may follow each other; ours is exactly one.
    let frame = zstd::zstd_safe::find_frame_compressed_size(body).ok()?;
    (content.len() == said && frame == body.len()).then_some(content)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bomb_is_refused_before_it_grows() {
        let bomb = zstd::bulk::compress(&vec![0; 64 << 20], 19).unwrap();
        assert!(bomb.len() < 10_000);
        assert!(unpack(&framed(ZSTD, &bomb)).is_none());
        // The same without a size in its header, and with a size that lies.
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        std::io::Write::write_all(&mut encoder, &vec![0; 64 << 20]).unwrap();
        assert!(unpack(&framed(ZSTD, &encoder.finish().unwrap())).is_none());
        let honest = zstd::bulk::compress(&[7; 300], 3).unwrap();
        let mut lying = honest.clone();
        lying[5] = 1; // the size field of two bytes behind magic and descriptor, less 256
        assert!(unpack(&framed(ZSTD, &honest)).is_some());
        assert!(unpack(&framed(ZSTD, &lying)).is_none());
    }

    #[test]
    fn one_frame_and_zeros_behind_it() {
        let frame = zstd::bulk::compress(&[7; 300], 3).unwrap();
        assert!(unpack(&framed(ZSTD, &[&frame[..], &frame[..]].concat())).is_none());
        assert!(unpack(&framed(2, b"x")).is_none());
        let mut padded = framed(AS_IT_IS, b"x");
        padded.extend([0, 0]);
        assert_eq!(unpack(&padded).unwrap()[..], b"x"[..]);
        padded.push(1);
        assert!(unpack(&padded).is_none());
        assert!(unpack(&[]).is_none() && unpack(&[AS_IT_IS]).is_none() && unpack(&[AS_IT_IS, 2, 0]).is_none());
    }

    #[test]
    fn what_compresses_is_compressed() {
        assert!(pack(&[7; 10_000]).len() < 64);
        assert_eq!(pack(b"short").len(), 7);
    }

    fn framed(method: u8, body: &[u8]) -> Vec<u8> {
        let mut packed = vec![method];
        varint::write(&mut packed, body.len() as u64);
        packed.extend_from_slice(body);
        packed
    }

    proptest! {
        #[test]
        fn comes_back_as_it_went(content in proptest::collection::vec(any::<u8>(), 0..5_000), repeat in 1usize..50) {
            let content = content.repeat(repeat);
            let packed = pack(&content);
            prop_assert_eq!(padded_length(packed.len()), packed.len());
            prop_assert_eq!(&unpack(&packed).unwrap()[..], &content[..]);
        }

        #[test]
        fn garbage_is_refused_or_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&bytes);
        }
    }
}
