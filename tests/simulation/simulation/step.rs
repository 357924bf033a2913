//! What may happen next.

use super::Run;
use crate::clinic::{ALL_ROLES, CLINICIAN, KEPT};
use crate::device::Wish;
use crate::program;
use crate::world::Net;
use std::collections::BTreeSet;
use wardkeep_roster::Compartment;
use wardkeep_roster::entry::LastAccepted;
use wardkeep_sync::Frontier;

const YEAR_MS: i64 = 365 * 86_400_000;

impl Run {
    pub(super) fn step(&mut self, step: usize) {
        let at = self.world.random.below(self.world.devices.len());
        self.world.now_ms += 1_000 * (1 + self.world.random.below(3_600) as u64);
        self.cut_off.retain(|_, until| *until > step);
        match self.world.random.below(40) {
            0..=17 => self.write(at),
            18..=28 => self.sync(at),
            29 => {
                let part = self.part();
                self.world.checkpoint(at, part);
            }
            30 => self.world.devices[at].restart(),
            31 => {
                let until = step + 5 + self.world.random.below(40);
                self.cut_off.insert(at, until);
            }
            32 => self.turn_clock(at),
            33 => self.update(at),
            34 => self.change_roster(),
            35 => self.world.server.restart(),
            36 => self.images.push((at, self.world.devices[at].disk.clone())),
            37 if self.world.random.chance(3) => self.restore_image(),
            38 => self.backups.push(self.world.server.store.clone()),
            39 if self.world.random.chance(3) => self.roll_back(),
            _ => {}
        }
    }

    pub(super) fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    fn part(&mut self) -> Compartment {
        KEPT[self.world.random.below(2)]
    }

    /// Something is written; the power may fail while it is.
    fn write(&mut self, at: usize) {
        let part = self.part();
        if !self.world.devices[at].disk.vaults.contains_key(&part) {
            return;
        }
        self.count("acts");
        let rows: Vec<_> = self.world.devices[at].vault(part).rows.keys().copied().collect();
        if rows.is_empty() || self.world.random.chance(4) {
            self.world.register(at, part);
        } else {
            // Few records, so that people meet.
            let record = rows[self.world.random.below(rows.len().min(4))];
            let wish = match self.world.random.below(12) {
                0 | 1 => Wish::Remove(record),
                2 => Wish::Restore(record),
                _ => Wish::Edit(record, self.world.random.below(4)),
            };
            self.world.act(at, part, wish);
        }
        if self.world.random.chance(3) {
            self.light_fuse(at);
            let (random, now_ms) = (&mut self.world.random, self.world.now_ms);
            if self.world.devices[at].seal(random, now_ms).is_err() {
                self.count("power lost");
                self.world.devices[at].restart();
            }
            self.world.devices[at].disk.fuse = None;
        }
    }

    fn sync(&mut self, at: usize) {
        if self.cut_off.contains_key(&at) {
            return;
        }
        self.light_fuse(at);
        self.world.sync(at);
        if self.world.devices[at].disk.fuse == Some(0) {
            self.count("power lost");
            self.world.devices[at].restart();
        }
        self.world.devices[at].disk.fuse = None;
    }

    /// The power will fail after so many writes, perhaps.
    fn light_fuse(&mut self, at: usize) {
        if self.world.random.chance(3) {
            self.world.devices[at].disk.fuse = Some(self.world.random.below(14) as u32);
        }
    }

    /// A clock jumps, by years if it must.
    fn turn_clock(&mut self, at: usize) {
        let far = self.world.random.below(20) as i64 - 10;
        let off = [0, -3_600_000, 90_000, far * YEAR_MS][self.world.random.below(4)];
        self.world.devices[at].clock_off_ms = off;
    }

    fn update(&mut self, at: usize) {
        let waited = KEPT.iter().any(|part| {
            let device = &self.world.devices[at];
            device.disk.vaults.contains_key(part) && device.waits_for_update(*part)
        });
        if waited {
            self.count("waited for an update");
        }
        let program = self.world.devices[at].program;
        self.world.devices[at].update((program + 1).min(program::LAST)).unwrap();
    }

    fn change_roster(&mut self) {
        if self.cut_off.contains_key(&0) {
            return;
        }
        let members = self.world.devices.len();
        match self.world.random.below(6) {
            0 if members > 3 => self.revoke(),
            1 => {
                let at = 1 + self.world.random.below(members - 1);
                let member = self.world.clinic.member_of(&self.world.devices[at].member.device());
                let roles = if self.world.random.chance(2) {
                    CLINICIAN
                } else {
                    ALL_ROLES
                };
                self.world.clinic.grant(member, roles);
                self.world.publish();
                self.count("granted");
            }
            2 => self.judge_rescues(),
            _ => {
                let part = self.part();
                self.world.clinic.renew(part);
                self.world.publish();
                self.count("epochs");
            }
        }
    }

    /// A device is revoked while it may be away. The admin draws the line at what the own laptop has of it, which is all that anybody else
    /// has; otherwise those who have more are told so and differ until a person decides.
    fn revoke(&mut self) {
        let out = self.world.devices.len() - 1;
        let gone = self.world.devices[out].member.device();
        self.calm(Some(out));
        let theirs = |tips: &Frontier| -> Vec<_> {
            let of_it = tips.iter().filter(|(chain, _)| chain.device == gone);
            of_it.map(|(chain, tip)| (*chain, tip.seq)).collect()
        };
        let seen = theirs(self.world.devices[0].peer.held());
        let others = self.world.devices[1..out]
            .iter()
            .flat_map(|device| theirs(device.peer.held()));
        if others
            .into_iter()
            .any(|(chain, seq)| seq > self.world.devices[0].peer.held().seq(&chain))
        {
            return;
        }
        let line = |(chain, seq): (wardkeep_sync::Chain, u64)| LastAccepted {
            device: gone,
            incarnation: chain.incarnation.0,
            compartment: chain.compartment,
            seq,
        };
        let mut last: Vec<LastAccepted> = seen.into_iter().map(line).collect();
        last.sort_unstable();
        let member = self.world.clinic.member_of(&gone);
        self.world.clinic.revoke(member, Some(last));
        self.world.clinic.renew_due();
        self.world.publish();
        self.count("revoked");
        let (mut known, mut written) = (BTreeSet::new(), BTreeSet::new());
        for part in KEPT {
            known.extend(self.world.devices[0].tokens(part).into_keys());
            if self.world.devices[out].disk.vaults.contains_key(&part) {
                written.extend(self.world.devices[out].tokens(part).into_keys());
            }
        }
        // What others wrote it may have too; they still hold it themselves.
        for device in &self.world.devices[..out] {
            device
                .compartments()
                .iter()
                .for_each(|part| known.extend(device.tokens(*part).into_keys()));
        }
        let waiting = self.world.ledger.set_aside(&written, &known);
        self.aside.extend(waiting.into_iter().map(|entry| (entry.token, entry)));
        // It goes on for a while, and is let in no more.
        self.world.register(out, Compartment::Office);
        if self.world.devices[out].disk.vaults.contains_key(&Compartment::Clinical) {
            self.world.register(out, Compartment::Clinical);
        }
        let mut mine = BTreeSet::new();
        for part in self.world.devices[out].compartments() {
            mine.extend(self.world.devices[out].tokens(part).into_keys());
        }
        let waiting = self.world.ledger.set_aside(&mine, &known);
        self.aside.extend(waiting.into_iter().map(|entry| (entry.token, entry)));
        self.world.sync(out);
        self.rescue(out);
        self.world.devices.pop();
        self.images.retain(|(at, _)| *at != out);
        self.cut_off.remove(&out);
    }

    /// A laptop gets back the image of its disk. What it had written since and nobody has is gone with the disk.
    fn restore_image(&mut self) {
        if self.images.is_empty() {
            return;
        }
        self.calm(None);
        let (at, disk) = self.images[self.world.random.below(self.images.len())].clone();
        let device = &mut self.world.devices[at];
        device.disk = disk;
        device.restart();
        device.update(device.program).unwrap();
        self.world.send_keys(at);
        self.world.forget_lost();
        self.count("restored from an image");
    }

    fn roll_back(&mut self) {
        if self.backups.is_empty() {
            return;
        }
        self.calm(None);
        let backup = self.backups[self.world.random.below(self.backups.len())].clone();
        self.world.server.roll_back(backup);
        self.count("server rolled back");
    }

    /// A restored laptop and a restored server at once can lose what only a third device holds of the laptop's old chain
    /// (docs/adr/0007-sealed-segments.md): here one is healed before the other happens.
    fn calm(&mut self, but: Option<usize>) {
        let net = std::mem::replace(&mut self.world.net, Net::Good);
        for _ in 0..3 {
            for at in (0..self.world.devices.len()).filter(|at| Some(*at) != but) {
                self.world.sync(at);
            }
        }
        self.world.net = net;
    }
}
