//! Why an entry or a chain is refused.

use crate::codec::DecodeError;
use crate::entry::PolicyFault;

/// Why an entry was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// The bytes are no entry.
    #[error(transparent)]
    Form(#[from] DecodeError),
    /// It belongs to another clinic.
    #[error("entry of another clinic")]
    WrongClinic,
    /// It is here already. Harmless.
    #[error("entry {number} is here already")]
    Known {
        /// Its number.
        number: u32,
    },
    /// Entries before it are missing.
    #[error("entry {found} does not follow entry {head}")]
    Gap {
        /// The number of the last entry here.
        head: u32,
        /// The number that it has.
        found: u32,
    },
    /// Its chain has another entry than this one at this number. Two admins acted at once, or somebody lies.
    #[error("the chain forks at entry {at}")]
    Fork {
        /// Where, at the latest.
        at: u32,
    },
    /// The first entry is not what a first entry must be.
    #[error("no first entry of a clinic")]
    BadGenesis,
    /// A clinic begins once.
    #[error("a clinic begins once")]
    SecondGenesis,
    /// The author was never enrolled.
    #[error("the author was never enrolled")]
    AuthorUnknown,
    /// The author was revoked.
    #[error("the author was revoked by entry {at}")]
    AuthorRevoked {
        /// By which entry.
        at: u32,
    },
    /// The author's device is to be wiped.
    #[error("the author's device is to be wiped since entry {at}")]
    AuthorWiped {
        /// Since which entry.
        at: u32,
    },
    /// The author did not sign these bytes.
    #[error("the signature is not the author's")]
    BadSignature,
    /// Only an admin may say this.
    #[error("the author is no admin")]
    NotAdmin,
    /// Only who opens a compartment can make a key for it.
    #[error("the author does not open this compartment")]
    NotEntitled,
    /// A limit is reached.
    #[error("the roster is full")]
    Full,
    /// The id stands for none or for the recovery key.
    #[error("the id is reserved")]
    ReservedId,
    /// The device, user or enrollment was here before.
    #[error("the id was used before")]
    DuplicateId,
    /// The key was here before.
    #[error("the key was used before")]
    DuplicateKey,
    /// Nobody has shown to hold the private half of this key.
    #[error("the proof of a key does not hold")]
    BadProof,
    /// No such device.
    #[error("the device is not in the roster")]
    DeviceUnknown,
    /// The device was revoked or is to be wiped.
    #[error("the device has left or is leaving")]
    DeviceGone,
    /// No such user.
    #[error("the user is not in the roster")]
    UserUnknown,
    /// The user was revoked.
    #[error("the user was revoked")]
    UserGone,
    /// The user has no active enrollment.
    #[error("the user is enrolled nowhere")]
    UserNotEnrolled,
    /// No such enrollment.
    #[error("the enrollment is not in the roster")]
    EnrollmentUnknown,
    /// It was revoked before.
    #[error("revoked already, by entry {at}")]
    AlreadyRevoked {
        /// By which entry.
        at: u32,
    },
    /// Nobody could decide anything any more.
    #[error("the clinic would have no admin")]
    LastAdmin,
    /// A rule is outside its range.
    #[error(transparent)]
    Policy(#[from] PolicyFault),
    /// Acts that need two admins stay so: one admin cannot undo it.
    #[error("only the recovery key can let one admin decide again")]
    TwoAdminsCleared,
    /// Epochs of a compartment are numbered without gaps.
    #[error("epoch {found} does not follow; {expected} does")]
    EpochNumber {
        /// The number that it must have.
        expected: u32,
        /// The number that it has.
        found: u32,
    },
    /// The recipients are not exactly those that the roster entitles.
    #[error("the epoch's recipients are not those whom the roster entitles")]
    EpochRecipients,
    /// The former key must be wrapped under the new one, and only the first epoch has none.
    #[error("the former key must be wrapped in every epoch but the first")]
    EpochWrapping,
    /// A revocation draws a line through chains of a device that it is not about.
    #[error("a line through the chain of another device")]
    CutOffElsewhere,
    /// Only what a revoked device wrote waits for an admin's word.
    #[error("the device was not revoked")]
    NotRevoked,
    /// What is accepted must follow the last segment that counts.
    #[error("the accepted segments do not follow segment {expected}, the last that counts")]
    AcceptedElsewhere {
        /// The last that counts.
        expected: u64,
    },
    /// A device's key is renewed by whoever is enrolled on it, and by nobody else.
    #[error("only the device itself renews its key")]
    OtherDevice,
    /// A former key has never come less far than was said of it before.
    #[error("a line through a chain that is not behind the line before it")]
    LineBehind,
    /// The device is to be wiped already, and this is no second admin's signature under the same order.
    #[error("the device is to be wiped already, since entry {at}")]
    WipeOrdered {
        /// Since which entry.
        at: u32,
    },
}

/// Why a chain was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VerifyError {
    /// No entries at all.
    #[error("the chain is empty")]
    Empty,
    /// An entry is refused.
    #[error("entry {number}: {why}")]
    Refused {
        /// Its place in the chain, from 1.
        number: u32,
        /// Why.
        why: Refusal,
    },
    /// It ends before an entry that was seen.
    #[error("the chain ends at entry {found}, but entry {seen} was seen")]
    Shorter {
        /// The number that was seen.
        seen: u32,
        /// The number of its last entry.
        found: u32,
    },
    /// It says something else than what was seen.
    #[error("the chain has another entry {at} than the one that was seen")]
    Fork {
        /// At this number.
        at: u32,
    },
}
