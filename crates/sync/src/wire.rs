//! The messages of the HTTP interface between devices and server: types, bytes and limits. Server and client both take them from
//! here, so that neither can know another form.
//!
//! Bodies are CBOR arrays in one encoding, or streams of items with their lengths (see [`crate::stream`]). What was signed (segments,
//! roster entries, parcels, join requests, welcomes) travels inside as the bytes that were signed.
//!
//! A `match` on an answer's code must have an arm for codes to come: they are never reused, new ones are added.

mod blobs;
mod event;
mod join;
mod lease;
mod mailbox;
mod receipt;
mod rescue;
mod roster;
mod segments;
mod snapshot;

pub use blobs::{BlobsAsk, BlobsReply, MAX_BLOBS};
pub use event::Event;
pub use join::{InvitationPost, Join, JoinPost, JoinState, JoinsReply, MAX_JOINS, WelcomePost};
pub use lease::{LeasePost, LeaseReply, LeaseRow, LeasesReply, MAX_LEASES, SHARE_BYTES};
pub use mailbox::{MAX_PARCELS, ParcelItem, ParcelsPost, ParcelsReply};
pub use receipt::{MAX_RECEIPTS, ReceiptPost, ReceiptsReply};
pub use rescue::{MAX_RESCUES, MAX_RESCUES_BYTES, RescueItem, RescuesReply};
pub use roster::{
    FoundPost, Founded, Hello, MAX_FOUNDING_TOKEN_BYTES, MAX_ROSTER_POST_ENTRIES, RosterPost, RosterReply,
};
pub use segments::{MAX_PUSH_SEGMENTS, PullRequest, PushReply, PushResult, RefusalCode, VectorReply};
pub use snapshot::{MAX_COUNTERSIGNATURES, MAX_SNAPSHOTS, Signed, SnapshotItem, SnapshotsReply};

use crate::cbor::{self, Malformed};

/// The version of this interface, in [`Hello`].
pub const VERSION: u16 = 1;
/// Bytes of the body of one push at most: the client sends more in the next one.
pub const MAX_PUSH_BYTES: usize = 16 << 20;
/// Bytes of the answer to one pull at most, whatever the request asks for: the rest comes with the next one.
pub const MAX_PULL_BYTES: u64 = 64 << 20;

/// A message with one encoding and a limit on its bytes.
pub trait Message: Sized + minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()> {
    /// Bytes of one message at most: what a server lets a body have, and a client an answer.
    const MAX_BYTES: usize;

    /// The bytes of the body.
    fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads a body; never more of it than [`Message::MAX_BYTES`].
    fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, Self::MAX_BYTES)
    }
}

/// An answer with a status of 400 or above carries one of these, where it carries anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Failure {
    /// What went wrong.
    #[n(0)]
    pub code: FailureCode,
    /// Milliseconds after which another try makes sense; 0 if none ever does.
    #[n(1)]
    pub retry_after_ms: u32,
}

impl Message for Failure {
    const MAX_BYTES: usize = 64;
}

/// What went wrong. None of these ever makes a device erase anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum FailureCode {
    /// The body is not the message that belongs here.
    #[n(1)]
    Malformed,
    /// The body, or what it asks for, is above a limit.
    #[n(2)]
    TooLarge,
    /// This device may not do this.
    #[n(3)]
    Forbidden,
    /// There is no such thing (invitation, join, file).
    #[n(4)]
    Unknown,
    /// Too many requests.
    #[n(5)]
    TooMany,
    /// The disk is full, or another fault of the server's own.
    #[n(6)]
    Storage,
    /// The invitation was used, or its time is over.
    #[n(7)]
    Expired,
    /// The bytes are well-formed and not true: a wrong signature, hash, token or ticket.
    #[n(8)]
    Refused,
    /// The server is about to stop.
    #[n(9)]
    Stopping,
}

#[cfg(test)]
mod tests;
