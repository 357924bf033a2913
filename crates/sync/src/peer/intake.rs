//! Segments that arrive, and the server's answers to segments that were sent.

use super::{Action, Alarm, Peer};
use crate::admit::{Fork, Held, Verdict, admit};
use crate::frontier::Gap;
use crate::id::{Chain, Tip};
use crate::segment::{Segment, Verified};
use crate::wire::{PushReply, PushResult, RefusalCode};

/// What to do with one segment that arrived.
pub enum Step<'a> {
    /// Store it durably, then call [`Peer::stored`]; apply it when its key is there. The actions come before it.
    Store(Verified<'a>, Vec<Action>),
    /// Keep it aside, sealed as it is, for an admin; then call [`Peer::quarantined`].
    Quarantine(Verified<'a>),
    /// Nothing: it is here already, or put aside already.
    Skip,
    /// Segments before it are missing. If a pull ends with them missing, [`Peer::pulled`] says so.
    Missing(Gap),
    /// Not now: fetch the roster first, then pull again.
    FetchRoster,
    /// Do not store it; do this.
    Refuse(Vec<Action>),
}

impl Peer {
    /// Judges a segment that arrived. `store` knows the hashes of what is stored.
    pub fn on_segment<'a>(&mut self, store: &impl Held, bytes: &'a [u8]) -> Step<'a> {
        match admit(&self.roster, &self.view(store), bytes) {
            Verdict::Next(verified) => {
                let actions = self.own_tail(verified.segment());
                let header = verified.segment().header();
                let tip = Tip {
                    seq: header.seq,
                    hash: verified.segment().hash(),
                };
                // Whoever sends it has it. Only what an admin has accepted may come from where it was kept apart.
                if !self.is_accepted(&header.chain, header.seq) {
                    self.memory.acknowledged.raise(header.chain, tip);
                }
                Step::Store(verified, actions)
            }
            Verdict::Duplicate => Step::Skip,
            Verdict::Ahead { chain, from, to } => Step::Missing(Gap { chain, from, to }),
            Verdict::Fork(fork) => Step::Refuse(self.on_fork(&fork)),
            Verdict::AfterRevocation(verified) => {
                let header = verified.segment().header();
                let before = self.memory.quarantined.get(&header.chain).copied().unwrap_or(0);
                if header.seq <= before {
                    Step::Skip
                } else {
                    Step::Quarantine(verified)
                }
            }
            Verdict::UnknownRoster(_) => Step::FetchRoster,
            Verdict::Reject(why) => Step::Refuse(vec![Action::Alarm(Alarm::Rejected(why))]),
        }
    }

    fn is_accepted(&self, chain: &Chain, seq: u64) -> bool {
        let place = (&chain.device, &chain.incarnation.0, chain.compartment);
        self.roster.accepted(place.0, place.1, place.2, seq).is_some()
    }

    /// A segment was put aside.
    pub fn quarantined(&mut self, chain: Chain, seq: u64) {
        let mark = self.memory.quarantined.entry(chain).or_insert(0);
        *mark = (*mark).max(seq);
    }

    /// A stored segment did not open: the vault stops applying its chain there.
    pub fn unreadable(&self, chain: Chain, seq: u64) -> Vec<Action> {
        vec![Action::Alarm(Alarm::Unreadable { chain, seq })]
    }

    /// A genuine segment of this device's present life that this device did not know: it lives twice, or in the past.
    fn own_tail(&mut self, segment: &Segment<'_>) -> Vec<Action> {
        let (chain, seq) = (segment.header().chain, segment.header().seq);
        if chain != self.own_chain(chain.compartment) || self.memory.must_reincarnate {
            return Vec::new();
        }
        self.memory.must_reincarnate = true;
        vec![Action::Alarm(Alarm::Cloned { chain, seq }), Action::Reincarnate]
    }

    fn on_fork(&mut self, fork: &Fork<'_>) -> Vec<Action> {
        let chain = fork.proof.segment().header().chain;
        let forked = Alarm::Forked {
            chain,
            seq: fork.seq,
            held: fork.held,
            offered: fork.offered,
        };
        let mut actions = Vec::new();
        // That the server claims something else may have been said before; this is the proof.
        self.told.insert(chain);
        if self.proven.insert(chain) || chain.device == self.me {
            actions.push(Action::Alarm(forked));
        }
        if chain.device != self.me {
            return actions;
        }
        // What the server has taken stays; what this device wrote beside it moves to a new life.
        let keep = self.memory.acknowledged.seq(&chain).min(fork.seq.saturating_sub(1));
        if chain == self.own_chain(chain.compartment) && !self.memory.must_reincarnate {
            self.memory.must_reincarnate = true;
            actions.push(Action::Alarm(Alarm::Cloned { chain, seq: fork.seq }));
            actions.push(Action::Reincarnate);
        }
        actions.push(Action::Rewind { chain, keep });
        actions
    }

    /// The server's answer to a push of these segments, in this order.
    pub fn on_push_reply(&mut self, sent: &[(Chain, Tip)], reply: &PushReply) -> Vec<Action> {
        if sent.len() != reply.results.len() {
            return vec![Action::Alarm(Alarm::BadAnswer)];
        }
        let mut actions = Vec::new();
        for ((chain, tip), result) in sent.iter().zip(&reply.results) {
            match result {
                PushResult::Stored | PushResult::Duplicate => self.memory.acknowledged.raise(*chain, *tip),
                PushResult::Refused(why) => {
                    let action = self.on_refusal(*chain, *tip, *why);
                    if !actions.contains(&action) {
                        actions.push(action);
                    }
                }
            }
        }
        actions
    }

    /// What a refusal may cause. None is believed further than that: the roster alone says who is revoked.
    fn on_refusal(&self, chain: Chain, tip: Tip, why: RefusalCode) -> Action {
        match why {
            RefusalCode::Roster | RefusalCode::Signature | RefusalCode::Revoked => Action::FetchRoster {
                after: self.roster.head().0,
            },
            RefusalCode::UnknownRoster | RefusalCode::Gap => Action::AskVector,
            RefusalCode::Fork => Action::PullFrom {
                chain,
                after: self.memory.acknowledged.seq(&chain),
            },
            RefusalCode::Full | RefusalCode::Storage | RefusalCode::Other(_) => Action::Backoff,
            RefusalCode::Malformed | RefusalCode::OtherClinic => Action::Alarm(Alarm::Refused {
                chain,
                seq: tip.seq,
                why,
            }),
        }
    }
}
