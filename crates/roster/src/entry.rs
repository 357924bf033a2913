//! Entries: what the roster can say. Encoded by [`crate::codec`], signed by [`Draft::sign`], judged by [`crate::Roster::append`].

mod draft;
mod policy;

pub use draft::Draft;
pub use policy::{AppVersion, DiskEncryption, Policy, PolicyFault};

use crate::id::{ClinicId, DeviceId, Enrollment, EntryHash, UserId};
use crate::key::{DeviceKey, EnrollmentKeys, RenewedKey, Signature, digest};
use crate::limit::MAX_SEALED_NAME_BYTES;
use crate::role::{Compartment, Roles};

/// The version of the format that this crate writes and reads.
pub const VERSION: u8 = 1;
/// What an author signs: the hash, under this context, of an entry's bytes before the signature.
pub const SIGNING_CONTEXT: &str = "wardkeep 2026 roster entry v1";
/// The hash of an entry is that of all its bytes under this context.
pub const HASH_CONTEXT: &str = "wardkeep 2026 roster entry hash v1";
/// The hash of an epoch's recipients is that of their sorted enrollments under this context.
pub const RECIPIENTS_CONTEXT: &str = "wardkeep 2026 roster epoch recipients v1";

/// The hash of an entry's bytes, by which the next entry and every segment cite it.
pub fn hash_of(entry: &[u8]) -> EntryHash {
    EntryHash(digest(HASH_CONTEXT, &[entry]))
}

/// One link of the chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Which clinic; [`ClinicId::ZERO`] in the first entry, whose hash is the id.
    pub clinic: ClinicId,
    /// From 1, without gaps.
    pub number: u32,
    /// The hash of the entry before; [`EntryHash::ZERO`] in the first.
    pub previous: EntryHash,
    /// When, by the author's clock, in milliseconds since 1970 (UTC). Information: nothing is refused for it.
    pub at_ms: u64,
    /// Who signed.
    pub author: Enrollment,
    /// What it says.
    pub body: Body,
    /// By the author's enrollment key over the bytes before it.
    pub signature: Signature,
}

/// What an entry says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// The clinic begins. Only the first entry, and the first entry only.
    Genesis(Box<Genesis>),
    /// A device joins.
    Device(AddDevice),
    /// A user joins a device.
    Enroll(Enroll),
    /// A user's roles from now on.
    Grant(Grant),
    /// The rules of the clinic from now on.
    Policy(Policy),
    /// A new key of a compartment. By any enrollment that opens the compartment, since only these can make it.
    Epoch(Epoch),
    /// A device, a user or an enrollment leaves, for ever.
    Revoke(Revoke),
    /// A device shall destroy what it holds.
    Wipe(Wipe),
    /// A new recovery key in place of the former.
    Recovery(Recovery),
    /// The server was restored from a backup and healed.
    RestoreEpoch(RestoreEpoch),
    /// Segments of a revoked device count after all.
    Accept(Accept),
    /// Segments of a revoked device stay where they are, and nobody is asked about them again.
    Discard(Discard),
    /// A new key of the author's own device in place of the former. By anybody who is enrolled on it.
    DeviceKey(RenewDeviceKey),
}

/// A name that only holders of the office key can read.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedName(Vec<u8>);

impl SealedName {
    /// From 1 to [`MAX_SEALED_NAME_BYTES`] sealed bytes.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (1..=MAX_SEALED_NAME_BYTES)
            .contains(&bytes.len())
            .then_some(Self(bytes))
    }

    /// The sealed bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SealedName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedName({} bytes)", self.0.len())
    }
}

/// The clinic begins: one device, one user, who is admin and nothing else until a [`Grant`] says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Genesis {
    /// The founder's device.
    pub device: DeviceId,
    /// Its key, proven in [`crate::Scope::Founding`].
    pub device_key: DeviceKey,
    /// Its name. Sealed with the first office key, which exists before the epoch entry that commits to it.
    pub device_name: SealedName,
    /// The founder.
    pub user: UserId,
    /// Their name.
    pub user_name: SealedName,
    /// The founder's keys on the device, proven in [`crate::Scope::Founding`].
    pub keys: EnrollmentKeys,
    /// The first rules.
    pub policy: Policy,
    /// The keys of the recovery paper, if one was printed.
    pub recovery: Option<EnrollmentKeys>,
    /// Random, so that no two clinics are the same.
    pub nonce: [u8; 32],
}

/// A device joins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddDevice {
    /// Its id; never used before in this clinic.
    pub device: DeviceId,
    /// Its key; never used before in this clinic.
    pub key: DeviceKey,
    /// Its name.
    pub name: SealedName,
}

/// A user joins a device. The first enrollment of a user brings the user into the clinic, without roles.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enroll {
    /// A device that is active.
    pub device: DeviceId,
    /// A user who was not revoked.
    pub user: UserId,
    /// New keys.
    pub keys: EnrollmentKeys,
    /// The user's name from now on.
    pub user_name: SealedName,
}

/// A user's roles from now on, in place of the former ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grant {
    /// A user with an active enrollment.
    pub user: UserId,
    /// Their roles.
    pub roles: Roles,
}

/// A new key of a compartment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Epoch {
    /// Which compartment.
    pub compartment: Compartment,
    /// One more than the last, from 1.
    pub number: u32,
    /// A commitment to the key: whoever is given another key knows.
    pub key_commitment: [u8; 32],
    /// Whose key it is: exactly the enrollments that the roster entitles at this entry.
    pub recipients: Recipients,
    /// The former key, wrapped under this one. Empty in the first epoch and only there.
    pub wrapped_previous: Vec<u8>,
}

/// The recipients of an epoch, in 36 bytes. The list itself follows from the roster ([`crate::Roster::active_enrollments`]); spelled out
/// it would be the largest part of every roster, and in a large clinic more than an entry may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recipients {
    /// How many.
    pub count: u32,
    /// The hash of their 32 bytes each, sorted ([`RECIPIENTS_CONTEXT`]).
    pub hash: [u8; 32],
}

impl Recipients {
    /// Of a sorted list.
    pub(crate) fn of<'a>(sorted: impl Iterator<Item = &'a Enrollment>) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(RECIPIENTS_CONTEXT);
        let mut count = 0_u32;
        for enrollment in sorted {
            hasher.update(&enrollment.to_bytes());
            count = count.saturating_add(1);
        }
        let hash = *hasher.finalize().as_bytes();
        Self { count, hash }
    }
}

/// Who or what leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A device with all its enrollments.
    Device(DeviceId),
    /// A user with all their enrollments.
    User(UserId),
    /// One user on one device.
    Enrollment(Enrollment),
}

/// A device, a user or an enrollment leaves, for ever: no id and no key ever comes back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revoke {
    /// Who or what.
    pub target: Target,
    /// Where the admin draws the line through the device's chains, sorted: what comes later is not lost but waits for a review.
    /// `None` where the admin did not say.
    pub last_accepted: Option<Vec<LastAccepted>>,
}

/// The last segment of one chain that counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LastAccepted {
    /// Whose chain.
    pub device: DeviceId,
    /// Which life of the device.
    pub incarnation: [u8; 16],
    /// In which compartment.
    pub compartment: Compartment,
    /// The number of the last segment that counts; 0 for none.
    pub seq: u64,
}

/// Segments that a revoked device wrote behind the line of its revocation count after all. They are named by their hashes, so that the device
/// cannot put others in their places, and every device comes to the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accept {
    /// Whose chain.
    pub device: DeviceId,
    /// Which life of the device.
    pub incarnation: [u8; 16],
    /// In which compartment.
    pub compartment: Compartment,
    /// The number of the last segment that counted before.
    pub after: u64,
    /// The hashes of the segments that follow it, in order: from 1 to [`crate::limit::MAX_JUDGED_SEGMENTS`].
    pub segments: Vec<[u8; 32]>,
}

/// An admin has looked at what a revoked device wrote, and it stays out. Nothing is destroyed: it can still be accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Discard {
    /// Whose segments.
    pub device: DeviceId,
    /// Their hashes, from 1 to [`crate::limit::MAX_JUDGED_SEGMENTS`].
    pub segments: Vec<[u8; 32]>,
    /// Why, sealed as a name is.
    pub reason: SealedName,
}

/// A device shall destroy what it holds. From this entry on its enrollments sign nothing and receive no new key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wipe {
    /// Which device.
    pub device: DeviceId,
    /// Random: the receipt must name it.
    pub nonce: [u8; 16],
    /// Whether the device may first post what it has not yet sent, sealed as it is.
    pub post_outbox: bool,
}

/// A new recovery key in place of the former.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovery {
    /// Its keys, proven for [`DeviceId::ZERO`].
    pub keys: EnrollmentKeys,
}

/// The server was restored from a backup and healed by what the devices hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RestoreEpoch {
    /// When it was restored, in milliseconds since 1970 (UTC), by the author's clock.
    pub restored_at_ms: u64,
    /// The hash of the version vector that the backup had.
    pub from_vector: [u8; 32],
}

/// A new key of a device in place of the former. What the former key signs behind the line that is drawn here counts for nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenewDeviceKey {
    /// The author's device. It keeps its id.
    pub device: DeviceId,
    /// Its new key; never used before in this clinic.
    pub key: RenewedKey,
    /// How far the former key has come in each chain in which it has signed anything, sorted.
    pub reached: Vec<Reached>,
}

/// The last segment of one chain that a former key has signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reached {
    /// Which life of the device.
    pub incarnation: [u8; 16],
    /// In which compartment.
    pub compartment: Compartment,
    /// Its number, from 1.
    pub seq: u64,
    /// Its hash, and with it everything before it.
    pub hash: [u8; 32],
}
