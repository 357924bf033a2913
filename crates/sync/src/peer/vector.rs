//! The server's vector, compared with everything that this device knows.

use super::memory::Claim;
use super::{Action, Alarm, Peer};
use crate::admit::{Held, is_behind_line};
use crate::frontier::{Frontier, Gap};
use crate::id::{Chain, RosterHead};
use crate::wire::VectorReply;
use std::collections::BTreeSet;

impl Peer {
    /// Takes what the server says that it has. Ask for it after connecting, after a wake-up, and from time to time; a vector must
    /// have been asked for after everything that was pulled before.
    pub fn on_vector(&mut self, store: &impl Held, reply: &VectorReply) -> Vec<Action> {
        let tips = reply.tips.shown_to(&self.me, &self.compartments);
        let mut actions = self.compare_roster(reply.roster);
        actions.extend(self.server_lost(&tips));
        let (agreed, disputed) = self.compare_tips(store, &tips);
        self.memory.acknowledged.join(&agreed);
        actions.extend(self.dispute(&disputed));
        actions.extend(self.settle_claims(store));
        actions.extend(self.withheld(&tips));
        actions.extend(self.missing_there(&tips, &disputed));
        actions.extend(self.missing_here(&tips));
        actions
    }

    /// A pull has ended, and every segment of it was judged: what the vector promised must be here.
    pub fn pulled(&mut self) -> Vec<Action> {
        self.pulled_under(&Frontier::new())
    }

    /// Whether the last vector promised something that no pull has brought.
    pub fn misses_promised(&self) -> bool {
        !self.promised.beyond(&self.held).is_empty()
    }

    /// The same as [`Peer::pulled`] where the server offers snapshots that this device would trust, with these vectors. What is missing and in one of them was
    /// let go before this device had it: that is said, and the snapshot taken.
    pub fn pulled_under(&mut self, offered: &Frontier) -> Vec<Action> {
        let promised = std::mem::take(&mut self.promised);
        let aside = |gap: &Gap| self.is_aside(gap);
        let mut gaps = promised.beyond(&self.held);
        // Of a chain that forked a person was told already, and why nothing of it fits.
        gaps.retain(|gap| !aside(gap) && !self.told.contains(&gap.chain));
        let (dropped, gaps): (Vec<_>, Vec<_>) = gaps.into_iter().partition(|gap| gap.from <= offered.seq(&gap.chain));
        let mut actions = Vec::new();
        if !gaps.is_empty() {
            actions.push(Action::Alarm(Alarm::NotDelivered { gaps }));
        }
        let compartments: BTreeSet<_> = dropped.iter().map(|gap| gap.chain.compartment).collect();
        if !dropped.is_empty() {
            actions.push(Action::Alarm(Alarm::Dropped { gaps: dropped }));
        }
        let take = |compartment| Action::TakeSnapshot { compartment };
        actions.extend(compartments.into_iter().map(take));
        actions
    }

    fn compare_roster(&mut self, server: RosterHead) -> Vec<Action> {
        let head = self.head();
        let mut actions = Vec::new();
        if server.number < self.memory.server_roster {
            let had = self.memory.server_roster;
            actions.push(Action::Alarm(Alarm::RosterRolledBack {
                had,
                has: server.number,
            }));
        }
        self.memory.server_roster = server.number;
        if let Some((number, witness)) = self.memory.cited_roster.filter(|(number, _)| *number > server.number) {
            if number > head.number {
                actions.push(Action::Alarm(Alarm::RosterWithheld { number, witness }));
            }
            self.memory.cited_roster = None;
        }
        match self.roster.hash_at(server.number) {
            None if server.number == 0 => actions.push(Action::PushRoster {
                expected: RosterHead::NONE,
            }),
            None => actions.push(Action::FetchRoster { after: head.number }),
            Some(hash) if hash != server.hash => {
                actions.push(Action::Alarm(Alarm::RosterForked {
                    at: server.number,
                    witness: None,
                }));
            }
            Some(_) if server.number < head.number => actions.push(Action::PushRoster { expected: server }),
            Some(_) => {}
        }
        actions
    }

    /// What the server had and has no longer. From then on it counts as not acknowledged, so it is said once and pushed again.
    fn server_lost(&mut self, tips: &Frontier) -> Option<Action> {
        let gaps = self
            .memory
            .acknowledged
            .shown_to(&self.me, &self.compartments)
            .beyond(tips);
        if gaps.is_empty() {
            return None;
        }
        let lost = |chain: &Chain| gaps.iter().any(|gap| gap.chain == *chain);
        let kept = self.memory.acknowledged.iter().filter(|(chain, _)| !lost(chain));
        self.memory.acknowledged = kept.map(|(chain, tip)| (*chain, *tip)).collect();
        Some(Action::Alarm(Alarm::ServerLost { gaps }))
    }

    /// The tips that are here too, and those where another segment is here.
    fn compare_tips(&self, store: &impl Held, tips: &Frontier) -> (Frontier, Frontier) {
        let view = self.view(store);
        let (mut agreed, mut disputed) = (Frontier::new(), Frontier::new());
        for (chain, tip) in tips.iter().filter(|(chain, tip)| self.held.seq(chain) >= tip.seq) {
            let other = view.hash_at(chain, tip.seq).is_some_and(|hash| hash != tip.hash);
            if other {
                disputed.set(*chain, *tip)
            } else {
                agreed.set(*chain, *tip)
            }
        }
        (agreed, disputed)
    }

    /// A hash is only a claim: what stands behind it is pulled, and then proves a fork or nothing.
    fn dispute(&mut self, disputed: &Frontier) -> Vec<Action> {
        let mut actions = Vec::new();
        for (chain, tip) in disputed.iter() {
            if self.told.insert(*chain) {
                actions.push(Action::Alarm(Alarm::ServerDisagrees {
                    chain: *chain,
                    seq: tip.seq,
                }));
            }
            let after = self.memory.acknowledged.seq(chain).min(tip.seq - 1);
            actions.push(Action::PullFrom { chain: *chain, after });
        }
        actions
    }

    /// What a witness has named is here by now: it must be the same.
    fn settle_claims(&mut self, store: &impl Held) -> Vec<Action> {
        let arrived = self
            .memory
            .claims
            .iter()
            .filter(|(chain, claim)| self.held.seq(chain) >= claim.tip.seq);
        let differs = |chain: &Chain, claim: &Claim| {
            let hash = self.view(store).hash_at(chain, claim.tip.seq);
            hash.is_some_and(|hash| hash != claim.tip.hash)
        };
        let alarm = |(chain, claim): (&Chain, &Claim)| {
            Action::Alarm(Alarm::WitnessDisagrees {
                chain: *chain,
                seq: claim.tip.seq,
                witness: claim.witness,
            })
        };
        let actions = arrived
            .filter(|(chain, claim)| differs(chain, claim))
            .map(alarm)
            .collect();
        let held = &self.held;
        self.memory
            .claims
            .retain(|chain, claim| held.seq(chain) < claim.tip.seq);
        actions
    }

    /// What a witness has seen and the server does not show.
    fn withheld(&mut self, tips: &Frontier) -> Vec<Action> {
        let held = &self.held;
        self.memory
            .claims
            .retain(|chain, claim| held.seq(chain) < claim.tip.seq);
        let mut actions = Vec::new();
        for (chain, claim) in &mut self.memory.claims {
            if tips.seq(chain) >= claim.tip.seq {
                claim.raised = false;
            } else if !claim.raised {
                claim.raised = true;
                let gap = Gap {
                    chain: *chain,
                    from: held.seq(chain).max(tips.seq(chain)) + 1,
                    to: claim.tip.seq,
                };
                actions.push(Action::Alarm(Alarm::Withheld {
                    gap,
                    witness: claim.witness,
                }));
            }
        }
        actions
    }

    /// What is here and not there, own chains first. A chain in which the server has something else is left alone.
    fn missing_there(&self, tips: &Frontier, disputed: &Frontier) -> Vec<Action> {
        let mut gaps = self.held.shown_to(&self.me, &self.compartments).beyond(tips);
        gaps.retain(|gap| disputed.tip(&gap.chain).is_none());
        gaps.sort_by_key(|gap| gap.chain.device != self.me);
        gaps.into_iter().map(Action::Push).collect()
    }

    /// Whether all of this was put aside, and an admin has accepted none of it since.
    fn is_aside(&self, gap: &Gap) -> bool {
        let marked = self
            .memory
            .quarantined
            .get(&gap.chain)
            .is_some_and(|seq| *seq >= gap.to);
        marked && is_behind_line(&self.roster, &gap.chain, gap.from)
    }

    /// What is there and not here.
    fn missing_here(&mut self, tips: &Frontier) -> Option<Action> {
        let missing = tips.beyond(&self.held);
        let missing = missing.iter().filter(|gap| !self.is_aside(gap));
        self.promised = missing
            .filter_map(|gap| tips.tip(&gap.chain).map(|tip| (gap.chain, tip)))
            .collect();
        (!self.promised.is_empty()).then_some(Action::Pull)
    }
}
