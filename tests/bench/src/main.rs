//! Wardkeep.
fn main() {}
