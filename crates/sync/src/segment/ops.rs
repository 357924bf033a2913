//! The content of a segment of ops: consecutive numbers, opaque bytes.
//!
//! Layout: count as varint | number of the first op u64 | for each op its length as varint and its bytes.

use crate::segment::MAX_CONTENT;
use crate::varint;
use std::ops::Range;
use zeroize::Zeroizing;

/// Ops in one segment at most.
pub const MAX_OPS: usize = 1_000;
/// Bytes of one op at most.
pub const MAX_OP_BYTES: usize = 1 << 20;

/// Ops as they came out of a segment. They hold what the clinic knows: there is no `Debug`, and the bytes are wiped.
pub struct Ops {
    first: u64,
    content: Zeroizing<Vec<u8>>,
    ranges: Vec<Range<usize>>,
}

impl Ops {
    /// Number and bytes of each, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u64, &[u8])> {
        let ops = self.ranges.iter().map(|range| &self.content[range.clone()]);
        ops.enumerate().map(|(at, op)| (self.first + at as u64, op))
    }

    /// The number of the first op.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many there are, from 1.
    pub fn count(&self) -> usize {
        self.ranges.len()
    }

    /// Reads the content; `None` for whatever [`write`] did not write.
    pub(super) fn read(content: Zeroizing<Vec<u8>>) -> Option<Self> {
        let (count, rest) = varint::read(&content)?;
        let count = usize::try_from(count)
            .ok()
            .filter(|count| (1..=MAX_OPS).contains(count))?;
        let (first, mut rest) = rest.split_first_chunk::<8>()?;
        let first = u64::from_be_bytes(*first);
        // The numbers of all ops fit in 64 bits and start at 1.
        first.checked_add(count as u64)?;
        let mut ranges = Vec::with_capacity(count);
        for _ in 0..count {
            let (length, ops) = varint::read(rest)?;
            let length = usize::try_from(length)
                .ok()
                .filter(|length| (1..=MAX_OP_BYTES).contains(length))?;
            let start = content.len() - ops.len();
            rest = ops.get(length..)?;
            ranges.push(start..start + length);
        }
        (first > 0 && rest.is_empty()).then_some(Self { first, content, ranges })
    }
}

/// How many of the next ops, by their lengths in bytes, go into one segment: as many as its limits allow. 0 only if there
/// are none or the first is no op (empty, or above [`MAX_OP_BYTES`]).
pub fn fitting(lengths: impl IntoIterator<Item = usize>) -> usize {
    let mut content = varint::length(MAX_OPS as u64) + 8;
    let fits = |length: &usize| {
        content += varint::length(*length as u64) + length;
        (1..=MAX_OP_BYTES).contains(length) && content <= MAX_CONTENT
    };
    lengths.into_iter().take(MAX_OPS).take_while(fits).count()
}

/// The content; `None` outside of the limits.
pub(super) fn write(first: u64, ops: &[impl AsRef<[u8]>]) -> Option<Zeroizing<Vec<u8>>> {
    let lengths = || ops.iter().map(|op| op.as_ref().len());
    if ops.is_empty() || first == 0 || fitting(lengths()) != ops.len() {
        return None;
    }
    first.checked_add(ops.len() as u64)?;
    let size = lengths()
        .map(|length| length + varint::length(length as u64))
        .sum::<usize>();
    // The full size from the start: growing would leave an unwiped copy.
    let mut content = Zeroizing::new(Vec::with_capacity(size + varint::length(ops.len() as u64) + 8));
    varint::write(&mut content, ops.len() as u64);
    content.extend_from_slice(&first.to_be_bytes());
    for op in ops {
        varint::write(&mut content, op.as_ref().len() as u64);
        content.extend_from_slice(op.as_ref());
    }
    Some(content)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits_hold_on_both_sides() {
        assert_eq!(fitting(vec![1; 2_000]), MAX_OPS);
        assert_eq!(fitting([MAX_OP_BYTES, 60_000, 6_000]), 2);
        assert_eq!(fitting([MAX_OP_BYTES + 1]), 0);
        assert_eq!(fitting([0]), 0);
        assert_eq!(fitting([]), 0);
        assert!(write(1, &[vec![0; MAX_OP_BYTES]]).is_some());
        assert!(write(1, &[vec![0; MAX_OP_BYTES + 1]]).is_none());
        assert!(write(0, &[vec![1]]).is_none() && write(u64::MAX, &[vec![1]]).is_none());
        assert!(write(1, &vec![vec![1]; MAX_OPS + 1]).is_none());
        assert!(write(1, &[] as &[Vec<u8>]).is_none());
        for bad in [
            &b"\x00\0\0\0\0\0\0\0\x01"[..],
            b"\x01\0\0\0\0\0\0\0\x00\x01a",
            b"\x01\0\0\0\0\0\0\0\x01\x00",
            b"\x01\0\0\0\0\0\0\0\x01\x01ab",
            b"\x02\0\0\0\0\0\0\0\x01\x01a",
            b"\x01\xff\xff\xff\xff\xff\xff\xff\xff\x01a",
            b"\xe9\x07\0\0\0\0\0\0\0\x01\x01a",
        ] {
            assert!(Ops::read(Zeroizing::new(bad.to_vec())).is_none());
        }
    }

    proptest! {
        #[test]
        fn come_back_in_order(first in 1u64..1 << 60, ops in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..200), 1..60)) {
            let read = Ops::read(write(first, &ops).unwrap()).unwrap();
            let expected: Vec<_> = ops.iter().enumerate().map(|(at, op)| (first + at as u64, &op[..])).collect();
            prop_assert_eq!(read.iter().collect::<Vec<_>>(), expected);
            prop_assert_eq!((read.first(), read.count()), (first, ops.len()));
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Ops::read(Zeroizing::new(bytes));
        }
    }
}
