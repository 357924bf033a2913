//! Devices and a server that lose, repeat and reorder, are restored and cloned, in an order that a seed decides. At the end, with the
//! network back, all devices hold the same, and nothing that was acknowledged is gone.
//!
//! `SYNC_SEED=n cargo test -p wardkeep-sync simulation` plays one seed again, `SYNC_SEEDS=n` as many as n.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test reads its environment and fails by panicking

use super::world::{Net, Store, World};
use crate::peer::Memory;
use std::collections::BTreeSet;
use wardkeep_roster::Compartment;
use wardkeep_roster::entry::LastAccepted;

const SEEDS: u64 = 100;

/// What is known of a run beside its state.
struct Run {
    world: World,
    written: BTreeSet<(Compartment, Vec<u8>)>,
    images: Vec<(usize, Store, Memory)>,
    backups: Vec<Store>,
    revoked: Option<usize>,
    number: u64,
    renewals: u8,
}

#[test]
fn all_devices_come_to_hold_the_same() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let one = number("SYNC_SEED");
    let seeds = number("SYNC_SEEDS").unwrap_or(SEEDS);
    let mut seen = BTreeSet::new();
    for seed in one.map_or(0..seeds, |seed| seed..seed + 1) {
        let run = std::panic::catch_unwind(|| play(seed));
        assert!(run.is_ok(), "play it again with SYNC_SEED={seed}");
        seen.extend(run.unwrap());
    }
    // A simulation in which nothing goes wrong proves nothing.
    for kind in ["ServerLost", "Cloned", "Forked", "ServerDisagrees"] {
        assert!(one.is_some() || seen.contains(kind), "{kind} never happened: {seen:?}");
    }
}

/// Returns the kinds of alarms that there were.
fn play(seed: u64) -> BTreeSet<String> {
    let members = 3 + (seed % 4) as u8;
    let mut run = Run {
        world: World::new(members, seed),
        written: BTreeSet::new(),
        images: Vec::new(),
        backups: Vec::new(),
        revoked: None,
        number: 0,
        renewals: 0x80,
    };
    run.world.net = Net::Bad;
    for _ in 0..60 {
        run.step();
    }
    run.settle();
    run.check();
    let alarms = run.world.nodes.iter().flat_map(|node| &node.alarms);
    let kind = |alarm: String| alarm.split([' ', '(']).next().unwrap_or_default().to_owned();
    alarms.map(|alarm| kind(format!("{alarm:?}"))).collect()
}

impl Run {
    fn step(&mut self) {
        let at = self.world.random.below(self.world.nodes.len());
        self.world.now_ms += 60_000;
        match self.world.random.below(20) {
            0..=7 => self.write(at),
            8..=12 => self.world.sync(at),
            13 => {
                let compartment = Compartment::ALL[self.world.random.below(2)];
                self.world.checkpoint(at, compartment);
            }
            14 => self.world.nodes[at].restart(),
            15 => {
                let node = &self.world.nodes[at];
                self.images.push((at, node.store.clone(), node.peer.memory().clone()));
            }
            16 if self.world.random.chance(3) => self.restore_image(),
            17 => self.backups.push(self.world.server.store.clone()),
            18 if self.world.random.chance(3) => {
                let last = self.backups.len();
                if last > 0 {
                    self.calm();
                    let backup = self.backups[self.world.random.below(last)].clone();
                    self.world.server.roll_back(backup);
                    self.forget_lost();
                }
            }
            19 => self.change_roster(),
            _ => {}
        }
    }

    fn write(&mut self, at: usize) {
        self.number += 1;
        let content = format!("op {} of node {at}", self.number);
        let compartment = Compartment::ALL[self.world.random.below(2)];
        self.written.insert((compartment, content.clone().into_bytes()));
        self.world.write(at, compartment, &content);
    }

    /// A laptop gets back the image of its disk. What it had written since and not sent is gone with the old disk.
    fn restore_image(&mut self) {
        let count = self.images.len();
        if count == 0 {
            return;
        }
        self.calm();
        let (at, store, memory) = self.images[self.world.random.below(count)].clone();
        let node = &mut self.world.nodes[at];
        // Ops that were not sealed were in the vault too.
        node.unsealed.clear();
        node.restore(store, memory);
        self.world.forget_rows(at);
        self.forget_lost();
    }

    /// A restored laptop and a restored server at once can lose what only a third device holds of the laptop's old chain (see
    /// docs/adr/0007-sealed-segments.md): here one is healed before the other happens.
    fn calm(&mut self) {
        let net = std::mem::replace(&mut self.world.net, Net::Good);
        for _ in 0..3 {
            (0..self.world.nodes.len()).for_each(|at| self.world.sync(at));
        }
        self.world.net = net;
    }

    /// What no disk has any more cannot come back.
    fn forget_lost(&mut self) {
        let mut known = self.world.rows_of(&self.world.server.store);
        for node in &self.world.nodes {
            known.extend(self.world.rows_of(&node.store));
            known.extend(node.unsealed.iter().cloned());
        }
        self.written.retain(|row| known.contains(row));
    }

    fn change_roster(&mut self) {
        let compartment = Compartment::ALL[self.world.random.below(2)];
        if self.revoked.is_none() && self.world.nodes.len() > 3 && self.world.random.chance(4) {
            return self.revoke();
        }
        if self.world.random.chance(3) {
            return self.renew_device_key();
        }
        self.world.clinic.renew(compartment);
        self.world.publish();
    }

    /// A device gets a new key, after a look at what the server has of it. An image from before holds the former one, and is let in nowhere.
    fn renew_device_key(&mut self) {
        self.calm();
        let at = self.world.random.below(self.world.nodes.len());
        self.renewals += 1;
        self.world.renew_device_key(at, self.renewals);
        self.images.retain(|(of, ..)| *of != at);
    }

    /// The last device is revoked, when the admin has seen all that the others have.
    fn revoke(&mut self) {
        self.calm();
        let out = self.world.nodes.len() - 1;
        let device = self.world.clinic.members[out].device();
        let tips = self.world.nodes[0].peer.held().clone();
        let chains = tips.iter().filter(|(chain, _)| chain.device == device);
        let last = chains.map(|(chain, tip)| LastAccepted {
            device,
            incarnation: chain.incarnation.0,
            compartment: chain.compartment,
            seq: tip.seq,
        });
        let last = last.collect();
        self.world.clinic.revoke(out, Some(last));
        self.world.clinic.renew_due();
        self.world.publish();
        self.revoked = Some(out);
        // What it has written and nobody has seen does not count any more.
        let known = self.world.nodes[0].rows.clone();
        let theirs = format!("of node {out}");
        self.written
            .retain(|row| known.contains(row) || !String::from_utf8_lossy(&row.1).ends_with(&theirs));
        self.world.nodes.pop();
        self.images.retain(|(at, ..)| *at != out);
    }

    /// The network is back.
    fn settle(&mut self) {
        self.world.net = Net::Good;
        for _ in 0..4 {
            (0..self.world.nodes.len()).for_each(|at| self.world.sync(at));
        }
    }

    fn check(&self) {
        let world = &self.world;
        for node in &world.nodes {
            assert!(node.unsealed.is_empty(), "node {} still has ops to seal", node.member);
            assert_eq!(
                node.peer.held(),
                world.server.relay.held(),
                "node {} and the server",
                node.member
            );
            let lost: Vec<_> = self.written.difference(&node.rows).collect();
            assert!(
                lost.is_empty(),
                "node {} lacks {:?}",
                node.member,
                lost.iter()
                    .map(|row| String::from_utf8_lossy(&row.1))
                    .collect::<Vec<_>>()
            );
            for compartment in Compartment::ALL {
                let (ours, first) = (
                    node.digests(&world.clinic, compartment),
                    world.nodes[0].digests(&world.clinic, compartment),
                );
                assert_eq!(ours, first, "node {}", node.member);
            }
            let standing = node.peer.standing(world.now_ms);
            assert_eq!((standing.waiting, standing.missing), (0, 0), "node {}", node.member);
            let believed = node
                .alarms
                .iter()
                .all(|alarm| !matches!(alarm, crate::Alarm::Rejected(_) | crate::Alarm::Diverged { .. }));
            assert!(believed, "node {}: {:?}", node.member, node.alarms);
        }
    }
}
