//! Randomness as an argument: nothing in this crate asks the machine for it except [`OsRandom`].

/// Where random bytes come from.
pub trait Random: Send + Sync {
    /// Fills the buffer with bytes fit for keys.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

#[allow(clippy::disallowed_methods)] // the one place that asks the system
impl Random for OsRandom {
    /// Cannot fail on the systems that Wardkeep runs on: getrandom(2), `getentropy` and `ProcessPrng` block until seeded and
    /// then always answer. Were one to fail nevertheless, going on without randomness would be the worse answer.
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system's generator always answers once it is seeded");
    }
}

/// An array of random bytes.
pub fn array<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// The same bytes for the same seed, so that a test can be repeated.
#[cfg(any(test, feature = "test-support"))]
#[derive(Debug)]
pub struct SeededRandom {
    seed: [u8; 32],
    calls: std::sync::atomic::AtomicU64,
}

#[cfg(any(test, feature = "test-support"))]
impl SeededRandom {
    /// From a number that the test names.
    pub fn new(seed: u64) -> Self {
        Self {
            seed: *blake3::hash(&seed.to_le_bytes()).as_bytes(),
            calls: std::sync::atomic::AtomicU64::new(0),
        }
    }
}

#[cfg(any(test, feature = "test-support"))]
impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        let call = self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut hasher = blake3::Hasher::new_keyed(&self.seed);
        hasher.update(&call.to_le_bytes());
        hasher.finalize_xof().fill(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_repeats_and_moves_on() {
        let (a, b) = (SeededRandom::new(7), SeededRandom::new(7));
        let first: [u8; 40] = array(&a);
        assert_eq!(first, array(&b));
        assert_ne!(first, array(&a));
        assert_ne!(array::<16>(&SeededRandom::new(8)), array(&SeededRandom::new(7)));
    }

    #[test]
    fn the_system_never_repeats() {
        assert_ne!(array::<32>(&OsRandom), array::<32>(&OsRandom));
    }
}
