//! Slot files as they may lie on a disk that somebody else wrote to: any bytes decode or are refused, with the right checksum too.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkeep_vault::slot::decode;

fuzz_target!(|bytes: &[u8]| {
    // The checksum would stop nearly every guess, so most of the work is behind it.
    let mut whole = [b"WKSLOT\x01", bytes].concat();
    let checksum = blake3::hash(&whole);
    whole.extend_from_slice(&checksum.as_bytes()[..16]);
    for bytes in [bytes, &whole] {
        if let Ok(slot) = decode(bytes) {
            assert_eq!(slot.encode(), bytes, "a slot is written as it was read");
        }
    }
});
