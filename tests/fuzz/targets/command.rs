//! What the page sends to the command table: any bytes decode or are refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkeep_clinic::command::{COMMANDS, decode};

fuzz_target!(|bytes: &[u8]| {
    // Decoding is pure: nothing runs until the request is run.
    let _ = decode(bytes);
    // The names are long; give each of them the same input.
    if let (Ok(input), [first, ..]) = (std::str::from_utf8(bytes), bytes) {
        let name = COMMANDS[usize::from(*first) % COMMANDS.len()].name;
        let _ = decode(format!("{{\"name\":\"{name}\",\"input\":{}}}", &input[first_char(input)..]).as_bytes());
    }
});

/// Where the second character begins.
fn first_char(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}
