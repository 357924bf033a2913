//! What the chain has said so far about devices, users, enrollments and epochs.

use super::aside::Aside;
use super::former::FormerKey;
use crate::entry::{Epoch, SealedName, Wipe};
use crate::id::{DeviceId, Enrollment, UserId};
use crate::key::{DeviceKey, EnrollmentKeys, KemKey, VerifyingKey, digest};
use crate::role::{Compartment, Roles};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a device or an enrollment still belongs to the clinic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// It does.
    Active,
    /// It does not, since the entry of this number.
    Revoked {
        /// The number.
        at: u32,
    },
}

/// A device of the clinic, active or not.
#[derive(Clone, Debug)]
pub struct Device {
    /// Signs its segments and stands in its certificate.
    pub key: VerifyingKey,
    /// The entry that listed this key.
    pub key_since: u32,
    /// Its name, sealed with an office key.
    pub name: SealedName,
    /// The entry that added it.
    pub added_at: u32,
    /// Whether it still belongs to the clinic.
    pub status: Status,
    /// The order to wipe it, if there is one.
    pub wipe: Option<WipeOrder>,
    /// Who was ever enrolled on it, in that order.
    pub users: Vec<UserId>,
    /// Where its revocation drew the line, if it said.
    pub(super) last_accepted: Option<BTreeMap<([u8; 16], Compartment), u64>>,
    /// What admins have decided about the segments behind that line.
    pub(super) aside: Aside,
    /// The keys that it had before, the first one first.
    pub(super) former: Vec<FormerKey>,
}

impl Device {
    /// Whether a server shall talk to it: it is of the clinic, or it is not any more and has an order to wipe to hear and to answer.
    pub fn may_connect(&self) -> bool {
        let to_wipe = self.wipe.is_some_and(|order| order.confirmed_at.is_some());
        self.status == Status::Active || to_wipe
    }
}

/// An order to wipe a device. Only a confirmed one is to be obeyed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WipeOrder {
    /// The entry that first ordered it.
    pub at: u32,
    /// The order.
    pub order: Wipe,
    /// Who ordered it.
    pub by: Enrollment,
    /// The entry since which it holds: the same one, or, where the policy asks for two admins, the second admin's.
    pub confirmed_at: Option<u32>,
}

/// A user of the clinic, active or not.
#[derive(Clone, Debug)]
pub struct User {
    /// Their name, sealed with an office key.
    pub name: SealedName,
    /// The entry that revoked them, if one did.
    pub revoked_at: Option<u32>,
    /// The devices on which they were ever enrolled, in that order.
    pub devices: Vec<DeviceId>,
    /// Their roles and the entries since which they had them, ascending.
    pub(super) roles: Vec<(u32, Roles)>,
}

impl User {
    /// Their roles by the head. What a revoked user had stays readable here; what an enrollment may do is
    /// [`super::Enrolled::roles`].
    pub fn roles(&self) -> Roles {
        self.roles.last().map_or(Roles::NONE, |(_, roles)| *roles)
    }

    /// Their roles right after the entry of this number.
    pub(super) fn roles_at(&self, number: u32) -> Roles {
        let after = self.roles.partition_point(|(since, _)| *since <= number);
        after
            .checked_sub(1)
            .and_then(|index| self.roles.get(index))
            .map_or(Roles::NONE, |(_, roles)| *roles)
    }
}

/// Keys of one user on one device, or of the recovery paper.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) keys: EnrollmentKeys,
    pub(super) added_at: u32,
    pub(super) status: Status,
}

/// One epoch of one compartment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyEpoch {
    /// The entry that began it.
    pub at: u32,
    /// When, by its author's clock, in milliseconds since 1970 (UTC): for knowing when the next is due, never for refusing.
    pub at_ms: u64,
    /// Who began it.
    pub by: Enrollment,
    /// What the entry says.
    pub epoch: Epoch,
}

/// Which segments of a device's chain count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CutOff {
    /// All: the device is active.
    None,
    /// It was revoked, and the admin did not say where to draw the line.
    Unstated {
        /// The entry that revoked it.
        at: u32,
    },
    /// It was revoked, and segments above this one wait for a review.
    After {
        /// The entry that revoked it.
        at: u32,
        /// The last segment that counts; 0 for none.
        seq: u64,
    },
}

/// All devices, users and enrollments, with the keys that were ever used.
#[derive(Clone, Default)]
pub(super) struct Members {
    pub(super) devices: BTreeMap<DeviceId, Device>,
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) enrollments: BTreeMap<Enrollment, Member>,
    pub(super) by_key: BTreeMap<[u8; 32], DeviceId>,
    used: BTreeSet<[u8; 32]>,
}

impl Members {
    /// Whether the key of a device was used before, for whatever.
    pub(super) fn knows_device_key(&self, key: &DeviceKey) -> bool {
        self.knows_signing_key(&key.key)
    }

    /// Whether one of these keys was used before, for whatever.
    pub(super) fn knows_keys(&self, keys: &EnrollmentKeys) -> bool {
        self.used.contains(keys.sign.as_bytes()) || self.used.contains(&kem_mark(&keys.kem))
    }

    /// Whether this key was used before, for whatever.
    pub(super) fn knows_signing_key(&self, key: &VerifyingKey) -> bool {
        self.used.contains(key.as_bytes())
    }

    /// Remembers a key of a device.
    pub(super) fn use_key(&mut self, device: DeviceId, key: &VerifyingKey) {
        self.used.insert(*key.as_bytes());
        self.by_key.insert(*key.as_bytes(), device);
    }

    /// Remembers keys of an enrollment.
    pub(super) fn use_keys(&mut self, keys: &EnrollmentKeys) {
        self.used.insert(*keys.sign.as_bytes());
        self.used.insert(kem_mark(&keys.kem));
    }
}

/// A short stand-in for a long key.
fn kem_mark(key: &KemKey) -> [u8; 32] {
    digest("wardkeep 2026 roster kem key mark v1", &[key.as_bytes()])
}
