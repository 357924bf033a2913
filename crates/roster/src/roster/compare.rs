//! Two chains of one clinic, side by side.

use super::Roster;
use crate::entry::hash_of;

/// How another chain stands to this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// They are the same.
    Same,
    /// The other is this one and more. What is more is not verified by comparing.
    Extends {
        /// How many entries more.
        by: u32,
    },
    /// The other is a beginning of this one.
    Shorter {
        /// How many entries fewer.
        by: u32,
    },
    /// They differ.
    Fork {
        /// The number of the first entry in which they do.
        at: u32,
    },
}

impl Roster {
    /// Compares with the entries of another chain, from the first on.
    pub fn compare<'a>(&self, other: impl IntoIterator<Item = &'a [u8]>) -> Comparison {
        let mine = self.log.len();
        let mut theirs = 0_u32;
        for bytes in other {
            theirs = theirs.saturating_add(1);
            match self.log.hash(theirs) {
                Some(hash) if hash != hash_of(bytes) => return Comparison::Fork { at: theirs },
                _ => {}
            }
        }
        match (theirs.checked_sub(mine), mine.checked_sub(theirs)) {
            (Some(0), _) => Comparison::Same,
            (Some(by), _) => Comparison::Extends { by },
            (None, by) => Comparison::Shorter { by: by.unwrap_or(0) },
        }
    }
}
