//! Sync: sealed segments, wire messages, enrollment, and the state machines of both ends.
//!
//! Invariants:
//! - Pure: no I/O, no clock, no randomness, no async. Time (milliseconds) and random bytes are arguments.
//! - Signed bytes are checked as received and never encoded again. A message has one encoding; any other is refused.
//! - Whatever comes from outside is parsed within limits that stand beside its type, and never panics.
//! - Content is compressed, then padded, then sealed under a key that no other segment has, then signed.
//! - A segment is believed for its signature and its place in its chain, never because a server sent it. What a server says about
//!   what it has is a claim: it can cause a pull, a push or an alarm, never a deletion.
//! - Secrets are in boxes that are wiped when dropped and have no `Debug`.
//!
//! What this crate refuses to know: records (ops are opaque bytes), databases, sockets, files.

pub mod admit;
mod cbor;
pub mod checkpoint;
pub mod digest;
pub mod epoch;
pub mod frontier;
pub mod handover;
mod hybrid;
pub mod id;
pub mod invitation;
pub mod join;
pub mod lease;
pub mod name;
pub mod parcel;
pub mod peer;
pub mod receipt;
pub mod recovery;
pub mod relay;
pub mod secret;
pub mod segment;
mod signed;
pub mod snapshot;
pub mod stream;
mod varint;
pub mod wire;
pub mod words;

pub use admit::{Fork, Held, Reject, Verdict, admit};
pub use cbor::Malformed;
pub use checkpoint::{Checkpoint, Digests};
pub use digest::{RowDigest, TableDigest};
pub use epoch::{EpochError, EpochId, former_keys};
pub use frontier::{Frontier, Gap};
pub use hybrid::HybridError;
pub use id::{Chain, Incarnation, RosterHead, SegmentHash, Tip};
pub use invitation::Invitation;
pub use parcel::Parcel;
pub use peer::{Action, Alarm, Peer, Step};
pub use receipt::Receipt;
pub use relay::{Relay, Ruling};
pub use secret::{DigestKey, EpochKey, InvitationSecret, KemSecret, Random};
pub use segment::{Ops, Segment, Verified, seal_checkpoint, seal_ops};
pub use wire::Message;
pub use words::Words;

#[cfg(test)]
mod tests;
