//! Ops as another device sends them: any bytes decode or are refused, and what decodes encodes to the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkeep_record::op::{decode_op, encode_op};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(op) = decode_op(bytes) {
        assert_eq!(encode_op(&op), bytes, "an op has one encoding");
    }
});
