//! Devices and a server, and the network between them.

use crate::clinic::{Clinic, KEPT};
use crate::device::{Device, Wish};
use crate::disk::{Durable, Segments, place_of};
use crate::ledger::{Ledger, Token, token_of};
use crate::program;
use crate::random::Seeded;
use crate::server::Server;
use std::collections::{BTreeSet, VecDeque};
use wardkeep_record::id::RecordId;
use wardkeep_roster::Compartment;
use wardkeep_sync::segment::{Opened, Segment};
use wardkeep_sync::snapshot::trust;
use wardkeep_sync::{Action, Chain, Frontier, Gap, RosterHead};

/// The first moment: 2026, in milliseconds since 1970 (UTC).
const BEGIN_MS: u64 = 1_767_225_600_000;

/// How bad the network is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Net {
    Good,
    /// Requests and answers get lost, are cut, repeated, and come in another order.
    Bad,
}

pub(crate) struct World {
    pub(crate) clinic: Clinic,
    pub(crate) devices: Vec<Device>,
    pub(crate) server: Server,
    pub(crate) ledger: Ledger,
    pub(crate) random: Seeded,
    pub(crate) now_ms: u64,
    pub(crate) net: Net,
    acts: Token,
    /// All records that were ever registered.
    pub(crate) records: Vec<(Compartment, RecordId)>,
}

impl World {
    pub(crate) fn new(members: u8, seed: u64) -> Self {
        Self::of(Clinic::of(members), seed)
    }

    pub(crate) fn of(clinic: Clinic, seed: u64) -> Self {
        Self {
            devices: (0..clinic.members.len()).map(|at| Device::new(&clinic, at)).collect(),
            server: Server::new(clinic.roster.clone()),
            clinic,
            ledger: Ledger::default(),
            random: Seeded::new(seed),
            now_ms: BEGIN_MS,
            net: Net::Good,
            acts: 0,
            records: Vec::new(),
        }
    }

    /// A person does something. What the disk has taken is in the ledger; a power loss before that was told to nobody.
    pub(crate) fn act(&mut self, at: usize, part: Compartment, wish: Wish) {
        self.acts += 1;
        let later = self.random.chance(2);
        let device = &mut self.devices[at];
        match device.write(part, wish, self.acts, self.now_ms, later) {
            Ok(Some(entry)) => {
                if let Wish::Register(record) = wish {
                    self.records.push((part, record));
                }
                self.ledger.note(entry);
            }
            Ok(None) => {}
            Err(_) => device.restart(),
        }
    }

    /// A new record.
    pub(crate) fn register(&mut self, at: usize, part: Compartment) -> RecordId {
        let record = RecordId::new(self.now_ms, self.random.array());
        self.act(at, part, Wish::Register(record));
        record
    }

    /// One connection: everything in both directions, as far as network and power let it.
    pub(crate) fn sync(&mut self, at: usize) {
        if self.connection(at).is_err() {
            self.devices[at].restart();
        }
    }

    /// Everybody, some times.
    pub(crate) fn rounds(&mut self, times: usize) {
        for _ in 0..times {
            (0..self.devices.len()).for_each(|at| self.sync(at));
        }
    }

    fn connection(&mut self, at: usize) -> Durable<()> {
        if !self.server.lets_in(&self.devices[at]) {
            return Ok(());
        }
        for _ in 0..10 {
            self.fetch_roster(at)?;
            self.fetch_parcels(at)?;
            self.fetch_rescues(at)?;
            self.devices[at].seal(&mut self.random, self.now_ms)?;
            if self.lost() {
                return Ok(());
            }
            let reply = self.server.vector_for(&self.devices[at]);
            let device = &mut self.devices[at];
            let actions = device.peer.on_vector(&device.disk.spool.segments, &reply);
            let again = self.perform(at, actions)?;
            let device = &mut self.devices[at];
            device.note_acknowledged()?;
            let actions = device.apply()?;
            device.remember()?;
            if !(self.perform(at, actions)? || again) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Does what the machine asks for. Whether it is worth asking for the vector again.
    fn perform(&mut self, at: usize, actions: Vec<Action>) -> Durable<bool> {
        let mut again = false;
        let mut queue = VecDeque::from(self.devices[at].act(actions)?);
        while let Some(action) = queue.pop_front() {
            again |= action != Action::Backoff;
            let more = match action {
                Action::FetchRoster { .. } => {
                    self.fetch_roster(at)?;
                    Vec::new()
                }
                Action::PushRoster { expected } => {
                    self.post_roster(at, expected);
                    Vec::new()
                }
                Action::Push(gap) => self.push(at, &gap),
                Action::Pull => self.pull(at, None)?,
                Action::PullFrom { chain, after } => self.pull(at, Some((chain, after)))?,
                Action::TakeSnapshot { compartment } => {
                    let made = self.server.snapshots.get(&compartment).cloned();
                    let now_ms = self.now_ms;
                    if let Some(made) = made {
                        let taken = self.devices[at].take_snapshot(compartment, &made, now_ms)?;
                        assert_eq!(taken, Ok(()), "what was trusted is true");
                    }
                    Vec::new()
                }
                _ => Vec::new(),
            };
            let device = &mut self.devices[at];
            device.remember()?;
            queue.extend(device.act(more)?);
        }
        Ok(again)
    }

    fn fetch_roster(&mut self, at: usize) -> Durable<()> {
        let device = &mut self.devices[at];
        let entries = self.server.entries_after(device.peer.roster().head().0);
        device.take_roster(&entries, self.now_ms)
    }

    /// Keys from the mailbox; each is removed there once it is on the disk.
    fn fetch_parcels(&mut self, at: usize) -> Durable<()> {
        let device = &mut self.devices[at];
        let mailbox = self.server.mailboxes.entry(device.member.device()).or_default();
        while let Some(parcel) = mailbox.first() {
            if device.take_parcel(parcel)?.is_err() {
                break;
            }
            mailbox.remove(0);
        }
        Ok(())
    }

    /// What revoked devices had not sent: put aside, or taken in as far as an admin has accepted it by now.
    fn fetch_rescues(&mut self, at: usize) -> Durable<()> {
        let me = self.devices[at].member.device();
        for bytes in self.server.rescues_for(&me) {
            if self.devices[at]
                .disk
                .vaults
                .contains_key(&place_of(&bytes).0.compartment)
            {
                let actions = self.devices[at].take(&bytes, self.now_ms)?;
                // What it asks for, the vector asks for again.
                drop(self.devices[at].act(actions)?);
            }
        }
        Ok(())
    }

    fn post_roster(&mut self, at: usize, expected: RosterHead) {
        let entries = self.devices[at].peer.roster().entries_after(expected.number);
        let entries = entries.map(<[u8]>::to_vec).collect();
        // Somebody else may have been faster: the next vector says so.
        let _ = self.server.post(expected, entries);
    }

    fn push(&mut self, at: usize, gap: &Gap) -> Vec<Action> {
        let mut segments = self.devices[at].disk.spool.segments.range(gap);
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
        let sent: Vec<_> = segments.iter().map(|bytes| place_of(bytes)).collect();
        self.devices[at].peer.on_push_reply(&sent, &reply)
    }

    fn pull(&mut self, at: usize, from: Option<(Chain, u64)>) -> Durable<Vec<Action>> {
        let mut segments = self.server.pull(&self.devices[at], from);
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
            actions.extend(self.devices[at].take(bytes, self.now_ms)?);
        }
        if whole {
            let offered = self.offered_to(at);
            let said = self.devices[at].peer.pulled_under(&offered);
            actions.extend(self.devices[at].act(said)?);
        }
        Ok(actions)
    }

    /// The vectors of the snapshots that a device would take.
    fn offered_to(&self, at: usize) -> Frontier {
        let mut offered = Frontier::new();
        let device = &self.devices[at];
        for made in self.server.snapshots.values() {
            let (manifest, me) = (made.read(), device.member.device());
            let what = (&manifest, &made.manifest[..]);
            if trust(device.peer.roster(), Some(me), what, &made.countersignatures).is_ok() {
                offered.join(&manifest.vector);
            }
        }
        offered
    }

    /// A device says what it has seen, if it can.
    pub(crate) fn checkpoint(&mut self, at: usize, part: Compartment) {
        let device = &mut self.devices[at];
        if device.disk.vaults.contains_key(&part) && device.checkpoint(part, &mut self.random, self.now_ms).is_err() {
            device.restart();
        }
    }

    /// What the founder has said reaches the server, with the keys that belong to it.
    pub(crate) fn publish(&mut self) {
        self.server.publish(&self.clinic.roster);
        let from = self.clinic.members[0].device();
        for parcel in std::mem::take(&mut self.clinic.parcels) {
            self.server.deliver(&from, parcel);
        }
        // The founder's own device has the keys that it made.
        for ((part, epoch), key) in &self.clinic.keys {
            if let Some(vault) = self.devices[0].disk.vaults.get_mut(part) {
                vault.keys.insert(*epoch, key.clone());
            }
        }
    }

    /// The admin sends a device the present keys again: what it was given after its image was made is not in the image, nor in the mailbox.
    pub(crate) fn send_keys(&mut self, at: usize) {
        let me = self.devices[at].member.me;
        let roster = &self.clinic.roster;
        let number = |part| roster.epoch(part).map_or(0, |known| known.epoch.number);
        let opened = KEPT
            .into_iter()
            .filter(|part| roster.entitled_at(&me, *part, roster.head().0));
        let parcels: Vec<_> = opened.map(|part| self.clinic.parcel(part, number(part), me)).collect();
        let from = self.clinic.members[0].device();
        parcels
            .into_iter()
            .for_each(|parcel| self.server.deliver(&from, parcel));
    }

    /// The acts in sealed segments, whoever may open them.
    pub(crate) fn tokens_in(&self, store: &Segments) -> BTreeSet<Token> {
        self.tokens_of(store.iter().map(|bytes| &bytes[..]))
    }

    /// The acts in these.
    pub(crate) fn tokens_of<'a>(&self, segments: impl Iterator<Item = &'a [u8]>) -> BTreeSet<Token> {
        let mut tokens = BTreeSet::new();
        for bytes in segments {
            let segment = Segment::parse(bytes).unwrap();
            let (part, epoch) = (segment.header().chain.compartment, segment.header().epoch);
            if let Ok(Opened::Ops(ops)) = segment
                .verify(&self.clinic.roster)
                .unwrap()
                .open(&self.clinic.keys[&(part, epoch)])
            {
                tokens.extend(
                    ops.iter()
                        .map(|(_, bytes)| token_of(&program::read(bytes, program::LAST).unwrap())),
                );
            }
        }
        tokens
    }

    /// What is on any disk: a disk that goes takes with it what is nowhere else.
    pub(crate) fn forget_lost(&mut self) {
        let mut known = self.tokens_in(&self.server.store);
        for device in &self.devices {
            known.extend(self.tokens_in(&device.disk.spool.segments));
            device
                .compartments()
                .iter()
                .for_each(|part| known.extend(device.tokens(*part).keys()));
        }
        self.ledger.keep(&known);
    }

    /// Whether the network loses something now.
    fn lost(&mut self) -> bool {
        self.net == Net::Bad && self.random.chance(5)
    }
}
