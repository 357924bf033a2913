//! When this device may seal, and where the next segment goes.

use super::Peer;
use crate::id::{Chain, Incarnation};
use crate::segment::Place;
use wardkeep_roster::Compartment;
use wardkeep_roster::entry::Reached;
use wardkeep_roster::roster::DueEpoch;

/// Why nothing is to be sealed now. What is written meanwhile stays in the op log and is sealed later.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotNow {
    /// Somebody has seen a later segment of this device than it knows: ask the server first, or begin a new incarnation.
    #[error("others know more of this device than it does")]
    Behind,
    /// A new device key may be in the roster already: under which key to sign, the roster must say first.
    #[error("a new device key is under way")]
    KeyUnderWay,
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
        self.may_seal(compartment)?;
        let epoch = self.roster.epoch(compartment).ok_or(NotNow::NoEpoch)?.epoch.number;
        let due = |due: &DueEpoch| matches!(due, DueEpoch::Lost { compartment: part, .. } if *part == compartment);
        if self.roster.due_epochs().iter().any(due) {
            return Err(NotNow::EpochDue);
        }
        Ok(self.next_place(compartment, epoch))
    }

    /// The same for audit entries, which need no epoch: each segment has a key of its own.
    pub fn audit_place(&self) -> Result<Place, NotNow> {
        self.may_seal(Compartment::Audit)?;
        Ok(self.next_place(Compartment::Audit, 1))
    }

    fn may_seal(&self, compartment: Compartment) -> Result<(), NotNow> {
        self.not_behind(&self.own_chain(compartment))?;
        if self.key_under_way {
            return Err(NotNow::KeyUnderWay);
        }
        Ok(())
    }

    /// Nobody knows more of this chain of this device than it does itself.
    fn not_behind(&self, chain: &Chain) -> Result<(), NotNow> {
        let held = self.held.seq(chain);
        let claimed = self.memory.claims.get(chain).is_some_and(|claim| claim.tip.seq > held);
        let promised = self.promised.seq(chain) > held;
        // The device itself has said in the roster how far it had come.
        let device = self.roster.device(&self.me);
        let said = device.is_some_and(|device| device.reached(&chain.incarnation.0, chain.compartment) > held);
        if self.memory.must_reincarnate || claimed || promised || said {
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

    /// Whether an entry with a new key of this device was made and it is not known yet whether the roster has it. Nothing is sealed meanwhile:
    /// the entry says how far the former key has come.
    pub fn set_key_under_way(&mut self, under_way: bool) {
        self.key_under_way = under_way;
    }

    /// How far this device's present key has come where that is further than the roster says already: what an entry with a new key must
    /// say. A device of which others know more than it does must hear of that first, or it would disown what it has written.
    pub fn reached(&self) -> Result<Vec<Reached>, NotNow> {
        let is_own = |chain: &&Chain| chain.device == self.me;
        let known = self
            .memory
            .claims
            .keys()
            .chain(self.held.iter().map(|(chain, _)| chain));
        for compartment in Compartment::ALL {
            self.not_behind(&self.own_chain(compartment))?;
        }
        for chain in known.filter(is_own) {
            self.not_behind(chain)?;
        }
        let Some(device) = self.roster.device(&self.me) else {
            return Ok(Vec::new());
        };
        let own = self.held.iter().filter(|(chain, _)| chain.device == self.me);
        let further = own.filter(|(chain, tip)| tip.seq > device.reached(&chain.incarnation.0, chain.compartment));
        let mut reached: Vec<Reached> = further
            .map(|(chain, tip)| Reached {
                incarnation: chain.incarnation.0,
                compartment: chain.compartment,
                seq: tip.seq,
                hash: tip.hash.0,
            })
            .collect();
        reached.sort_unstable_by_key(|one| (one.incarnation, one.compartment));
        Ok(reached)
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
