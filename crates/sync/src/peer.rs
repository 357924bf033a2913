//! The device's end of sync, as a state machine without I/O: what arrives goes in, what to do comes out.
//!
//! The caller stores segments, speaks with the server and seals; this decides. It believes signatures and hashes. What the server
//! says about itself (vectors, acknowledgements) is compared with everything that this device knows, and a difference becomes an
//! [`Alarm`], a push or a pull, never a deletion.
//!
//! Held and applied are two things: a locked device holds segments that it cannot read yet. This machine counts what is held.

mod alarm;
mod intake;
mod memory;
mod sealing;
mod vector;
mod witness;

pub use alarm::{Alarm, Stale};
pub use intake::Step;
pub use memory::{MAX_MEMORY_BYTES, Memory};
pub use sealing::NotNow;
pub use witness::Replica;

use crate::admit::Held;
use crate::frontier::{Frontier, Gap};
use crate::id::{Chain, Incarnation, RosterHead, SegmentHash, Tip};
use std::collections::BTreeSet;
use wardkeep_roster::roster::{CutOff, Status, VerifyError};
use wardkeep_roster::{Compartment, DeviceId, Refusal, Roster};

/// Milliseconds after which a device that was not heard of is called stale: every device writes a checkpoint a day.
pub const STALE_AFTER_MS: u64 = 3 * 24 * 3_600_000;

/// What the caller is to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Fetch roster entries after this number.
    FetchRoster {
        /// The last one that is here.
        after: u32,
    },
    /// The server lacks entries that are here: post those after its head.
    PushRoster {
        /// The server's head.
        expected: RosterHead,
    },
    /// The server lacks segments that are here: push them, in order.
    Push(Gap),
    /// The server has segments that are not here: pull with [`Peer::held`] as the vector, then call [`Peer::pulled`].
    Pull,
    /// Pull this chain alone, from behind this number: what the server has there must be seen to be judged.
    PullFrom {
        /// The chain.
        chain: Chain,
        /// The last segment in which both agree.
        after: u64,
    },
    /// Ask for the server's vector again: something does not fit.
    AskVector,
    /// The server has let go of segments that this device lacks, and offers a snapshot in their place: take it, then call
    /// [`Peer::adopt`].
    TakeSnapshot {
        /// Of which compartment.
        compartment: Compartment,
    },
    /// The server cannot take more now: wait longer before the next try.
    Backoff,
    /// This device has written on in a place where the server has another of its segments. Take the ops of this chain's segments
    /// after `keep` back to be sealed anew, remove these segments, then call [`Peer::rewound`].
    Rewind {
        /// The own chain.
        chain: Chain,
        /// The last segment that stays.
        keep: u64,
    },
    /// Begin a new incarnation: [`Peer::begin`] with fresh random bytes, then seal anew what no chain of the server holds.
    Reincarnate,
    /// Say this to a person, and write it into the audit trail.
    Alarm(Alarm),
}

/// The state machine.
pub struct Peer {
    me: DeviceId,
    incarnation: Incarnation,
    compartments: Vec<Compartment>,
    roster: Roster,
    held: Frontier,
    memory: Memory,
    /// What the server's last vector promised beyond what was held then.
    promised: Frontier,
    /// Chains of which a person was told that the server has something else there.
    told: BTreeSet<Chain>,
    /// Chains of which a person was shown the proof that there are two.
    proven: BTreeSet<Chain>,
    /// See [`Peer::set_key_under_way`].
    key_under_way: bool,
}

/// What a new [`Peer`] is made of.
pub struct Origin {
    /// This device.
    pub me: DeviceId,
    /// Its present life.
    pub incarnation: Incarnation,
    /// The compartments that it may pull: those that the roster opens to somebody on it.
    pub compartments: Vec<Compartment>,
    /// The verified roster.
    pub roster: Roster,
    /// What is stored durably, own chains included.
    pub held: Frontier,
    /// What was kept of the last time; [`Memory::default`] for the first.
    pub memory: Memory,
}

/// How a sync stands, for the status line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Own segments that the server has not acknowledged.
    pub waiting: u64,
    /// Segments that somebody else is known to have and that are not here.
    pub missing: u64,
    /// When a new segment of any other device came last, by this device's clock.
    pub last_heard_ms: Option<u64>,
    /// Devices that were not heard of for longer than [`STALE_AFTER_MS`].
    pub stale: Vec<Stale>,
}

impl Peer {
    /// A machine that goes on from what was stored.
    pub fn new(origin: Origin) -> Self {
        Self {
            me: origin.me,
            incarnation: origin.incarnation,
            compartments: origin.compartments,
            roster: origin.roster,
            held: origin.held,
            memory: origin.memory,
            promised: Frontier::new(),
            told: BTreeSet::new(),
            proven: BTreeSet::new(),
            key_under_way: false,
        }
    }

    /// The roster as far as it is here.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// What is stored here: the vector to pull with.
    pub fn held(&self) -> &Frontier {
        &self.held
    }

    /// The compartments to pull.
    pub fn compartments(&self) -> &[Compartment] {
        &self.compartments
    }

    /// What must survive a restart; to be stored after every call that changed anything.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// This device's present chain in a compartment.
    pub fn own_chain(&self, compartment: Compartment) -> Chain {
        Chain {
            device: self.me,
            incarnation: self.incarnation,
            compartment,
        }
    }

    /// Whether the server has durably acknowledged this segment: what 'has left this laptop' means.
    pub fn has_left(&self, chain: &Chain, seq: u64) -> bool {
        self.memory.acknowledged.seq(chain) >= seq
    }

    /// Takes roster entries that follow the head.
    pub fn on_roster<'a>(&mut self, entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<Action> {
        let mut actions = Vec::new();
        let before = self.roster.head().0;
        for entry in entries {
            match self.roster.append(entry) {
                Ok(_) | Err(Refusal::Known { .. }) => {}
                Err(Refusal::Fork { at }) => {
                    actions.push(Action::Alarm(Alarm::RosterForked { at, witness: None }));
                    break;
                }
                Err(why) => {
                    let number = self.roster.head().0.saturating_add(1);
                    actions.push(Action::Alarm(Alarm::RosterRefused(VerifyError::Refused {
                        number,
                        why,
                    })));
                    break;
                }
            }
        }
        actions.extend(self.beyond_revocation(before));
        actions.extend(self.beyond_former_key(before));
        actions
    }

    /// A revocation that came after entry `before` draws its line below what was taken in here.
    fn beyond_revocation(&self, before: u32) -> Vec<Action> {
        let alarm = |(chain, tip): (&Chain, &Tip)| match self.roster.cut_off(
            &chain.device,
            &chain.incarnation.0,
            chain.compartment,
        )? {
            CutOff::After { at, seq } if at > before && seq < tip.seq => {
                let gap = Gap {
                    chain: *chain,
                    from: seq + 1,
                    to: tip.seq,
                };
                Some(Action::Alarm(Alarm::BeyondRevocation { gap }))
            }
            _ => None,
        };
        self.held.iter().filter_map(alarm).collect()
    }

    /// A device has renewed its key after entry `before`, and knows of fewer segments of its own than were taken in here.
    fn beyond_former_key(&self, before: u32) -> Vec<Action> {
        let alarm = |(chain, tip): (&Chain, &Tip)| {
            let device = self.roster.device(&chain.device)?;
            if device.key_since <= before || device.key_since == device.added_at {
                return None;
            }
            let signer = device.signer(&chain.incarnation.0, chain.compartment, tip.seq);
            let agrees = signer
                .last
                .is_some_and(|(last, hash)| tip.seq < last || tip.hash.0 == hash);
            (!agrees).then_some(Action::Alarm(Alarm::Cloned {
                chain: *chain,
                seq: tip.seq,
            }))
        };
        self.held.iter().filter_map(alarm).collect()
    }

    /// The compartments changed with the roster (a grant, a revocation).
    pub fn set_compartments(&mut self, compartments: Vec<Compartment>) {
        self.compartments = compartments;
    }

    /// A segment was stored durably: an own one after sealing, another's after [`Step::Store`].
    pub fn stored(&mut self, chain: Chain, tip: Tip, now_ms: u64) -> Vec<Action> {
        let from = self.held.seq(&chain) + 1;
        self.held.raise(chain, tip);
        if chain.device == self.me {
            let gap = Gap {
                chain,
                from: from.max(self.memory.acknowledged.seq(&chain) + 1),
                to: tip.seq,
            };
            return if gap.count() > 0 {
                vec![Action::Push(gap)]
            } else {
                Vec::new()
            };
        }
        self.memory.heard.insert(chain.device, now_ms);
        Vec::new()
    }

    /// The own segments of a chain after `tip` were removed, as [`Action::Rewind`] asks; none is left where there is no tip.
    pub fn rewound(&mut self, chain: Chain, tip: Option<Tip>) -> Vec<Action> {
        let others = self.held.iter().filter(|(other, _)| **other != chain);
        self.held = others
            .map(|(chain, tip)| (*chain, *tip))
            .chain(tip.map(|tip| (chain, tip)))
            .collect();
        self.told.remove(&chain);
        self.proven.remove(&chain);
        vec![Action::AskVector]
    }

    /// A trusted snapshot was taken in durably: it stands for every segment up to its vector.
    pub fn adopt(&mut self, vector: &Frontier, now_ms: u64) -> Vec<Action> {
        for (chain, _) in vector.iter().filter(|(chain, _)| chain.device != self.me) {
            let heard = self.memory.heard.entry(chain.device).or_insert(now_ms);
            *heard = (*heard).min(now_ms);
        }
        self.held.join(vector);
        vec![Action::AskVector]
    }

    /// How things stand. `now_ms` may be wrong or have jumped: times ahead of it count as now.
    pub fn standing(&self, now_ms: u64) -> Standing {
        let own = self.held.iter().filter(|(chain, _)| chain.device == self.me);
        let waiting = own
            .map(|(chain, tip)| tip.seq.saturating_sub(self.memory.acknowledged.seq(chain)))
            .sum();
        let missing = self.memory.claims.values().map(|claim| &claim.tip);
        let missing = self.memory.claims.keys().zip(missing);
        let missing = missing
            .map(|(chain, tip)| tip.seq.saturating_sub(self.held.seq(chain)))
            .sum();
        let heard = self.memory.heard.values().map(|at| (*at).min(now_ms));
        Standing {
            waiting,
            missing,
            last_heard_ms: heard.max(),
            stale: self.stale(now_ms),
        }
    }

    /// Notes the time: devices that are new in the roster begin to be waited for.
    pub fn tick(&mut self, now_ms: u64) {
        let others = self
            .roster
            .devices()
            .filter(|(id, device)| *id != self.me && device.status == Status::Active);
        for (id, _) in others {
            let heard = self.memory.heard.entry(id).or_insert(now_ms);
            *heard = (*heard).min(now_ms);
        }
    }

    fn stale(&self, now_ms: u64) -> Vec<Stale> {
        let active = |id| {
            self.roster
                .device(id)
                .is_some_and(|device| device.status == Status::Active)
        };
        let devices = self.memory.heard.iter().filter(|(id, _)| **id != self.me && active(id));
        let late = devices.filter(|(_, at)| now_ms.saturating_sub(**at) > STALE_AFTER_MS);
        late.map(|(id, at)| Stale {
            device: *id,
            since_ms: *at,
        })
        .collect()
    }

    fn head(&self) -> RosterHead {
        let (number, hash) = self.roster.head();
        RosterHead { number, hash }
    }

    /// The tips of this machine with the hashes of the caller's store.
    fn view<'a, S: Held>(&'a self, store: &'a S) -> View<'a, S> {
        View {
            held: &self.held,
            store,
        }
    }
}

/// What is held, as [`crate::admit`] asks for it.
struct View<'a, S> {
    held: &'a Frontier,
    store: &'a S,
}

impl<S: Held> Held for View<'_, S> {
    fn tip(&self, chain: &Chain) -> Option<Tip> {
        self.held.tip(chain)
    }

    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash> {
        let tip = self.held.tip(chain)?;
        if tip.seq == seq {
            Some(tip.hash)
        } else {
            self.store.hash_at(chain, seq)
        }
    }
}

#[cfg(test)]
mod tests;
