//! Versions of the program. A later version writes ops that an earlier one cannot read: the same content under a later version number,
//! which the real decoder calls 'newer'. The later version takes the number back and reads with the real decoder.

use wardkeep_record::op::{DecodeError, Op, check_op, decode_op};

/// Where an op's bytes have their version: behind the head of the array.
const VERSION_AT: usize = 1;
/// The version that every program reads.
pub(crate) const FIRST: u8 = 1;
/// The last one.
pub(crate) const LAST: u8 = 3;

/// The bytes of an op, in the form of this version.
pub(crate) fn write(op: &Op, version: u8) -> Vec<u8> {
    let mut bytes = check_op(op).unwrap();
    assert_eq!(bytes[VERSION_AT], FIRST);
    bytes[VERSION_AT] = version;
    bytes
}

/// What a program of this version reads.
pub(crate) fn read(bytes: &[u8], program: u8) -> Result<Op, DecodeError> {
    match decode_op(bytes) {
        Err(DecodeError::Newer) if bytes.get(VERSION_AT).is_some_and(|version| *version <= program) => {
            let mut known = bytes.to_vec();
            known[VERSION_AT] = FIRST;
            decode_op(&known)
        }
        other => other,
    }
}
