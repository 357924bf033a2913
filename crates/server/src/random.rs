//! The one place that asks the operating system for random bytes; what is made of them stands where it is used.

/// An array fit for keys and tokens.
///
/// The generators of the systems that this runs on block until seeded and then always answer. Were one to fail nevertheless,
/// going on without randomness would be the worse answer.
pub fn array<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// The same into a buffer that is wiped.
#[allow(clippy::disallowed_methods, reason = "the one place that asks the system")]
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system's generator always answers once it is seeded");
}
