//! Questions to a roster. All answers are by the head, unless an entry is named.

use super::{CutOff, Device, DueEpoch, KeyEpoch, Roster, Status, User, WipeOrder};
use crate::codec;
use crate::entry::{Body, Entry, Epoch, Policy};
use crate::id::{ClinicId, DeviceId, Enrollment, EntryHash, UserId};
use crate::key::EnrollmentKeys;
use crate::role::{Compartment, Roles};

/// One enrollment as the roster sees it.
#[derive(Clone, Copy, Debug)]
pub struct Enrolled<'a> {
    /// Its keys.
    pub keys: &'a EnrollmentKeys,
    /// The entry that added it (for the recovery key: that set the present keys).
    pub added_at: u32,
    /// Whether it still belongs to the clinic.
    pub status: Status,
    /// What it may do: none once it was revoked or its device is to be wiped.
    pub roles: Roles,
}

impl Roster {
    /// Which clinic.
    pub fn clinic(&self) -> ClinicId {
        self.clinic
    }

    /// Number and hash of the last entry.
    pub fn head(&self) -> (u32, EntryHash) {
        let number = self.log.len();
        let hash = self.log.hash(number).expect("a roster has a first entry");
        (number, hash)
    }

    /// The bytes of an entry, as received.
    pub fn entry_bytes(&self, number: u32) -> Option<&[u8]> {
        self.log.bytes(number)
    }

    /// The bytes of all entries after this number (0: of all), in order.
    pub fn entries_after(&self, number: u32) -> impl Iterator<Item = &[u8]> {
        (number.saturating_add(1)..=self.log.len()).filter_map(|number| self.log.bytes(number))
    }

    /// An entry.
    pub fn entry(&self, number: u32) -> Option<Entry> {
        codec::decode(self.log.bytes(number)?).ok()
    }

    /// The hash of an entry.
    pub fn hash_at(&self, number: u32) -> Option<EntryHash> {
        self.log.hash(number)
    }

    /// The number of the entry of this hash: whether the roster has it as an ancestor or as its head.
    pub fn knows(&self, entry: &EntryHash) -> Option<u32> {
        self.log.number(entry)
    }

    /// A device that is or was of the clinic.
    pub fn device(&self, device: &DeviceId) -> Option<&Device> {
        self.members.devices.get(device)
    }

    /// The device, active or not, whose key this is or was.
    pub fn device_by_key(&self, key: &[u8; 32]) -> Option<(DeviceId, &Device)> {
        let id = self.members.by_key.get(key)?;
        self.device(id).map(|device| (*id, device))
    }

    /// All devices, by id.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, &Device)> {
        self.members.devices.iter().map(|(id, device)| (*id, device))
    }

    /// A user who is or was of the clinic.
    pub fn user(&self, user: &UserId) -> Option<&User> {
        self.members.users.get(user)
    }

    /// All users, by id.
    pub fn users(&self) -> impl Iterator<Item = (UserId, &User)> {
        self.members.users.iter().map(|(id, user)| (*id, user))
    }

    /// An enrollment that is or was of the clinic. [`Enrollment::RECOVERY`] is one if there is a recovery key.
    pub fn enrollment(&self, enrollment: &Enrollment) -> Option<Enrolled<'_>> {
        let member = self.members.enrollments.get(enrollment)?;
        Some(Enrolled {
            keys: &member.keys,
            added_at: member.added_at,
            status: member.status,
            roles: self.roles_of(enrollment),
        })
    }

    /// All enrollments, by device and user, the recovery key's included.
    pub fn enrollments(&self) -> impl Iterator<Item = Enrollment> {
        self.members.enrollments.keys().copied()
    }

    /// Those who are entitled to the compartment's key, sorted, the recovery key included.
    pub fn active_enrollments(&self, compartment: Compartment) -> impl Iterator<Item = Enrollment> {
        self.access.entitled(compartment).iter().copied()
    }

    /// Whether the enrollment was entitled to the compartment's key right after the entry of this number.
    /// Of the recovery key only the present keys are looked at.
    pub fn entitled_at(&self, enrollment: &Enrollment, compartment: Compartment, number: u32) -> bool {
        let Some(member) = self.members.enrollments.get(enrollment) else {
            return false;
        };
        if member.added_at > number || number > self.log.len() || is_gone(member.status, number) {
            return false;
        }
        if *enrollment == Enrollment::RECOVERY {
            return true;
        }
        let wiped = self
            .device(&enrollment.device)
            .and_then(|device| device.wipe)
            .is_some_and(|order| order.at <= number);
        let opens = self
            .user(&enrollment.user)
            .is_some_and(|user| user.roles_at(number).opens(compartment));
        opens && !wiped
    }

    /// Whether the device belonged to the clinic right after the entry of this hash. False for an entry that is not here: ask
    /// [`Roster::knows`] first where that matters.
    pub fn is_active_at(&self, device: &DeviceId, entry: &EntryHash) -> bool {
        match (self.knows(entry), self.device(device)) {
            (Some(number), Some(device)) => device.added_at <= number && !is_gone(device.status, number),
            _ => false,
        }
    }

    /// Which segments of a chain of this device count. `None` for a device that is not here.
    pub fn cut_off(&self, device: &DeviceId, incarnation: &[u8; 16], compartment: Compartment) -> Option<CutOff> {
        let device = self.device(device)?;
        let Status::Revoked { at } = device.status else {
            return Some(CutOff::None);
        };
        if let Some(seq) = device.aside.line(incarnation, compartment) {
            return Some(CutOff::After { at, seq });
        }
        Some(match &device.last_accepted {
            None => CutOff::Unstated { at },
            Some(chains) => CutOff::After {
                at,
                seq: chains.get(&(*incarnation, compartment)).copied().unwrap_or(0),
            },
        })
    }

    /// The hash of the segment that an admin has accepted in this place of a revoked device's chain. Another segment there does not count.
    pub fn accepted(
        &self,
        device: &DeviceId,
        incarnation: &[u8; 16],
        compartment: Compartment,
        seq: u64,
    ) -> Option<&[u8; 32]> {
        self.device(device)?.aside.accepted(incarnation, compartment, seq)
    }

    /// Where an admin has decided that this segment of a revoked device stays out: the number of the entry.
    pub fn discarded(&self, device: &DeviceId, segment: &[u8; 32]) -> Option<u32> {
        self.device(device)?.aside.discarded(segment)
    }

    /// The order to wipe this device, if there is one. To be obeyed only when it is confirmed.
    pub fn wipe_order(&self, device: &DeviceId) -> Option<&WipeOrder> {
        self.device(device)?.wipe.as_ref()
    }

    /// The rules.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The present epoch of a compartment.
    pub fn epoch(&self, compartment: Compartment) -> Option<&KeyEpoch> {
        self.epochs[compartment.index()].last()
    }

    /// An epoch of a compartment by its number.
    pub fn epoch_by_number(&self, compartment: Compartment, number: u32) -> Option<&KeyEpoch> {
        let index = number.checked_sub(1)? as usize;
        self.epochs[compartment.index()].get(index)
    }

    /// The body of the next epoch of a compartment, for [`Roster::draft`]. The wrapped former key is empty for the first epoch.
    pub fn next_epoch(&self, compartment: Compartment, key_commitment: [u8; 32], wrapped_previous: Vec<u8>) -> Body {
        Body::Epoch(Epoch {
            compartment,
            number: self.next_epoch_number(compartment),
            key_commitment,
            recipients: self.access.recipients(compartment),
            wrapped_previous,
        })
    }

    pub(super) fn next_epoch_number(&self, compartment: Compartment) -> u32 {
        self.epoch(compartment).map_or(1, |last| last.epoch.number + 1)
    }

    /// The compartments that need a new key because somebody who could read left, or because there is none yet. The scheduled
    /// renewal ([`Policy::epoch_days`]) is not among them: it needs a clock.
    pub fn due_epochs(&self) -> Vec<DueEpoch> {
        Compartment::ALL
            .into_iter()
            .filter_map(|part| self.access.due(part, self.epochs[part.index()].len()))
            .collect()
    }
}

/// Whether it was revoked by then.
fn is_gone(status: Status, number: u32) -> bool {
    matches!(status, Status::Revoked { at } if at <= number)
}
