//! The entries as received, one after another.

use crate::id::EntryHash;
use std::collections::BTreeMap;

/// The bytes, numbers and hashes of all entries.
#[derive(Clone, Default)]
pub(super) struct Log {
    bytes: Vec<u8>,
    /// Where each entry ends, and its hash.
    entries: Vec<(usize, EntryHash)>,
    numbers: BTreeMap<EntryHash, u32>,
}

impl Log {
    /// How many entries.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.entries.len()).expect("a roster has at most MAX_ENTRIES")
    }

    /// How many bytes.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a verified entry.
    pub(super) fn push(&mut self, bytes: &[u8], hash: EntryHash) {
        self.bytes.extend_from_slice(bytes);
        self.entries.push((self.bytes.len(), hash));
        self.numbers.insert(hash, self.len());
    }

    /// The hash of the entry of this number.
    pub(super) fn hash(&self, number: u32) -> Option<EntryHash> {
        let index = number.checked_sub(1)? as usize;
        self.entries.get(index).map(|(_, hash)| *hash)
    }

    /// The number of the entry of this hash.
    pub(super) fn number(&self, hash: &EntryHash) -> Option<u32> {
        self.numbers.get(hash).copied()
    }

    /// The bytes of the entry of this number.
    pub(super) fn bytes(&self, number: u32) -> Option<&[u8]> {
        let index = number.checked_sub(1)? as usize;
        let (end, _) = self.entries.get(index)?;
        let start = match index.checked_sub(1) {
            None => 0,
            Some(before) => self.entries.get(before)?.0,
        };
        self.bytes.get(start..*end)
    }
}
