//! What a revoked device had not sent: it posts it, and at some time some admin takes a part of it in, or says that it stays out.

use super::Run;
use crate::disk::place_of;
use std::collections::BTreeMap;
use wardkeep_roster::entry::{Accept, Body, Discard, SealedName};
use wardkeep_roster::{Enrollment, Role};
use wardkeep_sync::Chain;
use wardkeep_sync::admit::{Held, is_behind_line};
use wardkeep_sync::segment::Segment;

impl Run {
    /// The revoked device says good-bye, if it still can.
    pub(super) fn rescue(&mut self, out: usize) {
        let device = &mut self.world.devices[out];
        let (random, now_ms) = (&mut self.world.random, self.world.now_ms);
        if device.seal(random, now_ms).is_err() {
            return;
        }
        let gone = device.member.device();
        let own = device.disk.spool.segments.iter();
        let own = own.filter(|bytes| place_of(bytes).0.device == gone);
        let own: Vec<Vec<u8>> = own.map(|bytes| bytes.to_vec()).collect();
        self.world.server.rescue(&gone, &own);
    }

    /// An admin decides about one chain of what was rescued.
    pub(super) fn judge_rescues(&mut self) {
        let mut chains: BTreeMap<Chain, Vec<Vec<u8>>> = BTreeMap::new();
        for bytes in &self.world.server.rescues {
            let (chain, tip) = place_of(bytes);
            if is_behind_line(&self.world.clinic.roster, &chain, tip.seq) {
                chains.entry(chain).or_default().push(bytes.clone());
            }
        }
        let chains: Vec<_> = chains.into_iter().collect();
        if chains.is_empty() {
            return;
        }
        let (chain, segments) = chains[self.world.random.below(chains.len())].clone();
        let author = self.admin();
        if self.world.random.chance(5) {
            self.world.clinic.say_by(
                author,
                Body::Discard(Discard {
                    device: chain.device,
                    segments: segments.iter().map(|bytes| place_of(bytes).1.hash.0).collect(),
                    reason: SealedName::new(vec![1]).unwrap(),
                }),
            );
            self.world.publish();
            self.count("discarded");
            return;
        }
        let first = Segment::parse(&segments[0]).unwrap();
        let (after, prev) = (first.header().seq - 1, first.header().prev);
        let follows = after == 0 || self.world.server.store.hash_at(&chain, after) == Some(prev);
        if is_behind_line(&self.world.clinic.roster, &chain, after) && after > 0 || !follows {
            // A life that was taken back: what others have in its place counts.
            return;
        }
        let some = 1 + self.world.random.below(segments.len());
        let segments = &segments[..some];
        self.world.clinic.say_by(
            author,
            Body::Accept(Accept {
                device: chain.device,
                incarnation: chain.incarnation.0,
                compartment: chain.compartment,
                after,
                segments: segments.iter().map(|bytes| place_of(bytes).1.hash.0).collect(),
            }),
        );
        self.world.publish();
        self.count("accepted");
        for token in self.world.tokens_of(segments.iter().map(Vec::as_slice)) {
            if let Some(entry) = self.aside.remove(&token) {
                self.world.ledger.note(entry);
            }
        }
    }

    /// One who may decide, by the roster.
    fn admin(&mut self) -> usize {
        let clinic = &self.world.clinic;
        let may = |at: &usize| {
            let me: Enrollment = clinic.members[*at].me;
            let enrolled = clinic.roster.enrollment(&me);
            enrolled.is_some_and(|enrolled| enrolled.roles.has(Role::Admin))
        };
        let admins: Vec<usize> = (0..clinic.members.len()).filter(may).collect();
        admins[self.world.random.below(admins.len())]
    }
}
