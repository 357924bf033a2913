//! What other devices say that they have seen: the server can keep something from one device, not from all of them and their
//! checkpoints.

use super::memory::Claim;
use super::{Action, Alarm, Peer};
use crate::admit::Held;
use crate::checkpoint::{Checkpoint, Digests};
use crate::frontier::Frontier;
use crate::id::RosterHead;
use crate::join::Welcomed;
use wardkeep_roster::{Compartment, DeviceId};

/// This replica at the moment before a checkpoint is applied, and only if it has applied nothing that is not yet in a segment: rows
/// that no vector counts would look like a divergence.
pub struct Replica<'a> {
    /// What was applied, in the checkpoint's compartment.
    pub applied: &'a Frontier,
    /// The digests of the compartment's tables.
    pub digests: &'a Digests,
}

impl Peer {
    /// A checkpoint of another device was opened.
    pub fn on_checkpoint(
        &mut self,
        store: &impl Held,
        witness: DeviceId,
        compartment: Compartment,
        checkpoint: &Checkpoint,
        here: Option<&Replica<'_>>,
    ) -> Vec<Action> {
        let mut actions = self.on_cited_roster(checkpoint.roster, witness);
        actions.extend(self.on_claims(store, witness, &checkpoint.vector.within(&[compartment])));
        let same = here.filter(|here| checkpoint.vector == here.applied.within(&[compartment]));
        let tables = same
            .map(|here| checkpoint.digests.differing(here.digests))
            .unwrap_or_default();
        if !tables.is_empty() {
            actions.push(Action::Alarm(Alarm::Diverged {
                compartment,
                tables,
                witness,
            }));
        }
        actions
    }

    /// An admin's welcome names the tips that the server must be able to show, even to a new device.
    pub fn on_welcome(&mut self, store: &impl Held, welcome: &Welcomed) -> Vec<Action> {
        let vector = welcome.vector.within(&self.compartments);
        let mut actions = self.on_cited_roster(welcome.roster, welcome.sender.device);
        actions.extend(self.on_claims(store, welcome.sender.device, &vector));
        actions
    }

    fn on_cited_roster(&mut self, cited: RosterHead, witness: DeviceId) -> Vec<Action> {
        match self.roster.hash_at(cited.number) {
            Some(hash) if hash == cited.hash => Vec::new(),
            Some(_) => vec![Action::Alarm(Alarm::RosterForked {
                at: cited.number,
                witness: Some(witness),
            })],
            None => {
                let higher = self.memory.cited_roster.is_none_or(|(number, _)| number < cited.number);
                if higher {
                    self.memory.cited_roster = Some((cited.number, witness));
                }
                vec![Action::FetchRoster {
                    after: self.roster.head().0,
                }]
            }
        }
    }

    /// Remembers what is not here, and compares what is.
    fn on_claims(&mut self, store: &impl Held, witness: DeviceId, vector: &Frontier) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut asked = false;
        for (chain, tip) in vector.iter() {
            let held = self.held.seq(chain);
            if held >= tip.seq {
                let hash = self.view(store).hash_at(chain, tip.seq);
                if hash.is_some_and(|hash| hash != tip.hash) {
                    let alarm = Alarm::WitnessDisagrees {
                        chain: *chain,
                        seq: tip.seq,
                        witness,
                    };
                    actions.push(Action::Alarm(alarm));
                }
                continue;
            }
            asked = true;
            let claim = Claim {
                tip: *tip,
                witness,
                raised: false,
            };
            let known = self.memory.claims.entry(*chain).or_insert(claim);
            if known.tip.seq < tip.seq {
                *known = claim;
            }
        }
        if asked {
            actions.push(Action::AskVector);
        }
        actions
    }
}
