//! Roster entries as a server hands them out: any bytes decode or are refused, what decodes has one encoding, and nothing that the clinic's
//! keys did not sign is taken.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use wardkeep_roster::Roster;
use wardkeep_roster::codec::{decode, encode};
use wardkeep_roster::sample::Sample;

static CLINIC: LazyLock<Sample> = LazyLock::new(Sample::default);

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = decode(bytes) {
        assert_eq!(encode(&entry), bytes, "an entry has one encoding");
    }
    let _ = Roster::found(bytes);
    let mut roster = CLINIC.roster.clone();
    assert!(roster.append(bytes).is_err(), "nobody has signed this");
    assert_eq!(roster.head(), CLINIC.roster.head(), "what is refused changes nothing");
});
