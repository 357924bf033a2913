//! The end: the network is back and everything is compared.

use super::Run;
use crate::clinic::KEPT;
use crate::program;
use crate::world::Net;
use wardkeep_roster::Compartment;
use wardkeep_sync::{Alarm, Digests};

impl Run {
    /// Everybody is connected and up to date, and says what they have seen.
    pub(super) fn settle(&mut self) {
        self.world.net = Net::Good;
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
