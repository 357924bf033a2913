//! The server, and how it lies.

use crate::clinic::head_of;
use crate::device::{Device, Made};
use crate::disk::{Segments, place_of};
use std::collections::BTreeMap;
use wardkeep_roster::{Compartment, DeviceId, Roster};
use wardkeep_sync::admit::Held;
use wardkeep_sync::relay::{Rescue, RosterRefusal};
use wardkeep_sync::wire::{PullRequest, PushReply, PushResult, RosterPost, VectorReply};
use wardkeep_sync::{Chain, Frontier, Parcel, Relay, RosterHead, Ruling, SegmentHash, Tip};

/// What it does to the segments that it hands out.
pub(crate) type Tamper = Box<dyn Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>>;

pub(crate) struct Server {
    pub(crate) relay: Relay,
    pub(crate) store: Segments,
    /// What it offers to whoever begins.
    pub(crate) snapshots: BTreeMap<Compartment, Made>,
    /// Sealed keys that wait for a device.
    pub(crate) mailboxes: BTreeMap<DeviceId, Vec<Vec<u8>>>,
    /// What revoked devices have posted for rescue.
    pub(crate) rescues: Vec<Vec<u8>>,
    /// Chains that it keeps from a device, and the last segment that it shows.
    pub(crate) hidden: BTreeMap<(DeviceId, Chain), u64>,
    /// It says 'stored' and stores nothing.
    pub(crate) forgets: bool,
    pub(crate) tamper: Option<Tamper>,
}

impl Server {
    pub(crate) fn new(roster: Roster) -> Self {
        Self {
            relay: Relay::new(roster, Frontier::new()),
            store: Segments::default(),
            snapshots: BTreeMap::new(),
            mailboxes: BTreeMap::new(),
            rescues: Vec::new(),
            hidden: BTreeMap::new(),
            forgets: false,
            tamper: None,
        }
    }

    /// Whether this device is let in.
    pub(crate) fn lets_in(&self, device: &Device) -> bool {
        let key = device.member.device_key.verifying_key();
        self.relay.may_connect(key.as_bytes()) == Some(device.member.device())
    }

    pub(crate) fn entries_after(&self, number: u32) -> Vec<Vec<u8>> {
        self.relay.roster().entries_after(number).map(<[u8]>::to_vec).collect()
    }

    /// Takes a roster post by compare-and-swap.
    pub(crate) fn post(&mut self, expected: RosterHead, entries: Vec<Vec<u8>>) -> Result<(), RosterRefusal> {
        let longer = self.relay.judge_roster(&RosterPost { expected, entries })?;
        self.relay.adopt(longer);
        Ok(())
    }

    /// Takes what the admin's device has and it has not.
    pub(crate) fn publish(&mut self, roster: &Roster) {
        let expected = head_of(self.relay.roster());
        let entries = roster.entries_after(expected.number).map(<[u8]>::to_vec).collect();
        self.post(expected, entries).unwrap();
    }

    /// A sealed key for whoever it names.
    pub(crate) fn deliver(&mut self, from: &DeviceId, parcel: Vec<u8>) {
        let to = self.relay.judge_parcel(from, &parcel).unwrap();
        assert!(Parcel::verify(self.relay.roster(), &parcel).is_ok());
        self.mailboxes.entry(to).or_default().push(parcel);
    }

    /// A revoked device, which is let in no more, posts what it had not sent.
    pub(crate) fn rescue(&mut self, device: &DeviceId, segments: &[Vec<u8>]) {
        for bytes in segments {
            if let Rescue::Keep { .. } = self.relay.judge_rescue(&self.store, device, bytes)
                && !self.rescues.contains(bytes)
            {
                self.rescues.push(bytes.clone());
            }
        }
    }

    /// What of it a device is shown.
    pub(crate) fn rescues_for(&self, device: &DeviceId) -> Vec<Vec<u8>> {
        let shown = self.relay.rescues_shown_to(device);
        let of = |bytes: &&Vec<u8>| shown.contains(&place_of(bytes).0.compartment);
        self.rescues.iter().filter(of).cloned().collect()
    }

    pub(crate) fn vector_for(&self, device: &Device) -> VectorReply {
        let me = device.member.device();
        let mut reply = self.relay.vector_for(&me);
        reply.tips = self.shown(&me, &reply.tips);
        reply
    }

    fn shown(&self, to: &DeviceId, tips: &Frontier) -> Frontier {
        let shown = |(chain, tip): (&Chain, &Tip)| {
            let limit = self.hidden.get(&(*to, *chain)).copied().unwrap_or(u64::MAX);
            let seq = tip.seq.min(limit);
            let hash = self.store.hash_at(chain, seq)?;
            Some((*chain, Tip { seq, hash }))
        };
        tips.iter().filter_map(shown).collect()
    }

    /// Judges a push, stores what is to be stored, and then answers.
    pub(crate) fn push(&mut self, segments: &[Vec<u8>]) -> PushReply {
        let mut batch = self.relay.batch(&self.store);
        let rulings: Vec<Ruling> = segments.iter().map(|bytes| batch.judge(bytes)).collect();
        let written = batch.finish();
        let results = rulings.iter().map(|ruling| match ruling {
            Ruling::Store { .. } => PushResult::Stored,
            Ruling::Duplicate => PushResult::Duplicate,
            Ruling::Refuse(code) => PushResult::Refused(*code),
        });
        let results = results.collect();
        if !self.forgets {
            let stored = segments
                .iter()
                .zip(&rulings)
                .filter(|(_, ruling)| matches!(ruling, Ruling::Store { .. }));
            stored.for_each(|(bytes, _)| {
                self.store.put(bytes);
            });
            self.relay.stored(&written);
        }
        PushReply { results }
    }

    /// What a pull brings; from behind a segment of one chain, if that is asked for.
    pub(crate) fn pull(&self, device: &Device, from: Option<(Chain, u64)>) -> Vec<Vec<u8>> {
        let mut vector = device.peer.held().clone();
        if let Some((chain, after)) = from {
            let others = vector.iter().filter(|(other, _)| **other != chain);
            vector = others.map(|(chain, tip)| (*chain, *tip)).collect();
            if after > 0 {
                let hash = SegmentHash::ZERO;
                vector.set(chain, Tip { seq: after, hash });
            }
        }
        let request = PullRequest {
            vector,
            compartments: device.peer.compartments().to_vec(),
            max_bytes: u64::MAX,
        };
        let me = device.member.device();
        let gaps = self.relay.plan_pull(&me, &request);
        let wanted = gaps
            .into_iter()
            .filter(|gap| from.is_none_or(|(chain, _)| gap.chain == chain));
        let shown = wanted.map(|mut gap| {
            let limit = self.hidden.get(&(me, gap.chain)).copied().unwrap_or(u64::MAX);
            gap.to = gap.to.min(limit);
            gap
        });
        let segments = shown.flat_map(|gap| self.store.range(&gap)).collect();
        match &self.tamper {
            Some(tamper) => tamper(segments),
            None => segments,
        }
    }

    /// It is killed and started again: what it has stored is all that is left.
    pub(crate) fn restart(&mut self) {
        self.roll_back(self.store.clone());
    }

    /// It is restored from a backup of its segments.
    pub(crate) fn roll_back(&mut self, store: Segments) {
        let roster = self.relay.roster().clone();
        self.relay = Relay::new(roster, store.frontier());
        self.store = store;
    }
}
