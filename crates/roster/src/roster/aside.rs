//! What admins have decided about the segments that a revoked device wrote behind the line of its revocation.

use crate::entry::{Accept, Discard};
use crate::role::Compartment;
use std::collections::BTreeMap;

/// A life of a device, in one compartment.
type ChainId = ([u8; 16], Compartment);

/// The decisions about one device.
#[derive(Clone, Default, Debug)]
pub(super) struct Aside {
    accepted: BTreeMap<ChainId, Run>,
    discarded: BTreeMap<[u8; 32], u32>,
}

/// Segments that follow one another.
#[derive(Clone, Default, Debug)]
struct Run {
    after: u64,
    hashes: Vec<[u8; 32]>,
}

impl Aside {
    /// These follow what was accepted before.
    pub(super) fn accept(&mut self, body: &Accept) {
        let run = self
            .accepted
            .entry((body.incarnation, body.compartment))
            .or_insert_with(|| Run {
                after: body.after,
                hashes: Vec::new(),
            });
        run.hashes.extend_from_slice(&body.segments);
    }

    /// These stay out. The first word about a segment is kept.
    pub(super) fn discard(&mut self, body: &Discard, number: u32) {
        for hash in &body.segments {
            self.discarded.entry(*hash).or_insert(number);
        }
    }

    /// The last segment that counts of a chain of which something was accepted.
    pub(super) fn line(&self, incarnation: &[u8; 16], compartment: Compartment) -> Option<u64> {
        let run = self.accepted.get(&(*incarnation, compartment))?;
        Some(run.after.saturating_add(run.hashes.len() as u64))
    }

    /// What was accepted in this place.
    pub(super) fn accepted(&self, incarnation: &[u8; 16], compartment: Compartment, seq: u64) -> Option<&[u8; 32]> {
        let run = self.accepted.get(&(*incarnation, compartment))?;
        let index = seq.checked_sub(run.after)?.checked_sub(1)?;
        run.hashes.get(usize::try_from(index).ok()?)
    }

    /// The entry that decided that this one stays out.
    pub(super) fn discarded(&self, segment: &[u8; 32]) -> Option<u32> {
        self.discarded.get(segment).copied()
    }

    pub(super) fn accepted_count(&self) -> usize {
        self.accepted.values().map(|run| run.hashes.len()).sum()
    }

    pub(super) fn discarded_count(&self) -> usize {
        self.discarded.len()
    }
}
