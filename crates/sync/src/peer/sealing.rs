//! When this device may seal, and where the next segment goes.

use super::Peer;
use crate::id::Incarnation;
use crate::segment::Place;
use wardkeep_roster::Compartment;
use wardkeep_roster::roster::DueEpoch;

/// Why nothing is to be sealed now. What is written meanwhile stays in the op log and is sealed later.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotNow {
    /// Somebody has seen a later segment of this device than it knows: ask the server first, or begin a new incarnation.
    #[error("others know more of this device than it does")]
    Behind,
    /// The compartment has no key yet.
    #[error("no epoch yet")]
    NoEpoch,
    /// Somebody who could read has left: a new epoch must begin, or they could read on.
    #[error("a new epoch is due")]
    EpochDue,
}

impl Peer {
    /// Where the next segment of this device goes. Its key is that of the place's epoch; a device that was not given it yet waits.
    pub fn place(&self, compartment: Compartment) -> Result<Place, NotNow> {
        self.not_behind(compartment)?;
        let epoch = self.roster.epoch(compartment).ok_or(NotNow::NoEpoch)?.epoch.number;
        let due = |due: &DueEpoch| matches!(due, DueEpoch::Lost { compartment: part, .. } if *part == compartment);
        if self.roster.due_epochs().iter().any(due) {
            return Err(NotNow::EpochDue);
        }
        Ok(self.next_place(compartment, epoch))
    }

    /// The same for audit entries, which need no epoch: each segment has a key of its own.
    pub fn audit_place(&self) -> Result<Place, NotNow> {
        self.not_behind(Compartment::Audit)?;
        Ok(self.next_place(Compartment::Audit, 1))
    }

    fn not_behind(&self, compartment: Compartment) -> Result<(), NotNow> {
        let chain = self.own_chain(compartment);
        let claimed = self
            .memory
            .claims
            .get(&chain)
            .is_some_and(|claim| claim.tip.seq > self.held.seq(&chain));
        let promised = self.promised.seq(&chain) > self.held.seq(&chain);
        if self.memory.must_reincarnate || claimed || promised {
            return Err(NotNow::Behind);
        }
        Ok(())
    }

    fn next_place(&self, compartment: Compartment, epoch: u32) -> Place {
        let chain = self.own_chain(compartment);
        Place {
            clinic: self.roster.clinic(),
            chain,
            tip: self.held.tip(&chain),
            roster: self.head(),
            epoch,
        }
    }

    /// Begins a new life of this device: new chains, from 1. The incarnation is random and must be stored before anything is sealed in
    /// it.
    pub fn begin(&mut self, incarnation: Incarnation) {
        self.incarnation = incarnation;
        self.memory.must_reincarnate = false;
    }

    /// This device's present life.
    pub fn incarnation(&self) -> Incarnation {
        self.incarnation
    }
}
