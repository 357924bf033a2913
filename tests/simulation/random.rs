//! Random bytes that follow from a seed.

/// A stream of bytes; the same seed gives the same.
pub(crate) struct Seeded(blake3::OutputReader);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("wardkeep simulation random bytes");
        hasher.update(&seed.to_be_bytes());
        Self(hasher.finalize_xof())
    }

    /// As [`wardkeep_sync::Random`] wants it.
    pub(crate) fn source(&mut self) -> impl FnMut(&mut [u8]) {
        |bytes| self.0.fill(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }

    /// A number below `limit`, which is small.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (u64::from_be_bytes(self.array()) % limit.max(1) as u64) as usize
    }

    /// True once in `one_in` times.
    pub(crate) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}
