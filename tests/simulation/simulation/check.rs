//! The end: the network is back and everything is compared.

use super::Run;
use crate::clinic::{CLINICIAN, KEPT, Member};
use crate::device::Device;
use crate::program;
use crate::world::Net;
use std::collections::BTreeSet;
use wardkeep_roster::{Compartment, DeviceId};
use wardkeep_sync::snapshot::{GRACE_MS, may_drop};
use wardkeep_sync::{Alarm, Digests};

impl Run {
    /// Everybody is connected and up to date, and says what they have seen.
    pub(super) fn settle(&mut self) {
        self.world.net = Net::Good;
        if self.world.random.chance(2) {
            self.judge_rescues();
        }
        for device in &mut self.world.devices {
            device.disk.fuse = None;
            device.update(program::LAST).unwrap();
        }
        self.world.rounds(4);
        for part in KEPT {
            (0..self.world.devices.len()).for_each(|at| self.world.checkpoint(at, part));
        }
        self.world.rounds(2);
    }

    /// Somebody makes a snapshot of each part and somebody else signs it; the server lets go of everything under it; somebody joins with nothing else,
    /// and all write on.
    pub(super) fn begin_anew(&mut self) {
        let number = self.world.clinic.members.len() as u8 + 60;
        for part in KEPT {
            self.snapshot(part);
        }
        self.world.clinic.join(Member::new(number), CLINICIAN);
        self.world.publish();
        self.world.rounds(1);
        let mut device = Device::new(&self.world.clinic, self.world.clinic.members.len() - 1);
        device.update(program::LAST).unwrap();
        self.world.devices.push(device);
        let at = self.world.devices.len() - 1;
        let (made, now_ms) = (self.world.server.snapshots.clone(), self.world.now_ms);
        for (part, made) in &made {
            let taken = self.world.devices[at].take_snapshot(*part, made, now_ms).unwrap();
            assert_eq!(taken, Ok(()), "two have signed it");
            self.count("joined by a snapshot");
        }
        for part in KEPT {
            let writers: Vec<usize> = (0..=at).filter(|at| self.holds(*at, part)).collect();
            writers.into_iter().for_each(|at| {
                self.world.register(at, part);
            });
        }
        self.world.rounds(3);
        for part in KEPT {
            (0..=at).for_each(|at| self.world.checkpoint(at, part));
        }
        self.world.rounds(2);
    }

    fn holds(&self, at: usize, part: Compartment) -> bool {
        let device = &self.world.devices[at];
        self.world.server.lets_in(device) && device.peer.compartments().contains(&part)
    }

    fn snapshot(&mut self, part: Compartment) {
        let holders: Vec<usize> = (0..self.world.devices.len())
            .filter(|at| self.holds(*at, part))
            .collect();
        let [maker, others @ ..] = &holders[..] else { return };
        let now_ms = self.world.now_ms;
        let made = self.world.devices[*maker].make_snapshot(part, &mut self.world.random, now_ms);
        let mut made = made.expect("all is sealed and acknowledged");
        let signed = others
            .iter()
            .filter(|at| self.world.devices[**at].countersign(part, &mut made))
            .count();
        assert_eq!(signed, others.len(), "whoever holds the same signs");
        let relay = &self.world.server.relay;
        let maker = self.world.devices[*maker].member.device();
        assert!(relay.judge_snapshot(&maker, &made.manifest).is_ok());
        let held = holders.iter().filter(|at| self.world.devices[**at].has_passed(&made));
        let said: BTreeSet<DeviceId> = held.map(|at| self.world.devices[*at].member.device()).collect();
        let manifest = made.read();
        let what = (&manifest, &made.manifest[..]);
        let times = (now_ms, GRACE_MS, now_ms + GRACE_MS);
        match may_drop(relay.roster(), what, &made.countersignatures, &said, times) {
            Ok(()) => {
                self.world.server.store.drop_upto(&manifest.vector);
                self.count("let go");
            }
            // One alone keeps all.
            Err(why) => assert!(others.is_empty(), "{why:?}"),
        }
        if !others.is_empty() {
            self.world.server.snapshots.insert(part, made);
        }
    }

    pub(super) fn check(&mut self) {
        for part in KEPT {
            self.check_part(part);
        }
        let alarms: Vec<Alarm> = self
            .world
            .devices
            .iter()
            .flat_map(|device| device.alarms.clone())
            .collect();
        for alarm in alarms {
            let honest = !matches!(
                alarm,
                Alarm::Rejected(_)
                    | Alarm::Diverged { .. }
                    | Alarm::Unreadable { .. }
                    | Alarm::WitnessDisagrees { .. }
                    | Alarm::RosterForked { .. }
                    | Alarm::RosterRefused(_)
                    | Alarm::BadAnswer
                    | Alarm::BeyondRevocation { .. }
            );
            assert!(honest, "nobody lied, and still: {alarm:?}");
            let said = format!("{alarm:?}");
            self.count(said.split([' ', '(']).next().unwrap());
        }
    }

    fn check_part(&mut self, part: Compartment) {
        let server = self.world.server.relay.held().within(&[part]);
        let mut first: Option<(usize, Digests)> = None;
        for (at, device) in self.world.devices.iter().enumerate() {
            if !device.peer.compartments().contains(&part) {
                continue;
            }
            let vault = device.vault(part);
            assert_eq!(vault.sealed_op, vault.last_op, "device {at} still has ops to seal");
            assert!(!vault.has_deferred(), "device {at} still waits for an update");
            assert_eq!(device.peer.held().within(&[part]), server, "device {at} and the server");
            assert_eq!(vault.applied(), server, "device {at} has applied less than it holds");
            let standing = device.peer.standing(self.world.now_ms);
            assert_eq!((standing.waiting, standing.missing), (0, 0), "device {at}");
            let digests = device.digests(part).unwrap();
            let (other, same) = first.get_or_insert((at, digests.clone()));
            assert_eq!(*same, digests, "{part:?} on device {at} and on device {other}");
            self.world.ledger.check(part, device);
        }
        let rows: Vec<_> = self.world.devices[0].vault(part).rows.values().cloned().collect();
        for row in rows {
            if !row.conflicts().is_empty() {
                self.count("conflicts");
            }
            if row.is_removed() {
                self.count("removed");
            }
        }
    }
}
