//! A clinic of several devices and a server, in memory: what a program around the state machines does, without its I/O, and with a
//! network that a test may spoil.

use super::Seeded;
use super::clinic::Clinic;
use crate::admit::Held;
use crate::digest::RowDigest;
use crate::frontier::{Frontier, Gap};
use crate::id::{Chain, Incarnation, SegmentHash, Tip};
use crate::peer::{Action, Alarm, Memory, Origin, Peer, Replica, Step};
use crate::relay::{Relay, Ruling};
use crate::secret::DigestKey;
use crate::segment::{Opened, Segment};
use crate::wire::{PushReply, PushResult, RosterPost};
use crate::{Checkpoint, Digests, TableDigest, seal_checkpoint, seal_ops};
use std::collections::{BTreeMap, BTreeSet};
use wardkeep_roster::Compartment;

/// Segments, chain by chain, without gaps.
#[derive(Clone, Default)]
pub(crate) struct Store(BTreeMap<Chain, Vec<(SegmentHash, Vec<u8>)>>);

impl Store {
    pub(crate) fn put(&mut self, bytes: &[u8]) -> (Chain, Tip) {
        let segment = Segment::parse(bytes).unwrap();
        let (chain, seq) = (segment.header().chain, segment.header().seq);
        let segments = self.0.entry(chain).or_default();
        assert_eq!(segments.len() as u64 + 1, seq, "a store takes the next segment only");
        segments.push((segment.hash(), bytes.to_vec()));
        (
            chain,
            Tip {
                seq,
                hash: segment.hash(),
            },
        )
    }

    pub(crate) fn range(&self, gap: &Gap) -> Vec<Vec<u8>> {
        let segments = self.0.get(&gap.chain).map(Vec::as_slice).unwrap_or_default();
        let (from, to) = (gap.from as usize - 1, (gap.to as usize).min(segments.len()));
        segments
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|(_, bytes)| bytes.clone())
            .collect()
    }

    pub(crate) fn frontier(&self) -> Frontier {
        let tip = |segments: &Vec<(SegmentHash, Vec<u8>)>| {
            segments.last().map(|(hash, _)| Tip {
                seq: segments.len() as u64,
                hash: *hash,
            })
        };
        self.0
            .iter()
            .filter_map(|(chain, segments)| Some((*chain, tip(segments)?)))
            .collect()
    }

    pub(crate) fn truncate(&mut self, chain: &Chain, keep: u64) -> Vec<Vec<u8>> {
        let segments = self.0.entry(*chain).or_default();
        let cut = segments.split_off((keep as usize).min(segments.len()));
        cut.into_iter().map(|(_, bytes)| bytes).collect()
    }
}

impl Held for Store {
    fn tip(&self, chain: &Chain) -> Option<Tip> {
        self.frontier().tip(chain)
    }

    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash> {
        let at = usize::try_from(seq).ok()?.checked_sub(1)?;
        self.0.get(chain)?.get(at).map(|(hash, _)| *hash)
    }
}

/// One laptop.
pub(crate) struct Node {
    pub(crate) member: usize,
    pub(crate) peer: Peer,
    pub(crate) store: Store,
    /// What it knows: the content of each op that it has written or read.
    pub(crate) rows: BTreeSet<(Compartment, Vec<u8>)>,
    /// Written and not yet in a segment.
    pub(crate) unsealed: Vec<(Compartment, Vec<u8>)>,
    pub(crate) alarms: Vec<Alarm>,
    next_op: u64,
    last_life: u8,
}

/// The server, and how it lies.
pub(crate) struct Server {
    pub(crate) relay: Relay,
    pub(crate) store: Store,
    /// Chains that it keeps from a member's device, and the last segment that it shows.
    pub(crate) hidden: BTreeMap<(usize, Chain), u64>,
    /// It says 'stored' and stores nothing.
    pub(crate) forgets: bool,
}

/// How bad the network is.
#[derive(Clone, Copy)]
pub(crate) enum Net {
    Good,
    /// Requests and answers get lost, are cut, repeated, and come in another order.
    Bad,
}

pub(crate) struct World {
    pub(crate) clinic: Clinic,
    pub(crate) nodes: Vec<Node>,
    pub(crate) server: Server,
    pub(crate) random: Seeded,
    pub(crate) now_ms: u64,
    pub(crate) net: Net,
}

impl World {
    pub(crate) fn new(members: u8, seed: u64) -> Self {
        let clinic = Clinic::of(members);
        let relay = Relay::new(clinic.roster.clone(), Frontier::new());
        let server = Server {
            relay,
            store: Store::default(),
            hidden: BTreeMap::new(),
            forgets: false,
        };
        let nodes = (0..usize::from(members))
            .map(|member| Node::new(&clinic, member))
            .collect();
        Self {
            clinic,
            nodes,
            server,
            random: Seeded::new(seed),
            now_ms: 1_000_000,
            net: Net::Good,
        }
    }

    /// An op is written and, where that is possible now, sealed.
    pub(crate) fn write(&mut self, node: usize, compartment: Compartment, content: &str) {
        let content = content.as_bytes().to_vec();
        self.nodes[node].rows.insert((compartment, content.clone()));
        self.nodes[node].unsealed.push((compartment, content));
        self.seal(node);
    }

    /// Seals what waits to be sealed.
    pub(crate) fn seal(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        for compartment in Compartment::ALL {
            let Ok(place) = node.peer.place(compartment) else {
                continue;
            };
            let waiting = std::mem::take(&mut node.unsealed);
            let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(part, _)| *part == compartment);
            node.unsealed = later;
            let ops: Vec<Vec<u8>> = now.into_iter().map(|(_, op)| op).collect();
            if ops.is_empty() {
                continue;
            }
            let key = &self.clinic.keys[&(compartment, place.epoch)];
            let device_key = &self.clinic.members[node.member].device_key;
            let bytes = seal_ops(&place, key, node.next_op, &ops, device_key, &mut self.random.source()).unwrap();
            node.next_op += ops.len() as u64;
            let (chain, tip) = node.store.put(&bytes);
            node.peer.stored(chain, tip, self.now_ms);
        }
    }

    /// A checkpoint of one compartment, unless something waits to be sealed.
    pub(crate) fn checkpoint(&mut self, at: usize, compartment: Compartment) {
        let node = &mut self.nodes[at];
        let (Ok(place), true) = (node.peer.place(compartment), node.unsealed.is_empty()) else {
            return;
        };
        let vector = node.peer.held().within(&[compartment]);
        let checkpoint = Checkpoint::new(
            vector,
            place.roster,
            node.digests(&self.clinic, compartment),
            self.now_ms,
        );
        let key = &self.clinic.keys[&(compartment, place.epoch)];
        let device_key = &self.clinic.members[node.member].device_key;
        let bytes = seal_checkpoint(&place, key, &checkpoint, device_key, &mut self.random.source()).unwrap();
        let (chain, tip) = node.store.put(&bytes);
        node.peer.stored(chain, tip, self.now_ms);
    }

    /// One connection: everything in both directions, as far as the network lets it.
    pub(crate) fn sync(&mut self, at: usize) {
        for _ in 0..8 {
            self.fetch_roster(at);
            self.seal(at);
            if self.lost() {
                return;
            }
            let reply = self.server.vector_for(&self.nodes[at]);
            let node = &mut self.nodes[at];
            let actions = node.peer.on_vector(&node.store, &reply);
            if !self.perform(at, actions) {
                return;
            }
        }
    }

    /// Does what the machine asks for. Whether it is worth asking for the vector again.
    fn perform(&mut self, at: usize, actions: Vec<Action>) -> bool {
        let mut again = false;
        let mut queue = std::collections::VecDeque::from(actions);
        while let Some(action) = queue.pop_front() {
            let more = match action {
                Action::Alarm(alarm) => {
                    self.nodes[at].alarms.push(alarm);
                    continue;
                }
                Action::Backoff => continue,
                Action::AskVector => Vec::new(),
                Action::FetchRoster { .. } => {
                    self.fetch_roster(at);
                    Vec::new()
                }
                Action::PushRoster { expected } => {
                    self.post_roster(at, expected);
                    Vec::new()
                }
                Action::Push(gap) => self.push(at, &gap),
                Action::Pull => self.pull(at, None),
                Action::PullFrom { chain, after } => self.pull(at, Some((chain, after))),
                Action::Reincarnate => {
                    self.nodes[at].reincarnate();
                    Vec::new()
                }
                Action::Rewind { chain, keep } => self.rewind(at, &chain, keep),
                Action::TakeSnapshot { .. } => panic!("nothing is let go here"),
            };
            again = true;
            queue.extend(more);
        }
        again
    }

    fn fetch_roster(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let after = node.peer.roster().head().0;
        let entries: Vec<Vec<u8>> = self
            .server
            .relay
            .roster()
            .entries_after(after)
            .map(<[u8]>::to_vec)
            .collect();
        let actions = node.peer.on_roster(entries.iter().map(Vec::as_slice));
        node.peer.tick(self.now_ms);
        node.alarms.extend(actions.into_iter().map(|action| match action {
            Action::Alarm(alarm) => alarm,
            other => panic!("{other:?}"),
        }));
    }

    fn post_roster(&mut self, at: usize, expected: crate::RosterHead) {
        let entries = self.nodes[at]
            .peer
            .roster()
            .entries_after(expected.number)
            .map(<[u8]>::to_vec)
            .collect();
        if let Ok(longer) = self.server.relay.judge_roster(&RosterPost { expected, entries }) {
            self.server.relay.adopt(longer);
        }
    }

    /// What the founder has said reaches the server.
    pub(crate) fn publish(&mut self) {
        let expected = {
            let (number, hash) = self.server.relay.roster().head();
            crate::RosterHead { number, hash }
        };
        let entries = self
            .clinic
            .roster
            .entries_after(expected.number)
            .map(<[u8]>::to_vec)
            .collect();
        let longer = self
            .server
            .relay
            .judge_roster(&RosterPost { expected, entries })
            .unwrap();
        self.server.relay.adopt(longer);
    }

    /// A device gets a new key: the server takes the entry, and the device learns so at once.
    pub(crate) fn renew_device_key(&mut self, at: usize, number: u8) {
        self.fetch_roster(at);
        let node = &self.nodes[at];
        let Ok(reached) = node.peer.reached() else {
            return;
        };
        self.clinic.renew_device_key(node.member, number, reached);
        self.publish();
        self.fetch_roster(at);
    }

    fn push(&mut self, at: usize, gap: &Gap) -> Vec<Action> {
        let mut segments = self.nodes[at].store.range(gap);
        if self.lost() {
            segments.truncate(self.random.below(segments.len() + 1));
        }
        if self.lost() && segments.len() > 1 {
            segments.swap(0, 1);
        }
        let reply = self.server.push(&segments);
        if self.lost() {
            return Vec::new();
        }
        let tip = |bytes: &Vec<u8>| {
            let segment = Segment::parse(bytes).unwrap();
            (
                segment.header().chain,
                Tip {
                    seq: segment.header().seq,
                    hash: segment.hash(),
                },
            )
        };
        let sent: Vec<_> = segments.iter().map(tip).collect();
        self.nodes[at].peer.on_push_reply(&sent, &reply)
    }

    fn pull(&mut self, at: usize, from: Option<(Chain, u64)>) -> Vec<Action> {
        let mut segments = self.server.pull(&self.nodes[at], from);
        let mut whole = from.is_none();
        if self.lost() {
            segments.truncate(self.random.below(segments.len() + 1));
            whole = false;
        }
        if self.lost() && !segments.is_empty() {
            let (a, b) = (self.random.below(segments.len()), self.random.below(segments.len()));
            segments.swap(a, b);
            segments.push(segments[a].clone());
            whole = false;
        }
        let mut actions = Vec::new();
        for bytes in &segments {
            actions.extend(self.take(at, bytes));
        }
        if whole {
            actions.extend(self.nodes[at].peer.pulled());
        }
        actions
    }

    /// One segment arrives.
    pub(crate) fn take(&mut self, at: usize, bytes: &[u8]) -> Vec<Action> {
        let node = &mut self.nodes[at];
        match node.peer.on_segment(&node.store, bytes) {
            Step::Store(verified, mut actions) => {
                let header = *verified.segment().header();
                let compartment = header.chain.compartment;
                let applied = node.peer.held().within(&[compartment]);
                let (chain, tip) = node.store.put(bytes);
                node.peer.stored(chain, tip, self.now_ms);
                match verified.open(&self.clinic.keys[&(compartment, header.epoch)]).unwrap() {
                    Opened::Ops(ops) => node.learn(compartment, &ops),
                    Opened::Checkpoint(checkpoint) => {
                        let digests = node.digests(&self.clinic, compartment);
                        let here = Replica {
                            applied: &applied,
                            digests: &digests,
                        };
                        let here = node.unsealed.is_empty().then_some(&here);
                        let device = header.chain.device;
                        actions.extend(
                            node.peer
                                .on_checkpoint(&node.store, device, compartment, &checkpoint, here),
                        );
                    }
                }
                actions
            }
            Step::Quarantine(verified) => {
                let header = verified.segment().header();
                node.peer.quarantined(header.chain, header.seq);
                Vec::new()
            }
            Step::Refuse(actions) => actions,
            Step::FetchRoster => vec![Action::FetchRoster { after: 0 }],
            Step::Skip | Step::Missing(_) => Vec::new(),
        }
    }

    fn rewind(&mut self, at: usize, chain: &Chain, keep: u64) -> Vec<Action> {
        let node = &mut self.nodes[at];
        for bytes in node.store.truncate(chain, keep) {
            let segment = Segment::parse(&bytes).unwrap();
            let key = &self.clinic.keys[&(chain.compartment, segment.header().epoch)];
            if let Ok(Opened::Ops(ops)) = segment.verify(node.peer.roster()).unwrap().open(key) {
                node.unsealed
                    .extend(ops.iter().map(|(_, op)| (chain.compartment, op.to_vec())));
            }
        }
        node.peer.rewound(*chain, node.store.tip(chain))
    }

    /// The content of all ops in a store.
    pub(crate) fn rows_of(&self, store: &Store) -> BTreeSet<(Compartment, Vec<u8>)> {
        let mut rows = BTreeSet::new();
        for (chain, segments) in &store.0 {
            for (_, bytes) in segments {
                let segment = Segment::parse(bytes).unwrap();
                let key = &self.clinic.keys[&(chain.compartment, segment.header().epoch)];
                if let Ok(Opened::Ops(ops)) = segment.verify(&self.clinic.roster).unwrap().open(key) {
                    rows.extend(ops.iter().map(|(_, op)| (chain.compartment, op.to_vec())));
                }
            }
        }
        rows
    }

    /// A node's vault is that of its store again.
    pub(crate) fn forget_rows(&mut self, at: usize) {
        self.nodes[at].rows = self.rows_of(&self.nodes[at].store);
    }

    /// Whether the network loses something now.
    fn lost(&mut self) -> bool {
        matches!(self.net, Net::Bad) && self.random.chance(4)
    }
}

impl Node {
    fn new(clinic: &Clinic, member: usize) -> Self {
        let incarnation = Incarnation([member as u8 + 1; 16]);
        let origin = Origin {
            me: clinic.members[member].device(),
            incarnation,
            compartments: Compartment::ALL.to_vec(),
            roster: clinic.roster.clone(),
            held: Frontier::new(),
            memory: Memory::default(),
        };
        let (store, rows) = (Store::default(), BTreeSet::new());
        let peer = Peer::new(origin);
        Self {
            member,
            peer,
            store,
            rows,
            unsealed: Vec::new(),
            alarms: Vec::new(),
            next_op: 1,
            last_life: 0,
        }
    }

    fn learn(&mut self, compartment: Compartment, ops: &crate::Ops) {
        self.next_op = self.next_op.max(ops.first() + ops.count() as u64);
        self.rows.extend(ops.iter().map(|(_, op)| (compartment, op.to_vec())));
    }

    /// The power fails: what was stored is all that is left.
    pub(crate) fn restart(&mut self) {
        let memory = Memory::from_bytes(&self.peer.memory().to_bytes()).unwrap();
        assert_eq!(&memory, self.peer.memory());
        let store = self.store.clone();
        self.restore(store, memory);
    }

    /// An image of the disk is put back.
    pub(crate) fn restore(&mut self, store: Store, memory: Memory) {
        let origin = Origin {
            me: self.peer.own_chain(Compartment::Office).device,
            incarnation: self.peer.incarnation(),
            compartments: Compartment::ALL.to_vec(),
            roster: self.peer.roster().clone(),
            held: store.frontier(),
            memory,
        };
        self.store = store;
        self.peer = Peer::new(origin);
    }

    fn reincarnate(&mut self) {
        self.last_life += 1;
        self.peer
            .begin(Incarnation([0x40 + self.last_life * 16 + self.member as u8; 16]));
    }

    pub(crate) fn digests(&self, clinic: &Clinic, compartment: Compartment) -> Digests {
        let key = DigestKey::of(&clinic.roster.clinic(), compartment, &clinic.keys[&(compartment, 1)]);
        let mut table = TableDigest::default();
        for (_, row) in self.rows.iter().filter(|(part, _)| *part == compartment) {
            table.add(&RowDigest::of(&key, 1, row, b""));
        }
        Digests::new(vec![(1, table)]).unwrap()
    }
}

impl Server {
    fn shown(&self, member: usize, tips: &Frontier) -> Frontier {
        let limit = |chain: &Chain| self.hidden.get(&(member, *chain)).copied().unwrap_or(u64::MAX);
        let shown = |(chain, tip): (&Chain, &Tip)| {
            let seq = tip.seq.min(limit(chain));
            Some((
                *chain,
                Tip {
                    seq,
                    hash: self.store.hash_at(chain, seq)?,
                },
            ))
        };
        tips.iter().filter_map(shown).collect()
    }

    fn vector_for(&self, node: &Node) -> crate::wire::VectorReply {
        let mut reply = self.relay.vector_for(&node.peer.own_chain(Compartment::Office).device);
        reply.tips = self.shown(node.member, &reply.tips);
        reply
    }

    fn push(&mut self, segments: &[Vec<u8>]) -> PushReply {
        let mut batch = self.relay.batch(&self.store);
        let rulings: Vec<Ruling> = segments.iter().map(|bytes| batch.judge(bytes)).collect();
        let written = batch.finish();
        let mut results = Vec::new();
        for (bytes, ruling) in segments.iter().zip(rulings) {
            results.push(match ruling {
                Ruling::Store { .. } => {
                    if !self.forgets {
                        self.store.put(bytes);
                    }
                    PushResult::Stored
                }
                Ruling::Duplicate => PushResult::Duplicate,
                Ruling::Refuse(code) => PushResult::Refused(code),
            });
        }
        if !self.forgets {
            self.relay.stored(&written);
        }
        PushReply { results }
    }

    fn pull(&self, node: &Node, from: Option<(Chain, u64)>) -> Vec<Vec<u8>> {
        let mut vector = node.peer.held().clone();
        if let Some((chain, after)) = from {
            vector = vector
                .iter()
                .filter(|(other, _)| **other != chain)
                .map(|(chain, tip)| (*chain, *tip))
                .collect();
            if after > 0 {
                vector.set(
                    chain,
                    Tip {
                        seq: after,
                        hash: SegmentHash::ZERO,
                    },
                );
            }
        }
        let tips = self.shown(node.member, self.relay.held());
        let gaps = tips.beyond(&vector);
        let wanted = gaps
            .iter()
            .filter(|gap| from.is_none_or(|(chain, _)| gap.chain == chain));
        wanted.flat_map(|gap| self.store.range(gap)).collect()
    }

    /// It is restored from a backup.
    pub(crate) fn roll_back(&mut self, store: Store) {
        let roster = self.relay.roster().clone();
        self.relay = Relay::new(roster, store.frontier());
        self.store = store;
    }
}
